-- Sessions of all probes, their messages and findings, in partitions by the month in which a session began.
--
-- A session id begins with that moment (20261121T101530.123Z-5f1c9a2e), so ids are the partitions' bounds: a session is
-- unique by (probe_id, session_id), which a bound on a time of its own would not let the server guarantee.

CREATE TABLE archive (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid()
);
COMMENT ON TABLE archive IS 'One row: which archive this is. Probes remember it beside what they have sent.';
INSERT INTO archive DEFAULT VALUES;

CREATE TABLE probes (
    probe_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    role name NOT NULL UNIQUE,
    name text NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN probes.role IS 'The login of the probe: what it may see and change hangs on it.';
COMMENT ON COLUMN probes.name IS 'The machine, as its sessions name it.';

CREATE TABLE sessions (
    probe_id integer NOT NULL,
    session_id text COLLATE "C" NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT now(),
    saved_at double precision,
    persisted_until double precision,
    number bigint NOT NULL,
    probe text NOT NULL,
    source text NOT NULL,
    device_ip text NOT NULL,
    device_address inet,
    device_port integer NOT NULL,
    lis_ip text NOT NULL,
    lis_address inet,
    lis_port integer NOT NULL,
    framing text NOT NULL,
    start_time double precision NOT NULL,
    end_time double precision NOT NULL,
    end_reason text NOT NULL,
    is_complete boolean NOT NULL,
    kept boolean NOT NULL,
    note text NOT NULL,
    element_count integer NOT NULL,
    message_count integer NOT NULL,
    flag_count integer NOT NULL,
    size bigint NOT NULL,
    kinds text[] NOT NULL,
    kind_counts integer[] NOT NULL,
    flags text[] NOT NULL,
    finding_codes text[] NOT NULL,
    finding_severities text[] NOT NULL,
    message_types text[] NOT NULL,
    triggers text[] NOT NULL,
    control_ids text[] NOT NULL,
    acks text[] NOT NULL,
    patients text[] NOT NULL,
    latency_min double precision,
    latency_max double precision,
    document jsonb NOT NULL,
    PRIMARY KEY (probe_id, session_id)
) PARTITION BY RANGE (session_id);
COMMENT ON TABLE sessions IS 'One row a session. All times are Unix milliseconds, as in the document; docs/archive.md.';
COMMENT ON COLUMN sessions.saved_at IS 'When the probe saved it last: a newer one replaces an older one, never the other way.';
COMMENT ON COLUMN sessions.probe IS 'The machine that the document names; where a session was imported, not the one that archived it.';
COMMENT ON COLUMN sessions.device_address IS 'device_ip, where it is an address.';
COMMENT ON COLUMN sessions.size IS 'Bytes on the wire.';
COMMENT ON COLUMN sessions.kinds IS 'Kinds of messages in the order of their first appearance, kind_counts of each; the rarest are "other".';
COMMENT ON COLUMN sessions.message_types IS 'For searching, casefolded: of every message MSH-9.1^9.2, and MSH-9.1 alone.';
COMMENT ON COLUMN sessions.triggers IS 'For searching, casefolded: MSH-9.2 of every message.';
COMMENT ON COLUMN sessions.control_ids IS 'For searching, casefolded: MSH-10 (H-3) of every message.';
COMMENT ON COLUMN sessions.acks IS 'For searching, casefolded: codes and states of all answers.';
COMMENT ON COLUMN sessions.patients IS 'For searching, casefolded: patient ids of all messages.';
COMMENT ON COLUMN sessions.latency_min IS 'Milliseconds from a message or frame to its answer: the shortest; latency_max: the longest.';
COMMENT ON COLUMN sessions.document IS 'The session document, the truth. U+0000, which jsonb cannot hold, stands as U+001A "0", and U+001A as U+001A "1".';

CREATE TABLE messages (
    probe_id integer NOT NULL,
    session_id text COLLATE "C" NOT NULL,
    position integer NOT NULL,
    time double precision,
    direction text,
    kind text NOT NULL,
    type text NOT NULL,
    trigger text NOT NULL,
    control_id text NOT NULL,
    patient_id text NOT NULL,
    ack_code text,
    ack_state text,
    latency double precision,
    text text NOT NULL,
    text_indexed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (probe_id, session_id, position)
) PARTITION BY RANGE (session_id);
COMMENT ON TABLE messages IS 'One row a message; position: its place in the document, from 0.';
COMMENT ON COLUMN messages.time IS 'When its last byte was seen, Unix milliseconds.';
COMMENT ON COLUMN messages.kind IS 'MSH-9.1^9.2; ASTM: Result, Query, Order, Patient, Records.';
COMMENT ON COLUMN messages.latency IS 'Milliseconds to its answer; of an E1381 message: to that of its last frame.';
COMMENT ON COLUMN messages.text IS 'The message as it is searched: casefolded, U+0000 as U+FFFD. As it was sent it stands in the document.';
COMMENT ON COLUMN messages.text_indexed IS 'The index messages_by_text has it. Trigrams cost ten times what the row does, so they follow when there is time; sessions_like asks both.';

CREATE TABLE findings (
    probe_id integer NOT NULL,
    session_id text COLLATE "C" NOT NULL,
    code text NOT NULL,
    severity text NOT NULL,
    PRIMARY KEY (probe_id, session_id, code)
) PARTITION BY RANGE (session_id);
COMMENT ON TABLE findings IS 'What is wrong with a session, as its probe judged it; docs/findings.md explains the codes.';

-- What lies in no month that there is a partition for: an impossible date, or one that a wrong clock has made.
CREATE TABLE sessions_other PARTITION OF sessions DEFAULT;
CREATE TABLE messages_other PARTITION OF messages DEFAULT;
CREATE TABLE findings_other PARTITION OF findings DEFAULT;

CREATE INDEX sessions_by_id ON sessions (session_id);
CREATE INDEX sessions_by_start ON sessions USING brin (start_time);
CREATE INDEX sessions_by_device ON sessions (device_address, session_id);
CREATE INDEX sessions_by_words ON sessions USING gin (control_ids, patients, finding_codes);
CREATE INDEX messages_without_index ON messages (probe_id, session_id) WHERE NOT text_indexed;
CREATE INDEX findings_by_code ON findings (code, session_id);

-- Sessions with a message whose text is LIKE the pattern. In two parts, for an OR the planner takes no partial index.
CREATE FUNCTION sessions_like(pattern text) RETURNS TABLE (probe_id integer, session_id text)
    LANGUAGE sql STABLE
    AS $$
    SELECT m.probe_id, m.session_id FROM hl7capture.messages m WHERE m.text_indexed AND m.text LIKE pattern
    UNION ALL
    SELECT m.probe_id, m.session_id FROM hl7capture.messages m WHERE NOT m.text_indexed AND m.text LIKE pattern
$$;

-- -- who is who -------------------------------------------------------------------------------------------------------

-- Which probe asks; null for whoever is none. By session_user, which nobody but an administrator can change.
CREATE FUNCTION current_probe() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = hl7capture, pg_temp
    AS $$ SELECT probe_id FROM probes WHERE role = session_user $$;

-- The probe that asks makes itself known; its number.
CREATE FUNCTION register_probe(machine text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = hl7capture, pg_temp
    AS $$
DECLARE
    known integer;
BEGIN
    IF NOT pg_has_role(session_user, 'hl7capture_probe', 'MEMBER') THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is not a probe: GRANT hl7capture_probe TO %1$I', session_user);
    END IF;
    UPDATE probes SET seen_at = now(), name = left(machine, 200) WHERE role = session_user RETURNING probe_id INTO known;
    IF known IS NULL THEN
        INSERT INTO probes (role, name) VALUES (session_user, left(machine, 200))
            ON CONFLICT (role) DO UPDATE SET seen_at = now()
            RETURNING probe_id INTO known;
    END IF;
    RETURN known;
END $$;

-- -- months -----------------------------------------------------------------------------------------------------------

-- Makes the partitions of months ('202611'), where they are missing; how many it made. A month out of all reason, which
-- a clock gone wrong may name, gets none: its sessions go to the default partitions.
CREATE FUNCTION make_months(months text[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = hl7capture, pg_temp
    AS $$
DECLARE
    month text;
    next_month text;
    part text;
    made integer := 0;
BEGIN
    IF current_probe() IS NULL AND NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
        RAISE insufficient_privilege USING MESSAGE = 'only a probe or the owner makes partitions';
    END IF;
    FOR month IN SELECT DISTINCT m FROM unnest(months) m
        WHERE m ~ '^[0-9]{4}(0[1-9]|1[0-2])$' AND m >= '200001' AND m <= to_char(now() + interval '2 months', 'YYYYMM')
    LOOP
        CONTINUE WHEN to_regclass('hl7capture.findings_' || month) IS NOT NULL;
        PERFORM pg_advisory_xact_lock(hashtext('hl7capture.make_months'));
        CONTINUE WHEN to_regclass('hl7capture.findings_' || month) IS NOT NULL;  -- another probe was quicker
        next_month := to_char(to_date(month, 'YYYYMM') + interval '1 month', 'YYYYMM');
        BEGIN
            FOREACH part IN ARRAY ARRAY['sessions', 'messages', 'findings'] LOOP
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    part || '_' || month, part, month, next_month);
            END LOOP;
            made := made + 1;
        EXCEPTION WHEN check_violation THEN
            NULL;  -- the default partition has rows of this month: there they stay, and the others come to them
        END;
    END LOOP;
    RETURN made;
END $$;

-- -- who may do what --------------------------------------------------------------------------------------------------

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA hl7capture FROM PUBLIC;
GRANT USAGE ON SCHEMA hl7capture TO hl7capture_probe, hl7capture_reader;
GRANT EXECUTE ON FUNCTION current_probe(), sessions_like(text) TO hl7capture_probe, hl7capture_reader;
GRANT EXECUTE ON FUNCTION register_probe(text), make_months(text[]) TO hl7capture_probe;
GRANT SELECT ON migrations, archive, probes TO hl7capture_probe, hl7capture_reader;
GRANT SELECT ON sessions, messages, findings TO hl7capture_reader;
GRANT SELECT, INSERT, UPDATE ON sessions TO hl7capture_probe;
-- Of a session that is sent anew these are replaced as a whole.
GRANT SELECT, INSERT, UPDATE, DELETE ON messages, findings TO hl7capture_probe;

ALTER TABLE probes ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE findings ENABLE ROW LEVEL SECURITY;
CREATE POLICY reading ON probes FOR SELECT TO hl7capture_reader USING (true);
CREATE POLICY reading ON sessions FOR SELECT TO hl7capture_reader USING (true);
CREATE POLICY reading ON messages FOR SELECT TO hl7capture_reader USING (true);
CREATE POLICY reading ON findings FOR SELECT TO hl7capture_reader USING (true);
CREATE POLICY own ON probes FOR SELECT TO hl7capture_probe USING (role = session_user);
CREATE POLICY own ON sessions TO hl7capture_probe
    USING (probe_id = (SELECT current_probe())) WITH CHECK (probe_id = (SELECT current_probe()));
CREATE POLICY own ON messages TO hl7capture_probe
    USING (probe_id = (SELECT current_probe())) WITH CHECK (probe_id = (SELECT current_probe()));
CREATE POLICY own ON findings TO hl7capture_probe
    USING (probe_id = (SELECT current_probe())) WITH CHECK (probe_id = (SELECT current_probe()));

SELECT make_months(ARRAY[to_char(now(), 'YYYYMM'), to_char(now() + interval '1 month', 'YYYYMM')]);

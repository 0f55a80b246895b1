-- What reading needs beyond what is written: an order to page by, words beside the messages, and news of what comes.

ALTER TABLE sessions
    ADD COLUMN search_line text NOT NULL DEFAULT '',
    ADD COLUMN reads_otherwise boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN sessions.search_line IS 'What words are looked for in beside the messages, casefolded.';
COMMENT ON COLUMN sessions.reads_otherwise IS 'A message has escape sequences, or delimiters out of the ordinary: a value may read otherwise than text and patients have it.';

-- Lists are the newest first, page by page: each begins behind the last key of the one before.
CREATE INDEX sessions_by_time ON sessions (start_time DESC, session_id DESC, probe_id DESC);
DROP INDEX sessions_by_start;
CREATE INDEX sessions_that_read_otherwise ON sessions (probe_id, session_id) WHERE reads_otherwise;
CREATE INDEX sessions_by_kinds ON sessions USING gin (message_types, triggers, acks, flags);

-- Who looks at the archive hears that something came; what it is, it reads as it may.
CREATE FUNCTION tell_of_sessions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NOTIFY hl7capture_sessions;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tell_of_sessions() FROM PUBLIC;
CREATE TRIGGER tell_of_sessions AFTER INSERT OR UPDATE ON sessions
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_sessions();

"""The archive's tables: how they are made, and who may do what with them."""

from contextlib import closing

import psycopg
import pytest
from psycopg import errors

from hl7capture.archive import schema
from hl7capture.archive.connecting import connect
from hl7capture.archive.errors import ArchiveError, SchemaError
from hl7capture.archive.sending import prepare
from hl7capture.archive.setting_up import PROBE, READER, set_up
from tests.support.command import run
from tests.support.postgres import Database

TABLES = ("sessions", "messages", "findings")


def put_session(archive: Database, role: str, session_id: str, probe: int | None = None) -> None:
    """The least that a session is, as a probe adds it."""
    archive.ask(
        "INSERT INTO hl7capture.sessions (probe_id, session_id, number, probe, source, device_ip, device_port, lis_ip, "
        "lis_port, framing, start_time, end_time, end_reason, is_complete, kept, note, element_count, message_count, "
        "flag_count, size, kinds, kind_counts, flags, finding_codes, finding_severities, message_types, triggers, "
        "control_ids, acks, patients, document) "
        "VALUES (coalesce(%s, hl7capture.current_probe()), %s, 1, 'pc', 'eth0', '10.0.0.5', 1, '10.1.0.1', 2, 'mllp', "
        "0, 0, 'eot', true, false, '', 0, 0, 0, 0, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
        probe,
        session_id,
        role=role,
    )


def sessions_seen(archive: Database, role: str) -> list[str]:
    return [name for (name,) in archive.ask("SELECT session_id FROM hl7capture.sessions ORDER BY 1", role=role)]


# -- setting up ------------------------------------------------------------------------------------------------


def test_init_by_command(database: Database) -> None:
    done = run("archive", "init", "--url", database.url())
    said = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert f"{database.url()} is ready, version {schema.newest()}" in said
    assert "hl7capture_probe: adds sessions, and changes its own" in said
    assert "CREATE ROLE lab_pc_3 LOGIN" in said
    assert "GRANT hl7capture_reader TO anna;" in said
    again = run("archive", "init", "--url", database.url())
    assert (again.returncode, b"Applied" in again.stdout) == (0, False)


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("postgresql://nobody:secret@127.0.0.1/x", 2, "keyring"),
        ("postgresql://nobody@127.0.0.1:1/x", 1, "cannot be reached"),
        ("", 2, "There is no archive"),
    ],
)
def test_init_says_what_is_wrong(url: str, code: int, said: str) -> None:
    done = run("archive", "init", *(["--url", url] if url else []))
    assert (done.returncode, said in done.stderr.decode(), b"secret" in done.stderr) == (code, True, False)


def test_a_connection_looks_at_the_tables_and_changes_nothing(database: Database) -> None:
    with closing(connect(database.url())) as connection:
        with pytest.raises(SchemaError, match="archive init"):
            schema.check(connection)
        assert schema.version_of(connection) == 0
        set_up(connection)
        schema.check(connection)
        connection.execute("INSERT INTO hl7capture.migrations VALUES (999, 'later', now(), '9.9')")
        with pytest.raises(SchemaError, match="of version 999, this program knows"):
            schema.check(connection)
        with pytest.raises(ArchiveError, match="update this program"):
            set_up(connection)
        connection.execute("DELETE FROM hl7capture.migrations")
        connection.execute("INSERT INTO hl7capture.migrations VALUES (0, 'earlier', now(), '0.1')")


def test_init_is_all_or_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = schema.Migration(99, "broken", "CREATE TABLE half (); SELECT 1/0;")
    monkeypatch.setattr("hl7capture.archive.setting_up.migrations", lambda: [*schema.migrations(), broken])
    with closing(connect(database.url())) as connection:
        with pytest.raises(ArchiveError, match="cannot be set up"):
            set_up(connection)
        assert schema.version_of(connection) == 0


def test_an_owner_who_is_no_administrator(database: Database) -> None:
    """Roles that are there already, as an administrator has made them, are enough for the rest."""
    owner = database.new_login()
    database.set_up()  # makes the roles, which all databases of the server share
    database.ask("DROP SCHEMA hl7capture CASCADE")
    database.ask(f"ALTER DATABASE {database.name} OWNER TO {owner}")
    with closing(connect(database.url(owner))) as connection:
        assert set_up(connection).version == schema.newest()
        schema.check(connection)


def test_without_the_right_to_make_roles(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = database.new_login()
    database.ask(f"ALTER DATABASE {database.name} OWNER TO {owner}")
    monkeypatch.setattr("hl7capture.archive.setting_up.PROBE", f"{owner}_probe")
    with closing(connect(database.url(owner))) as connection, pytest.raises(ArchiveError, match="may not create roles"):
        set_up(connection)


def test_without_trigrams(database: Database) -> None:
    """A server without pg_trgm, or one whose administrator keeps it back, does all but the index."""
    database.set_up()
    database.ask("DROP SCHEMA hl7capture CASCADE; DROP EXTENSION pg_trgm")
    owner = database.new_login()
    database.ask(f"GRANT CREATE ON SCHEMA public TO {owner}; CREATE SCHEMA hl7capture AUTHORIZATION {owner}")
    with closing(connect(database.url(owner))) as connection:
        done = set_up(connection)
    assert done.version == schema.newest()
    assert ["CREATE EXTENSION pg_trgm" in text for text in done.missing] == [True]


def test_where_the_public_may_do_nothing(database: Database) -> None:
    database.ask(f"REVOKE ALL ON DATABASE {database.name} FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC")
    database.set_up()
    probe, reader = database.new_probe(), database.new_login(READER)
    with closing(connect(database.url(probe))) as connection:
        prepare(connection)
    put_session(database, probe, "20261121T101530.123Z-00000001")
    assert len(sessions_seen(database, reader)) == 1
    with pytest.raises(errors.InsufficientPrivilege):
        database.ask("CREATE TEMPORARY TABLE x ()", role=reader)


# -- partitions ------------------------------------------------------------------------------------------------


def test_months_are_partitions(archive: Database) -> None:
    probe = archive.new_probe()
    made = archive.ask("SELECT hl7capture.make_months(%s)", ["202501", "202501", "202502"], role=probe)
    assert made == [(2,)]
    assert archive.ask("SELECT hl7capture.make_months(%s)", ["202501"], role=probe) == [(0,)]
    for session_id in ("20250131T235959.999Z-00000001", "20250201T000000.000Z-00000002"):
        put_session(archive, probe, session_id)
    assert archive.ask("SELECT count(*) FROM hl7capture.sessions_202501") == [(1,)]
    archive.ask("DROP TABLE hl7capture.sessions_202501")  # retention
    assert sessions_seen(archive, probe) == ["20250201T000000.000Z-00000002"]


@pytest.mark.parametrize("month", ["190001", "999912", "202613", "202600", "2026'); --", ""])
def test_months_beyond_reason_have_no_partition_and_lose_nothing(archive: Database, month: str) -> None:
    probe = archive.new_probe()
    assert archive.ask("SELECT hl7capture.make_months(%s)", [month], role=probe) == [(0,)]
    put_session(archive, probe, f"{month}01T000000.000Z-00000001")
    assert len(sessions_seen(archive, probe)) == 1


def test_a_month_that_lies_in_the_default_partition_stays_there(archive: Database) -> None:
    probe = archive.new_probe()
    for number in (1, 2):
        put_session(archive, probe, f"20250101T000000.000Z-0000000{number}")
        assert archive.ask("SELECT hl7capture.make_months(%s)", ["202501"], role=probe) == [(0,)]
    assert len(sessions_seen(archive, probe)) == 2


# -- who may do what -------------------------------------------------------------------------------------------


def test_a_reader_reads_all_and_writes_nothing(archive: Database) -> None:
    probes = [archive.new_probe() for _ in range(2)]
    for number, probe in enumerate(probes):
        put_session(archive, probe, f"20261121T101530.123Z-0000000{number}")
    reader = archive.new_login(READER)
    assert len(sessions_seen(archive, reader)) == 2
    assert len(archive.ask("SELECT * FROM hl7capture.probes", role=reader)) == 2
    refused = [
        "UPDATE hl7capture.sessions SET note = 'x'",
        "DELETE FROM hl7capture.{table}",
        "TRUNCATE hl7capture.{table}",
        "INSERT INTO hl7capture.{table} SELECT * FROM hl7capture.{table}",
        "SELECT * FROM hl7capture.{table}_other",
        "DROP TABLE hl7capture.{table}",
        "CREATE TABLE hl7capture.mine ()",
        "SELECT hl7capture.register_probe('me')",
        "SELECT hl7capture.make_months(ARRAY['202501'])",
        "UPDATE hl7capture.probes SET name = 'x'",
        "INSERT INTO hl7capture.migrations VALUES (999, 'x', now(), 'x')",
    ]
    for statement in refused:
        for table in TABLES if "{table}" in statement else ("",):
            with pytest.raises(errors.InsufficientPrivilege):
                archive.ask(statement.format(table=table), role=reader)


def test_a_probe_sees_and_changes_its_own_alone(archive: Database) -> None:
    mine, other = archive.new_probe(), archive.new_probe()
    put_session(archive, mine, "20261121T101530.123Z-00000001")
    put_session(archive, other, "20261121T101530.123Z-00000001")  # the same id is another session
    put_session(archive, other, "20261121T101530.123Z-00000002")
    row = "INSERT INTO hl7capture.{0} VALUES (hl7capture.current_probe(), '20261121T101530.123Z-00000002', {1})"
    archive.ask(row.format("messages", "0, 0, '', '', '', '', '', '', '', '', 0, 'text', false"), role=other)
    archive.ask(row.format("findings", "'code', 'note'"), role=other)
    assert sessions_seen(archive, mine) == ["20261121T101530.123Z-00000001"]
    assert [role for _, role, *_ in archive.ask("SELECT * FROM hl7capture.probes", role=mine)] == [mine]
    for table in ("messages", "findings"):
        assert archive.ask(f"SELECT * FROM hl7capture.{table}", role=mine) == []
        assert archive.ask(f"DELETE FROM hl7capture.{table} RETURNING 1", role=mine) == []
    assert archive.ask("UPDATE hl7capture.sessions SET note = 'x' RETURNING session_id", role=mine) == [
        ("20261121T101530.123Z-00000001",)
    ]
    ((theirs,),) = archive.ask("SELECT hl7capture.current_probe()", role=other)
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        put_session(archive, mine, "20261121T101530.123Z-00000003", theirs)
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        archive.ask("UPDATE hl7capture.sessions SET probe_id = %s", theirs, role=mine)
    for statement in (
        "DELETE FROM hl7capture.sessions",
        "TRUNCATE hl7capture.sessions",
        "SELECT * FROM hl7capture.sessions_202611",
        "DROP TABLE hl7capture.sessions_202611",
        "UPDATE hl7capture.probes SET role = session_user",
        f"SET ROLE {other}",
        f"SET SESSION AUTHORIZATION {other}",
        "CREATE TABLE hl7capture.mine ()",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            archive.ask(statement, role=mine)
    assert sessions_seen(archive, other) == ["20261121T101530.123Z-00000001", "20261121T101530.123Z-00000002"]


def test_a_stranger_sees_nothing(archive: Database) -> None:
    stranger = archive.new_login()
    for statement in ("SELECT * FROM hl7capture.sessions", "SELECT hl7capture.register_probe('me')"):
        with pytest.raises(errors.InsufficientPrivilege):
            archive.ask(statement, role=stranger)


def test_a_probe_that_is_not_registered_writes_nothing(archive: Database) -> None:
    probe = archive.new_login(PROBE)
    with pytest.raises(psycopg.Error):
        put_session(archive, probe, "20261121T101530.123Z-00000001")
    assert sessions_seen(archive, probe) == []


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = [migration.number for migration in schema.migrations()]
    assert numbers == list(range(1, len(numbers) + 1))

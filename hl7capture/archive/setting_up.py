"""`archive init`: roles, tables and what the server can do beyond; it may be run again at any time."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hl7capture import __version__
from hl7capture.archive.connecting import driver, in_words
from hl7capture.archive.errors import ArchiveError
from hl7capture.archive.schema import check, migrations, newest, version_of

if TYPE_CHECKING:
    from hl7capture.archive.connecting import Connection

PROBE, READER = "hl7capture_probe", "hl7capture_reader"
_TEXT_INDEX = "messages_by_text"
_LINE_INDEX = "sessions_by_line"

_FIRST = """
CREATE TABLE IF NOT EXISTS hl7capture.migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    program text NOT NULL
);
"""


@dataclass(slots=True)
class SetUp:
    """What was done. applied: migrations. missing: what the server could not do, what follows, and what helps."""

    version: int
    applied: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def set_up(connection: "Connection") -> SetUp:
    """Makes the archive, or brings it up to date. Raises ArchiveError."""
    psycopg = driver()
    try:
        with connection.transaction():
            # Of two at once one waits, and finds all done.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('hl7capture.init'))")
            connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'")
            if version_of(connection) > newest():
                check(connection)
            _make_roles(connection)
            there = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'hl7capture'").fetchone()
            if there is None:  # an administrator may have made it for an owner who may not
                connection.execute("CREATE SCHEMA hl7capture")
            connection.execute(_FIRST)
            applied = _migrate(connection)
            _let_in(connection)
        done = SetUp(newest(), applied)
        for improve in (_compress, _index_texts):
            if lacking := improve(connection):
                done.missing.append(lacking)
    except psycopg.Error as error:
        raise ArchiveError(f"The archive cannot be set up: {in_words(error)}") from error
    return done


def grants() -> list[str]:
    """What the roles may do, in words."""
    return [
        f"{PROBE}: adds sessions, and changes its own; it sees no other's.",
        f"{READER}: reads all sessions, and changes nothing.",
        "The owner, who runs this, changes tables and drops months.",
    ]


def admissions() -> dict[str, list[str]]:
    """The lines that an administrator runs to let somebody in, by what they come for."""
    return {
        "a probe": ["CREATE ROLE lab_pc_3 LOGIN PASSWORD '…';", f"GRANT {PROBE} TO lab_pc_3;"],
        "a reader": ["CREATE ROLE anna LOGIN PASSWORD '…';", f"GRANT {READER} TO anna;"],
    }


def _make_roles(connection: "Connection") -> None:
    psycopg = driver()
    for role in (PROBE, READER):
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None:
            continue
        try:
            with connection.transaction():
                connection.execute(f"CREATE ROLE {role} NOLOGIN")
        except psycopg.errors.InsufficientPrivilege as error:
            raise ArchiveError(
                "This login may not create roles. An administrator of the server runs these lines once, "
                f"then run this again: CREATE ROLE {PROBE} NOLOGIN; CREATE ROLE {READER} NOLOGIN;"
            ) from error


def _let_in(connection: "Connection") -> None:
    """For servers where PUBLIC may not use the database. Whoever may not grant it gets a warning, and no error."""
    database = connection.execute("SELECT quote_ident(current_database())").fetchone()
    assert database is not None
    connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {database[0]} TO {PROBE}")
    connection.execute(f"GRANT CONNECT ON DATABASE {database[0]} TO {READER}")


def _migrate(connection: "Connection") -> list[str]:
    done = []
    at = version_of(connection)
    for migration in migrations():
        if migration.number <= at:
            continue
        connection.execute("SET LOCAL search_path = hl7capture, pg_temp")
        connection.execute(migration.sql.encode())
        connection.execute(
            "INSERT INTO migrations (number, name, program) VALUES (%s, %s, %s)",
            (migration.number, migration.name, __version__),
        )
        done.append(f"{migration.number:04d} {migration.name}")
    return done


def _compress(connection: "Connection") -> str:
    """lz4 for documents and texts: PostgreSQL 14 or later, if it was built with it."""
    psycopg = driver()
    try:
        with connection.transaction():
            for table, column in (("sessions", "document"), ("messages", "text")):
                parts = connection.execute(
                    "SELECT relid::regclass::text FROM pg_partition_tree(%s::regclass)", (f"hl7capture.{table}",)
                )
                for (part,) in parts.fetchall():
                    connection.execute(f"ALTER TABLE {part} ALTER COLUMN {column} SET COMPRESSION lz4")
    except (psycopg.errors.FeatureNotSupported, psycopg.errors.SyntaxError, psycopg.errors.InvalidParameterValue):
        return "This server has no lz4: documents are compressed by its own, slower way."
    return ""


def _index_texts(connection: "Connection") -> str:
    """The trigram index for texts; pg_trgm is a trusted extension, which a database's owner may create."""
    psycopg = driver()
    try:
        with connection.transaction():
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile):
        return (
            "There is no index for texts, so looking for them takes longer: an administrator of the server runs "
            "CREATE EXTENSION pg_trgm; in this database (Debian: package postgresql-contrib), then run this again."
        )
    row = connection.execute(
        "SELECT quote_ident(nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
        "WHERE extname = 'pg_trgm'"
    ).fetchone()
    assert row is not None
    with connection.transaction():
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute(
            f"CREATE INDEX IF NOT EXISTS {_TEXT_INDEX} ON hl7capture.messages USING gin (text {row[0]}.gin_trgm_ops) "
            "WHERE text_indexed"
        )
        connection.execute(
            f"CREATE INDEX IF NOT EXISTS {_LINE_INDEX} ON hl7capture.sessions "
            f"USING gin (search_line {row[0]}.gin_trgm_ops)"
        )
    return ""

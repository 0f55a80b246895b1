"""Sending sessions: a batch is one transaction, and may be sent again at any time.

Rows are copied to temporary tables and taken over from there, for COPY alone is fast, but knows neither conflicts nor
row-level security. What the archive has already is replaced, unless it is newer.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from hl7capture.archive.connecting import driver
from hl7capture.archive.errors import ReaderError
from hl7capture.archive.marks import codes_in_short
from hl7capture.archive.rows import FindingRow, MessageRow, Rows, SessionRow

if TYPE_CHECKING:
    from hl7capture.archive.connecting import Connection

_TYPES = {
    SessionRow: {
        "document": "jsonb",
        "number": "int8",
        "size": "int8",
        "kind_counts": "int4[]",
        **dict.fromkeys(("device_port", "lis_port", "element_count", "message_count", "flag_count"), "int4"),
        **dict.fromkeys(("is_complete", "kept", "reads_otherwise"), "bool"),
        **dict.fromkeys(
            ("saved_at", "persisted_until", "start_time", "end_time", "latency_min", "latency_max"), "float8"
        ),
        **dict.fromkeys(
            (
                "kinds",
                "flags",
                "finding_codes",
                "finding_severities",
                "message_types",
                "triggers",
                "control_ids",
                "acks",
                "patients",
            ),
            "text[]",
        ),
    },
    MessageRow: {"position": "int4", "time": "float8", "latency": "float8"},
    FindingRow: {},
}
_LARGEST_INDEXED = 1 << 20  # bytes
_INDEXED_AT_ONCE = 500  # messages: a fraction of a second
_WITH_LZ4 = 140_000
_STATEMENT_MS = 60_000
_MS_PER_MB = 5_000  # a server that takes longer for a large document is not at work on it


class Table(NamedTuple):
    """name: in the archive; columns: as they are copied, but for the probe's number; types: of these.

    key: the columns that tell the rows of a probe apart.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def incoming(self) -> str:
        return f"incoming_{self.name}"

    @property
    def listed(self) -> str:
        return ", ".join(self.columns)

    @property
    def replaced(self) -> str:
        """For DO UPDATE SET."""
        return ", ".join(f"{name} = excluded.{name}" for name in self.columns if name not in self.key)

    @property
    def clearing(self) -> str:
        return f"DELETE FROM hl7capture.{self.name} WHERE probe_id = %(probe)s AND session_id = ANY(%(ours)s)"  # noqa: S608

    @property
    def taking(self) -> str:
        """Also of a new session there may be rows, where somebody has deleted its own alone."""
        return (
            f"INSERT INTO hl7capture.{self.name} (probe_id, {self.listed}) "  # noqa: S608 - names of our own
            f"SELECT %(probe)s, {self.listed} FROM {self.incoming} WHERE session_id = ANY(%(ours)s) "
            f"ON CONFLICT (probe_id, {', '.join(self.key)}) DO UPDATE SET {self.replaced}"
        )

    @property
    def creation(self) -> str:
        return f"CREATE TEMPORARY TABLE IF NOT EXISTS {self.incoming} ({self.typed}) ON COMMIT DELETE ROWS"

    @property
    def typed(self) -> str:
        """The columns with their types."""
        return ", ".join(f"{name} {kind}" for name, kind in zip(self.columns, self.types, strict=True))


def _table(name: str, row: type[Any], *key: str) -> Table:
    columns = row._fields
    return Table(name, key, columns, tuple(_TYPES[row].get(column, "text") for column in columns))


SESSIONS = _table("sessions", SessionRow, "session_id")
MESSAGES = _table("messages", MessageRow, "session_id", "position")
FINDINGS = _table("findings", FindingRow, "session_id", "code")
TABLES = (SESSIONS, MESSAGES, FINDINGS)

# now() is when the transaction began: what has another time was there before.
_TAKE_SESSIONS = f"""
INSERT INTO hl7capture.sessions AS old (probe_id, {SESSIONS.listed})
SELECT %(probe)s, {SESSIONS.listed.replace("_address", "_address::inet")} FROM incoming_sessions
ON CONFLICT (probe_id, session_id) DO UPDATE SET archived_at = clock_timestamp(),
{SESSIONS.replaced}
WHERE old.saved_at IS NULL OR old.saved_at <= excluded.saved_at
RETURNING archived_at = now()
"""  # noqa: S608 - names of our own, as in all that follow
# Of sessions alone whose row is the one that was sent; an older one has changed nothing.
_OURS = (
    "SELECT s.session_id FROM incoming_sessions i JOIN hl7capture.sessions s "
    "ON s.probe_id = %(probe)s AND s.session_id = i.session_id AND s.saved_at IS NOT DISTINCT FROM i.saved_at"
)


class Probe(NamedTuple):
    """Who sends to which archive. archive: its own id, whatever its address. has_index: of texts."""

    number: int
    archive: str
    has_index: bool


def registered(connection: "Connection", machine: str) -> Probe:
    """Makes this probe known to the archive. Raises psycopg.Error; ReaderError where the login is a reader alone."""
    asked = connection.execute(
        "SELECT pg_has_role(session_user, 'hl7capture_probe', 'MEMBER'), "
        "pg_has_role(session_user, 'hl7capture_reader', 'MEMBER')"
    )
    if asked.fetchone() == (False, True):
        raise ReaderError(
            "This login only reads the archive: nothing is sent. To send, let its owner GRANT hl7capture_probe to it."
        )
    row = connection.execute(
        "SELECT hl7capture.register_probe(%s), (SELECT id::text FROM hl7capture.archive), "
        "to_regclass('hl7capture.messages_by_text') IS NOT NULL",
        (machine,),
    ).fetchone()
    assert row is not None
    return Probe(*row)


def prepare(connection: "Connection") -> None:
    """Once for each connection that sends. Raises psycopg.Error."""
    json = driver().types.json
    json.set_json_dumps(bytes, connection)  # documents are JSON already
    connection.execute("SELECT set_config('temp_buffers', '64MB', false)")
    for table in TABLES:
        connection.execute(table.creation)
    if connection.info.server_version >= _WITH_LZ4:
        with suppress(driver().errors.FeatureNotSupported, driver().errors.InvalidParameterValue):
            connection.execute("SELECT set_config('default_toast_compression', 'lz4', false)")


def longest(size: int) -> int:
    """Milliseconds that the server may take for one statement, where so many bytes are sent."""
    return _STATEMENT_MS + (size >> 20) * _MS_PER_MB


def send(connection: "Connection", probe: Probe, batch: Sequence[Rows]) -> None:
    """Makes them durable in the archive. Raises psycopg.Error: then nothing of the batch is there, or all of it."""
    timeout = str(longest(sum(rows.size for rows in batch)))
    with connection.transaction():
        months = sorted({rows.session.session_id[:6] for rows in batch})
        connection.execute(
            "SELECT set_config('statement_timeout', %s, true), hl7capture.make_months(%s)", (timeout, months)
        )
        copy_rows(connection, SESSIONS, (rows.session for rows in batch))
        copy_rows(connection, MESSAGES, (row for rows in batch for row in rows.messages))
        copy_rows(connection, FINDINGS, (row for rows in batch for row in rows.findings))
        own: dict[str, Any] = {"probe": probe.number, "ours": [rows.session.session_id for rows in batch]}
        taken = connection.execute(_TAKE_SESSIONS, own).fetchall()
        if len(taken) < len(batch) or not all(is_new for (is_new,) in taken):
            own["ours"] = [session_id for (session_id,) in connection.execute(_OURS, own)]
            for table in (MESSAGES, FINDINGS):
                connection.execute(table.clearing, own)
        for table in (MESSAGES, FINDINGS):
            connection.execute(table.taking, own)


def saved_when(connection: "Connection", probe: Probe, session_ids: list[str]) -> dict[str, tuple[float | None, str]]:
    """Of those that are in the archive: when they had been saved, and their findings, as marks keep them.

    Raises psycopg.Error.
    """
    rows = connection.execute(
        "SELECT session_id, saved_at, finding_codes, finding_severities FROM hl7capture.sessions "
        "WHERE probe_id = %s AND session_id = ANY(%s)",
        (probe.number, session_ids),
    )
    return {
        name: (saved_at, codes_in_short(tuple(zip(codes, severities, strict=True))))
        for name, saved_at, codes, severities in rows
    }


def index_texts(connection: "Connection", probe: Probe) -> bool:
    """Puts some texts into the index, the newest first; False where there were none. Raises psycopg.Error.

    Very large ones stay out: they would take minutes, and are few enough to be looked through.
    """
    done = connection.execute(
        "UPDATE hl7capture.messages m SET text_indexed = true FROM ("
        "SELECT session_id, position FROM hl7capture.messages WHERE probe_id = %(probe)s AND NOT text_indexed "
        "AND octet_length(text) <= %(most)s ORDER BY session_id DESC LIMIT %(count)s) due "
        "WHERE m.probe_id = %(probe)s AND m.session_id = due.session_id AND m.position = due.position",
        {"probe": probe.number, "most": _LARGEST_INDEXED, "count": _INDEXED_AT_ONCE},
    )
    return done.rowcount > 0


def copy_rows(connection: "Connection", table: Table, rows: Iterable[Sequence[Any]], into: str = "") -> None:
    """Rows to the table where they wait to be taken over, or to another. Raises psycopg.Error."""
    statement = f"COPY {into or table.incoming} ({table.listed}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types(table.types)
        for row in rows:
            copy.write_row(row)

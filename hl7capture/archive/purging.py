"""Taking old months out of the archive: whole partitions, which takes a moment however much is in them; for its owner.

Sessions that a person wants kept for good stay: without a partition of their month they lie in the default one.
"""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from hl7capture.archive.connecting import driver, in_words
from hl7capture.archive.errors import ArchiveError

if TYPE_CHECKING:
    from hl7capture.archive.connecting import Connection

_TABLES = ("sessions", "messages", "findings")
_MONTHS = """
SELECT right(c.relname, 6) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'hl7capture.sessions'::regclass AND c.relname ~ '^sessions_[0-9]{6}$' ORDER BY 1
"""


class Month(NamedTuple):
    """name: `202611`; "" stands for what lies in no month's partition. size: bytes that become free, of a partition."""

    name: str
    sessions: int
    kept: int
    size: int

    @property
    def title(self) -> str:
        return f"{self.name[:4]}-{self.name[4:]}" if self.name else "beside the months"


def months_before(connection: "Connection", moment: datetime) -> list[Month]:
    """Those that were over at that moment, if there is anything in them to delete. Raises ArchiveError."""
    first = f"{moment:%Y%m}"  # that stays
    try:
        names = [name for (name,) in connection.execute(_MONTHS).fetchall() if name < first]
        months = [_month(connection, name) for name in names]
        row = connection.execute(
            "SELECT count(*) FROM hl7capture.sessions_other WHERE session_id < %s AND NOT kept", (first,)
        ).fetchone()
    except driver().Error as error:
        raise ArchiveError(_words(error)) from error
    assert row is not None
    return [*months, *([Month("", row[0], 0, 0)] if row[0] else [])]


def drop(connection: "Connection", month: Month, moment: datetime) -> None:
    """Deletes what is in a month, or, beside the months, what is older than the month of `moment`.

    Raises ArchiveError.
    """
    try:
        with connection.transaction():
            connection.execute("SET LOCAL statement_timeout = 0")
            if month.name:
                _drop_partitions(connection, month.name)
            else:
                _delete_beside(connection, f"{moment:%Y%m}")
    except driver().Error as error:
        raise ArchiveError(_words(error)) from error


def _month(connection: "Connection", name: str) -> Month:
    table = f"hl7capture.sessions_{name}"
    sizes = " + ".join(f"pg_total_relation_size('hl7capture.{part}_{name}')" for part in _TABLES)
    row = connection.execute(
        f"SELECT count(*) FILTER (WHERE NOT kept), count(*) FILTER (WHERE kept), {sizes} FROM {table}".encode()  # noqa: S608 - six digits
    ).fetchone()
    assert row is not None
    return Month(name, *row)


def _drop_partitions(connection: "Connection", name: str) -> None:
    """name: six digits."""
    for table in _TABLES:
        of_kept = f"SELECT probe_id, session_id FROM hl7capture.sessions_{name} WHERE kept"  # noqa: S608 - see above
        connection.execute(
            f"CREATE TEMPORARY TABLE kept_{table} ON COMMIT DROP AS "  # noqa: S608 - as above
            f"SELECT * FROM hl7capture.{table}_{name} WHERE (probe_id, session_id) IN ({of_kept})".encode()
        )
    for table in _TABLES:
        connection.execute(f"DROP TABLE hl7capture.{table}_{name}".encode())
        connection.execute(f"INSERT INTO hl7capture.{table} SELECT * FROM kept_{table}".encode())  # noqa: S608 - fixed


def _delete_beside(connection: "Connection", before: str) -> None:
    gone = connection.execute(
        "DELETE FROM hl7capture.sessions_other WHERE session_id < %s AND NOT kept RETURNING probe_id, session_id",
        (before,),
    ).fetchall()
    keys = ([probe for probe, _ in gone], [name for _, name in gone])
    for table in ("messages_other", "findings_other"):
        connection.execute(
            f"DELETE FROM hl7capture.{table} WHERE (probe_id, session_id) IN "  # noqa: S608 - names of two tables
            "(SELECT * FROM unnest(%s::int4[], %s::text[]))",
            keys,
        )


def _words(error: Exception) -> str:
    if isinstance(error, driver().errors.InsufficientPrivilege):
        return "Only the archive's owner, who ran `hl7capture archive init`, may delete from it."
    return f"Nothing more is deleted from the archive: {in_words(error)}"

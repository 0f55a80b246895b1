"""Sessions of the archive that a filter lets through, the newest first, as far as somebody wants to see them.

Each query begins behind the key of the last session that was looked at, so none takes longer the farther one has come,
and nothing is held at the server in between. First the newest are gone through, for what is common is met there soon;
then what an index finds is looked up, if that is not too much; else the list is gone through to its end, in steps that
grow. What the server cannot judge is judged here, by the document where it must be.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from hl7capture.archive.conditions import condition_of
from hl7capture.archive.narrowing import MOST, Narrowed, interval_of, narrowed
from hl7capture.archive.sql import Values
from hl7capture.archive.texts import from_jsonb
from hl7capture.hl7.filter.evaluation import Filter
from hl7capture.hl7.findings.finding import Severity
from hl7capture.hl7.session_summary import LONGEST_NAME
from hl7capture.model.elements import Framing
from hl7capture.model.session import EndReason, Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.store.document import DocumentError, from_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from hl7capture.archive.connecting import Connection

_FIRST_STEP = 1_000  # sessions
_LARGEST_STEP = 64_000
_GROWTH = 4
_PAGE = 200  # rows of one answer
_DOCUMENTS = 20  # of one answer

_ORDER = "s.start_time DESC, s.session_id DESC, s.probe_id DESC"
_KEY = "s.start_time, s.session_id, s.probe_id"
_COLUMNS = (
    *("probe_id", "session_id", "number", "probe", "source"),
    *(
        "device_ip",
        "device_port",
        "lis_ip",
        "lis_port",
        "framing",
        "start_time",
        "end_time",
        "is_complete",
        "end_reason",
    ),
    *("element_count", "message_count", "flag_count", "kinds", "kind_counts", "size"),
    *("saved_at", "persisted_until", "kept", "finding_codes", "finding_severities", "note"),
)
_SELECTED = ", ".join(f"s.{column}" for column in _COLUMNS[:-1]) + ", s.note <> ''"
# What this version knows.
_FRAMINGS, _REASONS, _SEVERITIES = (frozenset(map(str, kinds)) for kinds in (Framing, EndReason, Severity))
_ALTERED = "\N{REPLACEMENT CHARACTER}"


class Key(NamedTuple):
    """Where a session stands in the list."""

    start_time: float
    session_id: str
    probe_id: int


class Archived(NamedTuple):
    """A session of the archive. The same id of another probe is another session."""

    probe_id: int
    summary: SessionSummary

    @property
    def key(self) -> Key:
        return Key(self.summary.start_time, self.summary.session_id, self.probe_id)


class Search:
    """Goes through the archive once; one thread at a time. on_progress: hears how far back it has come, Unix ms.

    Raises psycopg.Error, which a cancelled connection does, too.
    """

    def __init__(
        self,
        connection: "Connection",
        wanted: Filter | None = None,
        after: Key | None = None,
        on_progress: "Callable[[float], None]" = lambda _time: None,
    ) -> None:
        self._connection = connection
        self._wanted = wanted
        self._node = wanted.node if wanted is not None else None
        self._after = after
        self._on_progress = on_progress

    def __iter__(self) -> Iterator[Archived]:
        step: int | None = _FIRST_STEP if self._node is not None else None
        while True:
            end = self._end_of(step)
            yield from self._between(end, None)
            if end is None:
                return
            self._after = end
            self._on_progress(end.start_time)
            if step == _FIRST_STEP and (found := self._looked_up()) is not None:
                yield from self._between(None, found)
                return
            step = min((step or 0) * _GROWTH, _LARGEST_STEP)

    # -- where to look -----------------------------------------------------------------------------------------

    def _end_of(self, step: int | None) -> Key | None:
        """The last key of so many from here on; None where the list ends before."""
        if step is None:
            return None
        to = Values()
        query = (
            f"SELECT {_KEY} FROM hl7capture.sessions s WHERE {self._place(to, None)} "  # noqa: S608 - values are in `to`
            f"ORDER BY {_ORDER} OFFSET {step - 1} LIMIT 1"
        )
        row = self._connection.execute(query.encode(), to.by_name or None).fetchone()
        return Key(*row) if row is not None else None

    def _looked_up(self) -> list[tuple[int, str]] | None:
        """The keys of all sessions that can be let through; None where there are too many, or no index knows."""
        for way in narrowed(self._node):
            found = self._keys(way)
            if len(found) <= MOST:
                return found
        return None

    def _keys(self, way: Narrowed) -> list[tuple[int, str]]:
        query = f"SELECT probe_id, session_id FROM ({way.query}) found LIMIT {MOST + 1}"  # noqa: S608 - values are in `way`
        rows = self._connection.execute(query.encode(), way.values.by_name).fetchall()
        return rows if len(rows) > MOST else list(dict.fromkeys(rows))

    def _place(self, to: Values, end: Key | None) -> str:
        """Which part of the list."""
        parts = ["true"]
        first, before = interval_of(self._node)
        if first is not None:
            parts.append(f"s.start_time >= {to.put(first, 'float8')}")
        if before is not None:
            parts.append(f"s.start_time < {to.put(before, 'float8')}")
        for sign, key in (("<", self._after), (">=", end)):
            if key is not None:
                parts.append(f"({_KEY}) {sign} ({self._row(key, to)})")
        return " AND ".join(parts)

    @staticmethod
    def _row(key: Key, to: Values) -> str:
        time, name, probe = key
        return f"{to.put(time, 'float8')}, {to.put(name, 'text')}, {to.put(probe, 'int4')}"

    # -- what is there -----------------------------------------------------------------------------------------

    def _between(self, end: Key | None, among: Sequence[tuple[int, str]] | None) -> Iterator[Archived]:
        """Those from here to `end`, or to the end of the list; among: of these alone."""
        while True:
            to = Values()
            condition = condition_of(self._node, to)
            place = self._place(to, end)
            if among is not None:
                probes = to.put([probe for probe, _ in among], "int4[]")
                names = to.put([name for _, name in among], "text[]")
                place += f" AND (s.probe_id, s.session_id) IN (SELECT * FROM unnest({probes}, {names}))"  # noqa: S608 - places
            # OFFSET keeps conditions out of the partitions: each would have its own plan for all months of messages.
            part = f"(SELECT * FROM hl7capture.sessions s WHERE {place} ORDER BY {_ORDER} OFFSET 0)"  # noqa: S608 - places
            query = (
                f"SELECT {_SELECTED}, {condition.sure} FROM {part} s WHERE {condition.possible} "  # noqa: S608 - as above
                f"ORDER BY {_ORDER} LIMIT {_PAGE}"
            )
            rows = self._connection.execute(query.encode(), to.by_name or None).fetchall()
            yield from self._judged([(_archived(row), row[-1]) for row in rows])
            if len(rows) < _PAGE:
                return
            self._after = _archived(rows[-1]).key
            self._on_progress(self._after.start_time)

    def _judged(self, rows: list[tuple[Archived, bool]]) -> Iterator[Archived]:
        left = iter(rows)
        while some := list(islice(left, _DOCUMENTS)):
            verdicts = [self._verdict(archived, is_sure) for archived, is_sure in some]
            open_ones = [archived for (archived, _), verdict in zip(some, verdicts, strict=True) if verdict is None]
            documents = documents_of(self._connection, open_ones)
            for (archived, _), verdict in zip(some, verdicts, strict=True):
                if verdict is None:
                    session = documents.get((archived.probe_id, archived.summary.session_id))
                    assert self._wanted is not None
                    verdict = isinstance(session, Session) and self._wanted.matches(session, _codes(archived.summary))
                if verdict:
                    yield archived

    def _verdict(self, archived: Archived, is_sure: bool) -> bool | None:
        """None: the document tells."""
        if is_sure or self._wanted is None:
            return True
        summary = archived.summary
        if _ALTERED in summary.search_line or _ALTERED in summary.probe:
            return None  # the archive may spell it otherwise
        return self._wanted.decide(summary)


def documents_of(
    connection: "Connection", wanted: Sequence[Archived]
) -> dict[tuple[int, str], Session | DocumentError]:
    """The documents of sessions, by probe and id; without those that are gone. Raises psycopg.Error."""
    if not wanted:
        return {}
    rows = connection.execute(
        "SELECT s.probe_id, s.session_id, s.document::text FROM hl7capture.sessions s WHERE (s.probe_id, s.session_id) "
        "IN (SELECT * FROM unnest(%s::int4[], %s::text[]))",
        ([each.probe_id for each in wanted], [each.summary.session_id for each in wanted]),
    )
    return {(probe_id, session_id): _session(session_id, document) for probe_id, session_id, document in rows}


def _session(session_id: str, document: str) -> Session | DocumentError:
    try:
        session = from_document(from_jsonb(document.encode()))
    except DocumentError as error:
        return error
    return session if session.session_id == session_id else DocumentError("its sessionId is not the archive's")


def _codes(summary: SessionSummary) -> list[str]:
    return [code for code, _ in summary.findings or ()]


def _archived(row: Sequence[Any]) -> Archived:
    of = dict(zip(_COLUMNS, row, strict=False))
    return Archived(
        of["probe_id"],
        SessionSummary(
            of["session_id"],
            of["number"],
            of["probe"],
            of["source"],
            of["device_ip"][:LONGEST_NAME],
            of["device_port"],
            of["lis_ip"][:LONGEST_NAME],
            of["lis_port"],
            Framing(of["framing"]) if of["framing"] in _FRAMINGS else Framing.NONE,
            of["start_time"],
            of["end_time"],
            of["is_complete"],
            EndReason(of["end_reason"]) if of["end_reason"] in _REASONS else EndReason.STOPPED,
            of["element_count"],
            of["message_count"],
            of["flag_count"],
            tuple(zip(of["kinds"], of["kind_counts"], strict=True)),
            of["size"],
            of["saved_at"],
            of["persisted_until"],
            of["kept"],
            tuple(
                (code, severity if severity in _SEVERITIES else Severity.NOTE)
                for code, severity in zip(of["finding_codes"], of["finding_severities"], strict=True)
            ),
            None,
            of["note"],
        ),
    )

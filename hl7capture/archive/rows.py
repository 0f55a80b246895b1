"""The rows of a session: what the archive is searched by, made of its document. Pure."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from hl7capture.archive.texts import to_jsonb
from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged
from hl7capture.hl7.acknowledgements.tracker import acknowledgements_of
from hl7capture.hl7.session_summary import summary_of
from hl7capture.hl7.summary import Summary, summarise
from hl7capture.hl7.tree import delimited
from hl7capture.model.elements import Element
from hl7capture.model.session import Codes, Session
from hl7capture.store.index import searched, storable

LONGEST_WORD = 500  # characters of what is indexed: a B-tree takes no more than 2 700 bytes, and nobody types as many
_MOST_WORDS = 10_000  # of a session's control ids, or patients; the texts have them all
MORE = "\x1a"  # among words: some are cut, or left out


class SessionRow(NamedTuple):
    """A row of `sessions`, in the order of its columns but for the probe's number; times are Unix milliseconds."""

    session_id: str
    saved_at: float | None
    persisted_until: float | None
    number: int
    probe: str
    source: str
    device_ip: str
    device_address: str | None
    device_port: int
    lis_ip: str
    lis_address: str | None
    lis_port: int
    framing: str
    start_time: float
    end_time: float
    end_reason: str
    is_complete: bool
    kept: bool
    note: str
    element_count: int
    message_count: int
    flag_count: int
    size: int
    kinds: list[str]
    kind_counts: list[int]
    flags: list[str]
    finding_codes: list[str]
    finding_severities: list[str]
    message_types: list[str]
    triggers: list[str]
    control_ids: list[str]
    acks: list[str]
    patients: list[str]
    latency_min: float | None
    latency_max: float | None
    search_line: str
    reads_otherwise: bool
    document: bytes


class MessageRow(NamedTuple):
    """A row of `messages`, likewise."""

    session_id: str
    position: int
    time: float | None
    direction: str | None
    kind: str
    type: str
    trigger: str
    control_id: str
    patient_id: str
    ack_code: str | None
    ack_state: str | None
    latency: float | None
    text: str


class FindingRow(NamedTuple):
    """A row of `findings`, likewise."""

    session_id: str
    code: str
    severity: str


class Rows(NamedTuple):
    """All rows of one session."""

    session: SessionRow
    messages: list[MessageRow]
    findings: list[FindingRow]

    @property
    def size(self) -> int:
        """Roughly the bytes that they are on their way."""
        return len(self.session.document) + sum(len(message.text) for message in self.messages)


def rows_of(session: Session, document: bytes, findings: Codes) -> Rows:
    """document: the bytes that the session was read from. Never raises."""
    session_id = session.session_id
    read = [summarise(text) for text in session.messages]
    said = acknowledgements_of(session).messages
    summary = summary_of(session)
    # Filters ask the summary, too, in which long ones are cut and rare ones "other".
    kinds = [*(kind for kind, _ in summary.kinds), *(one.kind or "message" for one in read)]
    latencies = [one.latency for one in said if one.latency is not None]
    row = SessionRow(
        session_id,
        session.saved_at,
        session.persisted_until,
        summary.number,
        storable(summary.probe),
        storable(summary.source),
        storable(session.device_ip[:LONGEST_WORD]),
        _address(session.device_ip),
        session.device_port,
        storable(session.lis_ip[:LONGEST_WORD]),
        _address(session.lis_ip),
        session.lis_port,
        str(session.framing),
        session.start_time,
        session.end_time,
        str(session.end_reason or ""),
        session.is_complete,
        session.pinned,
        storable(session.note),
        summary.element_count,
        summary.message_count,
        summary.flag_count,
        summary.size,
        [storable(kind) for kind, _ in summary.kinds],
        [count for _, count in summary.kinds],
        _words(flag for element in session.elements if element.flags for flag in element.flags),
        [code for code, _ in findings],
        [severity for _, severity in findings],
        _words(part for kind in kinds for part in (kind, kind.partition("^")[0])),
        _words(kind.partition("^")[2] for kind in kinds),
        _words(one.control_id for one in read),
        _words(part for one in said for part in (one.code, str(one.state))),
        _words(one.patient_id for one in read),
        min(latencies, default=None),
        max(latencies, default=None),
        storable(summary.search_line),
        any(map(_reads_otherwise, session.messages)),
        to_jsonb(document),
    )
    return Rows(row, _messages(session, read, said), [FindingRow(session_id, *finding) for finding in findings])


def _messages(session: Session, read: list[Summary], said: list[Acknowledged]) -> list[MessageRow]:
    last: dict[int, Element] = {}  # of each message: where it was whole
    for element in session.elements:
        if element.message is not None:
            last[element.message] = element
    answered = {one.message: one for one in said}
    rows = []
    for position, (text, about) in enumerate(zip(session.messages, read, strict=True)):
        whole, one = last.get(position), answered.get(position)
        rows.append(
            MessageRow(
                session.session_id,
                position,
                whole.timestamp if whole else None,
                str(whole.direction) if whole else None,
                _short(about.kind or "message"),
                _short(_type(about)),
                _short(_trigger(about)),
                _short(about.control_id),
                _short(about.patient_id),
                _short(one.code) if one else None,
                str(one.state) if one else None,
                one.latency if one else None,
                searched(text),
            )
        )
    return rows


def _type(message: Summary) -> str:
    return (message.kind or "message").partition("^")[0]


def _trigger(message: Summary) -> str:
    return message.kind.partition("^")[2]


def _short(text: str) -> str:
    return storable(text[:LONGEST_WORD])


def _words(texts: Iterable[str]) -> list[str]:
    """Each once, casefolded, in the order of their first appearance; without what is empty. MORE: there were others."""
    found: dict[str, None] = {}
    is_all = True
    for text in texts:
        if text and len(found) < _MOST_WORDS:
            found[searched(text[:LONGEST_WORD])] = None
        is_all = is_all and len(text) <= LONGEST_WORD and len(found) < _MOST_WORDS
    return list(found) if is_all else [*found, MORE]


def _reads_otherwise(message: str) -> bool:
    """Whether a value in it may be another one than what `searched` and `Summary.patient_id` have of it."""
    first = None
    for _, line, delimiters in delimited(message):
        first = first or delimiters
        if delimiters != first:
            return True
        if delimiters.escape and line.count(delimiters.escape) > 1:
            return True
    return False


@lru_cache(maxsize=1000)
def _address(text: str) -> str | None:
    """As `inet` takes it: without a zone."""
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return None

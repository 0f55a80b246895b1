"""Sessions as a table for spreadsheets: comma-separated values (RFC 4180), one row an element."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from hl7capture.capture.text import decode
from hl7capture.hl7.summary import Summary, summarise
from hl7capture.model.elements import Element, ElementType
from hl7capture.model.session import Session
from hl7capture.store.export.error import ExportError

COLUMNS = (
    "sessionId", "number", "element", "time", "direction", "device", "lis", "framing", "type", "message", "kind",
    "controlId", "bytes", "flags", "text",
)  # fmt: skip
# A spreadsheet takes a cell that begins so for a formula, and runs it: whoever sends a message could send one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CONTROL = (ElementType.START, ElementType.ACK, ElementType.NAK, ElementType.END)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_SUMMARY = Summary("")


def table_of(sessions: Iterable[Session]) -> Iterator[bytes]:
    """A header line and one line for each element, in UTF-8. Raises ExportError for a time that no calendar has."""
    yield _line(COLUMNS)
    for session in sessions:
        last = set({e.message: e.id for e in session.elements if e.message is not None}.values())
        for element in session.elements:
            yield _line(_row(session, element, is_last=element.id in last))


def _row(session: Session, element: Element, *, is_last: bool) -> tuple[str, ...]:
    """is_last: the element completes its message, whose text stands in this row then."""
    text, summary = "", _NO_SUMMARY
    if element.message is not None and 0 <= element.message < len(session.messages):
        message = session.messages[element.message]
        text, summary = (message, summarise(message)) if is_last else ("", _NO_SUMMARY)
    elif element.type not in _CONTROL:
        text = decode(element.data)
    return (
        session.session_id,
        str(session.number),
        str(element.id),
        _time(session, element.timestamp),
        element.direction,
        session.device,
        session.lis,
        session.framing,
        element.type,
        "" if element.message is None else str(element.message),
        summary.kind,
        summary.control_id,
        str(len(element.data)),
        " ".join(element.flags),
        text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n"),
    )


def _time(session: Session, milliseconds: float) -> str:
    """`2026-11-21T10:15:30.123456+00:00`: ISO 8601 in UTC, with microseconds."""
    try:
        return (_EPOCH + timedelta(microseconds=round(milliseconds * 1000))).isoformat(timespec="microseconds")
    except (OverflowError, ValueError) as error:
        raise ExportError(f"session {session.session_id} has a time that is none") from error


def _line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(["'" + cell if cell.startswith(_FORMULA) else cell for cell in cells])
    return line.getvalue().encode("utf-8", "replace")

"""The summary of a session, made once, or followed while the session grows."""

from sys import intern

from hl7capture.hl7.acknowledgements.words import note_words
from hl7capture.hl7.brief import brief_of
from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.turns import give_way

MOST_KINDS = 12  # whatever stands in MSH-9: a summary stays small
LONGEST_KIND = 40  # characters
LONGEST_NAME = 200  # characters of a host, an interface, an address
_LARGEST_NUMBER = 2**63 - 1
REST = "other"


def summary_of(session: Session) -> SessionSummary:
    """The summary of all that is there of the session."""
    summary = opening_of(session)
    follow(summary, session)
    return summary


def opening_of(session: Session) -> SessionSummary:
    """The summary of a session as if nothing had been said in it yet."""
    return SessionSummary(
        session.session_id,
        min(max(session.number, -_LARGEST_NUMBER), _LARGEST_NUMBER),
        intern(session.probe[:LONGEST_NAME]),
        intern(session.source[:LONGEST_NAME]),
        intern(session.device_ip[:LONGEST_NAME]),
        session.device_port,
        intern(session.lis_ip[:LONGEST_NAME]),
        session.lis_port,
        session.framing,
        session.start_time,
        session.end_time,
    )


def kind_of(message: str) -> str:
    """What a message is counted as, by its text."""
    return _counted(brief_of(message).kind)


def _counted(kind: str) -> str:
    return intern((kind or "message")[:LONGEST_KIND])


def kinds_of(session: Session, start: int, stop: int) -> list[str]:
    """What these messages are counted as; `stop` is not among them. Worked out once, by whoever asks first."""
    kinds, messages, words = session.kinds, session.messages, session.words
    stop = min(stop, len(messages))
    if len(kinds) < stop:  # another thread may do the same now: more places than messages do no harm
        kinds.extend([""] * (stop - len(kinds)))
    for place in range(start, stop):
        if not kinds[place]:
            give_way()
            header = words[place].header if place < len(words) else None
            kinds[place] = kind_of(messages[place]) if header is None else _counted(header.kind)
    return kinds[start:stop]


def note_messages(session: Session) -> None:
    """Works out what everybody asks of the messages that have come since: words and kinds; so that nobody has to wait.

    For the thread that captures.
    """
    note_words(session)
    start = len(session.kinds)
    while start and not session.kinds[start - 1]:
        start -= 1
    kinds_of(session, start, len(session.messages))


def follow(summary: SessionSummary, session: Session, most: int | None = None) -> bool:
    """Takes note of what the session has become; False where more than `most` elements or messages have come since."""
    if summary.is_open and not session.is_open:
        # An element may have got its tail, and lost a flag, after it was counted.
        summary.element_count = summary.flag_count = summary.size = 0
    summary.framing = session.framing  # ENQ alone does not tell
    summary.end_time = session.end_time
    summary.is_complete = session.is_complete
    summary.end_reason = session.end_reason
    summary.saved_at = session.saved_at
    summary.persisted_until = session.persisted_until
    summary.pinned = session.pinned
    summary.has_note = bool(session.note)
    if session.findings is not None:
        summary.findings, summary.latencies = session.findings, session.latencies
    elements = session.elements[summary.element_count :][:most]
    summary.element_count += len(elements)
    summary.flag_count += sum(1 for element in elements if element.flags)
    summary.size += sum([len(element.data) for element in elements])
    count = len(session.messages) - summary.message_count
    count = count if most is None else min(count, most)
    if count > 0:
        counts = dict(summary.kinds)
        for kind in kinds_of(session, summary.message_count, summary.message_count + count):
            kind = kind if kind in counts or len(counts) < MOST_KINDS else REST
            counts[kind] = counts.get(kind, 0) + 1
        summary.kinds = tuple(counts.items())
        summary.message_count += count
    return most is None or (len(elements) < most and count < most)

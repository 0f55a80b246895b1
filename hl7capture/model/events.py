"""What the engine tells: sessions opened, grown and completed, and things a person should know."""

from dataclasses import dataclass, replace

from hl7capture.model.session import Session


@dataclass(slots=True, frozen=True)
class SessionOpened:
    session: Session


@dataclass(slots=True, frozen=True)
class SessionGrown:
    """New elements (or a tail) in an open session."""

    session: Session


@dataclass(slots=True, frozen=True)
class SessionCompleted:
    """The session has ended and will not change again."""

    session: Session


@dataclass(slots=True, frozen=True)
class Notice:
    """Something about the capture itself, in words for a person; it never holds message contents.

    is_problem: the capture is damaged, or not all of it could be worked through; else it is good to know.
    """

    text: str
    is_problem: bool = True


Event = SessionOpened | SessionGrown | SessionCompleted | Notice


@dataclass(slots=True)
class Counters:
    """What came in and what became of it. Every byte and packet that is left out is counted somewhere here."""

    packets: int = 0
    bytes: int = 0
    segments: int = 0
    connections: int = 0
    sessions: int = 0
    messages: int = 0
    retransmitted: int = 0  # segments whose bytes had all been seen
    gaps: int = 0  # holes in a stream that never filled
    fragments: int = 0  # IP fragments, left out
    malformed: int = 0  # packets whose headers do not fit
    unknown_link: int = 0  # packets of a link type that cannot be read
    encrypted: int = 0  # connections that speak TLS
    stray: int = 0  # control bytes outside any session
    evicted: int = 0  # connections given up because there were too many

    def copy(self) -> "Counters":
        """As they are now, for another thread."""
        return replace(self)

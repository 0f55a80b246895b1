"""What the engine tells: sessions opened, grown and completed, and things a person should know."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

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
    """Something about the capture itself, in words for a person; it never holds message contents."""

    text: str
    is_problem: bool = True  # else it is good to know, no more


Event = SessionOpened | SessionGrown | SessionCompleted | Notice


@dataclass(slots=True)
class Counters:
    """What came in and what became of it. Every byte and packet that is left out is counted somewhere here."""

    packets: int = 0
    bytes: int = 0
    dropped: int = 0  # packets that the capturing system dropped, as the capture itself tells
    segments: int = 0
    connections: int = 0
    sessions: int = 0
    messages: int = 0
    retransmitted: int = 0  # segments whose bytes had all been seen
    gaps: int = 0  # holes in a stream that never filled
    mirrored: int = 0  # packets seen twice by a mirror: second copies, left out
    joined: int = 0  # IP fragments that a later one made whole; together they are one segment, or whatever they hold
    fragments: int = 0  # IP fragments, left out: the others did not come, or there was too much to keep
    not_tcp: int = 0  # packets that hold something else
    malformed: int = 0  # packets whose headers do not fit
    unknown_link: int = 0  # packets of a link type that cannot be read
    refused: int = 0  # connections that the other side refused
    unanswered: int = 0  # attempts to connect that nobody answered
    encrypted: int = 0  # connections that speak TLS
    stray: int = 0  # control bytes outside any session
    evicted: int = 0  # connections given up because there were too many
    gave_way: int = 0  # times that a connection gave up what it kept, because all together kept too much
    not_in_raw_file: int = 0  # packets that the disk could not take in time, or not at all; the sessions have them

    def copy(self) -> "Counters":
        """As they are now, for another thread."""
        return replace(self)

    @classmethod
    def sum(cls, several: Iterable["Counters"]) -> "Counters":
        """Of several engines together."""
        summed = cls()
        for counters in several:
            for field in fields(cls):
                setattr(summed, field.name, getattr(summed, field.name) + getattr(counters, field.name))
        return summed

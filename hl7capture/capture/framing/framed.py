"""What framing makes of the bytes, before sessions give it a place."""

from dataclasses import dataclass

from hl7capture.model.elements import ElementType


@dataclass(slots=True)
class Framed:
    """One element of one side of a connection.

    order, time: number and time (nanoseconds) of the packet that completed it; start: time of its first byte's packet.
    body: the text inside the framing of a message or frame; None for everything else, and for what was cut.
    number: frame number of an E1381 frame (0 … 7), else -1. ends_text: it ended in ETX, not ETB.
    """

    side: int
    order: int
    time: int
    start: int
    type: ElementType
    data: bytes
    flags: tuple[str, ...] = ()
    body: bytes | None = None
    number: int = -1
    ends_text: bool = True


@dataclass(slots=True)
class Tail:
    """The last framing bytes of the side's latest element, which came after the other side had answered."""

    side: int
    order: int
    time: int
    data: bytes

"""The frames of one message and what was answered to each: shown as one row until a person wants to see them."""

from dataclasses import dataclass, field

from hl7capture.model.elements import Direction, Element, ElementType

_ANSWERS = (ElementType.ACK, ElementType.NAK)


@dataclass(slots=True)
class Frames:
    """A run of elements: frames that carry parts of one message, and ACK and NAK between and after them.

    first: index of the first of them. message: index into the session's messages. is_continued: an earlier run carries
    the message's beginning. octets: of the frames, as on the wire. slowest: milliseconds until the latest answer; None
    where none is certain. flags: all of them, each once. tops: where each element stands below the top row, in pixels,
    and where the last one ends.
    """

    first: int
    message: int
    direction: Direction
    is_continued: bool = False
    is_open: bool = False
    frames: int = 0
    octets: int = 0
    acks: int = 0
    naks: int = 0
    slowest: float | None = None
    flags: dict[str, None] = field(default_factory=dict)
    tops: list[int] = field(default_factory=lambda: [0])

    def __len__(self) -> int:
        return len(self.tops) - 1

    def takes(self, element: Element) -> bool:
        """Does the element belong to the run?"""
        if element.type is ElementType.FRAME:
            return element.message == self.message and element.direction is self.direction
        return element.type in _ANSWERS and element.direction is not self.direction

    def add(self, element: Element, height: int, took: float | None) -> None:
        """The next element. height: in pixels, the space before it included; took: milliseconds, of an answer."""
        self.tops.append(self.tops[-1] + height)
        self.flags.update(dict.fromkeys(element.flags))
        if element.type is ElementType.FRAME:
            self.frames += 1
            self.octets += len(element.data)
            return
        if element.type is ElementType.ACK:
            self.acks += 1
        else:
            self.naks += 1
        if took is not None:
            self.slowest = took if self.slowest is None else max(self.slowest, took)

    @property
    def height(self) -> int:
        """Of what is below the top row now."""
        return self.tops[-1] if self.is_open else 0

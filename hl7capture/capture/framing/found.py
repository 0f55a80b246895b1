"""The elements of one side, as they are found in what is unread."""

from enum import Enum, auto

from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.capture.framing.header import begins_message
from hl7capture.capture.framing.unread import Unread
from hl7capture.model.elements import ElementType, Flag


class Missing(Enum):
    """What of a transfer may be missing before its next frame."""

    NOTHING = auto()
    BEGINNING = auto()  # the capture began in the middle: nothing, if the frame begins a message
    ANYTHING = auto()  # there was a hole: nobody knows whether what was under way is whole


class Found:
    """Makes elements of bytes, with the packets that brought them.

    is_lost: where the next element begins is not known. missing: of the transfer that the side is sending.
    is_behind_hole: bytes are missing before the next element, even if a whole number of elements is.
    """

    def __init__(self, side: int, unread: Unread) -> None:
        self.is_lost = False
        self.missing = Missing.NOTHING
        self.is_behind_hole = False
        self._side = side
        self._unread = unread
        self._elements: list[Framed | Tail] = []
        self._tail_of = b""  # what may still come as the tail of the latest element

    def take(self) -> list[Framed | Tail]:
        """What was found since this was asked for the last time."""
        elements, self._elements = self._elements, []
        return elements

    def add(
        self,
        kind: ElementType,
        at: int,
        end: int,
        *,
        decided: int | None = None,
        flags: tuple[str, ...] = (),
        body: bytes | None = None,
        number: int = -1,
        ends_text: bool = True,
    ) -> None:
        """An element from `at` to `end`. decided: the byte that completed it, if it is not the last one."""
        order, time = self._unread.packet(end - 1 if decided is None else decided)
        start = self._unread.packet(at)[1] if at else self._unread.first_time
        if self.missing is not Missing.NOTHING:
            flags = (*flags, *self._gap_flag(kind, body))
        if self.is_behind_hole:
            self.is_behind_hole = False
            flags = flags if Flag.GAP in flags else (*flags, Flag.GAP)
        data = self._unread.part(at, end)
        self._elements.append(Framed(self._side, order, time, start, kind, data, flags, body, number, ends_text))

    def told_by(self, at: int) -> None:
        """That the latest element is over was known only with the byte at `at`: that is its place among the others."""
        latest = self._elements[-1]
        assert isinstance(latest, Framed)
        latest.order = self._unread.packet(at)[0]

    def cut(self, kind: ElementType, at: int, turn: int) -> int:
        """An element that has no end: a new turn began instead of more of it."""
        self.add(kind, at, turn, flags=(Flag.TRUNCATED,))
        self.told_by(turn)
        return turn

    def too_large(self, kind: ElementType, at: int, end: int, *flags: str) -> int:
        """An element whose end is not looked for any more."""
        self.add(kind, at, end, flags=(*flags, Flag.TRUNCATED))
        self.is_lost = True
        return end

    # -- tails -------------------------------------------------------------------------------------------------

    def expect_tail(self, wanted: bytes) -> None:
        """The latest element lacks these bytes, which may come with the side's next turn."""
        self._tail_of = wanted

    @property
    def expects_tail(self) -> bool:
        return bool(self._tail_of)

    @property
    def is_particular(self) -> bool:
        """The next element is more than its bytes: a tail, or what stands behind a hole."""
        return self.is_lost or self.is_behind_hole or self.expects_tail

    def tail_length(self, at: int, tail: bytes) -> int | None:
        """How much of `tail` stands at `at`, in the same turn; None where more of it may come."""
        for length, byte in enumerate(tail):
            if at + length == len(self._unread):
                return None
            if self._unread.is_turn(at + length):
                self._tail_of = tail[length:]
                return length
            if self._unread.data[at + length] != byte:
                return length
        return len(tail)

    def take_tail(self, at: int) -> int:
        """How long the tail of the latest element is with which the side's new turn begins, if it does."""
        wanted, self._tail_of = self._tail_of, b""
        data = self._unread.data
        length = 0
        while length < min(len(wanted), len(data) - at) and data[at + length] == wanted[length]:
            length += 1
        if length:
            order, time = self._unread.packet(at + length - 1)
            self._elements.append(Tail(self._side, order, time, self._unread.part(at, at + length)))
            if at + length == len(data):
                self._tail_of = wanted[length:]
        return length

    def _gap_flag(self, kind: ElementType, body: bytes | None) -> tuple[str, ...]:
        """The first frame, ENQ or EOT behind a hole says that parts of a message may be missing before it."""
        is_frame = kind is ElementType.FRAME and body is not None
        if not is_frame and kind not in (ElementType.START, ElementType.END):
            return ()
        missing, self.missing = self.missing, Missing.NOTHING
        begins = kind is ElementType.START or begins_message(body or b"")
        return () if missing is Missing.BEGINNING and begins else (Flag.GAP,)

"""The bytes of one side, in pieces of any size, to elements.

What an element is depends on the bytes and on whose turn it was alone, never on how they were cut into packets.
Servers may answer before the last bytes of the framing were sent (the CR behind 1C, CR LF behind a checksum): the
element then ends where the answer began, and those bytes follow as its tail.

Every element looks at its own bytes and at the rest of one turn, never further: so the time it takes is linear.
"""

import re

from hl7capture.capture.delivery import Exchange, Run
from hl7capture.capture.framing.blocks import Blocks, find_blocks
from hl7capture.capture.framing.control import STX, VT, Markers
from hl7capture.capture.framing.found import Found, Missing
from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.capture.framing.frames import Frame
from hl7capture.capture.framing.header import BLOCK_BEGINNING
from hl7capture.capture.framing.mllp import MllpBlock
from hl7capture.capture.framing.unframed import Unframed
from hl7capture.capture.framing.unread import Unread
from hl7capture.model.elements import ElementType, Flag

LARGEST_ELEMENT = 64 << 20
# Behind a hole, control bytes may be text that lost its framing; on MLLP only a whole beginning counts.
_BEGINNING = re.compile(BLOCK_BEGINNING + rb"|\x0b[\x06\x15]\x1c")
_LONGEST_BEGINNING = 16
_SHORT_RUN = 512  # bytes; below this, columns cost more than they save
_NO_EXCHANGE = Exchange((None, None))


class Framer:
    """Finds the elements of one side.

    knows_frames: STX begins a frame or message (ENQ protocols); on MLLP links it is a byte like any other, but HL7
    without a block is known.
    is_lost: begin by looking for the start of a block or frame (a capture begun in the middle of a conversation).
    """

    def __init__(self, side: int, markers: Markers, *, knows_frames: bool, is_lost: bool) -> None:
        self._side = side
        self._types = markers.types
        self._knows_frames = knows_frames
        self._unread = Unread(side)
        self._found = Found(side, self._unread)
        self._found.is_lost = is_lost
        self._found.missing = Missing.BEGINNING if knows_frames and is_lost else Missing.NOTHING
        self._block = MllpBlock(self._unread, self._found)
        self._frame = Frame(self._unread, self._found, markers)
        self._unframed = Unframed(self._unread, self._found)
        control = bytes((*self._types, VT, STX) if knows_frames else (*self._types, VT))
        self._outside_end = re.compile(b"[" + re.escape(control) + b"]")
        self._restart = self._outside_end if knows_frames else _BEGINNING

    def feed(self, run: Run, exchange: Exchange) -> list[Framed | Tail] | Blocks:
        """The elements that the run completes."""
        whole = self.whole_blocks(run)
        if whole is not None:
            self.skip(run, whole[1])
            return whole[0]
        self._unread.add(run, exchange)
        self._unread.drop(self._consume())
        self._unread.turned = False
        return self._found.take()

    def whole_blocks(self, run: Run) -> tuple[Blocks, int] | None:
        """All the run would complete, and how much of what is unread that is, where it is nothing but whole blocks."""
        if len(run.data) < _SHORT_RUN or self._knows_frames or self._found.is_particular:
            return None
        data = self._unread.followed_by(run)
        if data is None or len(data) > LARGEST_ELEMENT:  # one block alone could be larger than any may be
            return None
        return find_blocks(self._side, data, run, self._unread.first_time if self._unread else run.times[0])

    def skip(self, run: Run, size: int) -> None:
        """The run has come, and so much of what is unread was taken: what is left has no end in it."""
        self._unread.add(run, _NO_EXCHANGE)
        self._unread.drop(size)
        self._unread.scanned = len(self._unread)
        self._unread.turned = False

    def other_side_spoke(self) -> list[Framed | Tail]:
        """What was only waiting for its tail, or for more bytes that fit nothing, ends here."""
        self._end_turn(is_silence=False)
        return self._found.take()

    def fell_silent(self) -> list[Framed | Tail]:
        """Nobody has spoken for a while: the turn is over, and what comes is nobody's tail any more."""
        self._end_turn(is_silence=True)
        self._found.expect_tail(b"")
        return self._found.take()

    def abandoned(self) -> list[Framed | Tail]:
        """Nobody has spoken for so long that what has begun will not go on: it is cut."""
        self._cut_off((Flag.TRUNCATED,))
        return self._found.take()

    def gap(self) -> list[Framed | Tail]:
        """Bytes are missing from here on: what has begun is cut, and a new start must be found."""
        flags: tuple[str, ...] = (Flag.TRUNCATED, Flag.GAP)
        if self._is_unframed():
            self._cut_off((Flag.NO_FRAMING, *flags))
        self._end_turn(is_silence=True)
        self._cut_off(flags)
        self._found.is_lost = self._found.is_behind_hole = True
        self._found.missing = Missing.ANYTHING if self._knows_frames else Missing.NOTHING
        self._found.expect_tail(b"")
        return self._found.take()

    def finish(self, *, is_closed: bool) -> list[Framed | Tail]:
        """No more bytes will come: what has begun is cut. is_closed: the side has said that this was all."""
        if not is_closed and self._is_unframed() and not self._unframed.is_whole():
            self._cut_off((Flag.NO_FRAMING, Flag.TRUNCATED))
        self._end_turn(is_silence=True)
        self._cut_off((Flag.TRUNCATED,))
        return self._found.take()

    @property
    def is_waiting(self) -> bool:
        """There are bytes that no element has taken yet."""
        return bool(self._unread)

    @property
    def waiting_bytes(self) -> int:
        """How many."""
        return len(self._unread)

    @property
    def waiting_since(self) -> int | None:
        """Number of the first packet by which an element may be decided that ends before the next packet."""
        return self._unread.since

    # -- finding elements --------------------------------------------------------------------------------------

    def _consume(self) -> int:
        """Takes elements from what is unread; returns where what is left begins."""
        at = self._found.take_tail(0) if self._found.expects_tail else 0
        while at < len(self._unread):
            taken = self._element(at)
            if taken is None:
                break
            at = taken
            self._unread.scanned = 0
        return at

    def _element(self, at: int) -> int | None:
        """Where the element that begins at `at` is over; None where more is needed."""
        first, largest = self._unread.data[at], at + LARGEST_ELEMENT
        if self._found.is_lost:
            return self._skip_to_restart(at)
        if first == VT:
            return self._block.take(at, largest)
        if first == STX and self._knows_frames:
            return self._frame.take(at, largest)
        if first in self._types:
            self._found.add(self._types[first], at, at + 1)
            return at + 1
        header = 0 if self._knows_frames else self._unframed.header(at)
        if header is None:
            return None
        return self._unframed.take(at, header, largest) if header else self._other(at, self._outside_end, at + 1)

    def _skip_to_restart(self, at: int) -> int | None:
        """Behind a hole: the next beginning, none of which spans two turns."""
        if self._restart.match(self._unread.data, at, self._unread.turn_after(at)):
            self._found.is_lost = False
            return at
        return self._other(at, self._restart, at + 1, Flag.GAP)

    def _other(self, at: int, ends: re.Pattern[bytes], scan: int, *flags: str) -> int | None:
        """Bytes that fit nothing, up to the next that do, or to the end of the side's turn."""
        limit = min(self._unread.turn_after(at), at + LARGEST_ELEMENT)
        match = ends.search(self._unread.data, max(scan, self._unread.scanned - _LONGEST_BEGINNING), limit)
        if match is None and limit == len(self._unread):
            self._unread.scanned = limit
            return None
        stop = match.start() if match else limit
        self._found.add(ElementType.OTHER, at, stop, flags=flags)
        return stop

    # -- the end of a turn, or of everything -------------------------------------------------------------------

    def _end_turn(self, *, is_silence: bool) -> None:
        """Ends what was only waiting for its tail, or for more bytes that fit nothing: a new turn begins."""
        self._unread.turned = True
        size = len(self._unread)
        if not size:
            return
        begun = self._begun()
        if begun is None:
            self._found.add(ElementType.OTHER, 0, size, flags=(Flag.GAP,) if self._found.is_lost else ())
        elif not begun.end_at_turn(is_silence=is_silence):
            return
        self._unread.drop(size)

    def _cut_off(self, flags: tuple[str, ...]) -> None:
        """What has begun will have no end."""
        begun, size = self._begun(), len(self._unread)
        if begun is not None:
            self._found.add(begun.kind, 0, size, flags=flags)
            self._unread.drop(size)

    def _begun(self) -> MllpBlock | Frame | Unframed | None:
        """What the bytes that are unread are the beginning of."""
        if not self._unread or self._found.is_lost:
            return None
        first = self._unread.data[0]
        if first == VT:
            return self._block
        if self._knows_frames:
            return self._frame if first == STX else None
        return self._unframed if self._unframed.header(0) else None

    def _is_unframed(self) -> bool:
        return self._begun() is self._unframed

"""The bytes of one side, in pieces of any size, to elements.

What an element is depends on the bytes and on whose turn it was alone, never on how they were cut into packets.
Servers may answer before the last bytes of the framing were sent (the CR behind 1C, CR LF behind a checksum): the
element then ends where the answer began, and those bytes follow as its tail.

Every element looks at its own bytes and at the rest of one turn, never further: so the time it takes is linear.
"""

import re
from enum import Enum, auto

from hl7capture.capture.delivery import Exchange, Run
from hl7capture.capture.framing import unframed
from hl7capture.capture.framing.control import COMMITS, CR, ETB, ETX, FS, HEADERS, LF, STX, VT, Markers
from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.capture.framing.unread import Unread
from hl7capture.model.elements import ElementType, Flag

LARGEST_ELEMENT = 64 << 20
_FRAME_END = re.compile(rb"[\x03\x17]|\r\n")
# Behind a hole, control bytes may be text that lost its framing; on MLLP only a whole beginning counts.
_BLOCK_BEGINNING = re.compile(
    rb"\x0b[\x0b\s\xef\xbb\xbf]{0,8}(?:" + b"|".join(HEADERS) + rb")[!-/:-@\[-`{-~]{3}|\x0b[\x06\x15]\x1c"
)
_LONGEST_BEGINNING = 16
_TRUNCATED = (Flag.TRUNCATED,)


class _Missing(Enum):
    """What of a transfer may be missing before the next frame."""

    NOTHING = auto()
    BEGINNING = auto()  # the capture began in the middle: nothing, if the frame begins a message
    ANYTHING = auto()  # there was a hole: nobody knows whether what was under way is whole


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
        self._is_lost = is_lost
        self._missing = _Missing.BEGINNING if knows_frames and is_lost else _Missing.NOTHING
        self._found: list[Framed | Tail] = []
        control = bytes((*self._types, VT, STX) if knows_frames else (*self._types, VT))
        self._outside_end = re.compile(b"[" + re.escape(control) + b"]")
        self._restart = self._outside_end if knows_frames else _BLOCK_BEGINNING
        self._frame_restarts = (STX, markers.enq, markers.eot)
        self._unread = Unread(side)
        self._scanned = 0  # in what is unread: where to go on looking for an end
        self._turned = False  # the next run begins a new turn
        self._tail_of = b""  # what may still come as the tail of the latest element

    def feed(self, run: Run, exchange: Exchange) -> list[Framed | Tail]:
        """The elements that the run completes."""
        if self._unread.was_silent(run):
            self._turn()
        self._unread.add(run, exchange, is_turn=self._turned)
        self._turned = False
        self._drop(self._consume())
        return self._take_found()

    def other_side_spoke(self) -> list[Framed | Tail]:
        """What was only waiting for its tail, or for more bytes that fit nothing, ends here."""
        self._turn()
        return self._take_found()

    def gap(self) -> list[Framed | Tail]:
        """Bytes are missing from here on: what has begun is cut, and a new start must be found."""
        if self._unread and self._is_unframed():
            self._add(ElementType.MESSAGE, 0, len(self._unread), flags=(Flag.NO_FRAMING, Flag.TRUNCATED, Flag.GAP))
            self._drop(len(self._unread))
        self._abandon((Flag.TRUNCATED, Flag.GAP))
        self._is_lost = True
        self._missing = _Missing.ANYTHING if self._knows_frames else _Missing.NOTHING
        self._tail_of = b""
        return self._take_found()

    def finish(self, *, is_closed: bool) -> list[Framed | Tail]:
        """No more bytes will come: what has begun is cut. is_closed: the side has said that this was all."""
        size = len(self._unread)
        if size and not is_closed and self._is_unframed() and self._unread.data[size - 1] not in (CR, LF, FS):
            self._add(ElementType.MESSAGE, 0, size, flags=(Flag.NO_FRAMING, Flag.TRUNCATED))
            self._drop(size)
        self._abandon(_TRUNCATED)
        return self._take_found()

    @property
    def is_inside(self) -> bool:
        """In the middle of a block or frame."""
        return bool(self._unread) and not self._is_lost and self._starts_element(self._unread.data[0])

    @property
    def is_waiting(self) -> bool:
        """There are bytes that no element has taken yet."""
        return bool(self._unread)

    # -- finding elements --------------------------------------------------------------------------------------

    def _consume(self) -> int:
        """Takes elements from what is unread; returns where what is left begins."""
        data, size, at = self._unread.data, len(self._unread), 0
        if self._tail_of:
            at = self._take_tail(0)
        while at < size:
            if self._is_lost:
                taken = self._skip_to_restart(at)
            elif data[at] == VT:
                taken = self._block(at)
            elif data[at] == STX and self._knows_frames:
                taken = self._frame(at)
            elif data[at] in self._types:
                self._add(self._types[data[at]], at, at + 1)
                taken = at + 1
            else:
                taken = self._outside(at)
            if taken is None:
                break
            at = taken
            self._scanned = 0
        return at

    # MLLP: <SB> dddd <EB> <CR>

    def _block(self, at: int) -> int | None:
        """An MLLP block: it ends at 1C 0D, or at 1C or 1C 0A where 0B follows or the other side answers."""
        data, largest = self._unread.data, at + LARGEST_ELEMENT
        scan = max(at + 1, self._scanned)
        while True:
            if self._is_cut(scan, (VT,)):
                return self._cut(at, scan)
            turn = self._unread.turn_after(scan)
            end = data.find(FS, scan, min(turn, largest))
            if end >= 0:
                taken = self._block_end(at, end, turn)
                if taken is not None:
                    return taken
                if turn == len(data) and end >= turn - 2 and data[end + 1 : turn] in (b"", b"\n"):
                    self._scanned = end  # the CR may still come; a turn decides where it does not
                    return None
                scan = end + 1
            elif largest <= turn:
                return self._too_large(at, largest)
            elif turn == len(data):
                self._scanned = turn
                return None
            else:
                scan = turn

    def _block_end(self, at: int, end: int, turn: int) -> int | None:
        """Where the block is over, if the 1C at `end` ends it. turn: where the side's turn is over."""
        data = self._unread.data
        behind = end + 1
        if behind < turn and data[behind] == CR:
            self._add_block(at, end, behind + 1)
            return behind + 1
        flag = Flag.MISSING_CR
        if behind < turn and data[behind] == LF:
            behind += 1
            flag = Flag.LF_END
        if behind == turn < len(data):
            self._add_block(at, end, behind, flag)
            if flag is Flag.MISSING_CR:
                self._tail_of = b"\r"
                return behind + self._take_tail(behind)
            return behind
        if behind < turn and data[behind] == VT:
            self._add_block(at, end, behind, flag)
            return behind
        return None

    def _add_block(self, at: int, end: int, behind: int, *flags: str) -> None:
        """A whole block: its 1C stands at `end`."""
        inside = bytes(self._unread.data[at + 1 : end])
        body = inside.lstrip(b"\x0b")
        if len(body) < len(inside):
            flags = (*flags, Flag.DOUBLED_START)
        if body[-1:] == b"\x1c":
            body = body.rstrip(b"\x1c")
            flags = (*flags, Flag.DOUBLED_END)
        if len(body) == 1 and body[0] in COMMITS:
            self._add(COMMITS[body[0]], at, behind, decided=end, flags=flags)
        else:
            flags = (*flags, *_separator_flags(body))
            self._add(ElementType.MESSAGE, at, behind, decided=end, flags=flags, body=body)

    # STX …

    def _frame(self, at: int) -> int | None:
        """STX …: the first of ETX, ETB and CR LF decides between an E1381 frame and a message."""
        data, largest = self._unread.data, at + LARGEST_ELEMENT
        scan = max(at + 1, self._scanned)
        while True:
            if self._is_cut(scan, self._frame_restarts):
                return self._cut(at, scan)
            turn = self._unread.turn_after(scan)
            match = _FRAME_END.search(data, scan, min(turn + 1, largest))  # LF may come behind an answer
            if match and match.start() < turn:
                end = match.start()
                if data[end] == CR:
                    body = bytes(data[at + 1 : end])
                    self._add(ElementType.MESSAGE, at, end + 2, flags=_separator_flags(body), body=body)
                    return end + 2
                self._scanned = end
                return self._frame_end(at, end)
            if largest <= turn:
                return self._too_large(at, largest)
            if turn == len(data):
                self._scanned = max(at + 1, turn - 1)  # a CR at the end may be the first half of CR LF
                return None
            scan = turn

    def _frame_end(self, at: int, end: int) -> int | None:
        """A frame whose ETX or ETB stands at `end`: its checksum and tail, as far as they are there."""
        behind = end + 1
        while behind < end + 3:
            if behind == len(self._unread):
                return None
            if self._unread.is_turn(behind) or self._unread.data[behind] < 0x20:
                break  # there is no checksum, or only half of one
            behind += 1
        tail = self._tail_length(behind, b"\r\n")
        if tail is None:
            return None
        self._add_frame(at, end, behind, behind + tail)
        behind += tail
        return behind + (self._take_tail(behind) if self._tail_of else 0)

    def _add_frame(self, at: int, end: int, core: int, behind: int) -> None:
        """A whole frame: ETX or ETB at `end`, the checksum up to `core`, CR LF up to `behind`."""
        data = self._unread.data
        checksum = bytes(data[end + 1 : core])
        flags: tuple[str, ...] = ()
        if not checksum:
            flags = (Flag.NO_CHECKSUM,)
        elif checksum.upper() != b"%02X" % (sum(data[at + 1 : end + 1]) & 0xFF):
            flags = (Flag.BAD_CHECKSUM,)
        has_number = end > at + 1 and 0x30 <= data[at + 1] <= 0x37
        self._add(
            ElementType.FRAME,
            at,
            behind,
            decided=core - 1,
            flags=flags,
            body=bytes(data[at + 2 if has_number else at + 1 : end]),
            number=data[at + 1] - 0x30 if has_number else -1,
            ends_text=data[end] == ETX,
        )

    def _tail_length(self, at: int, tail: bytes) -> int | None:
        """How much of `tail` stands at `at`; None where more of it may come."""
        for length, byte in enumerate(tail):
            if at + length == len(self._unread):
                return None
            if self._unread.is_turn(at + length):
                self._tail_of = tail[length:]
                return length
            if self._unread.data[at + length] != byte:
                return length
        return len(tail)

    def _take_tail(self, at: int) -> int:
        """The tail of the latest element, where the side's new turn begins with it."""
        wanted, self._tail_of = self._tail_of, b""
        data = self._unread.data
        length = 0
        while length < min(len(wanted), len(data) - at) and data[at + length] == wanted[length]:
            length += 1
        if length:
            order, time = self._unread.packet(at + length - 1)
            self._found.append(Tail(self._side, order, time, bytes(data[at : at + length])))
            if at + length == len(data):
                self._tail_of = wanted[length:]
        return length

    # Outside of blocks and frames

    def _outside(self, at: int) -> int | None:
        """HL7 without framing, or bytes that fit nothing."""
        turn = self._unread.turn_after(at)
        if not self._knows_frames:
            header = unframed.header_end(bytes(self._unread.data[at : min(turn, at + unframed.LONGEST)]))
            if header:
                return self._unframed(at, at + header, turn)
            if header is None and turn == len(self._unread):
                return None
        return self._other(at, turn, self._outside_end, at + 1)

    def _unframed(self, at: int, begin: int, turn: int) -> int | None:
        """A message without framing: it ends where the next begins, where the other side answers, or in silence.

        begin: behind its header's field separator.
        """
        data, largest = self._unread.data, at + LARGEST_ELEMENT
        name = unframed.header_name(bytes(data[at:begin]))
        match = unframed.NEXT[name].search(data, max(begin, self._scanned), min(turn, largest))
        if match:
            has_end = match[0] == b"\x1c\r"
            behind = match.end() if has_end else match.start()
            self._add_unframed(at, match.start(), behind, Flag.MISSING_START if has_end else Flag.NO_FRAMING)
            return behind
        if largest <= turn:
            return self._too_large(at, largest, Flag.NO_FRAMING)
        if turn == len(data):
            self._scanned = max(begin, turn - unframed.LONGEST)
            return None
        self._end_unframed(at, turn)
        return turn + self._take_tail(turn)

    def _end_unframed(self, at: int, turn: int) -> None:
        """The message ends with the turn of its side."""
        if self._unread.data[turn - 1] == FS:
            self._add_unframed(at, turn - 1, turn, Flag.MISSING_START, Flag.MISSING_CR)
            self._tail_of = b"\r"
        else:
            self._add_unframed(at, turn, turn, Flag.NO_FRAMING)

    def _add_unframed(self, at: int, end: int, behind: int, *flags: str) -> None:
        body = bytes(self._unread.data[at:end]).lstrip(unframed.BLANKS)
        self._add(ElementType.MESSAGE, at, behind, flags=(*flags, *_separator_flags(body)), body=body)

    def _is_unframed(self) -> bool:
        """Is what is unread a message without framing?"""
        if self._is_lost or self._knows_frames or self._starts_element(self._unread.data[0]):
            return False
        return bool(unframed.header_end(bytes(self._unread.data[: unframed.LONGEST])))

    def _skip_to_restart(self, at: int) -> int | None:
        """Behind a hole: the next beginning, none of which spans two turns."""
        turn = self._unread.turn_after(at)
        scan = max(at, self._scanned - _LONGEST_BEGINNING)
        match = self._restart.match(self._unread.data, at, turn) if scan == at else None
        if match:
            self._is_lost = False
            return at
        return self._other(at, turn, self._restart, max(scan, at + 1), Flag.GAP)

    def _other(self, at: int, turn: int, ends: re.Pattern[bytes], scan: int, *flags: str) -> int | None:
        """Bytes that fit nothing, up to the next that do, or to the end of the side's turn."""
        limit = min(turn, at + LARGEST_ELEMENT)
        match = ends.search(self._unread.data, max(scan, self._scanned - _LONGEST_BEGINNING), limit)
        if match is None and limit == len(self._unread):
            self._scanned = limit
            return None
        stop = match.start() if match else limit
        self._add(ElementType.OTHER, at, stop, flags=flags)
        return stop

    # Cut

    def _is_cut(self, scan: int, starts: tuple[int, ...]) -> bool:
        """Does a byte of `starts` at `scan`, inside of the element, begin a new turn? Then nothing more of it comes."""
        return scan < len(self._unread) and self._unread.is_turn(scan) and self._unread.data[scan] in starts

    def _cut(self, at: int, turn: int) -> int:
        self._add(self._type_at(at), at, turn, flags=_TRUNCATED)
        cut = self._found[-1]
        # Only now it is known that nothing more of it comes: that is its place among the elements.
        cut.order = self._unread.packet(turn)[0]
        return turn

    def _too_large(self, at: int, end: int, *flags: str) -> int:
        self._add(self._type_at(at), at, end, flags=(*flags, Flag.TRUNCATED))
        self._is_lost = True
        return end

    def _turn(self) -> None:
        """Ends what was only waiting for its tail, or for more bytes that fit nothing: a new turn begins."""
        self._turned = True
        data, size = self._unread.data, len(self._unread)
        if not size:
            return
        if self._is_unframed():
            self._end_unframed(0, size)
        elif self._is_lost or not self._starts_element(data[0]):
            self._add(ElementType.OTHER, 0, size, flags=(Flag.GAP,) if self._is_lost else ())
        elif data[0] == VT:
            end = self._scanned
            if not (0 < end < size and data[end] == FS):
                return
            if end + 1 == size:
                self._tail_of = b"\r"
            self._add_block(0, end, size, Flag.MISSING_CR if end + 1 == size else Flag.LF_END)
        else:
            end = self._scanned
            if not (0 < end < size and data[end] in (ETX, ETB)):
                return
            core = end + 1
            while core < min(size, end + 3) and data[core] >= 0x20:
                core += 1
            self._tail_of = b"\r\n"[size - core :]
            self._add_frame(0, end, core, size)
        self._drop(size)

    def _abandon(self, flags: tuple[str, ...]) -> None:
        self._turn()
        size = len(self._unread)
        if size:
            self._add(self._type_at(0), 0, size, flags=flags)
            self._drop(size)

    # -- small things ------------------------------------------------------------------------------------------

    def _starts_element(self, byte: int) -> bool:
        return byte == VT or (byte == STX and self._knows_frames)

    def _type_at(self, at: int) -> ElementType:
        return ElementType.FRAME if self._unread.data[at] == STX else ElementType.MESSAGE

    def _add(
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
        if self._missing is not _Missing.NOTHING:
            flags = (*flags, *self._gap_flag(kind, body))
        data = bytes(self._unread.data[at:end])
        self._found.append(Framed(self._side, order, time, start, kind, data, flags, body, number, ends_text))

    def _gap_flag(self, kind: ElementType, body: bytes | None) -> tuple[str, ...]:
        """The first frame, or EOT, behind a hole says that parts of a message may be missing before it."""
        is_frame = kind is ElementType.FRAME and body is not None
        if not is_frame and kind not in (ElementType.START, ElementType.END):
            return ()
        missing, self._missing = self._missing, _Missing.NOTHING
        if kind is ElementType.START or (missing is _Missing.BEGINNING and _begins_message(body)):
            return ()
        return (Flag.GAP,)

    def _drop(self, size: int) -> None:
        self._unread.drop(size)
        self._scanned = max(self._scanned - size, 0) if self._unread else 0

    def _take_found(self) -> list[Framed | Tail]:
        found, self._found = self._found, []
        return found


def _begins_message(body: bytes | None) -> bool:
    """The header of E1394 records, or of an HL7 message."""
    return body is not None and (body[:3] in HEADERS or (body[:1] == b"H" and not body[1:2].isalnum()))


def _separator_flags(text: bytes) -> tuple[str, ...]:
    """LF, or CR LF, ends the segments of an HL7 message; it is CR alone (HL7 v2.5 §2.5.4)."""
    if b"\n" not in text or text[:3] not in HEADERS:
        return ()
    return (Flag.LF_SEPARATORS,) if re.search(rb"\n[A-Z][A-Z0-9]{2}" + re.escape(text[3:4]), text) else ()

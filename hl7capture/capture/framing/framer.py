"""The bytes of one side, in pieces of any size, to elements.

What an element is depends on the bytes and on whose turn it was alone, never on how they were cut into packets.
Servers may answer before the last bytes of the framing were sent (the CR behind 1C, CR LF behind a checksum): the
element then ends where the answer began, and those bytes follow as its tail.
"""

import re

from hl7capture.capture.delivery import Exchange, Run
from hl7capture.capture.framing.blocks import Blocks, find_blocks
from hl7capture.capture.framing.control import CR, ETB, FS, HEADERS, LF, STX, VT, Markers
from hl7capture.capture.framing.dialects import LONGEST_HEADER, UNFRAMED, block_flags, next_message, text_flags
from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.model.elements import ElementType, Flag

LARGEST_ELEMENT = 64 << 20
_FRAME_END = re.compile(rb"[\x03\x17]|\r\n")
_DECIDING = LONGEST_HEADER + 2  # bytes: a checksum and CR, or a header segment, may wait for what follows
_HEX = frozenset(b"0123456789ABCDEFabcdef")
_SHORT_RUN = 512  # bytes; below this, columns cost more than they save
_NOTHING = Run(b"", [], [], [])
_NO_EXCHANGE = Exchange((None, None))


class Framer:
    """Finds the elements of one side.

    knows_frames: STX begins a frame or message (ENQ protocols); on MLLP links it is a byte like any other.
    knows_unframed: a header segment begins a message with nothing around it.
    is_lost: begin by looking for the start of a block or frame (a capture begun in the middle of a conversation).
    """

    def __init__(
        self, side: int, markers: Markers, *, knows_frames: bool, is_lost: bool, knows_unframed: bool = False
    ) -> None:
        self._side = side
        self._types = markers.types
        self._markers = markers
        self._knows_frames = knows_frames
        self._knows_unframed = knows_unframed
        self._is_lost = is_lost
        self._is_after_gap = is_lost  # nothing since; what comes may be only the end of something
        self._found: list[Framed | Tail] = []
        control = bytes((*self._types, VT, STX) if knows_frames else (*self._types, VT))
        outside_end = b"[" + re.escape(control) + b"]"
        self._outside_end = re.compile(outside_end + b"|" + UNFRAMED.pattern if knows_unframed else outside_end)
        self._overlap = LONGEST_HEADER if knows_unframed else 0  # bytes to look at again when more have come
        # Behind a hole, control bytes may be text that lost its framing; on MLLP only a whole beginning counts.
        self._restart = (
            self._outside_end
            if knows_frames
            else re.compile(rb"\x0b(?:" + b"|".join(HEADERS) + rb")|\x0b[\x06\x15]\x1c")
        )
        self._buffer: bytes | bytearray = b""  # what no element has taken yet
        self._scanned = 0  # in the buffer: where to look for an end
        self._carried = 0  # length of the buffer before the run at hand
        self._first_time = 0  # when the buffer's first byte came
        # Size, number and time of the chunks that hold the last bytes before the run at hand, newest first.
        self._recent: list[tuple[int, int, int]] = []
        self._run = _NOTHING
        self._exchange = _NO_EXCHANGE
        self._turned = False  # the other side has spoken since the last run
        self._tail_of = b""  # what may still come as the tail of the latest element

    def feed(self, run: Run, exchange: Exchange) -> list[Framed | Tail] | Blocks:
        """The elements that the run completes."""
        self._run, self._exchange = run, exchange
        found = self._take_run(run)
        self._run, self._exchange = _NOTHING, _NO_EXCHANGE  # what is left of it is in the buffer
        return found

    def _take_run(self, run: Run) -> list[Framed | Tail] | Blocks:
        self._carried = len(self._buffer)
        blocks = self._blocks(run)
        if blocks is not None:
            return blocks
        if self._carried:
            if not isinstance(self._buffer, bytearray):
                self._buffer = bytearray(self._buffer)
            self._buffer += run.data
        else:
            self._buffer = run.data
            self._first_time = run.times[0]
        self._keep_from(self._consume())
        self._remember(run)
        self._turned = False
        return self._take_found()

    def other_side_spoke(self) -> list[Framed | Tail]:
        """What was only waiting for its tail, or for more bytes that fit nothing, ends here."""
        self._turned = True
        self._end_at_turn()
        return self._take_found()

    def fell_silent(self) -> list[Framed | Tail]:
        """Nobody has said anything for long: what has no end of its own ends here too."""
        if self.is_unframed:
            self._run, self._carried = _NOTHING, len(self._buffer)
            self._add_unframed(0, len(self._buffer))
            self._keep_from(len(self._buffer))
            return self._take_found()
        return self.other_side_spoke()

    def gap(self) -> list[Framed | Tail]:
        """Bytes are missing from here on: what has begun is cut, and a new start must be found."""
        self._abandon((Flag.TRUNCATED, Flag.GAP))
        self._is_lost = self._is_after_gap = True
        self._tail_of = b""
        return self._take_found()

    def finish(self) -> list[Framed | Tail]:
        """No more bytes will come: what has begun is cut."""
        self._abandon((Flag.TRUNCATED,))
        return self._take_found()

    @property
    def is_inside(self) -> bool:
        """In the middle of a block or frame."""
        return bool(self._buffer) and not self._is_lost and self._starts_element(self._buffer[0])

    @property
    def is_unframed(self) -> bool:
        """What has begun is a message with nothing around it."""
        return self._knows_unframed and not self._is_lost and UNFRAMED.match(self._buffer) is not None

    @property
    def waiting_bytes(self) -> int:
        """Bytes that no element has taken yet."""
        return len(self._buffer)

    @property
    def waiting_since(self) -> int | None:
        """Number of the first packet by which an element may still be decided that ends before the next packet."""
        return self._packet_before(len(self._buffer))[0] if self._buffer else None

    # -- finding elements --------------------------------------------------------------------------------------

    def _blocks(self, run: Run) -> Blocks | None:
        """All the run completes, where that is nothing but whole MLLP blocks beyond doubt."""
        may_be = not (self._knows_frames or self._is_lost or self._tail_of) and len(run.data) >= _SHORT_RUN
        if not may_be or self._carried > len(run.data):  # a long block is not copied with each of its packets
            return None
        data = bytes(self._buffer) + run.data if self._carried else run.data
        found = find_blocks(self._side, data, run, self._first_time if self._carried else run.times[0])
        if found is None:
            return None
        blocks, stop = found
        self._buffer = data
        self._keep_from(stop)
        self._scanned = len(self._buffer)
        self._remember(run)
        self._turned = False
        return blocks

    def _consume(self) -> int:
        """Takes elements from the buffer; returns where what is left begins."""
        buffer, size, at = self._buffer, len(self._buffer), 0
        if self._tail_of:
            at = self._take_tail()
        while at < size:
            if self._is_lost:
                taken = self._skip_to_restart(at)
            elif buffer[at] == VT:
                taken = self._block(at)
            elif buffer[at] == STX and self._knows_frames:
                taken = self._frame(at)
            elif self._knows_unframed and UNFRAMED.match(buffer, at):
                taken = self._unframed(at)
            elif buffer[at] in self._types:
                self._add(self._types[buffer[at]], at, at + 1, at)
                taken = at + 1
            else:
                taken = self._other(at)
            if taken is None:
                break
            at = taken
            self._scanned = 0
        return at

    def _block(self, at: int) -> int | None:
        """An MLLP block: it ends at 1C 0D, or at 1C where 0B follows or the other side answers."""
        buffer, size = self._buffer, len(self._buffer)
        scan = max(at + 1, self._scanned)
        while True:
            end = buffer.find(FS, scan)
            if end < 0:
                break
            behind = end + 1
            if behind < size and not self._is_turn(behind):
                if buffer[behind] == CR:
                    return self._add_block(at, end, behind + 1, ())
                if buffer[behind] == LF:
                    behind += 1
            if behind == size:  # the CR may still come; other_side_spoke decides where it does not
                cut = self._new_start_at_turn(at, end, (VT,))
                if cut is not None:
                    return cut
                self._scanned = end
                return self._grown_too_large(at)
            if buffer[behind] == VT or self._is_turn(behind):
                taken = self._add_block(at, end, behind, (Flag.MISSING_CR,))
                if buffer[behind] != VT:
                    self._tail_of = b"\r"
                    taken += self._take_tail(behind)
                return taken
            scan = end + 1
        self._scanned = size
        cut = self._new_start_at_turn(at, size, (VT,))
        if cut is not None:
            return cut
        return self._grown_too_large(at)

    def _add_block(self, at: int, end: int, behind: int, flags: tuple[str, ...]) -> int:
        cut = self._new_start_at_turn(at, end, (VT,))
        if cut is not None:
            return cut
        block = bytes(self._buffer[at:end])
        body = block.lstrip(b"\x0b").rstrip(b"\x1c")
        flags += block_flags(block, body)
        kind = ElementType.MESSAGE
        if len(body) == 1 and body[0] in (self._markers.ack, self._markers.nak):
            # MLLP release 2: commit acknowledgement (HL7 Transport Specification: MLLP, Release 2, §3.1)
            kind = self._types[body[0]]
            self._add(kind, at, behind, end, flags)
        else:
            self._add(kind, at, behind, end, flags, body)
        return behind

    def _unframed(self, at: int) -> int | None:
        """A message with nothing around it: it ends where the next one begins, or where the other side answers.

        A turn ends it only behind a whole segment: a sender may be slow, and the other side still busy with answering
        what came before.
        """
        buffer = self._buffer
        following = next_message(buffer, max(at + 1, self._scanned - LONGEST_HEADER))
        limit = following[0] if following else len(buffer)
        turn = self._turn_within(at, limit)
        while turn is not None and buffer[turn - 1] not in (CR, LF):
            turn = self._turn_within(turn, limit)
        if turn is not None:
            self._add_unframed(at, turn)
            return turn
        if following is None:
            self._scanned = len(buffer)
            return self._grown_too_large(at)
        self._add_unframed(at, limit)
        if not (self._is_turn(limit) and buffer[limit - 1] in (CR, LF)):
            # Only now it is known that nothing more of it comes: that is its place among the elements.
            self._found[-1].order = self._packet(following[1] - 1)[0]
        return limit

    def _add_unframed(self, at: int, end: int) -> None:
        body = bytes(self._buffer[at:end])
        self._add(ElementType.MESSAGE, at, end, end - 1, (Flag.NO_FRAMING, *text_flags(body)), body)

    def _frame(self, at: int) -> int | None:
        """STX …: the first of ETX, ETB and CR LF decides between an E1381 frame and a message."""
        buffer, size = self._buffer, len(self._buffer)
        match = _FRAME_END.search(buffer, max(at + 1, self._scanned))
        end = match.start() if match else size
        cut = self._new_start_at_turn(at, end, (STX, self._markers.enq, self._markers.eot))
        if cut is not None:
            return cut
        if match is None:
            self._scanned = max(at + 1, size - 1)  # a CR at the end may be the first half of CR LF
            return self._grown_too_large(at)
        self._scanned = end
        if buffer[end] == CR:
            body = bytes(buffer[at + 1 : end])
            self._add(ElementType.MESSAGE, at, end + 2, end + 1, text_flags(body), body)
            return end + 2
        core = end + 3
        if size > end + 1 and buffer[end + 1] == CR:
            core = end + 1  # no checksum at all
        elif size < core:
            return None
        tail = self._tail_length(core, b"\r\n")
        if tail is None:
            return None
        self._add_frame(at, end, core, core + tail)
        return core + tail + (self._take_tail(core + tail) if self._tail_of else 0)

    def _add_frame(self, at: int, end: int, core: int, behind: int) -> None:
        buffer = self._buffer
        checksum = bytes(buffer[end + 1 : core])
        flags: tuple[str, ...] = ()
        if not checksum:
            flags = (Flag.NO_CHECKSUM,)
        elif not _HEX.issuperset(checksum) or int(checksum, 16) != sum(buffer[at + 1 : end + 1]) & 0xFF:
            flags = (Flag.BAD_CHECKSUM,)
        has_number = end > at + 1 and 0x30 <= buffer[at + 1] <= 0x37
        self._add(
            ElementType.FRAME,
            at,
            behind,
            core - 1 if checksum else core,  # where there is none, the CR told
            flags,
            body=bytes(buffer[at + 2 if has_number else at + 1 : end]),
            number=buffer[at + 1] - 0x30 if has_number else -1,
            ends_text=buffer[end] != ETB,
        )

    def _tail_length(self, at: int, tail: bytes) -> int | None:
        """How much of `tail` stands at `at`; None where more of it may come."""
        for length, byte in enumerate(tail):
            if at + length == len(self._buffer):
                return None
            if self._is_turn(at + length):
                self._tail_of = tail[length:]
                return length
            if self._buffer[at + length] != byte:
                return length
        return len(tail)

    def _take_tail(self, at: int = 0) -> int:
        """The tail of the latest element, where the side's new turn begins with it."""
        wanted, self._tail_of = self._tail_of, b""
        length = 0
        while length < min(len(wanted), len(self._buffer) - at) and self._buffer[at + length] == wanted[length]:
            length += 1
        if length:
            order, time = self._packet(at + length - 1)
            self._found.append(Tail(self._side, order, time, bytes(self._buffer[at : at + length])))
            if at + length == len(self._buffer):
                self._tail_of = wanted[length:]
        return length

    def _other(self, at: int) -> int | None:
        """Bytes that fit nothing, up to the next that do, or to the end of the side's turn."""
        match = self._outside_end.search(self._buffer, max(at + 1, self._scanned - self._overlap))
        return self._add_other(at, match.start() if match else None, ())

    def _skip_to_restart(self, at: int) -> int | None:
        match = self._restart.search(self._buffer, max(at, self._scanned - 3))
        while match and self._turn_within(match.start(), match.end()) is not None:
            match = self._restart.search(self._buffer, match.start() + 1)  # no beginning spans two turns
        if match and match.start() == at:
            self._is_lost = False
            return at
        return self._add_other(at, match.start() if match else None, (Flag.GAP,))

    def _add_other(self, at: int, end: int | None, flags: tuple[str, ...]) -> int | None:
        stop = len(self._buffer) if end is None else end
        turn = self._turn_within(at, stop)
        if turn is not None:
            stop = turn
        elif end is None and stop - at < LARGEST_ELEMENT:
            self._scanned = stop
            return None
        self._add(ElementType.OTHER, at, stop, stop - 1, flags)
        return stop

    def _new_start_at_turn(self, at: int, end: int, starts: tuple[int, ...]) -> int | None:
        """Where a byte of `starts` stands inside an element, but begins a new turn: the element was cut there."""
        turn = self._turn_within(at, end)
        while turn is not None:
            if self._buffer[turn] in starts:
                # Only now it is known that nothing more of it comes: that is its place among the elements.
                self._add(self._type_at(at), at, turn, turn - 1, (Flag.TRUNCATED,))
                cut = self._found[-1]
                cut.order = self._packet(turn)[0]
                return turn
            turn = self._turn_within(turn, end)
        return None

    def _grown_too_large(self, at: int) -> int | None:
        size = len(self._buffer)
        if size - at < LARGEST_ELEMENT:
            return None
        self._add(self._type_at(at), at, size, size - 1, (Flag.TRUNCATED,))
        self._is_lost = True
        return size

    def _end_at_turn(self) -> None:
        """Ends what was only waiting for its tail, or for more bytes that fit nothing."""
        buffer, size = self._buffer, len(self._buffer)
        if not size:
            return
        self._run, self._carried = _NOTHING, size
        if self.is_unframed:
            if buffer[-1] not in (CR, LF):
                return
            self._add_unframed(0, size)
        elif self._is_lost or not self._starts_element(buffer[0]):
            self._add(ElementType.OTHER, 0, size, size - 1, (Flag.GAP,) if self._is_lost else ())
        elif buffer[0] == VT:
            end = self._scanned
            if not (0 < end < size and buffer[end] == FS):
                return
            self._tail_of = b"\r"
            self._add_block(0, end, size, (Flag.MISSING_CR,))
        else:
            end = self._scanned
            if not (0 < end < size and buffer[end] in (0x03, ETB) and (size >= end + 3 or buffer[end + 1 :] == b"\r")):
                return
            core = end + 3 if size >= end + 3 and buffer[end + 1] != CR else end + 1
            self._tail_of = b"\r\n"[size - core :]
            self._add_frame(0, end, core, size)
        self._keep_from(size)

    def _abandon(self, flags: tuple[str, ...]) -> None:
        self._end_at_turn()
        size = len(self._buffer)
        if self.is_unframed and Flag.GAP not in flags:
            self._run, self._carried = _NOTHING, size
            self._add_unframed(0, size)  # whether more was to come, nobody can know
            self._keep_from(size)
        elif size:
            self._run, self._carried = _NOTHING, size
            self._add(self._type_at(0), 0, size, size - 1, flags)
            self._keep_from(size)

    # -- bytes and packets -------------------------------------------------------------------------------------

    def _starts_element(self, byte: int) -> bool:
        return byte == VT or (byte == STX and self._knows_frames)

    def _type_at(self, at: int) -> ElementType:
        return ElementType.FRAME if self._buffer[at] == STX else ElementType.MESSAGE

    def _add(
        self,
        kind: ElementType,
        at: int,
        end: int,
        decided: int,
        flags: tuple[str, ...] = (),
        body: bytes | None = None,
        number: int = -1,
        ends_text: bool = True,
    ) -> None:
        order, time = self._packet(decided)
        start = self._packet(at)[1] if at else self._first_time
        data = bytes(self._buffer[at:end])
        if self._is_after_gap and kind is not ElementType.OTHER:
            self._is_after_gap = False
            flags = flags if Flag.GAP in flags else (*flags, *self._gap_before(kind))
        self._found.append(Framed(self._side, order, time, start, kind, data, flags, body, number, ends_text))

    def _gap_before(self, kind: ElementType) -> tuple[str, ...]:
        """A frame behind a gap may be only the end of a message; a block is whole, or it would not have begun."""
        return (Flag.GAP,) if kind is ElementType.FRAME else ()

    def _packet(self, at: int) -> tuple[int, int]:
        """Number and time of the packet that brought the byte at `at`."""
        offset = at - self._carried
        if offset < 0:
            return self._packet_before(-offset)
        chunk = self._run.chunk_of(offset)
        return self._run.orders[chunk], self._run.times[chunk]

    def _packet_before(self, distance: int) -> tuple[int, int]:
        """The same for the byte so far before what comes next; of long ago, the oldest that is still known."""
        reach = 0
        for size, order, time in self._recent:
            reach += size
            if reach >= distance:
                return order, time
        return self._recent[-1][1:]

    def _remember(self, run: Run) -> None:
        """What is decided later is decided by one of the last few bytes: their packets are kept."""
        recent: list[tuple[int, int, int]] = []
        reach = 0
        for chunk in range(len(run.ends) - 1, -1, -1):
            size = run.ends[chunk] - (run.ends[chunk - 1] if chunk else 0)
            recent.append((size, run.orders[chunk], run.times[chunk]))
            reach += size
            if reach >= _DECIDING:
                break
        self._recent = (recent + self._recent)[:_DECIDING]

    def _is_turn(self, at: int) -> bool:
        """Did the other side speak between the byte before `at` and the byte at `at`?"""
        offset = at - self._carried
        if offset < 0:
            return False
        if offset == 0:
            return self._turned
        chunk = self._run.chunk_of(offset)
        if chunk == 0 or self._run.ends[chunk - 1] != offset:
            return False
        orders = self._run.orders
        return self._exchange.spoke_between(1 - self._side, orders[chunk - 1], orders[chunk])

    def _turn_within(self, after: int, before: int) -> int | None:
        """The first place in (after, before) at which a new turn of this side begins."""
        if self._exchange.runs[1 - self._side] is None and not self._turned:
            return None
        if self._turned and after < self._carried < before:
            return self._carried
        first = self._run.chunk_of(max(after - self._carried, 0))
        for end in self._run.ends[first:]:
            if end + self._carried >= before:
                return None
            if end + self._carried > after and self._is_turn(end + self._carried):
                return end + self._carried
        return None

    def _keep_from(self, at: int) -> None:
        if at >= len(self._buffer):
            self._buffer = b""
        elif at:
            self._first_time = self._packet(at)[1]
            if isinstance(self._buffer, bytearray):
                del self._buffer[:at]
            else:
                self._buffer = self._buffer[at:]
            self._scanned = max(self._scanned - at, 0)
        if not self._buffer:
            self._scanned = 0

    def _take_found(self) -> list[Framed | Tail]:
        found, self._found = self._found, []
        return found

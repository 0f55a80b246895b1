"""What STX begins in the ENQ protocols: an E1381 frame (ASTM E1381-95 §6.3), or a message that ends with CR LF."""

import re

from hl7capture.capture.framing.control import CR, ETB, ETX, STX, VT, Markers
from hl7capture.capture.framing.found import Found
from hl7capture.capture.framing.header import text_flags
from hl7capture.capture.framing.unread import Unread
from hl7capture.model.elements import ElementType, Flag

_END = re.compile(rb"[\x03\x17]|\r\n")
_NUMBERS = frozenset(b"01234567")
# Behind a number and CR LF no end is looked for further than this: frames have 247 bytes, or 64 000.
_LONGEST = 1 << 16


class Frame:
    """The first of ETX, ETB and CR LF decides between a frame and a message.

    But some write records with CR LF into frames: what begins with a frame's number, and has an end of a frame in the
    same turn, is one.
    """

    kind = ElementType.FRAME

    def __init__(self, unread: Unread, found: Found, markers: Markers) -> None:
        self._unread = unread
        self._found = found
        self._starts = (STX, markers.enq, markers.eot)
        self._end_or_next = re.compile(b"[" + re.escape(bytes((ETX, ETB, STX, VT, *markers.types))) + b"]")

    def take(self, at: int, largest: int) -> int | None:
        """Where what STX at `at` begins is over; None where more is needed. It is cut at `largest`."""
        data = self._unread.data
        scan = max(at + 1, self._unread.scanned)
        while True:
            if self._is_cut(scan):
                return self._found.cut(self.kind, at, scan)
            turn = self._unread.turn_after(scan)
            match = _END.search(data, scan, min(turn + 1, largest))  # LF may come behind an answer
            if match and match.start() < turn:
                end = self._deciding_end(at, match, turn)
                self._unread.scanned = match.start() if end is None else end
                if end is None:
                    self._unread.mark(match.end() - 1)
                    return None
                if data[end] == CR:
                    self._add_message(at, end)
                    return end + 2
                return self._end(at, end)
            if largest <= turn:
                return self._found.too_large(self.kind, at, largest)
            if turn == len(data):
                self._unread.scanned = max(at + 1, turn - 1)  # a CR at the end may be the first half of CR LF
                return None
            scan = turn

    def end_at_turn(self, *, is_silence: bool) -> bool:
        """Ends a frame that was only waiting for its checksum or tail: the turn is over. False where it goes on."""
        data, end, size = self._unread.data, self._unread.scanned, len(self._unread)
        if not 0 < end < size:
            return False
        if self._unread.part(end, end + 2) == b"\r\n":
            self._add_message(0, end)
            if end + 2 < size:
                self._found.add(ElementType.OTHER, end + 2, size)
            return True
        if data[end] not in (ETX, ETB):
            return False
        core = end + 1
        while core < min(size, end + 3) and data[core] >= 0x20:
            core += 1
        self._found.expect_tail(b"\r\n"[size - core :])
        self._add(0, end, core, size)
        return True

    def _is_cut(self, scan: int) -> bool:
        """Does a new turn begin at `scan` with another frame, or with what stands around them?"""
        return scan < len(self._unread) and self._unread.is_turn(scan) and self._unread.data[scan] in self._starts

    def _deciding_end(self, at: int, first: re.Match[bytes], turn: int) -> int | None:
        """Which ETX, ETB or CR LF decides: the first, or one behind it; None where that may still come."""
        data, end = self._unread.data, first.start()
        if data[end] != CR or data[at + 1] not in _NUMBERS:
            return end
        found = self._end_or_next.search(data, first.end(), min(turn, at + _LONGEST))
        if found is None:
            return None if turn == len(data) < at + _LONGEST else end
        return found.start() if data[found.start()] in (ETX, ETB) else end

    def _add_message(self, at: int, end: int) -> None:
        """A whole message: CR LF at `end`."""
        body = self._unread.part(at + 1, end)
        self._found.add(ElementType.MESSAGE, at, end + 2, flags=text_flags(body), body=body)

    def _end(self, at: int, end: int) -> int | None:
        """A frame whose ETX or ETB stands at `end`: its checksum and tail, as far as they are there."""
        behind = end + 1
        while behind < end + 3:
            if behind == len(self._unread):
                return None
            if self._unread.is_turn(behind) or self._unread.data[behind] < 0x20:
                break  # there is no checksum, or only half of one
            behind += 1
        tail = self._found.tail_length(behind, b"\r\n")
        if tail is None:
            return None
        self._add(at, end, behind, behind + tail)
        behind += tail
        return behind + (self._found.take_tail(behind) if self._found.expects_tail else 0)

    def _add(self, at: int, end: int, core: int, behind: int) -> None:
        """A whole frame: ETX or ETB at `end`, the checksum up to `core`, CR LF up to `behind`."""
        data = self._unread.data
        checksum = self._unread.part(end + 1, core)
        flags: tuple[str, ...] = ()
        if not checksum:
            flags = (Flag.NO_CHECKSUM,)
        elif checksum.upper() != b"%02X" % (sum(data[at + 1 : end + 1]) & 0xFF):
            flags = (Flag.BAD_CHECKSUM,)
        has_number = end > at + 1 and 0x30 <= data[at + 1] <= 0x37
        self._found.add(
            self.kind,
            at,
            behind,
            decided=core - 1,
            flags=flags,
            body=self._unread.part(at + 2 if has_number else at + 1, end),
            number=data[at + 1] - 0x30 if has_number else -1,
            ends_text=data[end] == ETX,
        )

"""One MLLP block at a time: <SB> dddd <EB> <CR> (HL7 v2 Implementation Guide, Appendix C), and what is made of it."""

from hl7capture.capture.framing.control import COMMITS, CR, FS, LF, VT
from hl7capture.capture.framing.found import Found
from hl7capture.capture.framing.header import text_flags
from hl7capture.capture.framing.unread import Unread
from hl7capture.model.elements import ElementType, Flag


class MllpBlock:
    """A block ends at 1C 0D, or at 1C or 1C 0A where 0B follows or its side's turn is over."""

    kind = ElementType.MESSAGE

    def __init__(self, unread: Unread, found: Found) -> None:
        self._unread = unread
        self._found = found

    def take(self, at: int, largest: int) -> int | None:
        """Where the block that begins at `at` is over; None where more is needed. It is cut at `largest`."""
        data = self._unread.data
        scan = max(at + 1, self._unread.scanned)
        while True:
            if self._is_cut(scan):
                return self._found.cut(self.kind, at, scan)
            turn = self._unread.turn_after(scan)
            end = data.find(FS, scan, min(turn, largest))
            if end >= 0:
                taken = self._end(at, end, turn)
                if taken is not None:
                    return taken
                if turn == len(data) and end >= turn - 2 and data[end + 1 : turn] in (b"", b"\n"):
                    self._unread.scanned = end  # the CR may still come; a turn decides where it does not
                    return None
                scan = end + 1
            elif largest <= turn:
                return self._found.too_large(self.kind, at, largest)
            elif turn == len(data):
                self._unread.scanned = turn
                return None
            else:
                scan = turn

    def end_at_turn(self, *, is_silence: bool) -> bool:
        """Ends a block that was only waiting for its CR: the turn is over. False where it goes on."""
        data, end, size = self._unread.data, self._unread.scanned, len(self._unread)
        if not (0 < end < size and data[end] == FS):
            return False
        self._add(0, end, size, Flag.MISSING_CR if end + 1 == size else Flag.LF_END)
        if end + 1 == size:
            self._found.expect_tail(b"\r")
        return True

    def _is_cut(self, scan: int) -> bool:
        """Does a new turn begin at `scan` with the start of another block?"""
        return scan < len(self._unread) and self._unread.is_turn(scan) and self._unread.data[scan] == VT

    def _end(self, at: int, end: int, turn: int) -> int | None:
        """Where the block is over, if the 1C at `end` ends it. turn: where the side's turn is over."""
        data = self._unread.data
        behind = end + 1
        if behind < turn and data[behind] == CR:
            self._add(at, end, behind + 1)
            return behind + 1
        flag = Flag.MISSING_CR
        if behind < turn and data[behind] == LF:
            behind += 1
            flag = Flag.LF_END
        if behind == turn < len(data):
            self._add(at, end, behind, flag)
            if flag is Flag.MISSING_CR:
                self._found.expect_tail(b"\r")
                return behind + self._found.take_tail(behind)
            return behind
        if behind < turn and data[behind] == VT:
            self._add(at, end, behind, flag)
            return behind
        return None

    def _add(self, at: int, end: int, behind: int, *flags: str) -> None:
        """A whole block: its 1C stands at `end`."""
        inside = self._unread.part(at + 1, end)
        body = inside.lstrip(b"\x0b")
        if len(body) < len(inside):
            flags = (*flags, Flag.DOUBLED_START)
        if body[-1:] == b"\x1c":
            body = body.rstrip(b"\x1c")
            flags = (*flags, Flag.DOUBLED_END)
        if len(body) == 1 and body[0] in COMMITS:
            self._found.add(COMMITS[body[0]], at, behind, decided=end, flags=flags)
        else:
            flags = (*flags, *text_flags(body))
            self._found.add(self.kind, at, behind, decided=end, flags=flags, body=body)

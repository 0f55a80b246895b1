"""HL7 without any framing: nothing says where such a message ends but what comes next (docs/decisions/0025)."""

import re

from hl7capture.capture.framing.control import CR, FS, LF
from hl7capture.capture.framing.found import Found
from hl7capture.capture.framing.header import (
    BLANKS,
    HEADER,
    LONGEST,
    header_end,
    header_name,
    segment,
    text_flags,
)
from hl7capture.capture.framing.unread import Unread
from hl7capture.model.elements import ElementType, Flag


def _next_of(names: bytes) -> re.Pattern[bytes]:
    """What follows a message: a line that begins with one of the headers, a block, or 1C 0D where only 0B is missing.

    Some senders end no message with CR; behind one, in the middle of a line, only the usual delimiters count.
    """
    usual = b"(?:" + names + rb")\|\^~\\&\|"
    return re.compile(rb"(?<=[\r\n])" + segment(names) + b"|" + usual + rb"|\x0b" + HEADER + rb"|\x1c\r")


# The messages of a batch are parts of it: HL7 v2.5 §2.10.3.
_NEXT = {b"MSH": _next_of(b"MSH|FHS|BHS"), b"FHS": _next_of(b"FHS"), b"BHS": _next_of(b"FHS|BHS")}


class Unframed:
    """A message ends where the next begins, where the other side answers, or in silence.

    An answer ends it only behind a whole segment: a sender may be slow, and the other side still busy with answering
    what came before.
    """

    kind = ElementType.MESSAGE

    def __init__(self, unread: Unread, found: Found) -> None:
        self._unread = unread
        self._found = found

    def header(self, at: int) -> int | None:
        """How long the header at `at` is; 0 where it is none, None where more is needed to tell."""
        turn = self._unread.turn_after(at)
        length = header_end(self._unread.part(at, min(turn, at + LONGEST)))
        return 0 if length is None and turn < len(self._unread) else length

    def take(self, at: int, header: int, largest: int) -> int | None:
        """Where the message at `at` is over; None where more is needed. It is cut at `largest`."""
        data = self._unread.data
        turn = self._turn_that_ends(at)
        name = header_name(self._unread.part(at, at + header))
        match = _NEXT[name].search(data, max(at + header, self._unread.scanned - LONGEST), min(turn, largest))
        if match:
            has_end = match[0] == b"\x1c\r"
            behind = match.end() if has_end else match.start()
            self._add(at, match.start(), behind, Flag.MISSING_START if has_end else Flag.NO_FRAMING)
            self._found.told_by(match.end() - 1)
            return behind
        if largest <= turn:
            return self._found.too_large(self.kind, at, largest, Flag.NO_FRAMING)
        if turn == len(data):
            self._unread.scanned = turn
            return None
        self._end(at, turn)
        return turn + (self._found.take_tail(turn) if self._found.expects_tail else 0)

    def end_at_turn(self, *, is_silence: bool) -> bool:
        """Ends the message, unless it was the other side that spoke in the middle of a segment."""
        size = len(self._unread)
        if not is_silence and not self._is_segment_end(size):
            return False
        self._end(0, size)
        return True

    def is_whole(self) -> bool:
        """Does all that is unread end as a message does?"""
        return self._is_segment_end(len(self._unread))

    def _turn_that_ends(self, at: int) -> int:
        """The first turn behind `at` that ends the message; the length of the data where there is none."""
        turn = self._unread.turn_after(at)
        while turn < len(self._unread) and not self._is_segment_end(turn):
            turn = self._unread.turn_after(turn)
        return turn

    def _is_segment_end(self, at: int) -> bool:
        return self._unread.data[at - 1] in (CR, LF, FS)

    def _end(self, at: int, turn: int) -> None:
        """The message ends with the turn of its side."""
        if self._unread.data[turn - 1] == FS:
            self._add(at, turn - 1, turn, Flag.MISSING_START, Flag.MISSING_CR)
            self._found.expect_tail(b"\r")
        else:
            self._add(at, turn, turn, Flag.NO_FRAMING)

    def _add(self, at: int, end: int, behind: int, *flags: str) -> None:
        body = self._unread.part(at, end).lstrip(BLANKS)
        self._found.add(self.kind, at, behind, flags=(*flags, *text_flags(body)), body=body)

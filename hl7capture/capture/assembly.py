"""E1381 frames to messages.

ETB joins frames to one text, ETX ends it (ASTM E1381-95 §6.3). E1394 records from H to L, or to EOT, are one message,
whatever texts they came in; any other text is a message of its own.

A frame that was refused for good does not count, nor does a text whose end never came, or that lost a frame. A frame
that is sent again replaces the one before it. What a gap in the capture cut is no message, on neither side of it
(docs/decisions/0027).
"""

from dataclasses import dataclass, field

from hl7capture.capture.framing.header import begins_message
from hl7capture.capture.text import decode

_LONGEST_TERMINATOR = 1024
_MOST_FRAMES_OF_TERMINATOR = 16


@dataclass(slots=True)
class _Part:
    """A frame, with every element that was sent for it."""

    elements: list[int]
    side: int
    number: int
    body: bytes
    ends_text: bool
    is_sound: bool
    is_refused: bool = False
    is_accepted: bool = False


@dataclass(slots=True)
class Assembled:
    """What became of the frames. text: the message, None where nothing counts.

    refused, unfinished: elements that are in no message, because they were refused, or because the end of their text,
    or of their message, was never seen.
    """

    text: str | None = None
    refused: list[int] = field(default_factory=list)
    unfinished: list[int] = field(default_factory=list)


class Assembly:
    """Puts the message together that is on its way on one connection."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._is_records = False
        self._is_cut = False  # its end is missing in the capture
        self.is_tail = False  # its beginning is missing in the capture
        self._gaps: set[int] = set()  # sides whose next frame may be such a tail
        self._next: list[int | None] = [None, None]  # frame number that each side should send next, where it is known

    @property
    def side(self) -> int | None:
        """The side whose message is on its way."""
        return self._parts[-1].side if self._parts else None

    def is_unfinished(self, side: int) -> bool:
        """Is `side` in the middle of a message?"""
        if self.side != side:
            return False
        return not self._parts[-1].ends_text or (self._is_records and not self._has_terminator())

    def begin_transfer(self, side: int) -> None:
        """ENQ: the first frame has number 1 (E1381-95 §6.3.2), and begins a message."""
        self._next[side] = 1
        self._gaps.discard(side)

    def cut(self, side: int) -> None:
        """Bytes of `side` are missing in the capture here: of the message on its way, and of the next one perhaps."""
        self._is_cut = self._is_cut or self.is_unfinished(side)
        self._gaps.add(side)

    def is_repeat(self, side: int, number: int, body: bytes) -> bool:
        """Is the frame the one before it, sent again?

        The same number says so, unless nothing was wrong with that one and it said something else: then the sender
        does not count (docs/decisions/0028).
        """
        if not self._parts or number < 0:
            return False
        last = self._parts[-1]
        is_worth_repeating = last.is_refused or not (last.is_sound or last.is_accepted)
        return (last.side, last.number) == (side, number) and (is_worth_repeating or last.body == body)

    def is_wrong_number(self, side: int, number: int) -> bool:
        """Is the number of a frame that is no repeat missing, or another than the next one?"""
        return number < 0 or self._next[side] not in (None, -1, number)

    def begins_message(self, side: int, body: bytes) -> bool:
        """Would a new frame with this body begin another message than the one on its way?"""
        if not self._parts:
            return False
        last = self._parts[-1]
        if last.side != side:
            return True
        if not last.ends_text:
            return False
        # A tail may have begun in the middle of a record.
        are_records = _is_record(body) if self.is_tail else self._is_records
        return not are_records or _is_header(body) or self._has_terminator()

    def add(
        self, element: int, side: int, number: int, body: bytes, *, ends_text: bool = True, is_sound: bool = True
    ) -> None:
        """One more frame, carried by element number `element`. is_sound: its checksum is not wrong."""
        part = _Part([element], side, number, body, ends_text, is_sound)
        self._next[side] = (number + 1) % 8 if number >= 0 else None
        if self.is_repeat(side, number, body):
            before = self._parts.pop()
            before.elements.append(element)
            part.elements, part.is_accepted = before.elements, before.is_accepted
            if not self._parts:  # what was garbled did not tell what the message is
                self._is_records = _is_record(body)
                self.is_tail = self.is_tail and not begins_message(body)
        elif not self._parts:
            self._is_records = _is_record(body)
            self.is_tail = (self.is_tail or side in self._gaps) and not begins_message(body)
            self._gaps.discard(side)
        self._parts.append(part)

    def forget_numbers(self) -> None:
        """Frames may be missing from here on, so the next number is not known."""
        self._next = [None, None]

    def forget(self) -> None:
        """A session is over: what comes has nothing to do with what was."""
        self.forget_numbers()
        self._gaps.clear()

    def accept(self, side: int) -> None:
        """The other side has answered the latest frame of `side` with ACK."""
        if self.side == side:
            self._parts[-1].is_accepted = True
            self._parts[-1].is_refused = False

    def refuse(self, side: int) -> None:
        """The other side has answered the latest frame of `side` with NAK."""
        if self.side == side and not self._parts[-1].is_accepted:
            self._parts[-1].is_refused = True
            self._next[side] = self._parts[-1].number

    def finish(self) -> Assembled:
        """The message, and what is not in it; the assembly is empty afterwards."""
        done = Assembled()
        if not self.is_tail:
            self._join(done)
        self._parts, self._is_cut, self.is_tail = [], False, False
        return done

    def _join(self, done: Assembled) -> None:
        data = bytearray()
        text: list[_Part] = []
        counts = False
        for part in self._parts:
            text.append(part)
            if part.ends_text:
                counts = self._take_text(text, data, done) or counts
                text = []
        self._take_text(text, data, done)
        if counts:
            done.text = decode(bytes(data))

    def _take_text(self, text: list[_Part], data: bytearray, done: Assembled) -> bool:
        """Adds a text to the message if all of it was accepted, and it ended; else says what is not in the message."""
        if text and text[-1].ends_text and not self._is_cut and not any(part.is_refused for part in text):
            for part in text:
                data += part.body
            if self._is_records and not data.endswith((b"\r", b"\n")):
                data += b"\r"
            return True
        for part in text:
            (done.refused if part.is_refused else done.unfinished).extend(part.elements)
        return False

    def _has_terminator(self) -> bool:
        """The latest text ends with an L record (E1394-97 §13), which is short: no more than that is looked at."""
        end = b""
        is_all = True
        for count, part in enumerate(reversed(self._parts)):
            if count and part.ends_text:
                break
            is_all = count < _MOST_FRAMES_OF_TERMINATOR and len(end) <= _LONGEST_TERMINATOR
            if not is_all:
                break
            end = part.body[-_LONGEST_TERMINATOR - 1 :] + end
        _, has_line_before, line = end.rstrip(b"\r\n").rpartition(b"\r")
        is_whole = has_line_before or (is_all and len(end) <= _LONGEST_TERMINATOR)
        return bool(is_whole) and line.lstrip(b"\n")[:1] == b"L"


def _is_record(body: bytes) -> bool:
    """An E1394 record: its letter and a delimiter (E1394-97 §6.1); what lost its header is a record all the same."""
    return len(body) > 1 and body[0] in b"HPOQRCMSL" and not body[1:2].isalnum()


def _is_header(body: bytes) -> bool:
    """An E1394 header record: H and a delimiter (E1394-97 §6.2)."""
    return body[:1] == b"H" and _is_record(body)

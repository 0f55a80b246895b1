"""E1381 frames to messages.

ETB joins frames to one text, ETX ends it (ASTM E1381-95 §6.3). E1394 records from H to L, or to EOT, are one message,
whatever texts they came in; any other text is a message of its own.

A frame that was refused for good does not count, nor does a text whose end never came, or that lost a frame. A frame
that is sent again replaces the one before it.
"""

from dataclasses import dataclass, field

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
    is_refused: bool = False
    is_accepted: bool = False


@dataclass(slots=True)
class Assembled:
    """What became of the frames. text: the message, None where nothing counts.

    refused, unfinished: elements that are in no message, because they were refused, or because their text never ended.
    """

    text: str | None = None
    refused: list[int] = field(default_factory=list)
    unfinished: list[int] = field(default_factory=list)


class Assembly:
    """Puts the message together that is on its way on one connection."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._is_records = False
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
        """ENQ: the first frame has number 1 (E1381-95 §6.3.2)."""
        self._next[side] = 1

    def is_repeat(self, side: int, number: int, body: bytes) -> bool:
        """Is the frame the one before it, sent again?

        The same number says so, unless that one was accepted and said something else: then the sender does not count
        (docs/decisions/0028).
        """
        if not self._parts or number < 0:
            return False
        last = self._parts[-1]
        return (last.side, last.number) == (side, number) and (not last.is_accepted or last.body == body)

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
        return not self._is_records or _is_header(body) or self._has_terminator()

    def add(self, element: int, side: int, number: int, body: bytes, *, ends_text: bool) -> None:
        """One more frame, carried by element number `element`."""
        part = _Part([element], side, number, body, ends_text)
        self._next[side] = (number + 1) % 8 if number >= 0 else None
        if self.is_repeat(side, number, body):
            before = self._parts.pop()
            before.elements.append(element)
            part.elements, part.is_accepted = before.elements, before.is_accepted
        if not self._parts:
            self._is_records = _is_record(body)
        self._parts.append(part)

    def forget_numbers(self) -> None:
        """Frames may be missing from here on, so the next number is not known."""
        self._next = [None, None]

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
        data = bytearray()
        text: list[_Part] = []
        counts = False
        for part in self._parts:
            text.append(part)
            if part.ends_text:
                counts = self._take_text(text, data, done) or counts
                text = []
        self._take_text(text, data, done)
        self._parts = []
        if counts:
            done.text = decode(bytes(data))
        return done

    def _take_text(self, text: list[_Part], data: bytearray, done: Assembled) -> bool:
        """Adds a text to the message if all of it was accepted, and it ended; else says what is not in the message."""
        if text and text[-1].ends_text and not any(part.is_refused for part in text):
            for part in text:
                data += part.body
            if self._is_records and not data.endswith(b"\r"):
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

"""Where the characters of a message stand in its bytes, and these in the elements that carried them.

A message's bytes are those of its elements without framing, put together: an MLLP block's between 0B and 1C, a frame's
between its number and ETX or ETB.
"""

import codecs
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hl7capture.capture.text import Decoded, read
from hl7capture.model.elements import Element, ElementType, Flag

_VT, _FS, _STX = b"\x0b", b"\x1c", b"\x02"
_UTF8_MARK = b"\xef\xbb\xbf"
# Bytes of a message whose characters are longer than one; of a larger one nothing is known. UTF-8 is quick to look at.
_MOST_UTF8, _MOST_OTHERS = 16 << 20, 2 << 20


class Piece(NamedTuple):
    """Bytes of a message that one element carried: from `start` to `end` of the message, from `at` of the element."""

    element: int
    start: int
    end: int
    at: int


class Places:
    """The places of one message. Characters count as in its text, bytes as in `data` or in an element's data."""

    def __init__(self, decoded: Decoded, data: bytes, pieces: tuple[Piece, ...]) -> None:
        self.decoded = decoded
        self.data = data
        self._pieces = pieces
        self._offsets = _offsets(decoded, data)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Which element carried which of the message's bytes, in wire order."""
        return self._pieces

    def in_message(self, start: int, end: int) -> tuple[int, int]:
        """The message's bytes that give the characters from `start` to `end`."""
        if self._offsets is None:
            return start, end
        return int(self._offsets[start]), int(self._offsets[end])

    def in_element(self, element: int, start: int, end: int) -> tuple[int, int] | None:
        """The bytes of an element that give these characters; None where it carried none of them."""
        first, last = self.in_message(start, end)
        for piece in self._pieces:
            begin, stop = max(first, piece.start), min(last, piece.end)
            if piece.element == element and (begin < stop or begin == stop == first == last):
                shift = piece.at - piece.start
                return begin + shift, stop + shift
        return None

    def character_at(self, element: int, byte: int) -> int | None:
        """The character that a byte of an element is a part of; None where it is framing."""
        for piece in self._pieces:
            place = byte - piece.at + piece.start
            if piece.element == element and piece.start <= place < piece.end:
                if self._offsets is None:
                    return place
                return max(int(np.searchsorted(self._offsets, place, side="right")) - 1, 0)
        return None


def places_of(text: str, elements: Iterable[Element]) -> Places | None:
    """The places of a message that these elements carried, in wire order.

    None where they do not give `text`: it was decoded otherwise, or comes from elsewhere. None, too, where it is so
    large that to know every character's place takes too much.
    """
    for data, pieces in _joined(list(elements)):
        decoded = read(data)
        if decoded.text == text:
            most = _MOST_UTF8 if decoded.charset == "utf-8-sig" else _MOST_OTHERS
            return Places(decoded, data, pieces) if len(data) <= most or len(text) == len(data) else None
    return None


def places_in(element: Element) -> Places:
    """The places of the text of one element that is in no message: a block or frame that was cut, or other bytes."""
    start, end = 0, len(element.data)
    if element.type is ElementType.MESSAGE:
        start, end = next(_bodies(element.data))
    elif element.type is ElementType.FRAME:
        start, end = _frame_body(element.data)
    data = element.data[start:end]
    return Places(read(data), data, (Piece(element.id, 0, end - start, start),))


def _joined(elements: list[Element]) -> Iterator[tuple[bytes, tuple[Piece, ...]]]:
    """What the message's bytes can be. What a sender left out of the framing leaves more than one possibility."""
    if len(elements) == 1 and elements[0].type is ElementType.MESSAGE:
        for start, end in _bodies(elements[0].data):
            yield elements[0].data[start:end], (Piece(elements[0].id, 0, end - start, start),)
        return
    parts: list[tuple[Element, int, int]] = []
    for element in elements:
        if Flag.RETRANSMITTED in element.flags and parts:
            parts.pop()  # what is sent again replaces what was there before
        parts.append((element, *_frame_body(element.data)))
    yield _texts(parts, are_records=True)
    yield _texts(parts, are_records=False)


def _bodies(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the text of a message's element can stand: MLLP, STX … CR LF, and without framing."""
    start = len(data) - len(data.lstrip(_VT))
    end = data.find(_FS, len(data.rstrip(b"\x1c\r\n")))
    yield start, end if end >= 0 else len(data)
    if data.startswith(_STX):
        yield 1, len(data) - 2
    yield 0, len(data)


def _frame_body(data: bytes) -> tuple[int, int]:
    """Where a frame's text stands: behind its number, before ETX or ETB (ASTM E1381-95 §6.3.1)."""
    start = 2 if data[1:2] in (b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7") else 1
    ends = [end for end in (data.find(b"\x03", 1), data.find(b"\x17", 1)) if end >= 0]
    return start, max(min(ends, default=len(data)), start)


def _texts(parts: list[tuple[Element, int, int]], *, are_records: bool) -> tuple[bytes, tuple[Piece, ...]]:
    """Frames put together; behind a text of records stands a CR, where the sender left it out."""
    data = bytearray()
    pieces = []
    for element, start, end in parts:
        pieces.append(Piece(element.id, len(data), len(data) + end - start, start))
        data += element.data[start:end]
        ends_text = element.data[end : end + 1] == b"\x03"
        if are_records and ends_text and not data.endswith(b"\r"):
            data += b"\r"
    return bytes(data), tuple(pieces)


def _offsets(decoded: Decoded, data: bytes) -> npt.NDArray[np.intp] | None:
    """Where each character begins in the bytes, and where the last one ends; None where each is one byte."""
    if len(decoded.text) == len(data):
        return None
    if decoded.charset == "utf-8-sig":
        begins = np.flatnonzero((np.frombuffer(data, np.uint8) & 0xC0) != 0x80)
        starts = begins[1:] if data.startswith(_UTF8_MARK) else begins
    else:
        starts = np.fromiter(_begins(decoded.charset, data), np.intp)
    return np.append(starts, len(data))


def _begins(charset: str, data: bytes) -> Iterator[int]:
    """Where each character begins. What changes the character set, or the order of bytes, belongs to the next one."""
    decoder = codecs.getincrementaldecoder(charset)()
    begin = 0
    for at in range(len(data)):
        given = decoder.decode(data[at : at + 1], at + 1 == len(data))
        for _ in given:
            yield begin
        if given:
            begin = at + 1

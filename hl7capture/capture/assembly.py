"""E1381 frames to messages.

ETB joins frames to one text, ETX ends it (ASTM E1381-95 §6.3). E1394 records from H to L, or to EOT, are one message,
whatever texts they came in; any other text is a message of its own. A frame that was refused does not count; a frame
sent again with the same number replaces the one before it.
"""

from dataclasses import dataclass

from hl7capture.capture.framing.control import HEADERS
from hl7capture.capture.text import decode


@dataclass(slots=True)
class _Part:
    element: int
    side: int
    number: int
    body: bytes
    ends_text: bool
    is_sound: bool
    is_refused: bool = False


class Assembly:
    """Puts the message together that is on its way on one connection."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._is_records = False
        # Sides of which bytes are missing: what comes is the tail of a message, until another one begins.
        self._cut: dict[int, bool] = {}  # whether a text has ended since

    def is_repeat(self, side: int, number: int, body: bytes) -> bool:
        """The frame before this one had the same number: it is sent again.

        Other text under the number of a frame that nobody refused is another frame: some devices do not count.
        """
        if not self._parts or number < 0:
            return False
        last = self._parts[-1]
        is_same = last.body == body or last.is_refused or not last.is_sound
        return (last.side, last.number) == (side, number) and is_same

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

    def add(self, element: int, side: int, number: int, body: bytes, *, ends_text: bool, is_sound: bool) -> None:
        """One more frame, carried by element number `element`."""
        part = _Part(element, side, number, body, ends_text, is_sound)
        if self.is_repeat(side, number, body):
            self._parts[-1] = part
            return
        if not self._parts:
            self._is_records = _is_header(body)
        self._parts.append(part)

    def refuse(self, side: int) -> None:
        """The other side has answered the latest frame of `side` with NAK."""
        if self._parts and self._parts[-1].side == side:
            self._parts[-1].is_refused = True

    def cut(self, side: int) -> None:
        """Bytes of `side` are missing: its message on the way is none any more."""
        self._cut[side] = False
        if self._parts and self._parts[-1].side == side:
            for part in self._parts:
                part.is_refused = True

    def restart(self, side: int) -> None:
        """ENQ: whatever was on its way, the next frame of `side` begins a message."""
        self._cut.pop(side, None)

    def is_tail(self, side: int, body: bytes, *, ends_text: bool) -> bool:
        """Does the next frame of `side` belong to a message of which bytes are missing?"""
        if side not in self._cut:
            return False
        if _is_header(body) or body.startswith(HEADERS) or (self._cut[side] and not _is_record(body)):
            del self._cut[side]
            return False
        self._cut[side] = ends_text
        return True

    def finish(self) -> str | None:
        """The message as text, if anything of it was accepted; the assembly is empty afterwards."""
        accepted = [part for part in self._parts if not part.is_refused]
        self._parts = []
        if not accepted:
            return None
        data = bytearray()
        for part in accepted:
            data += part.body
            if self._is_records and part.ends_text and not data.endswith(b"\r"):
                data += b"\r"
        return decode(bytes(data))

    def _has_terminator(self) -> bool:
        """The latest text ends with an L record (E1394-97 §13)."""
        text = b""
        for part in reversed(self._parts):
            if text and part.ends_text:
                break
            text = part.body + text
        return text.rstrip(b"\r\n").rsplit(b"\r", 1)[-1].lstrip(b"\n")[:1] == b"L"


def _is_record(body: bytes) -> bool:
    """An E1394 record: its letter, and a delimiter (E1394-97 §5.1)."""
    return len(body) > 1 and body[:1].isupper() and not body[1:2].isalnum()


def _is_header(body: bytes) -> bool:
    """An E1394 header record: H and a delimiter (E1394-97 §6.2)."""
    return len(body) > 1 and body[:1] == b"H" and not body[1:2].isalnum()

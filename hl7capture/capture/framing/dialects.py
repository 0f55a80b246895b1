"""What senders make of the framing: doubled bytes, line feeds between segments, or no framing at all."""

import re

from hl7capture.capture.framing.control import HEADERS
from hl7capture.model.elements import Flag

# A header segment and its encoding characters (HL7 v2.5 §2.5.4): separator, up to five others, separator again.
_SEGMENT = rb"(?:" + b"|".join(HEADERS) + rb")([!-/:-@\[-`{-~])[!-/:-@\[-`{-~]{1,5}?\1"
UNFRAMED = re.compile(_SEGMENT)
LONGEST_HEADER = 10  # bytes that it takes to tell one
_NEXT = re.compile(rb"(?<=[\r\n])MSH([!-/:-@\[-`{-~])[!-/:-@\[-`{-~]{1,5}?\1|\x0b")
_LINE_FEED = re.compile(rb"\n[A-Z][A-Z0-9]{2}[^A-Za-z0-9\s]")


def block_flags(block: bytes, body: bytes) -> tuple[str, ...]:
    """What is odd about an MLLP block without its last 1C; body: the text in it."""
    doubled_start = (Flag.DOUBLED_START,) if block[1:2] == b"\x0b" else ()
    doubled_end = (Flag.DOUBLED_END,) if block[-1:] == b"\x1c" else ()
    return (*doubled_start, *doubled_end, *text_flags(body))


def text_flags(body: bytes) -> tuple[str, ...]:
    """What is odd about the text of a message: segments end in CR (HL7 v2.5 §2.5.3), not in LF."""
    return (Flag.LINE_FEEDS,) if _LINE_FEED.search(body) else ()


def next_message(text: bytes | bytearray, scan: int) -> tuple[int, int] | None:
    """Where, from `scan` on, another message begins, and behind the bytes that tell; None where none does yet."""
    found = _NEXT.search(text, scan)
    return found.span() if found else None

"""HL7 without any framing: where it begins, and where the next thing does.

Nothing says where such a message ends, so it is known by its header segment, with delimiters that can be ones
(HL7 v2.5 §2.5.4, §2.10.3); the letters alone stand in many a text.
"""

import re

from hl7capture.capture.framing.control import CR, HEADERS, LF

_PUNCTUATION = rb"[!-/:-@\[-`{-~]"
_MOST_ENCODING_CHARACTERS = 5  # HL7 v2.7 §2.5.4 has five; four are usual
# Of the blanks in front, no more belong to a message.
_MOST_BLANKS = 16
# No beginning, and no end, is longer: blanks, a byte order mark, name, separators and encoding characters.
LONGEST = _MOST_BLANKS + 3 + 3 + 1 + _MOST_ENCODING_CHARACTERS + 1
BLANKS = bytes((CR, LF, 0x20, 0x00))
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _next_of(names: bytes) -> re.Pattern[bytes]:
    """A line that begins with one of the header's names, a block, or the end of one whose beginning is missing."""
    header = rb"(?<=[\r\n])(?:" + names + rb")(" + _PUNCTUATION + rb")(?:(?!\1)" + _PUNCTUATION + rb"){1,5}\1"
    block = rb"\x0b(?:MSH|FHS|BHS)" + _PUNCTUATION * 3
    return re.compile(header + rb"|" + block + rb"|\x1c\r")


# The messages of a batch are parts of it: HL7 v2.5 §2.10.3.
NEXT = {b"MSH": _next_of(b"MSH|FHS|BHS"), b"FHS": _next_of(b"FHS"), b"BHS": _next_of(b"FHS|BHS")}


def header_end(text: bytes) -> int | None:
    """How long the beginning of an HL7 message is, up to and with its field separator; 0 where it is none.

    None: it may be one, and more is needed to tell.
    """
    inside = text.lstrip(BLANKS)
    if len(text) - len(inside) > _MOST_BLANKS:
        return 0
    if inside[:3] != _BYTE_ORDER_MARK and _BYTE_ORDER_MARK.startswith(inside[:3]):
        return None
    inside = inside.removeprefix(_BYTE_ORDER_MARK)
    name, separator, rest = inside[:3], inside[3:4], inside[4 : 5 + _MOST_ENCODING_CHARACTERS]
    if not separator:
        return None if any(header.startswith(name) for header in HEADERS) else 0
    if name not in HEADERS or not _is_punctuation(separator):
        return 0
    encoding, found, _ = rest.partition(separator)
    if not _is_punctuation(encoding) or (found and not encoding):
        return 0
    if not found:
        return None if len(rest) <= _MOST_ENCODING_CHARACTERS else 0
    return len(text) - len(inside) + 4


def header_name(text: bytes) -> bytes:
    """The name of the header segment at the beginning of an unframed message."""
    return text.lstrip(BLANKS).removeprefix(_BYTE_ORDER_MARK)[:3]


def _is_punctuation(text: bytes) -> bool:
    return all(0x21 <= byte < 0x7F and not chr(byte).isalnum() for byte in text)

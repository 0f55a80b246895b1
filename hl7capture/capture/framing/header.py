"""Header segments: how HL7 is known by its first bytes, in a block and without one, and what is odd about its text.

A header is its name, the field separator, and encoding characters (HL7 v2.5 §2.5.4, §2.10.3); the name alone stands in
many a text.
"""

import re

from hl7capture.capture.framing.control import CR, HEADERS, LF
from hl7capture.model.elements import Flag

NAMES = b"(?:" + b"|".join(HEADERS) + b")"
PUNCTUATION = rb"[!-/:-@\[-`{-~]"
HEADER = NAMES + PUNCTUATION + b"{3}"
# 0B may be doubled, and blanks or a byte order mark may follow it.
BLOCK_BEGINNING = rb"\x0b[\x0b\s\xef\xbb\xbf]{0,8}" + HEADER
# HL7, or an E1394 header record (E1394-97 §6.2), behind STX and perhaps a frame's number.
STX_MESSAGE = re.compile(rb"\x02[0-7]?(?:" + HEADER + b"|H" + PUNCTUATION + rb"{4}[^A-Za-z0-9])")
_STX_BEGINNINGS = [b"\x02" + number + name + b"|||||" for number in (b"", b"1") for name in (*HEADERS, b"H")]
# Of the blanks in front of a message without framing, no more belong to it.
BLANKS = bytes((CR, LF, 0x20, 0x00))
_MOST_BLANKS = 16
_MOST_ENCODING_CHARACTERS = 5  # HL7 v2.7 §2.5.4 has five; four are usual
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# No beginning is longer: blanks, a byte order mark, name, separators and encoding characters.
LONGEST = _MOST_BLANKS + 3 + 3 + 1 + _MOST_ENCODING_CHARACTERS + 1


def segment(names: bytes) -> bytes:
    """The pattern of a header segment's beginning, in which one separator stands on both sides of others."""
    return b"(?:" + names + b")(" + PUNCTUATION + rb")(?:(?!\1)" + PUNCTUATION + rb"){1,5}\1"


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


def may_be_stx_message(text: bytes) -> bool:
    """Can bytes follow with which this is the beginning of a message behind STX?"""
    return any(STX_MESSAGE.match(text + whole[len(text) :]) for whole in _STX_BEGINNINGS)


def header_name(text: bytes) -> bytes:
    """The name of the header segment at the beginning of a message without framing."""
    return text.lstrip(BLANKS).removeprefix(_BYTE_ORDER_MARK)[:3]


def begins_message(text: bytes) -> bool:
    """Does this begin with the header of an HL7 message, or of E1394 records (E1394-97 §6.2)?"""
    return text[:3] in HEADERS or (len(text) > 1 and text[:1] == b"H" and not text[1:2].isalnum())


def text_flags(text: bytes) -> tuple[str, ...]:
    """What is odd about the text of an HL7 message: segments end in CR alone (HL7 v2.5 §2.5.3), not in LF or CR LF."""
    if b"\n" not in text or text[:3] not in HEADERS:
        return ()
    is_separator = re.search(rb"\n[A-Z][A-Z0-9]{2}" + re.escape(text[3:4]), text)
    return (Flag.LINE_FEEDS,) if is_separator else ()


def _is_punctuation(text: bytes) -> bool:
    return all(0x21 <= byte < 0x7F and not chr(byte).isalnum() for byte in text)

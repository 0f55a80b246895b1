"""The character set that a message was read in, and whether it is the one that MSH-18 names (HL7 v2.5 §2.15.9.18).

The choice itself is made once, where the capture decodes (`capture.text`): what is shown is what is kept.
"""

from enum import StrEnum

from hl7capture.capture.text import Decoded

_SPOKEN = {
    "ascii": "ASCII",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "gb18030": "GB 18030",
    "euc_kr": "KS X 1001",
    "iso2022_kr": "KS X 1001",
    "big5": "Big5",
    "shift_jis": "JIS X 0201 and 0208 (Shift JIS)",
    "iso2022_jp_ext": "JIS X 0201, 0208 and 0212 with shifts (ISO 2022)",
}


class Doubt(StrEnum):
    """Why the character set is a guess."""

    UNDECLARED = "undeclared"  # nothing names one, and the text is not ASCII
    UNKNOWN = "unknown"  # MSH-18 names one that is not known here
    UNFIT = "unfit"  # the bytes cannot be, or hardly are, in the one that MSH-18 names


def doubt_of(decoded: Decoded) -> Doubt | None:
    """Is the character set a guess? Text that is ASCII is the same in nearly all of them, so there is none then."""
    if decoded.text.isascii():
        return None
    if not decoded.declared:
        return Doubt.UNDECLARED
    if spoken(decoded.charset) in map(spoken, decoded.meant):
        return None
    return Doubt.UNKNOWN if "" in decoded.meant else Doubt.UNFIT


def spoken(charset: str) -> str:
    """What people call a character set: "ISO 8859-1" for Python's "iso8859-1"."""
    if charset.startswith("iso8859"):
        return charset.replace("iso", "ISO ")
    return _SPOKEN.get(charset, charset.replace("cp", "Windows-"))

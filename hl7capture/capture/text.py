"""Message bytes to text, by the character set the message names, or by what its bytes can be."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_LONGEST_HEADER = 4096  # bytes in which a character set is looked for
_FIELD_CHARSET = 17  # MSH-18, counted from 0 with "MSH" itself
# HL7 table 0211, and names that occur beside it, without ISO, blanks and marks: to Python's names.
_CHARSETS = {
    **dict.fromkeys(("ASCII", "USASCII", "IR6"), "ascii"),
    **{f"8859{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)},
    **{f"{maker}125{page}": f"cp125{page}" for maker in ("WINDOWS", "CP") for page in range(9)},
    **dict.fromkeys(("UNICODE", "UNICODEUTF8", "UTF8"), "utf-8-sig"),
    **dict.fromkeys(("UNICODEUTF16", "UTF16"), "utf-16"),
    **dict.fromkeys(("GB180302000", "GB18030", "GBK", "GB2312"), "gb18030"),
    **dict.fromkeys(("KSX1001", "EUCKR"), "euc_kr"),
    "BIG5": "big5",
    **dict.fromkeys(("IR13", "IR14", "SHIFTJIS"), "shift_jis"),  # of which JIS X 0201 is the part of single bytes
    **dict.fromkeys(("IR87", "IR159", "JISX0202"), "iso2022_jp_ext"),
}
_MARKS = " /-_"
_NO_MARKS = dict.fromkeys(map(ord, _MARKS))
_BEFORE_UTF8 = ("gb18030", "euc_kr", "big5", "shift_jis")
# What in a header tells that text may be something else, though its bytes are UTF-8: names of those, a byte order mark.
_NOT_UTF8 = (b"GB", b"KSX1001", b"EUCKR", b"BIG5", b"IR13", b"IR14", b"SHIFTJIS", b"\xef\xbb\xbf")
_WIDE = {  # how a header begins in UTF-16, without and with a byte order mark
    f"{mark}{name}".encode(codec)[:6]: "utf-16" if mark else codec
    for mark in ("", "\ufeff")
    for name in ("MSH", "FHS", "BHS")
    for codec in ("utf-16-le", "utf-16-be")
}
# ISO 2022: the sequences that begin JIS X 0201, 0208 and 0212, and KS X 1001.
_SHIFTS = (
    (re.compile(rb"\x1b(?:\([IJ]|\$[@B]|\$\(D)"), "iso2022_jp_ext"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
)


class Decoded(NamedTuple):
    """Text, and how it was read.

    charset: Python's name of the character set that gave `text`.
    declared: MSH-18 as it stands; empty where there is none.
    meant: Python's names for what that declares, "" for what is not known here; the first is the message's main one.
    """

    text: str
    charset: str
    declared: str = ""
    meant: tuple[str, ...] = ()


def decode(data: bytes) -> str:
    """The text of a message. Never fails: what fits nothing else is read as ISO 8859-1, byte for character."""
    return read(data).text


def read(data: bytes) -> Decoded:
    """The text of a message, and the character set that it was read in."""
    if data.isascii() and b"\x1b" not in data and b"\0" not in data:
        return Decoded(data.decode("ascii"), "ascii")
    declared = _declared(data)
    meant = tuple(map(_codec, declared.split("~"))) if declared else ()
    for charset in _candidates(data, meant):
        try:
            return Decoded(data.decode(charset), charset, declared, meant)
        except UnicodeDecodeError:
            continue
    return Decoded(data.decode("iso8859-1"), "iso8859-1", declared, meant)


def decode_together(data: bytes, messages: Sequence[bytes]) -> list[str]:
    """The texts of messages, each as `decode` gives it; all of them stand in `data`."""
    if b"\x1b" not in data and b"\0" not in data and not _may_be_other_text(messages):
        try:
            return list(map(bytes.decode, messages))
        except UnicodeDecodeError:
            pass
    return list(map(decode, messages))


def _may_be_other_text(messages: Sequence[bytes]) -> bool:
    """One of the headers names a character set that is preferred to UTF-8."""
    headers = b"\r".join([_header(message) for message in messages if not message.isascii()])
    headers = headers.upper().translate(None, _MARKS.encode())
    return any(word in headers for word in _NOT_UTF8)


def _candidates(data: bytes, meant: tuple[str, ...]) -> list[str]:
    """What the bytes may be, the likeliest first."""
    wide = _WIDE.get(data[:6])
    if wide:
        return [wide]
    # A header that can be read byte by byte is not in UTF-16.
    named = meant[0] if meant and meant[0] not in ("", "utf-16") else None
    candidates = [codec for shift, codec in _SHIFTS if b"\x1b" in data and shift.search(data)]
    # Text that is valid UTF-8 is hardly ever anything else, whatever MSH-18 says; in the multi-byte sets it may be.
    if named in _BEFORE_UTF8:
        return [*candidates, named, "utf-8-sig"]
    return [*candidates, "utf-8-sig", *([named] if named else [])]


def _header(message: bytes) -> bytes:
    return message[:_LONGEST_HEADER].split(b"\r", 1)[0]


def _declared(data: bytes) -> str:
    header = _header(data)
    if header[:3] != b"MSH" or len(header) < 5:
        return ""
    fields = header.split(header[3:4])
    if len(fields) <= _FIELD_CHARSET:
        return ""
    repetition = header[5:6]
    declared = fields[_FIELD_CHARSET]
    if repetition and not repetition.isalnum():
        declared = declared.replace(repetition, b"~")
    return declared.decode("ascii", "replace").strip()


def _codec(name: str) -> str:
    """Python's name of what a repetition of MSH-18 declares; ASCII where it is empty (HL7 v2.5 §2.15.9.18)."""
    bare = name.upper().translate(_NO_MARKS).removeprefix("ISO")
    return _CHARSETS.get(bare, "") if bare else "ascii"

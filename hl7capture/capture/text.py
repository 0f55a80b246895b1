"""Message bytes to text, by the character set the message names, or by what its bytes can be."""

_FIELD_CHARSET = 17  # MSH-18, counted from 0 with "MSH" itself
# HL7 table 0211: values of MSH-18 as they occur, to Python's names.
_CHARSETS = {
    "ASCII": "ascii",
    **{f"8859/{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UNICODE UTF-16": "utf-16",
    "UTF-8": "utf-8",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp_1",
}
_BEFORE_UTF8 = ("gb18030", "euc_kr", "big5", "utf-16")
# What tells that text may be something else, though its bytes are UTF-8: names of those, ISO 2022, byte order marks.
_NOT_UTF8 = (b"GB 18030", b"KS X", b"BIG-5", b"UTF-16", b"\x1b", b"\xef\xbb\xbf")


def decode(data: bytes) -> str:
    """The text of a message. Never fails: what fits nothing else is read as ISO 8859-1, byte for character."""
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    named = _named_charset(data)
    # Text that is valid UTF-8 is hardly ever anything else, whatever MSH-18 says; in the multi-byte sets it may be.
    candidates = [named, "utf-8-sig"] if named in _BEFORE_UTF8 or b"\x1b" in data else ["utf-8-sig", named]
    for charset in candidates:
        if charset:
            try:
                return data.decode(charset)
            except UnicodeDecodeError:
                continue
    return data.decode("iso8859-1")


def decode_together(data: bytes) -> str | None:
    """The text of several messages at once, the same as `decode` gives of each; None where they must be told apart."""
    if data.isascii():
        return None if b"\x1b" in data else data.decode("ascii")
    upper = data.upper()
    if any(word in upper for word in _NOT_UTF8):
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _named_charset(data: bytes) -> str | None:
    header = data[:4096].split(b"\r", 1)[0]
    if header[:3] != b"MSH" or len(header) < 5:
        return None
    fields = header.split(header[3:4])
    if len(fields) <= _FIELD_CHARSET:
        return None
    first = fields[_FIELD_CHARSET].split(header[5:6] or b"~")[0]
    return _CHARSETS.get(first.decode("ascii", "replace").strip().upper())

"""Searches data for values in every way in which they might be written."""

import base64
from collections.abc import Iterator
from urllib.parse import quote

_CODECS = ("utf-8", "iso8859-1", "cp1252", "iso8859-2", "iso8859-5", "utf-16-le", "utf-16-be", "shift_jis", "gb18030")
_LEAST = 4  # bytes: what is shorter stands anywhere by chance


def traces(data: bytes, value: str) -> list[str]:
    """How `value` can be read in `data`: raw, in hexadecimal, base64, percent signs, escapes of JSON and HL7.

    Each way is looked for in every character set; texts also in small and capital letters.
    """
    return [way for way, written in _ways(value) if len(written) >= _LEAST and written in data]


def _ways(value: str) -> Iterator[tuple[str, bytes]]:
    for spelling in dict.fromkeys((value, value.upper(), value.lower())):
        yield "JSON in capitals", _json(spelling).upper().replace(b"\\U", b"\\u")
        yield "JSON", _json(spelling)
        yield "percent", quote(spelling, safe="").encode()
        yield "percent, Latin-1", quote(spelling, safe="", encoding="iso8859-1", errors="replace").encode()
        for codec in _CODECS:
            try:
                raw = spelling.encode(codec)
            except UnicodeEncodeError:
                continue
            yield codec, raw
            yield f"hex of {codec}", raw.hex().encode()
            yield f"HEX of {codec}", raw.hex().upper().encode()
            yield f"spaced hex of {codec}", raw.hex(" ").encode()
            yield f"escapes of {codec}", _escaped(raw)
            for offset in range(3):
                yield f"base64 of {codec} at {offset}", _base64(raw, offset)


def _json(text: str) -> bytes:
    return "".join(one if one.isascii() else f"\\u{ord(one):04x}" for one in text).encode()


def _escaped(raw: bytes) -> bytes:
    """As people escape in HL7: what is not ASCII, each byte by itself."""
    return b"".join(bytes((byte,)) if byte < 0x80 else b"\\X%02X\\" % byte for byte in raw)


def _base64(raw: bytes, offset: int) -> bytes:
    """The characters of base64 that depend on `raw` alone where it begins at `offset` within three bytes."""
    coded = base64.b64encode(bytes(offset) + raw + bytes(-(offset + len(raw)) % 3))
    first = -(-offset * 8 // 6)
    return coded[first : (offset + len(raw)) * 8 // 6]

"""Edits of a text carried over into its bytes, and into the elements around them."""

import codecs

from hl7capture.hl7.places import Places
from hl7capture.hl7.privacy.letters import own_bytes
from hl7capture.hl7.privacy.texts import Edit

_ETX, _ETB = 0x03, 0x17
_HEXADECIMAL = frozenset(b"0123456789ABCDEFabcdef")
_FILLING = b"x"


def codec_of(places: Places) -> str:
    """The character set of a text, without what only stands at its beginning."""
    charset = places.decoded.charset
    if charset == "utf-16":
        return "utf-16-be" if places.data.startswith(codecs.BOM_UTF16_BE) else "utf-16-le"
    return "utf-8" if charset == "utf-8-sig" else charset


def edited(places: Places, edits: list[Edit]) -> bytes:
    """The bytes of a text with its edits, as many as there were. What does not fit becomes `x`: no old byte stays."""
    codec = codec_of(places)
    data = bytearray(places.data)
    for edit in edits:
        if codec.startswith("iso2022"):
            for at, one in enumerate(edit.text, edit.start):
                first, last = places.in_message(at, at + 1)
                _, own = own_bytes(one, codec)
                if one != places.decoded.text[at]:
                    # What changes the set stands before a character's own bytes, and stays.
                    data[last - len(own) : last] = own if last - first >= len(own) else _FILLING * (last - first)
            continue
        first, last = places.in_message(edit.start, edit.end)
        made = edit.text.encode(codec, "replace")
        data[first:last] = made if len(made) == last - first else _FILLING * (last - first)
    return bytes(data)


def with_checksum(frame: bytes, old: bytes) -> bytes:
    """A frame whose checksum is as right, or as far from it, as that of the frame it was (ASTM E1381-95 §6.3.3).

    Nothing of the old text can be learnt from it. What stands behind the checksum is framing alone.
    """
    ends = [end for end in (old.find(b"\x03", 1), old.find(b"\x17", 1)) if end >= 0]
    if not ends:
        return frame
    end = min(ends)
    written = old[end + 1 : end + 3]
    behind = bytes(byte if byte < 0x20 else _FILLING[0] for byte in old[end + 3 :])
    if len(written) < 2 or not _HEXADECIMAL.issuperset(written):
        return frame[: end + 1] + bytes(byte if byte < 0x20 else _FILLING[0] for byte in written) + behind
    off = int(written, 16) - sum(old[1 : end + 1])
    made = b"%02X" % ((sum(frame[1 : end + 1]) + off) & 0xFF)
    return frame[: end + 1] + (made if written == written.upper() else made.lower()) + behind

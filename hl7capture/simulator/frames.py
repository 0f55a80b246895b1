"""Frames of ASTM E1381-95 (today CLSI LIS01), §6.3: STX FN text ETX|ETB C1 C2 CR LF."""

from collections.abc import Iterable, Iterator

STX, ETX, ETB = b"\x02", b"\x03", b"\x17"
MOST_TEXT = 240  # bytes of text in one frame


def frame(number: int, text: bytes, *, is_last: bool = True) -> bytes:
    """One frame. number: counted from 1, on the wire modulo 8; is_last: the text ends here (ETX), else ETB."""
    body = b"%d" % (number % 8) + text + (ETX if is_last else ETB)
    return STX + body + checksum(body) + b"\r\n"


def checksum(body: bytes) -> bytes:
    """The sum of the bytes from FN through ETX or ETB modulo 256, as two upper-case hexadecimal digits."""
    return b"%02X" % (sum(body) & 0xFF)


def frames(records: Iterable[bytes]) -> Iterator[bytes]:
    """The frames of one transfer: a record begins a frame, and goes on in the next where it is too long for one."""
    number = 0
    for record in records:
        for at in range(0, len(record), MOST_TEXT):
            number += 1
            yield frame(number, record[at : at + MOST_TEXT], is_last=at + MOST_TEXT >= len(record))

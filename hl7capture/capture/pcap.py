"""A pcap byte stream, in pieces of any size, to packets.

Format: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ — a 24-byte file header, then records of a header and
the packet. Both byte orders, microseconds and nanoseconds; also the “modified” format of old Linux systems, whose
record headers have 24 bytes. The snap length in the file header is not obeyed: many writers put a wrong one there.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hl7capture.capture.carry import Carry
from hl7capture.capture.packet_batch import CaptureFormatError, PacketBatch, words_at

FILE_HEADER = 24
# A larger record is damage, not a packet. Offloading makes super-frames of 256 kB; Linux's BIG TCP allows 512 kB.
LARGEST_PACKET = 1 << 20


@dataclass(slots=True, frozen=True)
class _Variant:
    order: str  # byte order, as NumPy and struct write it
    fraction: int  # nanoseconds in one unit of the time's fraction
    header: int = 16  # bytes of a record's header: seconds, fraction, captured, on the wire, and what a variant adds


# By the file's first four bytes.
MAGIC = {
    b"\xd4\xc3\xb2\xa1": _Variant("<", 1000),
    b"\xa1\xb2\xc3\xd4": _Variant(">", 1000),
    b"\x4d\x3c\xb2\xa1": _Variant("<", 1),
    b"\xa1\xb2\x3c\x4d": _Variant(">", 1),
    b"\x34\xcd\xb2\xa1": _Variant("<", 1000, 24),
    b"\xa1\xb2\xcd\x34": _Variant(">", 1000, 24),
}


class PcapReader:
    """Reads packets from a pcap stream. `feed` raises CaptureFormatError at damage, after it has returned all that
    stands before it."""

    dropped = 0  # the format does not tell

    def __init__(self) -> None:
        self._carry = Carry()
        self._carry.keep(b"", 0, FILE_HEADER)
        self._variant: _Variant | None = None
        self._link = 0
        self._failure: CaptureFormatError | None = None

    def feed(self, data: bytes) -> PacketBatch | None:
        """The packets that `data` completes; None where there are none."""
        if self._failure is not None:
            raise self._failure
        buffer = self._carry.join(data)
        if buffer is None:
            return None
        at = 0
        if self._variant is None:
            self._variant = MAGIC[buffer[:4]]
            # The upper bits tell of frame check sequences, not of the link type.
            self._link = struct.unpack_from(self._variant.order + "I", buffer, 20)[0] & 0xFFFF
            at = FILE_HEADER
        return self._packets(buffer, at, self._variant)

    @property
    def left_over(self) -> int:
        """Bytes of a packet that is not complete yet: at the end of a capture they tell that it was cut."""
        return len(self._carry)

    @property
    def position(self) -> int:
        """Where in the stream that packet begins."""
        return self._carry.position

    def _packets(self, buffer: bytes, at: int, variant: _Variant) -> PacketBatch | None:
        chain = np.fromiter(_chain(buffer, at, variant), dtype=np.int64)
        is_whole = chain[1:] <= len(buffer)
        start = chain[:-1][is_whole]
        seconds, fraction, captured, wire = words_at(buffer, start, 4, variant.order).T
        time = seconds * 1_000_000_000 + fraction * variant.fraction

        lengths = np.diff(chain) - variant.header
        too_long = np.flatnonzero(lengths > LARGEST_PACKET)[:1].tolist()
        # Space that a crashed writer had reserved reads as packets of nothing at the beginning of 1970.
        empty = np.flatnonzero((time == 0) & (captured == 0) & (wire == 0))[:1].tolist()
        for row in sorted(too_long + empty)[:1]:
            what = f"a packet of {lengths[row]:,} bytes cannot be" if row in too_long else "nothing but zeros"
            self._failure = self._carry.damage(int(chain[row]), what)
            if not row:
                raise self._failure
            start, captured, wire, time = start[:row], captured[:row], wire[:row], time[:row]
        if self._failure is None:
            end = int(chain[len(start)])
            is_begun = len(chain) > len(start) + 1  # the header is there, the packet is not
            self._carry.keep(buffer, end, int(chain[-1]) - end if is_begun else variant.header)
        if not len(start):
            return None
        return PacketBatch(
            data=buffer,
            start=start + variant.header,
            captured=captured,
            wire=np.maximum(wire, captured),
            time=time,
            link=np.full(len(start), self._link, dtype=np.int64),
        )


def _chain(buffer: bytes, at: int, variant: _Variant) -> Iterator[int]:
    """Offsets of the records whose headers stand in the buffer, and where the next one would begin.

    This runs once for every packet, so nothing is checked here: each length leads forward, at last out of the buffer.
    """
    header = variant.header
    length = struct.Struct(f"{variant.order}8xI{header - 12}x").unpack_from
    try:
        while True:
            yield at
            at += header + length(buffer, at)[0]
    except struct.error:
        return

"""A pcap byte stream, in pieces of any size, to packets.

Format: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ — a 24-byte file header, then records of a
16-byte header and the packet. Both byte orders, microseconds and nanoseconds.
"""

import struct

import numpy as np

from hl7capture.capture.packet_batch import CaptureFormatError, PacketBatch

FILE_HEADER = 24
RECORD_HEADER = 16
# A record larger than this is damage, not a packet: offloading makes super-frames of 256 kB at the most.
LARGEST_PACKET = 1 << 24

# Magic number as the file's first four bytes → (byte order, nanoseconds in one unit of the time's fraction)
MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}


class PcapReader:
    """Reads packets from a pcap stream. `feed` raises CaptureFormatError at damage, after it has returned all that
    stands before it."""

    def __init__(self) -> None:
        self._buffer = b""
        self._order = ""
        self._fraction = 0
        self._link = 0
        self._position = 0  # bytes of the stream before the buffer

    def feed(self, data: bytes) -> PacketBatch | None:
        """The packets that `data` completes; None where there are none."""
        buffer = self._buffer + data if self._buffer else data
        at = 0
        if not self._order:
            if len(buffer) < FILE_HEADER:
                self._buffer = buffer
                return None
            self._order, self._fraction = MAGIC[buffer[:4]]
            # The upper bits tell of frame check sequences, not of the link type.
            self._link = struct.unpack_from(self._order + "I", buffer, 20)[0] & 0xFFFF
            at = FILE_HEADER
        starts: list[int] = []
        add = starts.append
        length_at = struct.Struct(self._order + "I").unpack_from
        last = len(buffer) - RECORD_HEADER
        while at <= last:
            (captured,) = length_at(buffer, at + 8)
            end = at + RECORD_HEADER + captured
            if end > len(buffer) or captured > LARGEST_PACKET:
                if captured > LARGEST_PACKET and not starts:
                    raise CaptureFormatError(
                        f"The capture is damaged at byte {self._position + at}: "
                        f"a packet of {captured:,} bytes cannot be"
                    )
                break
            add(at)
            at = end
        self._buffer = buffer[at:]
        self._position += at
        if not starts:
            return None
        start = np.array(starts, dtype=np.int64)
        octets = np.frombuffer(buffer, dtype=np.uint8)
        header = np.lib.stride_tricks.sliding_window_view(octets, RECORD_HEADER)[start].view(self._order + "u4")
        columns = header.astype(np.int64)
        return PacketBatch(
            data=buffer,
            start=start + RECORD_HEADER,
            captured=columns[:, 2],
            wire=np.maximum(columns[:, 3], columns[:, 2]),
            time=columns[:, 0] * 1_000_000_000 + columns[:, 1] * self._fraction,
            link=np.full(len(start), self._link, dtype=np.int64),
        )

    @property
    def left_over(self) -> int:
        """Bytes of a packet that is not complete yet: at the end of a capture they tell that it was cut."""
        return len(self._buffer)

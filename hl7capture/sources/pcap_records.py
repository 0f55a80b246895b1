"""A pcap stream cut between its packets, without a look into them: for streams that are joined, or divided into files.

Format: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ §4 and §5: a file header of 24 bytes, then records of a
16-byte header, whose third word is the number of bytes that follow it. Sans-IO.
"""

import struct

FILE_HEADER = 24
RECORD_HEADER = 16
# First four bytes → byte order of all numbers. Microseconds, then nanoseconds.
_BYTE_ORDERS = {
    b"\xd4\xc3\xb2\xa1": "<",
    b"\xa1\xb2\xc3\xd4": ">",
    b"\x4d\x3c\xb2\xa1": "<",
    b"\xa1\xb2\x3c\x4d": ">",
}
_LARGEST_RECORD = 1 << 24  # as in capture/pcap.py: beyond it the stream is damaged


class NotPcapError(ValueError):
    """The stream is no pcap, or damaged."""


class RecordSplitter:
    """Bytes in pieces of any size in, whole records out. `header` is the stream's file header once it has come."""

    def __init__(self) -> None:
        self.header = b""
        self._order = ""
        self._rest = b""

    @property
    def left_over(self) -> int:
        """Bytes that have come of a record that is not complete."""
        return len(self._rest)

    def feed(self, data: bytes) -> bytes:
        """The records that `data` completes, without the file header. Raises NotPcapError."""
        data = self._rest + data if self._rest else data
        start = 0
        if not self.header:
            if len(data) < FILE_HEADER:
                self._rest = data
                return b""
            self._order = _BYTE_ORDERS.get(data[:4], "")
            if not self._order:
                raise NotPcapError("the stream does not begin as a pcap stream does")
            self.header = data[:FILE_HEADER]
            start = FILE_HEADER
        end, _ = self._whole(data, start, len(data))
        self._rest = data[end:]
        return data[start:end]

    def fitting(self, records: bytes, room: int) -> int:
        """How many bytes of whole `records` fit into `room`."""
        return self._whole(records, 0, room)[0]

    def count(self, records: bytes) -> int:
        """How many whole records these are."""
        return self._whole(records, 0, len(records))[1]

    def first(self, records: bytes) -> int:
        """Bytes of the first one."""
        return RECORD_HEADER + int(struct.unpack_from(self._order + "I", records, 8)[0])

    def _whole(self, data: bytes, at: int, most: int) -> tuple[int, int]:
        """The end of the last record that ends within `most`, and the number of records up to there."""
        length_at = struct.Struct(self._order + "I").unpack_from
        last = min(most, len(data)) - RECORD_HEADER
        count = 0
        while at <= last:
            (length,) = length_at(data, at + 8)
            if length > _LARGEST_RECORD:
                raise NotPcapError(f"a packet of {length:,} bytes cannot be")
            end = at + RECORD_HEADER + length
            if end > most:
                break
            at = end
            count += 1
        return at, count


class StreamJoiner:
    """Several pcap streams, one after the other, as one: one file header, then whole records."""

    def __init__(self) -> None:
        self._header = b""  # of the first stream
        self._splitter = RecordSplitter()

    def begin_next(self) -> None:
        """The stream has ended; half a record at its end is left out, and the next one begins with a file header."""
        self._splitter = RecordSplitter()

    def feed(self, data: bytes) -> bytes:
        """Raises NotPcapError, also where the stream is of another kind than the first one."""
        is_new = not self._splitter.header
        records = self._splitter.feed(data)
        header = self._splitter.header
        if not is_new or not header:
            return records
        if not self._header:
            self._header = header
            return header + records
        if header[:4] + header[20:] != self._header[:4] + self._header[20:]:  # unit of time, link type
            raise NotPcapError("its packets are of another link type than before; start the capture anew")
        return records

"""A pcapng byte stream, in pieces of any size, to packets.

Format: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/ — blocks of type, length, body, length. Read are
section headers, interface descriptions, enhanced, simple and the obsolete packet blocks; all others are passed over.
"""

import struct
from dataclasses import dataclass

import numpy as np

from hl7capture.capture.packet_batch import CaptureFormatError, PacketBatch
from hl7capture.capture.pcap import LARGEST_PACKET

SECTION_HEADER = b"\x0a\x0d\x0d\x0a"
_BYTE_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _ENHANCED_PACKET = 0x0A0D0D0A, 1, 2, 3, 6
_OPTION_RESOLUTION, _OPTION_OFFSET = 9, 14
_SMALLEST_BLOCK = 12
_LARGEST_BLOCK = LARGEST_PACKET + 65_536  # a packet and its options


@dataclass(slots=True, frozen=True)
class _Interface:
    link: int
    snap_length: int
    units_per_second: int
    offset_seconds: int

    def nanoseconds(self, high: int, low: int) -> int:
        return (high << 32 | low) * 1_000_000_000 // self.units_per_second + self.offset_seconds * 1_000_000_000


class PcapngReader:
    """Reads packets from a pcapng stream. `feed` raises CaptureFormatError at damage."""

    def __init__(self) -> None:
        self._buffer = b""
        self._order = "<"
        self._interfaces: list[_Interface] = []
        self._position = 0  # bytes of the stream before the buffer

    def feed(self, data: bytes) -> PacketBatch | None:
        """The packets that `data` completes; None where there are none."""
        buffer = self._buffer + data if self._buffer else data
        rows: list[tuple[int, int, int, int, int]] = []
        at = 0
        try:
            while len(buffer) - at >= _SMALLEST_BLOCK:
                if buffer[at : at + 4] == SECTION_HEADER:
                    self._order = self._section_order(buffer, at)
                kind, length = struct.unpack_from(self._order + "II", buffer, at)
                if length < _SMALLEST_BLOCK or length % 4 or length > _LARGEST_BLOCK:
                    raise self._damage(at, f"a block of {length:,} bytes cannot be")
                if at + length > len(buffer):
                    break
                self._block(kind, buffer, at, length, rows)
                at += length
        except CaptureFormatError:
            # What stands before the damage counts; the damage is met again with the next piece.
            if not rows:
                raise
        self._buffer = buffer[at:]
        self._position += at
        if not rows:
            return None
        start, captured, wire, time, link = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
        return PacketBatch(buffer, start, captured, np.maximum(wire, captured), time, link)

    @property
    def left_over(self) -> int:
        """Bytes of a block that is not complete yet: at the end of a capture they tell that it was cut."""
        return len(self._buffer)

    def _block(
        self, kind: int, buffer: bytes, at: int, length: int, rows: list[tuple[int, int, int, int, int]]
    ) -> None:
        body, end = at + 8, at + length - 4
        if kind in (_ENHANCED_PACKET, _OLD_PACKET):
            if end - body < 20:
                raise self._damage(at, "a packet block is too short")
            number, high, low, captured, wire = struct.unpack_from(self._order + "IIIII", buffer, body)
            if kind == _OLD_PACKET:  # interface and drop count share the first word
                number = struct.unpack_from(self._order + "H", buffer, body)[0]
            interface = self._interface(number, at)
            if body + 20 + captured > end:
                raise self._damage(at, "a packet is longer than its block")
            rows.append((body + 20, captured, wire, interface.nanoseconds(high, low), interface.link))
        elif kind == _SIMPLE_PACKET:
            interface = self._interface(0, at)
            (wire,) = struct.unpack_from(self._order + "I", buffer, body)
            captured = min(wire, end - body - 4, interface.snap_length or wire)
            # A simple packet carries no time; the packet before it is the nearest that is known.
            rows.append((body + 4, captured, wire, rows[-1][3] if rows else 0, interface.link))
        elif kind == _INTERFACE:
            self._interfaces.append(self._description(buffer, body, end, at))
        elif kind == _SECTION:
            self._interfaces = []

    def _section_order(self, buffer: bytes, at: int) -> str:
        order = _BYTE_ORDERS.get(buffer[at + 8 : at + 12])
        if order is None:
            raise self._damage(at, "the section's byte order cannot be told")
        return order

    def _interface(self, number: int, at: int) -> _Interface:
        if number >= len(self._interfaces):
            raise self._damage(at, f"a packet names interface {number}, which is not described")
        return self._interfaces[number]

    def _description(self, buffer: bytes, body: int, end: int, at: int) -> _Interface:
        if end - body < 8:
            raise self._damage(at, "an interface description is too short")
        link, _, snap_length = struct.unpack_from(self._order + "HHI", buffer, body)
        units, offset = 1_000_000, 0
        option = body + 8
        while option + 4 <= end:
            code, size = struct.unpack_from(self._order + "HH", buffer, option)
            value = buffer[option + 4 : min(option + 4 + size, end)]
            if code == 0:
                break
            if code == _OPTION_RESOLUTION and len(value) >= 1:
                units = 1 << (value[0] & 0x3F) if value[0] & 0x80 else 10 ** min(value[0], 18)
            elif code == _OPTION_OFFSET and len(value) >= 8:
                (offset,) = struct.unpack(self._order + "q", value[:8])
            option += 4 + (size + 3) // 4 * 4
        return _Interface(link, snap_length, units, offset)

    def _damage(self, at: int, what: str) -> CaptureFormatError:
        return CaptureFormatError(f"The capture is damaged at byte {self._position + at}: {what}")

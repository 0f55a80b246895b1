"""A pcapng byte stream, in pieces of any size, to packets.

Format: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/ — sections of blocks; a block is type, length, body,
length. Read are section headers, interface descriptions, interface statistics (for the packets that were dropped),
enhanced, simple and the obsolete packet blocks; all others are passed over. Each section has a byte order of its own.

One loop goes from block to block and acts on all that is no packet; the packets of a piece are then read as columns.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.carry import Carry
from hl7capture.capture.packet_batch import CaptureFormatError, Ints, PacketBatch, words_at
from hl7capture.capture.pcap import LARGEST_PACKET
from hl7capture.capture.pcapng_interfaces import Interfaces

SECTION_HEADER = b"\x0a\x0d\x0d\x0a"
_BYTE_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _STATISTICS, _ENHANCED_PACKET = 0x0A0D0D0A, 1, 2, 3, 5, 6
_PACKETS = (_ENHANCED_PACKET, _SIMPLE_PACKET, _OLD_PACKET)
_SMALLEST_BLOCK = 12
# Bytes of a block without its options and, in the blocks of packets, without the packet.
_SMALLEST = {_SECTION: 28, _INTERFACE: 20, _STATISTICS: 24, _ENHANCED_PACKET: 32, _OLD_PACKET: 32, _SIMPLE_PACKET: 16}
_LARGEST_BLOCK = 1 << 24  # names and decryption secrets make large ones
_MOST_INTERFACES = 10_000
_EPB_DROPCOUNT = 4
_MOST_OPTIONS = 32  # looked at in one packet
_UNKNOWN_DROPS = 0xFFFF  # in the obsolete packet block
_LARGEST_HIGH_WORD = 0x7FFF_FFFF  # so that 64 bits with a sign hold it


@dataclass(slots=True, frozen=True)
class _Stretch:
    """From packet `first_row` of a piece on: the section's byte order, and its interfaces so far."""

    first_row: int
    is_big_endian: bool
    base: int
    known: int


class PcapngReader:
    """Reads packets from a pcapng stream. `feed` raises CaptureFormatError at damage, after it has returned all that
    stands before it."""

    def __init__(self) -> None:
        self._carry = Carry()
        self._order = "<"
        self._interfaces = Interfaces()
        self._time = 0  # of the latest packet, nanoseconds
        self._failure: CaptureFormatError | None = None

    @property
    def left_over(self) -> int:
        """Bytes of a block that is not complete yet: at the end of a capture they tell that it was cut."""
        return len(self._carry)

    @property
    def position(self) -> int:
        """Where in the stream that block begins."""
        return self._carry.position

    @property
    def dropped(self) -> int:
        """Packets that the capturing system dropped, as the capture has told so far."""
        return self._interfaces.dropped

    def feed(self, data: bytes) -> PacketBatch | None:
        """The packets that `data` completes; None where there are none."""
        if self._failure is not None:
            raise self._failure
        buffer = self._carry.join(data)
        if buffer is None:
            return None
        starts: list[int] = []
        stretches = [self._stretch(0)]
        statistics: list[tuple[int, int, bytes, str]] = []  # where, interface, body, byte order
        at, size, needed = 0, len(buffer), _SMALLEST_BLOCK
        head, add = struct.Struct(self._order + "II").unpack_from, starts.append
        try:
            while at + _SMALLEST_BLOCK <= size:
                kind, length = head(buffer, at)
                # Most blocks go this way; what else must be true of them is looked at when they are columns.
                if kind == _ENHANCED_PACKET and length >= 32 and at + length <= size:
                    add(at)
                    at += length
                    continue
                if kind == _SECTION:
                    self._order = self._section_order(buffer, at)
                    head = struct.Struct(self._order + "II").unpack_from
                    kind, length = head(buffer, at)
                if length < _SMALLEST.get(kind, _SMALLEST_BLOCK) or length & 3 or length > _LARGEST_BLOCK:
                    raise self._carry.damage(at, f"a block of type {kind} and {length:,} bytes cannot be")
                if at + length > size:
                    needed = length
                    break
                if kind in _PACKETS:
                    add(at)
                else:
                    body = self._body(kind, buffer, at, length)
                    if kind == _STATISTICS:
                        (number,) = struct.unpack_from(self._order + "I", body)
                        if number < self._interfaces.known:
                            statistics.append((at, self._interfaces.base + number, body, self._order))
                    elif kind in (_SECTION, _INTERFACE):
                        self._describe(kind, body, at)
                        stretches.append(self._stretch(len(starts)))
                at += length
        except CaptureFormatError as damage:
            self._failure = damage
        batch, end = self._packets(buffer, np.array(starts, dtype=np.int64), stretches)
        for place, number, body, order in statistics:
            if place < end:
                self._interfaces.count(number, body, order)
        if self._failure is None:
            self._carry.keep(buffer, at, needed)
            self._interfaces.forget()
        elif batch is None:
            raise self._failure
        return batch

    # -- blocks that are no packets ----------------------------------------------------------------------------

    def _stretch(self, first_row: int) -> _Stretch:
        return _Stretch(first_row, self._order == ">", self._interfaces.base, self._interfaces.known)

    def _section_order(self, buffer: bytes, at: int) -> str:
        order = _BYTE_ORDERS.get(buffer[at + 8 : at + 12])
        if order is None:
            raise self._carry.damage(at, "the section's byte order cannot be told")
        return order

    def _body(self, kind: int, buffer: bytes, at: int, length: int) -> bytes:
        if struct.unpack_from(self._order + "I", buffer, at + length - 4)[0] != length:
            raise self._carry.damage(at, "the two lengths of a block differ")
        return buffer[at + 8 : at + length - 4] if kind in _SMALLEST else b""

    def _describe(self, kind: int, body: bytes, at: int) -> None:
        if kind == _SECTION:
            (major,) = struct.unpack_from(self._order + "H", body, 4)
            if major != 1:
                raise self._carry.damage(at, f"version {major} of pcapng is not known")
            self._interfaces.begin_section()
        elif self._interfaces.known < _MOST_INTERFACES:
            self._interfaces.describe(body, self._order)
        else:
            raise self._carry.damage(at, f"more than {_MOST_INTERFACES:,} interfaces cannot be")

    # -- packets -----------------------------------------------------------------------------------------------

    def _packets(self, buffer: bytes, start: Ints, stretches: list[_Stretch]) -> tuple[PacketBatch | None, int]:
        """The packets in the blocks at `start`, and where the first damaged one begins (else the buffer's end)."""
        if not len(start):
            return None, len(buffer)
        is_big, base, known = _columns(stretches, len(start))
        kind, length, first = _words(buffer, start, 3, is_big).T
        # A simple packet has but the first word of these; it may be the last one in the buffer.
        high, low, captured, wire = _words(buffer, np.minimum(start + 12, len(buffer) - 16), 4, is_big).T
        number, dropped = first, np.zeros(len(start), dtype=np.int64)
        is_old = kind == _OLD_PACKET
        if is_old.any():  # interface and drop count share the first word
            number = np.where(is_old, np.where(is_big, first >> 16, first & 0xFFFF), number)
            dropped[is_old] = np.where(is_big, first & 0xFFFF, first >> 16)[is_old]
            dropped[dropped == _UNKNOWN_DROPS] = 0
        is_simple = kind == _SIMPLE_PACKET
        if is_simple.any():
            number = np.where(is_simple, 0, number)
        is_known = number < known
        number = np.where(is_known, base + number, Interfaces.UNKNOWN)
        if is_simple.any():
            snap_length = self._interfaces.snap_lengths(number)
            wire = np.where(is_simple, first, wire)
            captured = np.where(is_simple, np.where(snap_length > 0, np.minimum(first, snap_length), first), captured)
        head = np.where(is_simple, 12, 28)  # bytes before the packet

        rows = len(start)
        has_right_length = (length & 3 == 0) & (length <= _LARGEST_BLOCK)
        for is_sound, what in (
            (has_right_length, ""),
            (_words(buffer, start + length - 4, 1, is_big)[:, 0] == length, "the two lengths of a block differ"),
            (is_known, "a packet of an interface that is not described"),
            (captured <= length - head - 4, "a packet is longer than its block"),
            (captured <= LARGEST_PACKET, f"a packet of more than {LARGEST_PACKET:,} bytes cannot be"),
        ):
            if not is_sound[:rows].all():
                rows = int(np.argmin(is_sound[:rows]))
                what = what or f"a block of type {kind[rows]} and {length[rows]:,} bytes cannot be"
                self._failure = self._carry.damage(int(start[rows]), what)
        if not rows:
            return None, int(start[0])

        time = self._interfaces.nanoseconds(number[:rows], high[:rows], low[:rows])
        if is_simple.any():
            # A simple packet carries no time; the packet before it is the nearest that is known.
            before = np.maximum.accumulate(np.where(is_simple[:rows], -1, np.arange(rows)))
            time = np.where(before < 0, self._time, time[before])
        self._time = int(time[-1])
        options = start + head + (captured + 3) // 4 * 4
        with_options = np.flatnonzero((kind == _ENHANCED_PACKET) & (options + 8 <= start + length))[:rows]
        self._add_drop_counts(buffer, options, start + length - 4, with_options[with_options < rows], is_big, dropped)
        for row in np.flatnonzero(dropped[:rows]).tolist():
            self._interfaces.count_between(int(number[row]), int(dropped[row]))
        batch = PacketBatch(
            data=buffer,
            start=(start + head)[:rows],
            captured=captured[:rows],
            wire=np.maximum(wire, captured)[:rows],
            time=time,
            link=self._interfaces.links(number[:rows]),
        )
        return batch, int(start[rows]) if rows < len(start) else len(buffer)

    def _add_drop_counts(
        self, buffer: bytes, at: Ints, end: Ints, rows: Ints, is_big: NDArray[np.bool_], dropped: Ints
    ) -> None:
        """Goes through the options of the packets `rows` side by side, from `at` to `end`."""
        at = at.copy()
        for _ in range(_MOST_OPTIONS):
            rows = rows[at[rows] + 4 <= end[rows]]
            if not len(rows):
                return
            word = _words(buffer, at[rows], 1, is_big[rows])[:, 0]
            code = np.where(is_big[rows], word >> 16, word & 0xFFFF)
            size = np.where(is_big[rows], word & 0xFFFF, word >> 16)
            counts = rows[(code == _EPB_DROPCOUNT) & (size == 8) & (at[rows] + 12 <= end[rows])]
            if len(counts):
                pair = _words(buffer, at[counts] + 4, 2, is_big[counts])
                more, less = np.where(is_big[counts], pair.T, pair.T[::-1])
                dropped[counts] = np.minimum(more, _LARGEST_HIGH_WORD) << 32 | less
            at[rows] += 4 + (size + 3) // 4 * 4
            rows = rows[code != 0]


def _columns(stretches: list[_Stretch], rows: int) -> tuple[NDArray[np.bool_], Ints, Ints]:
    """Byte order, first interface and number of interfaces for each packet."""
    lengths = np.diff([stretch.first_row for stretch in stretches], append=rows)
    return (
        np.repeat([stretch.is_big_endian for stretch in stretches], lengths),
        np.repeat([stretch.base for stretch in stretches], lengths),
        np.repeat([stretch.known for stretch in stretches], lengths),
    )


def _words(buffer: bytes, at: Ints, count: int, is_big: NDArray[np.bool_]) -> Ints:
    """`count` words from each offset; shape (offsets, count)."""
    words = words_at(buffer, at, count, "<")
    if is_big.any():
        words[is_big] = words_at(buffer, at[is_big], count, ">")
    return words

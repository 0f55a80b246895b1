"""The interfaces that a pcapng stream describes: link types, clocks, and the packets that they dropped."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hl7capture.capture.packet_batch import Ints

_END_OF_OPTIONS, _IF_TSRESOL, _IF_TSOFFSET, _ISB_IFDROP, _ISB_OSDROP = 0, 9, 14, 5, 7
_SECOND = 1_000_000_000
_LATEST = 1 << 32  # seconds: 2106, as far as a pcap file's times go
_MOST_DECIMALS, _MOST_BITS = 18, 62  # of a clock whose seconds fit into 64 bits


@dataclass(slots=True)
class _Interface:
    """link: LINKTYPE_ value; snap_length: 0 where there is none; units: of its clock, in a second; offset: seconds.

    What was dropped is told in two ways, which may both be there: with packets, and as a sum.
    """

    link: int
    snap_length: int
    units: int
    offset: int
    dropped_between: int = 0
    dropped_in_all: int = 0

    @property
    def dropped(self) -> int:
        return max(self.dropped_between, self.dropped_in_all)

    @property
    def shrink(self) -> int:
        """Fractions of a second finer than this many units are not needed for nanoseconds, and would not fit."""
        return max(1, self.units // _SECOND if self.units % 10 == 0 else self.units >> 32)


class Interfaces:
    """Those of the section that is being read, and of earlier ones until `forget`, numbered through."""

    UNKNOWN = -1  # a number that may stand in place of one that is not described

    def __init__(self) -> None:
        self.base = 0  # number of the section's first interface
        self.dropped = 0  # packets, on all interfaces that ever were
        self._all: list[_Interface] = []
        self._table: Ints | None = None

    @property
    def known(self) -> int:
        """How many the section has described so far."""
        return len(self._all) - self.base

    def begin_section(self) -> None:
        self.base = len(self._all)

    def forget(self) -> None:
        """The interfaces of earlier sections are not needed any more."""
        if self.base:
            del self._all[: self.base]
            self.base, self._table = 0, None

    def describe(self, body: bytes, order: str) -> None:
        """Takes the body of an interface description block (at least 8 bytes)."""
        link, _, snap_length = struct.unpack_from(order + "HHI", body)
        units, offset = 1_000_000, 0
        for code, value in _options(body, 8, order):
            if code == _IF_TSRESOL and value:
                exponent = value[0] & 0x7F
                units = 1 << min(exponent, _MOST_BITS) if value[0] & 0x80 else 10 ** min(exponent, _MOST_DECIMALS)
            elif code == _IF_TSOFFSET and len(value) >= 8:
                (offset,) = struct.unpack_from(order + "q", value)
        self._all.append(_Interface(link, snap_length, units, max(-_LATEST, min(offset, _LATEST))))
        self._table = None

    def count(self, number: int, body: bytes, order: str) -> None:
        """Takes the body of an interface statistics block (at least 12 bytes): what was dropped since the beginning."""
        told = {code: value for code, value in _options(body, 12, order) if code in (_ISB_IFDROP, _ISB_OSDROP)}
        in_all = sum(struct.unpack_from(order + "Q", value)[0] for value in told.values() if len(value) >= 8)
        interface = self._all[number]
        before = interface.dropped
        interface.dropped_in_all = max(interface.dropped_in_all, in_all)
        self.dropped += interface.dropped - before

    def count_between(self, number: int, packets: int) -> None:
        """Dropped since the latest packet of this interface."""
        interface = self._all[number]
        before = interface.dropped
        interface.dropped_between += packets
        self.dropped += interface.dropped - before

    def links(self, numbers: Ints) -> Ints:
        return self._column(0)[numbers]

    def snap_lengths(self, numbers: Ints) -> Ints:
        return self._column(1)[numbers]

    def nanoseconds(self, numbers: Ints, high: Ints, low: Ints) -> Ints:
        """The times of packets, from the two words of their time stamps; what is outside 1970 … 2106 is set to that."""
        units, shrink, offset = (self._column(column)[numbers] for column in (2, 3, 4))
        stamp = high.astype(np.uint64) << np.uint64(32) | low.astype(np.uint64)
        seconds, fraction = np.divmod(stamp, units.astype(np.uint64))
        whole = np.minimum(seconds, np.uint64(_LATEST)).astype(np.int64) + offset
        nanoseconds = fraction.astype(np.int64) // shrink * _SECOND // (units // shrink)
        time: Ints = np.clip(whole, 0, _LATEST) * _SECOND + nanoseconds
        return time

    def _column(self, column: int) -> Ints:
        if self._table is None:
            unknown = _Interface(link=0, snap_length=0, units=1, offset=0)  # the last: number -1
            rows = [(i.link, i.snap_length, i.units, i.shrink, i.offset) for i in (*self._all, unknown)]
            self._table = np.array(rows, dtype=np.int64).T
        taken: Ints = self._table[column]
        return taken


def _options(body: bytes, at: int, order: str) -> Iterator[tuple[int, bytes]]:
    """Code and value of the options that stand in a block's body from offset `at` on."""
    while at + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, at)
        if code == _END_OF_OPTIONS:
            return
        yield code, body[at + 4 : at + 4 + size]
        at += 4 + (size + 3) // 4 * 4

"""Packets that a mirror port delivered twice: the second copy is left out. docs/decisions/0016 has the reasons.

A copy is the same IP packet: all that no router changes is the same, the IPv4 identification and the TCP checksum
above all. A packet that was sent again has a new identification, new timestamps (and so another checksum), or comes
much later.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets.segment_batch import FIN, SYN, Longs, SegmentBatch, joined
from hl7capture.model.events import Counters

# How far behind the first copy the second may come: packets of the capture, and time in nanoseconds.
NEAR_PACKETS = 1024
NEAR_TIME = 500_000_000
# Of a packet without identification (many IPv6 senders, and some of IPv4): no sender repeats itself sooner.
NEAR_TIME_UNNUMBERED = 10_000_000

_MOST_PARTS = 32  # small batches that are kept side by side
_IDENTIFICATION = np.uint64(0xFFFF)
_ODD = np.uint64(0x165667B19E3779F9)


class MirrorFilter:
    """Knows the last packets, so that copies are found wherever the capture is cut into batches."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._recent: list[dict[str, NDArray[Any]]] = []  # the columns of at least these segments
        self._prints: Longs = np.zeros(0, dtype=np.uint64)  # of the last NEAR_PACKETS segments
        self.copies: SegmentBatch | None = None  # that were left out of the latest batch, without data

    def without_copies(self, batch: SegmentBatch) -> SegmentBatch:
        """The segments of `batch` without second copies, which are counted."""
        self.copies = None
        if not len(batch):
            return batch
        before = len(self._prints)
        prints = np.concatenate((self._prints, _prints(batch)))
        self._prints = prints[-NEAR_PACKETS:]
        self._recent.append(batch.columns())
        # Where nothing repeats, and mostly nothing does, a sort of the prints alone shows it.
        ordered = np.sort(prints)
        if (ordered[1:] == ordered[:-1]).any():
            batch = self._filtered(batch, prints, before)
        if len(self._recent) > _MOST_PARTS:
            self._know(NEAR_PACKETS)
        elif len(prints) - before >= NEAR_PACKETS:
            del self._recent[:-1]
        return batch

    def _know(self, rows: int) -> SegmentBatch:
        """The last segments, at most so many, without their data; only these are kept."""
        known = joined([SegmentBatch(b"", **columns) for columns in self._recent])
        known = known.select(np.arange(max(len(known) - rows, 0), len(known)))
        self._recent = [known.columns()]
        return known

    def _filtered(self, batch: SegmentBatch, prints: Longs, before: int) -> SegmentBatch:
        """The same; prints: of the segments before the batch, so many, and of the batch."""
        known = self._know(len(prints))
        is_copy = np.zeros(len(prints), dtype=np.bool_)
        is_copy[_copies(known, prints)] = True
        is_copy = is_copy[before:]
        copies = int(np.count_nonzero(is_copy))
        self._counters.mirrored += copies
        if not copies:
            return batch
        self.copies = batch.select(is_copy).without_data()
        return batch.select(~is_copy)


def _prints(batch: SegmentBatch) -> Longs:
    """A number for each segment, the same for both copies, and hardly ever the same for others."""
    prints = batch.mark * _ODD
    prints += batch.connection
    prints ^= (batch.sequence << 32 | batch.acknowledgement).view(np.uint64)
    return prints


def _copies(batch: SegmentBatch, prints: Longs) -> Ints:
    """The rows that repeat an earlier one."""
    by_print = np.argsort(prints, kind="stable")
    repeats = np.flatnonzero(prints[by_print[1:]] == prints[by_print[:-1]])
    later, earlier = by_print[repeats + 1], by_print[repeats]
    first, second = batch.select(earlier), batch.select(later)
    is_numbered = second.mark & _IDENTIFICATION != 0
    takes_numbers = (second.length + second.lost > 0) | (second.flags & (SYN | FIN) != 0)
    near_time = np.where(is_numbered, NEAR_TIME, NEAR_TIME_UNNUMBERED)
    is_copy = (
        _is_same(first, second)
        & (is_numbered | takes_numbers)
        & (second.order - first.order <= NEAR_PACKETS)
        & (np.abs(second.time - first.time) <= near_time)
    )
    copies: Ints = later[is_copy]
    return copies


def _is_same(first: SegmentBatch, second: SegmentBatch) -> NDArray[np.bool_]:
    """Row by row; a copy of which more was captured than of the first is needed."""
    same: NDArray[np.bool_] = (
        (first.addresses == second.addresses).all(axis=1)
        & (first.ports == second.ports).all(axis=1)
        & (first.side == second.side)
        & (first.sequence == second.sequence)
        & (first.acknowledgement == second.acknowledgement)
        & (first.mark == second.mark)
        & (first.length + first.lost == second.length + second.lost)
        & (first.length >= second.length)
    )
    return same

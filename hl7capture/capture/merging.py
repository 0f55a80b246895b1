"""Packets of several captures in the order of their times, as if they were one capture."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from hl7capture.capture.packet_batch import Ints, PacketBatch

_MOST_WAITING = 32 << 20  # bytes of packets that wait in all
_MOST_AT_ONCE, _LEAST_AT_ONCE = 4 << 20, 1 << 16


class PacketInput(Protocol):
    """One capture. first_time: of its first packet, nanoseconds."""

    @property
    def first_time(self) -> int: ...

    def next(self, size: int) -> PacketBatch | None:
        """The next packets, of about `size` bytes; None at the end."""
        ...


def merged(inputs: Sequence[PacketInput]) -> Iterator[PacketBatch]:
    """All packets, by time; those of one input stay in its own order, even where its clock steps back. At the same
    time, the input that begins first comes first.

    An input is not asked before its first packet is due: captures that follow one another pass one by one, untouched.
    """
    waiting = deque(sorted(inputs, key=lambda one: one.first_time))
    open_ones: list[_Open] = []  # in the order in which they began
    while waiting or open_ones:
        if not open_ones:
            open_ones.append(_Open(waiting.popleft()))
        _refill(open_ones)
        # Up to the earliest end of what is known, nothing can come in between any more.
        first_to_end = min(open_ones, key=lambda one: one.last_key, default=None)
        if first_to_end is None:
            continue
        if waiting and waiting[0].first_time <= first_to_end.last_key:
            open_ones.append(_Open(waiting.popleft()))
            continue
        number = open_ones.index(first_to_end)
        parts = [
            one.take_until(first_to_end.last_key, with_equals=place <= number) for place, one in enumerate(open_ones)
        ]
        yield _joined([part for part in parts if len(part[0])])


def _refill(open_ones: list["_Open"]) -> None:
    size = max(_LEAST_AT_ONCE, min(_MOST_AT_ONCE, _MOST_WAITING // len(open_ones)))
    open_ones[:] = [one for one in open_ones if one.has_packets(size)]


class _Open:
    """An input whose packets are due. key: the latest time so far, so that its own order is kept."""

    def __init__(self, packets: PacketInput) -> None:
        self._input = packets
        self._batch: PacketBatch | None = None
        self._keys: Ints = np.empty(0, dtype=np.int64)
        self._at = 0  # rows before were taken
        self.last_key = 0

    def has_packets(self, size: int) -> bool:
        """Asks the input for more where nothing is left; False at its end."""
        if self._at == len(self._keys):
            self._batch = self._input.next(size)
            self._at = 0
            if self._batch is None:
                return False
            self._keys = np.maximum(np.maximum.accumulate(self._batch.time), self.last_key)
            self.last_key = int(self._keys[-1])
        return True

    def take_until(self, key: int, *, with_equals: bool) -> tuple[PacketBatch, Ints]:
        """The packets up to a key, and their keys."""
        assert self._batch is not None
        begin, end = self._at, int(np.searchsorted(self._keys, key, side="right" if with_equals else "left"))
        self._at = max(begin, end)
        return _rows(self._batch, begin, self._at), self._keys[begin : self._at]


def _rows(batch: PacketBatch, begin: int, end: int) -> PacketBatch:
    """Some rows of a batch, with just the bytes that hold them."""
    if (begin, end) == (0, len(batch)):
        return batch
    start, captured = batch.start[begin:end], batch.captured[begin:end]
    first, last = (int(start[0]), int(start[-1] + captured[-1])) if len(start) else (0, 0)
    return PacketBatch(
        data=batch.data[first:last],
        start=start - first,
        captured=captured,
        wire=batch.wire[begin:end],
        time=batch.time[begin:end],
        link=batch.link[begin:end],
    )


def _joined(parts: list[tuple[PacketBatch, Ints]]) -> PacketBatch:
    if len(parts) == 1:
        return parts[0][0]
    batches = [batch for batch, _ in parts]
    in_order = np.argsort(np.concatenate([keys for _, keys in parts]), kind="stable")
    before = np.cumsum([0, *(len(batch.data) for batch in batches[:-1])])
    return PacketBatch(
        data=b"".join(batch.data for batch in batches),
        start=np.concatenate([batch.start + offset for batch, offset in zip(batches, before, strict=True)])[in_order],
        captured=np.concatenate([batch.captured for batch in batches])[in_order],
        wire=np.concatenate([batch.wire for batch in batches])[in_order],
        time=np.concatenate([batch.time for batch in batches])[in_order],
        link=np.concatenate([batch.link for batch in batches])[in_order],
    )

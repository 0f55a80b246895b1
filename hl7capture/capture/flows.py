"""Segments to connections: which rows of a batch belong together, in one sort."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets import SegmentBatch

# Both endpoints: address (high, low) and port of side 0, then of side 1.
ConnectionKey = tuple[int, int, int, int, int, int]


def by_connection(batch: SegmentBatch) -> Iterator[tuple[ConnectionKey, Ints]]:
    """For each connection its rows in capture order; the connection that speaks first comes first."""
    if not len(batch):
        return
    order = np.argsort(batch.connection, kind="stable")
    starts = _starts(batch.connection[order, None])
    if _has_collision(batch, order, starts):  # somebody made one on purpose: sort by the whole key
        key = np.column_stack((batch.addresses, batch.ports.astype(np.uint64)))
        order = np.lexsort(key.T)
        starts = _starts(key[order])
    ends = np.append(starts[1:], len(order))
    for group in np.argsort(order[starts], kind="stable").tolist():
        rows = order[starts[group] : ends[group]]
        side0_high, side0_low, side1_high, side1_low = batch.addresses[rows[0]].tolist()
        port0, port1 = batch.ports[rows[0]].tolist()
        yield (side0_high, side0_low, port0, side1_high, side1_low, port1), rows


def _starts(sorted_rows: NDArray[np.uint64]) -> Ints:
    """Where a new value begins."""
    changes = (sorted_rows[1:] != sorted_rows[:-1]).any(axis=1)
    return np.concatenate(([0], np.flatnonzero(changes) + 1))


def _has_collision(batch: SegmentBatch, order: Ints, starts: Ints) -> bool:
    """True where rows of one hash have different ends."""
    for column in (*batch.addresses.T, *batch.ports.T):
        ends = column[order]
        differs = ends[1:] != ends[:-1]
        differs[starts[1:] - 1] = False
        if differs.any():
            return True
    return False

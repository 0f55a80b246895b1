"""Segments to connections: which rows of a batch belong together, in one sort."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets import SegmentBatch

# Both endpoints: address (high, low) and port of side 0, then of side 1.
ConnectionKey = tuple[int, int, int, int, int, int]

_MIX = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)


def by_connection(batch: SegmentBatch) -> Iterator[tuple[ConnectionKey, Ints]]:
    """For each connection its rows in capture order; the connection that speaks first comes first."""
    if not len(batch):
        return
    ports = (batch.ports[:, 0] << 16 | batch.ports[:, 1]).astype(np.uint64)
    key = np.column_stack((batch.addresses, ports))
    order, starts = _sorted_by_hash(key)
    if _has_collision(key, order, starts):  # somebody made one on purpose: sort by the whole key
        order, starts = _sorted_by_key(key)
    ends = np.append(starts[1:], len(order))
    for group in np.argsort(order[starts], kind="stable").tolist():
        rows = order[starts[group] : ends[group]]
        side0_high, side0_low, side1_high, side1_low = batch.addresses[rows[0]].tolist()
        port0, port1 = batch.ports[rows[0]].tolist()
        yield (side0_high, side0_low, port0, side1_high, side1_low, port1), rows


def _sorted_by_hash(key: NDArray[np.uint64]) -> tuple[Ints, Ints]:
    mixed = (key * _MIX).sum(axis=1, dtype=np.uint64)
    mixed ^= mixed >> np.uint64(29)
    order = np.argsort(mixed, kind="stable")
    return order, _starts(mixed[order, None])


def _sorted_by_key(key: NDArray[np.uint64]) -> tuple[Ints, Ints]:
    order = np.lexsort(key.T)
    return order, _starts(key[order])


def _starts(sorted_rows: NDArray[np.uint64]) -> Ints:
    """Where a new value begins."""
    changes = (sorted_rows[1:] != sorted_rows[:-1]).any(axis=1)
    return np.concatenate(([0], np.flatnonzero(changes) + 1))


def _has_collision(key: NDArray[np.uint64], order: Ints, starts: Ints) -> bool:
    """True where rows of one hash have different keys."""
    differs = (key[order[1:]] != key[order[:-1]]).any(axis=1)
    differs[starts[1:] - 1] = False
    return bool(differs.any())

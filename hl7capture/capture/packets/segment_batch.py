"""TCP segments, as columns."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import Ints

FIN, SYN, RST, ACK = 1, 2, 4, 16  # RFC 9293 §3.1

Longs = NDArray[np.uint64]

_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)
_32_BITS = np.uint64(0xFFFF_FFFF)
_ENDS_OR_BEGINS, _WINDOW = np.uint64((FIN | SYN | RST) << 48), np.uint64(0xFFFF << 32)  # in the column `mark`


@dataclass(slots=True, frozen=True)
class SegmentBatch:
    """TCP segments in capture order; all columns have one row per segment.

    data: the bytes that hold the payloads; start, length: the captured payload in it.
    lost: payload bytes that were on the wire but not in the capture (snap length).
    order: running number of the packet in the whole capture; time: nanoseconds since 1970.
    The endpoint with the lower (address, port) is side 0, the other side 1; `side` is the sender.
    addresses: columns side 0 high and low half, side 1 high and low half (IPv4 as ::ffff:a.b.c.d); ports: two columns.
    sequence, acknowledgement: as on the wire (0 … 2³²-1).
    connection: a hash of both ends, the same for all segments of a connection, and hardly ever for those of others.
    mark: data offset and flags, window, checksum, and the IPv4 identification (0 for IPv6), 16 bits each: with the
    numbers it tells a copy of a packet from a packet that was sent again.
    is_special: more than data passing by: FIN, SYN or RST, a window of 0, or lost bytes.
    """

    data: bytes
    start: Ints
    length: Ints
    lost: Ints
    order: Ints
    time: Ints
    side: Ints
    addresses: Longs
    ports: Ints
    sequence: Ints
    acknowledgement: Ints
    flags: Ints
    connection: Longs
    mark: Longs
    is_special: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Every column by its name."""
        return {name: getattr(self, name) for name in _COLUMNS}

    def select(self, rows: NDArray[Any]) -> "SegmentBatch":
        """These rows alone (numbers of rows, or a mask), with the same data."""
        return SegmentBatch(self.data, **{name: column[rows] for name, column in self.columns().items()})

    def without_data(self) -> "SegmentBatch":
        """The same columns; what they say of the data is about data that is gone."""
        return SegmentBatch(b"", **self.columns())

    def window(self, row: int) -> int:
        """The window of one segment as it stands there, not scaled: only 0 means the same everywhere."""
        return int(self.mark[row]) >> 32 & 0xFFFF


_COLUMNS = [field.name for field in fields(SegmentBatch)][1:]


def special(mark: Longs, lost: Ints) -> NDArray[np.bool_]:
    """The column `is_special`."""
    found: NDArray[np.bool_] = (mark & _ENDS_OR_BEGINS != 0) | (mark & _WINDOW == 0) | (lost != 0)
    return found


def connections(lower: Longs, higher: Longs) -> Longs:
    """The column `connection`, from a word for each end."""
    mixed: Longs = lower * _ODD[0] + higher * _ODD[1]
    return mixed


def end_words(addresses: Longs, ports: Ints) -> Longs:
    """A word for each end: of IPv4 the address and the port themselves. addresses: columns high and low half."""
    high, low = addresses.T
    words: Longs = (low & _32_BITS) << np.uint64(16) | ports.astype(np.uint64)
    words ^= high * _ODD[0] ^ (low >> np.uint64(32) ^ np.uint64(0xFFFF)) * _ODD[1]
    return words


def joined(parts: list[SegmentBatch]) -> SegmentBatch:
    """All parts, at least one, one behind the other; data is copied only where it differs."""
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:
        return filled[0] if filled else parts[0]
    data: list[bytes] = []
    offsets: dict[int, int] = {}  # where the data of a part begins, by the identity of the data
    size = 0
    for part in filled:
        if id(part.data) not in offsets:
            offsets[id(part.data)] = size
            data.append(part.data)
            size += len(part.data)
    columns = {name: np.concatenate([getattr(part, name) for part in filled]) for name in _COLUMNS}
    if len(data) > 1:
        columns["start"] = np.concatenate([part.start + offsets[id(part.data)] for part in filled])
    return SegmentBatch(data[0] if len(data) == 1 else b"".join(data), **columns)


def in_order(parts: list[SegmentBatch]) -> SegmentBatch:
    """All parts, at least one, by the order of their packets."""
    whole = joined(parts)
    is_in_order = (whole.order[1:] > whole.order[:-1]).all()
    return whole if is_in_order else whole.select(np.argsort(whole.order, kind="stable"))

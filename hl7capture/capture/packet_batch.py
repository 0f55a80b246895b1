"""The packets of one piece of a capture, as columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Octets = NDArray[np.uint8]


class CaptureFormatError(ValueError):
    """The bytes are not a capture, or the capture is damaged; the text says where and what."""


@dataclass(slots=True, frozen=True)
class PacketBatch:
    """Packets in capture order; all columns have one row per packet.

    data: the bytes that hold the packets.
    start: offset of the packet's first byte in `data`.
    captured, wire: bytes in the capture, and on the wire (more, where the snap length cut it).
    time: nanoseconds since 1970, UTC.
    link: LINKTYPE_ value, see https://www.tcpdump.org/linktypes.html
    """

    data: bytes
    start: Ints
    captured: Ints
    wire: Ints
    time: Ints
    link: Ints

    def __len__(self) -> int:
        return len(self.start)


def words_at(buffer: bytes, at: Ints, count: int, order: str) -> Ints:
    """`count` 32-bit words from each offset, all within the buffer; shape (offsets, count). order: "<" or ">"."""
    if not len(at):
        return np.empty((0, count), dtype=np.int64)
    octets = np.frombuffer(buffer, dtype=np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(octets, 4 * count)
    return windows[at].view(order + "u4").astype(np.int64)

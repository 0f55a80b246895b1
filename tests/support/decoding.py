"""Packets as a batch, decoded; what became of each, in a form that can be compared."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hl7capture.capture.packet_batch import PacketBatch
from hl7capture.capture.packets import PacketDecoder, SegmentBatch
from hl7capture.model.events import Counters
from tests.support.wire import MILLISECOND, START


@dataclass(frozen=True)
class Caught:
    """A packet in a capture. wire: its length where the snap length cut it."""

    data: bytes
    link: int = 1
    time: int = START
    wire: int | None = None


@dataclass(frozen=True)
class Row:
    """A segment. ends: (address, port) of the sender, then of the receiver; addresses as whole numbers."""

    ends: tuple[tuple[int, int], tuple[int, int]]
    sequence: int
    acknowledgement: int
    flags: int
    payload: bytes
    lost: int
    order: int
    time: int


def caught(packets: Iterable[bytes], link: int = 1, apart: int = MILLISECOND) -> list[Caught]:
    """The packets, so many nanoseconds apart."""
    return [Caught(data, link, START + number * apart) for number, data in enumerate(packets)]


def batch_of(packets: Sequence[Caught]) -> PacketBatch:
    """Packets as they lie in a pcap stream: with something before each, and nothing behind the last."""
    data = b"".join(b"\xaa" * 16 + packet.data for packet in packets)
    ends = list(itertools.accumulate(16 + len(packet.data) for packet in packets))
    captured = np.array([len(packet.data) for packet in packets], dtype=np.int64)
    return PacketBatch(
        data=data,
        start=np.array(ends, dtype=np.int64) - captured,
        captured=captured,
        wire=np.array([max(packet.wire or 0, len(packet.data)) for packet in packets], dtype=np.int64),
        time=np.array([packet.time for packet in packets], dtype=np.int64),
        link=np.array([packet.link for packet in packets], dtype=np.int64),
    )


def decoded(packets: Sequence[Caught], step: int = 0) -> tuple[list[Row], Counters]:
    """The segments of the packets, in batches of `step` (0: in one); every packet must be accounted for."""
    counters = Counters()
    decoder = PacketDecoder(counters)
    rows: list[Row] = []
    for at in range(0, len(packets), step or max(len(packets), 1)):
        found = decoder.segments(batch_of(packets[at : at + (step or len(packets))]))
        rows += rows_of(found)
        assert accounted(counters) + decoder.waiting == counters.packets
    decoder.finish()
    assert decoder.waiting == 0
    assert accounted(counters) == counters.packets == len(packets)
    assert counters.bytes == sum(len(packet.data) for packet in packets)
    assert counters.segments == len(rows)
    return rows, counters


def accounted(counters: Counters) -> int:
    """Packets of which it is known what became of them."""
    return (
        counters.segments
        + counters.mirrored
        + counters.joined
        + counters.fragments
        + counters.not_tcp
        + counters.malformed
        + counters.unknown_link
    )


def rows_of(batch: SegmentBatch) -> Iterator[Row]:
    for row in range(len(batch)):
        high0, low0, high1, low1 = batch.addresses[row].tolist()
        ends = [(high0 << 64 | low0, int(batch.ports[row, 0])), (high1 << 64 | low1, int(batch.ports[row, 1]))]
        assert ends == sorted(ends)
        start, length = int(batch.start[row]), int(batch.length[row])
        assert 0 <= start <= start + length <= len(batch.data)
        assert batch.lost[row] >= 0
        side = int(batch.side[row])
        yield Row(
            ends=(ends[side], ends[1 - side]),
            sequence=int(batch.sequence[row]),
            acknowledgement=int(batch.acknowledgement[row]),
            flags=int(batch.flags[row]),
            payload=batch.data[start : start + length],
            lost=int(batch.lost[row]),
            order=int(batch.order[row]),
            time=int(batch.time[row]),
        )

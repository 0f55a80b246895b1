"""Any bytes as packets: nothing breaks, every packet is accounted for, and batches change nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import PacketBatch
from hl7capture.capture.packets import PacketDecoder, SegmentBatch, decoder
from hl7capture.capture.packets.plain import plain
from hl7capture.model.events import Counters
from tests.support.decoding import Caught, batch_of, decoded
from tests.support.wire import START
from tests.unit.capture import test_fragments, test_packet_layers

LINKS = [0, 1, 9, 12, 14, 50, 51, 101, 104, 105, 108, 113, 219, 228, 229, 276, 65_535, 70_000]
GOOD = [
    *((link, bytes(packet)) for link, packet in test_packet_layers.LINKS.values()),
    *((1, bytes(packet)) for packet in test_packet_layers.TUNNELS.values()),
    *((1, bytes(packet)) for packet in test_packet_layers.OTHERS.values()),
    *((1, packet) for packet in test_packet_layers.BROKEN.values()),
    *((1, packet) for packet in test_fragments.FOUR + test_fragments.SIX),
    *((1, packet) for packet in test_fragments.fragments_of(test_fragments.TUNNELS["VXLAN"])),
]
PLAIN = bytes(test_packet_layers.MIRRORED)


@st.composite
def mutated(draw: st.DrawFn, packets: list[tuple[int, bytes]] = GOOD) -> Caught:
    """A good packet with some bytes changed, cut, made longer, or of another link."""
    link, whole = draw(st.sampled_from(packets))
    data = bytearray(whole)
    for at, value in draw(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 255)), max_size=4)):
        if at < len(data):
            data[at] = value
    kept = draw(st.one_of(st.none(), st.integers(0, len(data))))
    tail = draw(st.sampled_from([b"", b"\0" * 6, bytes(range(256))]))
    wire = draw(st.sampled_from([None, len(data) + len(tail), 100, 1500, 70_000]))
    time = START + draw(st.integers(-40, 40)) * 500_000_000
    other = draw(st.integers(0, 19))
    return Caught(bytes(data[:kept]) + tail, LINKS[other] if other < len(LINKS) else link, time, wire)


@settings(deadline=None)
@given(st.lists(st.builds(Caught, st.binary(max_size=120), st.sampled_from(LINKS)), max_size=20), st.integers(0, 5))
def test_random_bytes(packets: list[Caught], step: int) -> None:
    decoded(packets, step)


@settings(max_examples=300, deadline=None)
@given(st.lists(mutated(), max_size=20), st.integers(1, 7))
def test_mutated_packets(packets: list[Caught], step: int) -> None:
    assert decoded(packets, step) == decoded(packets)


@settings(max_examples=300, deadline=None)
@given(st.lists(mutated([(1, PLAIN)]), max_size=8))
def test_plain_packets_are_read_as_by_the_layers(packets: list[Caught]) -> None:
    in_one_step = PacketDecoder(Counters()).segments(batch_of(packets)), decoded(packets)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoder, "plain", _nothing_is_plain)
        by_layers = PacketDecoder(Counters()).segments(batch_of(packets)), decoded(packets)
    assert in_one_step[1] == by_layers[1]
    for name, column in in_one_step[0].columns().items():
        assert column.dtype == by_layers[0].columns()[name].dtype
        assert column.tolist() == by_layers[0].columns()[name].tolist()


def test_plain_packets_are_plain() -> None:
    found, is_plain = plain(batch_of([Caught(PLAIN), Caught(PLAIN[:-1]), Caught(PLAIN + b"PADDING")]), 0)
    assert (len(found), is_plain.tolist()) == (2, [True, False, True])


def _nothing_is_plain(batch: PacketBatch, first_packet: int) -> tuple[SegmentBatch, NDArray[np.bool_]]:
    none = PacketBatch(
        batch.data, *(getattr(batch, name)[:0] for name in ("start", "captured", "wire", "time", "link"))
    )
    return plain(none, first_packet)[0], np.zeros(len(batch), dtype=np.bool_)

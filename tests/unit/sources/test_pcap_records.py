"""Streams cut between their packets, and joined."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.sources.pcap_records import NotPcapError, RecordSplitter, StreamJoiner
from tests.support.wire import pcap_header, record

PACKETS = st.lists(st.binary(max_size=40), max_size=8)
MAGICS = st.sampled_from([0xA1B23C4D, 0xA1B2C3D4])


def stream(packets: list[bytes], order: str = "<", magic: int = 0xA1B23C4D, link: int = 1) -> bytes:
    return pcap_header(link, order, magic) + b"".join(record(data, 7, order) for data in packets)


def in_steps(data: bytes, step: int) -> list[bytes]:
    return [data[at : at + step] for at in range(0, len(data), step)]


@given(PACKETS, st.sampled_from("<>"), MAGICS, st.integers(1, 50))
def test_records_are_whole_whatever_the_pieces(packets: list[bytes], order: str, magic: int, step: int) -> None:
    data = stream(packets, order, magic)
    splitter = RecordSplitter()
    pieces = [splitter.feed(piece) for piece in in_steps(data, step)]
    assert splitter.header + b"".join(pieces) == data
    assert sum(splitter.count(piece) for piece in pieces) == len(packets)
    assert splitter.left_over == 0


@given(PACKETS, st.integers(0, 300))
def test_fitting_is_the_most_that_has_room(packets: list[bytes], room: int) -> None:
    splitter = RecordSplitter()
    records = splitter.feed(stream(packets))
    fitting = splitter.fitting(records, room)
    ends = [0]
    for data in packets:
        ends.append(ends[-1] + 16 + len(data))
    assert fitting == max(end for end in ends if end <= room)
    assert not packets or splitter.first(records) == ends[1]


@given(st.lists(st.tuples(PACKETS, st.integers(0, 15)), min_size=1, max_size=4), st.integers(1, 50))
def test_streams_are_joined_without_what_was_cut_at_their_ends(
    streams: list[tuple[list[bytes], int]], step: int
) -> None:
    joiner = StreamJoiner()
    joined = b""
    for packets, cut in streams:
        cut_record = record(b"cut off", 7)[:cut]
        for piece in in_steps(stream(packets) + cut_record, step):
            joined += joiner.feed(piece)
        joiner.begin_next()
    assert joined == stream([data for packets, _ in streams for data in packets])


def test_stream_of_another_link_type_cannot_be_joined() -> None:
    joiner = StreamJoiner()
    joiner.feed(stream([b"one"]))
    joiner.begin_next()
    with pytest.raises(NotPcapError, match="link type"):
        joiner.feed(stream([b"two"], link=276))


@given(st.binary(max_size=200))
def test_any_bytes_are_records_or_are_said_to_be_none(data: bytes) -> None:
    splitter = RecordSplitter()
    try:
        splitter.feed(data)
    except NotPcapError:
        return
    assert splitter.header + b"" == data[: len(splitter.header)]


def test_impossible_length_is_damage() -> None:
    with pytest.raises(NotPcapError, match="cannot be"):
        RecordSplitter().feed(pcap_header() + struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 0))

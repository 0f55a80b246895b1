"""pcap and pcapng: every variant, cut anywhere, damaged anywhere, in any pieces."""

import struct
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hl7capture.capture.capture_reader import CaptureReader
from hl7capture.capture.carry import Carry
from hl7capture.capture.packet_batch import CaptureFormatError
from hl7capture.capture.pcap import LARGEST_PACKET
from tests.support.formats import (
    CUSTOM,
    NAMES,
    SECTION,
    block,
    enhanced,
    interface,
    old,
    option,
    section,
    simple,
    statistics,
)
from tests.support.wire import START, pcap_header, record

SECOND = 1_000_000_000


@dataclass(frozen=True)
class Read:
    """What a reader made of a stream. packets: data, bytes on the wire, nanoseconds, link type."""

    packets: list[tuple[bytes, int, int, int]]
    dropped: int
    problem: str | None
    is_damaged: bool


def read(data: bytes, cuts: tuple[int, ...] | int = ()) -> Read:
    """cuts: where the pieces end; or the length of each."""
    if isinstance(cuts, int):
        cuts = tuple(range(cuts, len(data), cuts))
    reader = CaptureReader()
    packets: list[tuple[bytes, int, int, int]] = []
    problem, is_damaged = None, False
    try:
        for begin, end in zip((0, *cuts), (*cuts, len(data)), strict=True):
            batch = reader.feed(data[begin:end])
            if batch is not None:
                assert len(batch) > 0
                for start, captured, wire, when, link in zip(
                    batch.start.tolist(),
                    batch.captured.tolist(),
                    batch.wire.tolist(),
                    batch.time.tolist(),
                    batch.link.tolist(),
                    strict=True,
                ):
                    assert start + captured <= len(batch.data)
                    packets.append((batch.data[start : start + captured], wire, when, link))
        problem = reader.finish()
    except CaptureFormatError as error:
        problem, is_damaged = str(error), True
    return Read(packets, reader.dropped, problem, is_damaged)


PACKETS = st.lists(st.tuples(st.binary(min_size=1, max_size=70), st.integers(START, START + 10**12)), max_size=8)
ORDERS = st.sampled_from(["<", ">"])


@st.composite
def pcap_files(draw: st.DrawFn) -> tuple[bytes, list[tuple[bytes, int, int, int]]]:
    order = draw(ORDERS)
    magic, unit, extra = draw(st.sampled_from([(0xA1B2C3D4, 1000, 0), (0xA1B23C4D, 1, 0), (0xA1B2CD34, 1000, 8)]))
    # A snap length that is smaller than the packets changes nothing; the link type's upper bits are not part of it.
    link = draw(st.sampled_from([1, 101]))
    data = pcap_header(link | 0x14000000, order, magic, snap=draw(st.sampled_from([10, 0])))
    expected = []
    for packet, when in draw(PACKETS):
        whole = record(packet, when, order, wire=len(packet) + 5, unit=unit)
        data += whole[:16] + bytes(extra) + whole[16:]
        expected.append(
            (packet, len(packet) + 5, when // unit * unit, struct.unpack(order + "I", data[20:24])[0] & 0xFF)
        )
    return data, expected


# if_tsresol → units in a second
RESOLUTIONS = {None: 10**6, 6: 10**6, 9: 10**9, 3: 1000, 12: 10**12, 0x80 | 20: 2**20, 0x80 | 32: 2**32}


@st.composite
def pcapng_files(draw: st.DrawFn) -> tuple[bytes, list[tuple[bytes, int, int, int]], int]:
    """A file, its packets, and how many it says were dropped."""
    data, dropped, latest = b"", 0, 0
    expected: list[tuple[bytes, int, int, int]] = []
    for _ in range(draw(st.integers(1, 3))):
        order = draw(ORDERS)
        data += section(order, option(4, b"some writer", order) if draw(st.booleans()) else b"")
        interfaces: list[tuple[int, int, int]] = []  # link type, units, offset
        drops: list[int] = []
        for packet, when in draw(PACKETS):
            if not interfaces or draw(st.integers(0, 4)) == 0:
                link, resolution = draw(st.sampled_from([1, 101, 113])), draw(st.sampled_from(list(RESOLUTIONS)))
                # 64 bits of picoseconds hold 213 days: such a clock begins at an offset.
                offset = 1_795_255_000 if resolution == 12 else draw(st.sampled_from([None, -7, 1_000_000]))
                data += interface(link, order, 50, resolution, offset)
                interfaces.append((link, RESOLUTIONS[resolution], offset or 0))
                drops.append(0)
            number = draw(st.integers(0, len(interfaces) - 1))
            link, units, offset = interfaces[number]
            stamp = (when - offset * SECOND) * units // SECOND
            latest_here = stamp * SECOND // units + offset * SECOND
            kind = draw(st.sampled_from(["enhanced", "enhanced with options", "old", "simple"]))
            if kind == "simple":
                packet, wire, link = packet[:50], len(packet), interfaces[0][0]
                data += simple(packet, order, wire)
                latest_here = latest
            elif kind == "old":
                wire = len(packet)
                data += old(packet, stamp, order, number, drops=3)
                drops[number] += 3
            elif kind == "enhanced":
                wire = len(packet) + 9
                data += enhanced(packet, stamp, order, number, wire)
            else:
                wire = len(packet)
                options = option(1, b"a comment", order) + option(4, struct.pack(order + "Q", 5), order)
                data += enhanced(packet, stamp, order, number, options=options + option(0, b"", order))
                drops[number] += 5
            expected.append((packet, wire, latest_here, link))
            latest = latest_here
            data += draw(st.sampled_from([b"", block(NAMES, b"names", order), block(CUSTOM, b"custom", order)]))
        if drops and draw(st.booleans()):
            data += statistics(order, 0, 10, 5)
            drops[0] = max(drops[0], 15)
        dropped += sum(drops)
    return data, expected, dropped


CUTS = st.lists(st.integers(0, 3000), max_size=8)


def pieces(cuts: list[int], data: bytes) -> tuple[int, ...]:
    return tuple(sorted(cut % (len(data) + 1) for cut in cuts))


@given(pcap_files(), CUTS)
@settings(deadline=None, max_examples=60)
def test_every_pcap_is_read_as_it_was_written(
    file: tuple[bytes, list[tuple[bytes, int, int, int]]], cuts: list[int]
) -> None:
    data, expected = file
    assert read(data) == read(data, pieces(cuts, data)) == read(data, 1) == Read(expected, 0, None, False)


@given(pcapng_files(), CUTS)
@settings(deadline=None, max_examples=60)
def test_every_pcapng_is_read_as_it_was_written(
    file: tuple[bytes, list[tuple[bytes, int, int, int]], int], cuts: list[int]
) -> None:
    data, expected, dropped = file
    assert read(data) == read(data, pieces(cuts, data)) == read(data, 1) == Read(expected, dropped, None, False)


FILES = st.one_of(pcap_files().map(lambda file: file[0]), pcapng_files().map(lambda file: file[0]))


@given(FILES, st.integers(0, 5000))
@settings(deadline=None, max_examples=60)
def test_capture_cut_anywhere_gives_what_is_whole_and_says_where_it_ends(data: bytes, end: int) -> None:
    whole, cut = read(data), data[: end % len(data)]
    got = read(cut)
    assert got.packets == whole.packets[: len(got.packets)]
    assert not got.is_damaged
    assert read(cut, 1) == got
    if got.problem is not None and len(cut) >= 4:
        if "middle of its header" in got.problem:
            assert not got.packets
            return
        place = int(got.problem.split("begins at byte ")[1].split(":")[0].replace(",", ""))
        assert f"the last {len(cut) - place:,} bytes are left out" in got.problem
        assert read(cut[:place]).packets == got.packets
        assert read(cut[:place]).problem is None


@given(FILES, st.data(), CUTS)
@settings(deadline=None, max_examples=60)
def test_any_bytes_in_any_pieces_read_the_same(data: bytes, draw: st.DataObject, cuts: list[int]) -> None:
    spoilt = bytearray(data)
    for place in draw.draw(st.lists(st.integers(4, 100_000), min_size=1, max_size=5)):
        spoilt[place % len(spoilt)] = draw.draw(st.integers(0, 255))
    if spoilt[:4] == data[:4]:
        assert read(bytes(spoilt)) == read(bytes(spoilt), pieces(cuts, data)) == read(bytes(spoilt), 1)


PACKET = b"a packet of some length"


def two_packets_and(rest: bytes) -> bytes:
    return section() + interface() + enhanced(PACKET, 1) + enhanced(PACKET, 2) + rest


@pytest.mark.parametrize(
    ("rest", "what"),
    [
        (bytes(40), "0 bytes"),
        (block(NAMES, b"x" * 20)[:-4] + b"\0\0\0\1", "two lengths of a block differ"),
        (enhanced(PACKET, 3)[:-4] + b"\0\0\0\1", "two lengths of a block differ"),
        (enhanced(PACKET, 3, number=1), "interface that is not described"),
        (enhanced(PACKET, 3)[:20] + b"\0\1\0\0" + enhanced(PACKET, 3)[24:], "longer than its block"),
        (struct.pack("<II", 6, 33) + bytes(40), "cannot be"),
        (struct.pack("<II", 6, 20) + bytes(40), "cannot be"),
        (struct.pack("<II", 99, 1 << 30) + bytes(40), "cannot be"),
        (enhanced(bytes(LARGEST_PACKET + 1), 3), "cannot be"),
        (simple(PACKET, wire=1000), "longer than its block"),
        (struct.pack("<III", SECTION, 28, 0x12345678) + bytes(40), "byte order"),
        (block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 2, 0, -1)), "version 2"),
    ],
)
def test_damage_in_pcapng_is_said_with_its_place(rest: bytes, what: str) -> None:
    place = len(two_packets_and(b""))
    for step in (1, 7, 1 << 30):
        got = read(two_packets_and(rest + enhanced(PACKET, 4)), step)
        assert [packet[0] for packet in got.packets] == [PACKET, PACKET]
        assert got.is_damaged
        assert got.problem is not None
        assert f"damaged at byte {place}: " in got.problem
        assert what in got.problem


@pytest.mark.parametrize(
    ("rest", "what"),
    [(b"\xff" * 16, "a packet of 4,294,967,295 bytes cannot be"), (bytes(16), "nothing but zeros")],
)
@pytest.mark.parametrize("step", [1, 7, 1 << 30])
def test_damage_in_pcap_is_said_with_its_place(rest: bytes, what: str, step: int) -> None:
    good = pcap_header() + record(PACKET, START)
    got = read(good + rest + record(PACKET, START), step)
    assert [packet[0] for packet in got.packets] == [PACKET]
    assert (got.problem, got.is_damaged) == (f"The capture is damaged at byte {len(good)}: {what}", True)


def test_statistics_of_an_unknown_interface_are_passed_over() -> None:
    got = read(two_packets_and(statistics(number=7, interface_drops=3)))
    assert (len(got.packets), got.dropped, got.problem) == (2, 0, None)


def test_super_frames_in_many_pieces_are_joined_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of a megabyte, byte by byte: joined with every byte, that would be 34 gigabytes."""
    joined = 0
    join = Carry.join

    def counted(carry: Carry, piece: bytes) -> bytes | None:
        nonlocal joined
        buffer = join(carry, piece)
        joined += len(buffer or b"")
        return buffer

    monkeypatch.setattr(Carry, "join", counted)
    packet = bytes(range(256)) * 1024
    for data in (
        pcap_header(snap=65_535) + record(packet, START) * 2,
        section() + interface(snap=65_535) + enhanced(packet, 1) * 2,
    ):
        joined = 0
        assert [packet[0] for packet in read(data, 1).packets] == [packet, packet]
        assert joined < 2 * len(data)

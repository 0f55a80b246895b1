"""What the fuzzer found, made small: by hand where a person can read it, else as a file in `found/`."""

import struct

import pytest

from tests.fuzz.inputs import FOUND
from tests.fuzz.known import KNOWN
from tests.fuzz.properties import check_all_ways, comparable, read
from tests.support.speech import answer, frame, mllp, oru
from tests.support.wire import MILLISECOND, START, Segment, Talk, conversation, packet, pcap_header, record


def pcapng(*blocks: tuple[int, bytes], resolution: int = 6) -> bytes:
    """A section, an Ethernet interface, and the blocks: type and body. resolution: digits behind the second."""
    interface = struct.pack("<HHI", 1, 0, 262_144) + struct.pack("<HHB3x", 9, 1, resolution) + bytes(4)
    section = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
    made = b""
    for kind, body in ((0x0A0D0D0A, section), (1, interface), *blocks):
        size = (len(body) + 3) // 4 * 4 + 12
        made += struct.pack("<II", kind, size) + body.ljust(size - 12, b"\0") + struct.pack("<I", size)
    return made


def enhanced(data: bytes, stamp: int) -> tuple[int, bytes]:
    return 6, struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data)) + data


def timed(segments: list[tuple[Segment, int]], port: int = 40_001) -> list[bytes]:
    return [record(packet(s, (("10.0.0.5", port), ("10.1.0.1", 2575))), time) for s, time in segments]


def test_found() -> None:
    for file in sorted(FOUND.glob("*.pcap*")):
        check_all_ways(file.read_bytes())


def test_what_is_known_is_expected_to_fail() -> None:
    assert all(known.test in globals() for known in KNOWN)


def test_time_of_pcapng_that_is_too_large() -> None:
    segments = conversation((0, mllp(oru()))).segments
    stamp = 1 << 40  # in whole seconds: 35 000 years
    check_all_ways(pcapng(*(enhanced(packet(segment), stamp) for segment in segments), resolution=0))


def test_simple_packets_have_the_time_of_the_packet_before_them_in_any_pieces() -> None:
    first, *others = (packet(segment) for segment in conversation((0, mllp(oru())), (1, mllp(answer()))).segments)
    simple = ((3, struct.pack("<I", len(data)) + data) for data in others)
    data = pcapng(enhanced(first, START // 1000), *simple)
    whole = comparable(read(data))
    assert whole[0]["start_time"] == START // 1_000_000
    assert comparable(read(*(data[at : at + 50] for at in range(0, len(data), 50)))) == whole


def test_opening_that_comes_after_the_first_data_in_any_pieces() -> None:
    """Two taps merged: the answer to the SYN stands behind the device's first data."""
    data_first = Segment(0, 1001, 9001, 24, b"x" * 40 + frame(4, b"L|1|N\r"))
    segments = [data_first, Segment(1, 9000, 1001, 18), Segment(0, 1049, 9001, 17)]
    records = [record(packet(segment), START + number * MILLISECOND) for number, segment in enumerate(segments)]
    assert comparable(read(pcap_header(), *records)) == comparable(read(pcap_header() + b"".join(records)))


@pytest.mark.xfail(strict=True, reason="what a foreign connection says is looked at to the end of the piece")
def test_opening_of_a_foreign_connection_that_comes_late_in_any_pieces() -> None:
    """An HTTP client uses its port again, and the server's SYN stands behind its first data."""
    segments = [
        *Talk().open().say(0, b"GET / HTTP/1.1").segments,
        Segment(0, 5000, 0, 2),
        Segment(0, 5001, 0, 24, b"GET / HTTP/1.1"),
        Segment(1, 7001, 5015, 24, b"HTTP/1.1 200 OK"),
        Segment(1, 7000, 5001, 18),
    ]
    records = [record(packet(segment), START + number * MILLISECOND) for number, segment in enumerate(segments)]
    whole, pieces = read(pcap_header() + b"".join(records)), read(pcap_header(), *records)
    assert pieces.counters["connections"] == whole.counters["connections"]


@pytest.mark.xfail(strict=True, reason="the latest time that was seen decides what is silent")
def test_clock_that_steps_back_by_an_hour_in_any_pieces() -> None:
    """One packet of somebody else has a time of its own."""
    talk = Talk().open().say(0, mllp(oru("1")))
    before = len(talk.segments)
    talk.say(0, mllp(oru("2")))
    records = timed([(segment, START) for segment in talk.segments[:before]])
    records += timed([(segment, START + 3_600_000 * MILLISECOND) for segment in Talk().open().segments], port=40_002)
    records += timed([(segment, START + MILLISECOND) for segment in talk.segments[before:]])
    assert comparable(read(pcap_header(), *records)) == comparable(read(pcap_header() + b"".join(records)))


def test_connection_that_opens_behind_its_first_data_on_a_clock_that_stands_still_is_another_one() -> None:
    """The session of what came before the SYN, and that of what came behind it, have an id each."""
    said = Segment(0, 1001, 9001, 24, mllp(oru()))
    segments = [said, Segment(0, 1000, 0, 2), said]
    packets = (packet(segment, number=number) for number, segment in enumerate(segments))
    sessions = read(pcap_header() + b"".join(record(data, START) for data in packets)).sessions
    assert len({session.session_id for session in sessions}) == len(sessions) == 2


def test_silence_inside_a_message_ends_the_session_at_the_same_place_in_any_pieces() -> None:
    """Half a message, and eleven minutes later the other half; meanwhile others talk."""
    talk = Talk().open().say(0, mllp(oru("1"))).say(0, mllp(oru("2"))[:50])
    before = len(talk.segments)
    talk.say(0, mllp(oru("2"))[50:])
    later = START + 660_000 * MILLISECOND
    records = timed([(segment, START + number * MILLISECOND) for number, segment in enumerate(talk.segments[:before])])
    records += timed([(segment, later) for segment in Talk().open().segments], port=40_002)
    records += timed([(segment, later + MILLISECOND) for segment in talk.segments[before:]])
    assert comparable(read(pcap_header(), *records)) == comparable(read(pcap_header() + b"".join(records)))


def test_two_connections_on_the_same_ports_at_the_same_time_are_two_sessions() -> None:
    """As in captures that were made without a clock: text2pcap, or simple packet blocks."""
    one = conversation((0, mllp(oru("1"))), (1, mllp(answer("1")))).segments
    two = Talk((500_000, 700_000)).open().say(0, mllp(oru("2"))).close().segments
    data = pcap_header() + b"".join(record(packet(segment), START) for segment in one + two)
    sessions = read(data).sessions
    assert len(sessions) == 2
    assert len({session.session_id for session in sessions}) == 2

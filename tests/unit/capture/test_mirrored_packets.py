"""Packets that a mirror delivers twice, and what must not be taken for them."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import GRE, Dot1Q, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet

from hl7capture.capture.engine import Engine
from hl7capture.capture.packets import mirror
from hl7capture.capture.packets.mirror import NEAR_PACKETS, NEAR_TIME, NEAR_TIME_UNNUMBERED
from hl7capture.model.events import SessionCompleted
from hl7capture.model.settings import Settings
from tests.support.decoding import Caught, caught, decoded
from tests.support.speech import answer, mllp, oru
from tests.support.wire import START, Segment, conversation, pcap_header, record

ETHER = Ether(src="02:00:00:00:00:05", dst="02:00:00:00:00:01")
ROUTED = Ether(src="02:00:00:00:00:55", dst="02:00:00:00:00:11")
TURNS = [(0, mllp(oru())), (1, mllp(answer())), (0, mllp(oru("2"))), (1, mllp(answer("2")))]
TALK = conversation(*TURNS, cut=100).segments
MICROSECOND = 1_000


def network(segment: Segment, number: int, version: int = 4, ttl: int = 64) -> Packet:
    """As a sender numbers its packets, with timestamps; number 0: as one that does not."""
    ports = (40001, 2575) if segment.side == 0 else (2575, 40001)
    tcp = TCP(sport=ports[0], dport=ports[1], seq=segment.seq, ack=segment.ack, flags=segment.flags)
    if version == 6:
        ends = ("fd00::5", "fd00::1") if segment.side == 0 else ("fd00::1", "fd00::5")
        return IPv6(src=ends[0], dst=ends[1], hlim=ttl) / tcp / segment.data
    ends = ("10.0.0.5", "10.1.0.1") if segment.side == 0 else ("10.1.0.1", "10.0.0.5")
    return IP(src=ends[0], dst=ends[1], id=number, ttl=ttl) / tcp / segment.data


def frames(segments: Iterable[Segment], numbered: bool = True, version: int = 4) -> list[bytes]:
    return [bytes(ETHER / network(s, (n + 1) * numbered, version)) for n, s in enumerate(segments)]


def second(segment: Segment, number: int, way: str) -> bytes:
    packet = network(segment, number, ttl=63)
    outer = ROUTED / IP(src="192.0.2.1", dst="192.0.2.2", id=number)
    return bytes(
        {
            "the same": ETHER / network(segment, number),
            "routed": ROUTED / packet,
            "tagged": ROUTED / Dot1Q(vlan=7) / packet,
            "GRE": outer / GRE() / packet,
            "VXLAN": outer / UDP(dport=4789) / VXLAN() / ROUTED / packet,
        }[way]
    )


@pytest.mark.parametrize("way", ["the same", "routed", "tagged", "GRE", "VXLAN"])
@pytest.mark.parametrize("step", [0, 1, 7])
def test_every_packet_twice(way: str, step: int) -> None:
    once = frames(TALK)
    twice = [second(s, n + 1, way) for n, s in enumerate(TALK)]
    expected, _ = decoded(caught(once))
    for pairs in ([p for pair in zip(once, twice, strict=True) for p in pair], once[:40] + twice[:40]):
        rows, counters = decoded(caught(pairs, apart=MICROSECOND), step)
        assert counters.mirrored == len(pairs) // 2
        assert [row.payload for row in rows] == [row.payload for row in expected[: len(pairs) // 2]]


def test_every_packet_three_times() -> None:
    thrice = [copy for frame in frames(TALK) for copy in (frame, frame, frame)]
    _, counters = decoded(caught(thrice, apart=MICROSECOND))
    assert (counters.segments, counters.mirrored) == (len(TALK), 2 * len(TALK))


def test_two_taps_of_which_one_is_late_and_steps_back_in_time() -> None:
    once = frames(TALK)
    late = [Caught(data, time=START + n * 1000 - 40_000_000) for n, data in enumerate(once)]
    rows, counters = decoded([*caught(once, apart=1000), *late], 5)
    assert (len(rows), counters.mirrored) == (len(TALK), len(TALK))


@pytest.mark.parametrize("version", [4, 6])
def test_senders_that_do_not_number(version: int) -> None:
    """What takes sequence numbers is known by its checksum; an acknowledgement could be a repeated one."""
    once = frames(TALK, numbered=False, version=version)
    twice = [copy for frame in once for copy in (frame, frame)]
    rows, counters = decoded(caught(twice, apart=MICROSECOND))
    acknowledgements = sum(not s.data and not s.flags & 3 for s in TALK)
    assert counters.mirrored == len(TALK) - acknowledgements
    assert b"".join(row.payload for row in rows) == b"".join(s.data for s in TALK)


def test_what_was_sent_again_is_no_copy() -> None:
    said = next(s for s in TALK if s.data)

    def rows(*packets: Packet, apart: int) -> int:
        return len(decoded(caught([bytes(ETHER / packet) for packet in packets], apart=apart))[0])

    def stamped(number: int, stamp: int) -> Packet:
        tcp = TCP(sport=40001, dport=2575, seq=said.seq, ack=said.ack, options=[("Timestamp", (stamp, 5))])
        return IP(src="10.0.0.5", dst="10.1.0.1", id=number) / tcp / said.data

    assert rows(network(said, 1), network(said, 2), apart=1000) == 2  # a new identification
    assert rows(stamped(0, 1), stamped(0, 2), apart=1000) == 2  # a new timestamp
    assert rows(stamped(0, 1), stamped(0, 1), apart=1000) == 1
    assert rows(network(said, 0), network(said, 0), apart=NEAR_TIME_UNNUMBERED + 1) == 2  # later
    assert rows(network(said, 7), network(said, 7), apart=NEAR_TIME + 1) == 2
    assert rows(network(said, 7), network(said, 7), apart=NEAR_TIME) == 1


def test_repeated_acknowledgements_are_no_copies() -> None:
    acknowledgement = Segment(1, 9000, 1500, 16)
    for number, expected in ((0, 4), (3, 1)):
        same = [bytes(ETHER / network(acknowledgement, number))] * 4
        assert len(decoded(caught(same, apart=MICROSECOND))[0]) == expected


def test_other_connections_with_the_same_numbers_are_no_copies() -> None:
    said = next(s for s in TALK if s.data)
    base = network(said, 7)
    others = [base.copy() for _ in range(3)]
    others[0][IP].src = "10.0.0.6"
    others[1][TCP].sport = 40002
    others[2].load = said.data[::-1]
    for other in others:
        other[TCP].chksum = 1
        other[IP].chksum = 1
    base[TCP].chksum = base[IP].chksum = 1
    packets = [bytes(ETHER / packet) for packet in (base, others[0], others[1], base)]
    assert len(decoded(caught(packets, apart=MICROSECOND))[0]) == 3


def test_segments_of_which_the_hashes_are_the_same_are_no_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """As somebody may make them on purpose."""
    monkeypatch.setattr(mirror, "_prints", lambda batch: np.zeros(len(batch), dtype=np.uint64))
    plain = bytearray(frames([next(s for s in TALK if s.data)])[0])
    ends = 26, 30, 34, 36  # addresses and ports
    numbers = 18, 38, 42, 47, 48, 50  # identification, sequence, acknowledgement, flags, window, checksum
    changed = [bytearray(plain) for _ in (*ends, *numbers)]
    for at, other in zip((*ends, *numbers), changed, strict=True):
        other[at] ^= 1
    back = plain[:26] + plain[30:34] + plain[26:30] + plain[36:38] + plain[34:36] + plain[38:]
    for other in (*changed, back):
        rows, counters = decoded(caught([bytes(plain), bytes(other), bytes(other)], apart=MICROSECOND))
        assert (len(rows), counters.mirrored) == (2, 1)


def test_more_of_the_second_copy_was_captured() -> None:
    said = next(s for s in TALK if s.data)
    whole = bytes(ETHER / network(said, 7))
    cut = Caught(whole[:70], wire=len(whole))
    assert [row.lost for row in decoded([cut, Caught(whole)])[0]] == [len(whole) - 70, 0]
    assert [row.lost for row in decoded([Caught(whole), cut])[0]] == [0]


@pytest.mark.parametrize(("between", "expected"), [(NEAR_PACKETS - 1, 1), (NEAR_PACKETS, 2)])
@pytest.mark.parametrize("step", [0, 1, 100, NEAR_PACKETS])
def test_the_window_is_counted_in_packets_however_they_come(between: int, expected: int, step: int) -> None:
    said = next(s for s in TALK if s.data)
    first = bytes(ETHER / network(said, 7))
    others = [
        first[:18] + n.to_bytes(2) + first[20:40] + n.to_bytes(2) + first[42:] for n in range(1000, 1000 + between)
    ]
    rows, _ = decoded(caught([first, *others, first], apart=0), step)
    assert len(rows) == between + expected


@settings(deadline=None)
@given(st.data())
def test_cutting_into_batches_changes_nothing(data: st.DataObject) -> None:
    once = frames(TALK[:12])
    numbers = data.draw(st.lists(st.integers(0, 11), max_size=40))
    gaps = data.draw(st.lists(st.integers(-1_000_000, 300_000_000), min_size=len(numbers), max_size=len(numbers)))
    packets, time = [], START
    for number, gap in zip(numbers, gaps, strict=True):
        time += gap
        packets.append(Caught(once[number], time=time))
    step = data.draw(st.integers(1, 20))
    assert decoded(packets, step) == decoded(packets)


def test_a_mirrored_conversation_is_the_conversation() -> None:
    def sessions(packets: list[bytes], apart: int) -> tuple[list[bytes], Engine]:
        engine = Engine(Settings(), probe="lab-pc-3", source="test")
        data = pcap_header() + b"".join(record(p, START + n * apart) for n, p in enumerate(packets))
        events = engine.feed(data) + engine.finish()
        (session,) = [event.session for event in events if isinstance(event, SessionCompleted)]
        return [element.data for element in session.elements], engine

    twice = [p for n, s in enumerate(TALK) for p in (second(s, n + 1, "the same"), second(s, n + 1, "tagged"))]
    elements, engine = sessions(twice, 1000)
    assert elements == [data for _, data in TURNS]
    assert (engine.counters.mirrored, engine.counters.retransmitted) == (len(TALK), 0)

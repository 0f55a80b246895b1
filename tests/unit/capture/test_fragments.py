"""IP fragments, joined: in any order, twice, overlapping, missing, behind the snap length, in tunnels."""

import random
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.contrib.geneve import GENEVE
from scapy.layers.inet import IP, TCP, UDP, fragment
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, fragment6
from scapy.layers.l2 import GRE, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet

from hl7capture.capture.packets import PacketDecoder
from hl7capture.capture.packets import fragments as limits
from hl7capture.model.events import Counters
from tests.support.decoding import Caught, Row, batch_of, caught, decoded
from tests.support.wire import MILLISECOND, START

TEXT = bytes(random.Random(4).randbytes(3000))
ETHER = Ether(src="02:00:00:00:00:05", dst="02:00:00:00:00:01")
SAID = TCP(sport=40001, dport=2575, seq=77, ack=99, flags="PA") / TEXT
WHOLE_4 = IP(src="10.0.0.5", dst="10.1.0.1", id=321) / SAID
WHOLE_6 = IPv6(src="fd00::5", dst="fd00::1") / IPv6ExtHdrFragment(id=0x12345678) / SAID
OUTER = IP(src="192.0.2.1", dst="192.0.2.2", id=5)
SECOND = 1_000_000_000


def fragments_of(packet: Packet, size: int = 1000) -> list[bytes]:
    pieces = fragment6(packet, size) if isinstance(packet, IPv6) else fragment(packet, size)
    return [bytes(ETHER / piece) for piece in pieces]


def piece(at: int, data: bytes, *, last: bool = False, number: int = 321, protocol: int = 6) -> bytes:
    """A fragment of IPv4; what it holds may be anything."""
    place = at // 8 | (0 if last else 0x2000)
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), number, place, 64, protocol, 0)
    return bytes(ETHER)[:12] + b"\x08\x00" + header + bytes([10, 0, 0, 5, 10, 1, 0, 1]) + data


def payloads(rows: Sequence[Row]) -> list[bytes]:
    return [row.payload for row in rows]


FOUR, SIX = fragments_of(WHOLE_4), fragments_of(WHOLE_6)


@pytest.mark.parametrize("pieces", [FOUR, SIX], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("step", [0, 1, 2])
def test_fragments_are_one_segment_that_stands_where_the_last_stood(pieces: list[bytes], step: int) -> None:
    after = bytes(ETHER / IP(src="10.0.0.5", dst="10.1.0.1", id=322) / TCP(sport=40001, dport=2575, seq=3077) / b"x")
    (joined, other), counters = decoded(caught([*pieces, after]), step)
    assert (joined.payload, joined.sequence, joined.lost) == (TEXT, 77, 0)
    assert (joined.order, joined.time) == (len(pieces) - 1, START + (len(pieces) - 1) * MILLISECOND)
    assert (other.payload, other.order) == (b"x", len(pieces))
    assert counters.joined == len(pieces) - 1


@settings(deadline=None)
@given(st.permutations(range(4)), st.booleans(), st.integers(0, 5))
def test_fragments_in_any_order(order: list[int], is_4: bool, step: int) -> None:
    pieces = FOUR if is_4 else SIX
    assert len(pieces) == 4
    rows, counters = decoded(caught(pieces[number] for number in order), step)
    assert payloads(rows) == [TEXT]
    assert (rows[0].order, counters.joined, counters.fragments) == (3, 3, 0)


@pytest.mark.parametrize("pieces", [FOUR, SIX], ids=["IPv4", "IPv6"])
def test_fragments_twice_are_a_mirrors(pieces: list[bytes]) -> None:
    for twice in ([p for p in pieces for _ in (1, 2)], pieces * 2, [*pieces, *pieces[::-1]]):
        rows, counters = decoded(caught(twice))
        assert payloads(rows) == [TEXT]
        assert (counters.mirrored, counters.joined) == (len(pieces), len(pieces) - 1)


def test_numbers_that_are_used_again() -> None:
    other = TEXT[::-1]
    again = fragments_of(IP(src="10.0.0.5", dst="10.1.0.1", id=321) / TCP(sport=40001, dport=2575, seq=3077) / other)
    rows, _ = decoded(caught([*FOUR, *again]))
    assert payloads(rows) == [TEXT, other]


def test_the_first_copy_of_a_byte_wins() -> None:
    tcp = bytes(SAID)[:20]
    for first, second in ((0, 1), (1, 0)):
        over = [piece(0, tcp + b"A" * 44), piece(32, b"B" * 64)]
        rows, _ = decoded(caught([over[first], over[second], piece(96, b"C", last=True)]))
        (found,) = payloads(rows)
        assert found == (b"A" * 44 + b"B" * 32 + b"C" if first == 0 else b"A" * 12 + b"B" * 64 + b"C")


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=12),
    st.randoms(use_true_random=False),
    st.integers(0, 3),
)
def test_overlaps_that_agree_change_nothing(extra: list[tuple[int, int]], chance: random.Random, step: int) -> None:
    whole = bytes(SAID)[:20] + TEXT[:500]
    spans = [(at * 8, min(at * 8 + size * 8, len(whole))) for at, size in extra]
    spans += [(at, min(at + 104, len(whole))) for at in range(0, len(whole), 104)]
    chance.shuffle(spans)
    packets = [piece(at, whole[at:end], last=end == len(whole)) for at, end in spans if at < end]
    rows, counters = decoded(caught(packets), step)
    assert payloads(rows)[:1] == [TEXT[:500]]
    assert counters.malformed == 0


def test_what_contradicts_is_left_out() -> None:
    tcp = bytes(SAID)[:20]
    first, last = piece(0, tcp + b"A" * 44), piece(64, b"C", last=True)
    for odd in (piece(64, b"X" * 16), piece(64, b"XY", last=True), piece(32, b"X", last=True)):
        rows, counters = decoded(caught([last, odd, first]))
        assert payloads(rows) == [b"A" * 44 + b"C"]
        assert (counters.fragments, counters.joined) == (1, 1)
    rows, counters = decoded(caught([first, piece(32, b"X", last=True), last]))
    assert payloads(rows) == [b"A" * 44 + b"C"]


def test_fragments_of_others_do_not_mix() -> None:
    tcp = bytes(SAID)[:20]
    rows, counters = decoded(
        caught(
            [
                piece(0, tcp + b"A" * 4),
                piece(24, b"X", last=True, number=322),
                piece(24, b"Y", last=True, protocol=4),
                piece(24, b"B", last=True),
            ]
        )
    )
    assert payloads(rows) == [b"AAAAB"]
    assert counters.fragments == 2


def test_what_never_comes_is_given_up_in_time() -> None:
    early, late = FOUR[:3], FOUR[3]
    for wait, whole in ((limits.TIMEOUT - SECOND, True), (limits.TIMEOUT + SECOND, False)):
        rows, counters = decoded([*caught(early), Caught(late, time=START + wait)])
        assert bool(rows) is whole
        assert counters.fragments == (0 if whole else 4)


def test_times_that_step_back() -> None:
    times = [START, START - 5 * SECOND, START + 1, START - 3 * SECOND]
    rows, _ = decoded([Caught(data, time=time) for data, time in zip(FOUR, times, strict=True)])
    assert payloads(rows) == [TEXT]


def test_fragments_behind_the_snap_length() -> None:
    rows, counters = decoded([Caught(data[:514], wire=len(data), time=START) for data in FOUR])
    (found,) = rows
    assert found.payload == TEXT[: len(found.payload)]
    assert (len(found.payload), found.lost) == (460, 2540)
    last = [Caught(data, time=START) for data in FOUR[:3]] + [Caught(FOUR[3][:44], wire=len(FOUR[3]))]
    (found,), _ = decoded(last)
    assert found.payload + bytes(found.lost) == TEXT[: -found.lost] + bytes(found.lost)
    assert counters.joined == 3


def test_padding_behind_a_fragment() -> None:
    rows, _ = decoded(caught([data + b"PADDING" for data in FOUR]))
    assert payloads(rows) == [TEXT]


def test_extension_header_in_the_fragments() -> None:
    packet = IPv6(src="fd00::5", dst="fd00::1") / IPv6ExtHdrFragment(id=7) / IPv6ExtHdrDestOpt() / SAID
    assert payloads(decoded(caught(fragments_of(packet)))[0]) == [TEXT]


TUNNELS = {
    "VXLAN": OUTER / UDP(sport=50000, dport=4789) / VXLAN(vni=7) / ETHER / WHOLE_4,
    "Geneve": OUTER / UDP(dport=6081) / GENEVE(proto=0x6558) / ETHER / WHOLE_4,
    "GRE": OUTER / GRE() / WHOLE_4,
    "IPv4 in IPv4": OUTER / WHOLE_4,
    "VXLAN in IPv6": IPv6(src="fd00::a", dst="fd00::b")
    / IPv6ExtHdrFragment(id=9)
    / UDP(dport=4789)
    / VXLAN()
    / ETHER
    / WHOLE_4,
}


@pytest.mark.parametrize("packet", TUNNELS.values(), ids=TUNNELS)
def test_tunnels_behind_fragments(packet: Packet) -> None:
    pieces = fragments_of(packet, 1200)
    rows, counters = decoded(caught(reversed(pieces)), 2)
    assert payloads(rows) == [TEXT]
    assert (rows[0].order, counters.joined) == (len(pieces) - 1, len(pieces) - 1)


def test_fragments_in_tunnels_behind_fragments() -> None:
    inner = [ETHER / part for part in fragment(WHOLE_4, 1000)]
    outer = []
    for number, part in enumerate(inner):
        packet = IP(src="192.0.2.1", dst="192.0.2.2", id=10 + number) / UDP(dport=4789) / VXLAN() / part
        outer += fragments_of(packet, 600)
    for packets in (outer, outer[::-1]):
        rows, counters = decoded(caught(packets), 3)
        assert payloads(rows) == [TEXT]
        assert (rows[0].order, counters.joined) == (len(packets) - 1, len(packets) - 1)


@pytest.mark.parametrize("step", [0, 1])
def test_fragments_inside_and_outside_of_a_tunnel(step: int) -> None:
    """The packet stands where the last of them stood, though what is inside is read later."""
    first, *others = FOUR
    wrapped = IP(src="192.0.2.1", dst="192.0.2.2", id=10) / UDP(dport=4789) / VXLAN() / Ether(first)
    packets = [*fragments_of(wrapped, 600), *others]
    (found,), _ = decoded(caught(packets), step)
    assert (found.payload, found.order) == (TEXT, len(packets) - 1)


def test_fragments_of_plain_udp_are_not_kept() -> None:
    pieces = fragments_of(OUTER / UDP(dport=2049) / TEXT)
    assert decoded(caught(pieces))[1].not_tcp == len(pieces)
    assert decoded(caught(pieces[::-1]))[1].not_tcp == len(pieces)
    tunnel = fragments_of(TUNNELS["VXLAN"])
    rows, counters = decoded(caught([*pieces[:-1], *tunnel]))  # with the same number
    assert payloads(rows) == [TEXT]
    assert counters.not_tcp == len(pieces) - 1


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_WAITING_BYTES", 100_000)
    monkeypatch.setattr(limits, "MOST_WAITING_PACKETS", 50)
    flood = [piece(8, b"x" * 1400, number=number) for number in range(1000)]
    _, counters = decoded(caught(flood, apart=0))
    assert counters.fragments == 1000
    flood = [piece(0, b"\0" * 64, number=number, protocol=17) for number in range(1000)]
    assert decoded(caught(flood, apart=0))[1].not_tcp == 1000
    rows, counters = decoded(caught([*(piece(8, b"x" * 8, number=number) for number in range(49)), *FOUR], apart=0))
    assert payloads(rows) == [TEXT]
    kept = PacketDecoder(Counters())
    for data in [piece(8, b"x" * 1400, number=number) for number in range(1000)]:
        kept.segments(batch_of(caught([data])))
        assert kept.waiting <= 50
    monkeypatch.setattr(limits, "MOST_WAITING_BYTES", 20_000)
    kept.segments(batch_of(caught([piece(8, b"x" * 1400)])))
    assert kept.waiting <= 20_000 // 1400
    many = [piece(16 * at, b"x" * 8) for at in range(2000)]
    assert decoded(caught(many, apart=0))[1].fragments == 2000

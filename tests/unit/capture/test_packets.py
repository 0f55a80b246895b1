"""Capture formats and packet headers."""

import random
import struct

import pytest

from hl7capture.capture.capture_reader import CaptureReader
from hl7capture.capture.packet_batch import CaptureFormatError
from hl7capture.capture.packets import segments
from hl7capture.model.events import Counters
from tests.support.engine import said, sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.wire import START, Segment, conversation, packet, pcap, pcap_header, record

TURNS = [(0, mllp(oru())), (1, mllp(answer()))]
EXPECTED = [mllp(oru()), mllp(answer())]
IPV6 = (("fd00::5", 40001), ("fd00::1", 2575))


def messages_of(data: bytes) -> list[bytes]:
    return [data for session in sessions_of(data) for _, _, data, _, _ in said(session)]


def file_of(link: int, /, **how: object) -> bytes:
    return pcap_header(link) + b"".join(
        record(packet(segment, **how), START + n * 1000)  # type: ignore[arg-type]
        for n, segment in enumerate(conversation(*TURNS).segments)
    )


@pytest.mark.parametrize(
    ("order", "magic", "unit"),
    [("<", 0xA1B2C3D4, 1000), (">", 0xA1B2C3D4, 1000), ("<", 0xA1B23C4D, 1), (">", 0xA1B23C4D, 1)],
)
def test_pcap_in_both_byte_orders_and_units(order: str, magic: int, unit: int) -> None:
    data = pcap_header(1, order, magic) + b"".join(
        record(packet(segment), START + n * 1_000_000, order, unit=unit)
        for n, segment in enumerate(conversation(*TURNS).segments)
    )
    (session,) = sessions_of(data)
    assert [element.data for element in session.elements] == EXPECTED
    assert session.start_time == (START + 3_000_000) / 1e6


@pytest.mark.parametrize(
    ("link", "how"),
    [
        (1, {}),
        (1, {"vlan": (5,)}),
        (1, {"vlan": (5, 7)}),
        (1, {"trailer": b"\x00" * 6}),
        (1, {"ends": IPV6}),
        (101, {"link": b"", "with_type": False}),
        (101, {"link": b"", "with_type": False, "ends": IPV6}),
        (113, {"link": b"\0\0\0\1\0\6" + bytes(8)}),
        (0, {"link": struct.pack("<I", 2), "with_type": False}),
        (0, {"link": struct.pack("<I", 24), "with_type": False, "ends": IPV6}),
        (108, {"link": struct.pack(">I", 2), "with_type": False}),
    ],
)
def test_link_layers(link: int, how: dict[str, object]) -> None:
    assert messages_of(file_of(link, **how)) == EXPECTED


def test_linux_cooked_v2() -> None:
    data = pcap_header(276) + b"".join(
        record(b"\x08\x00" + bytes(18) + packet(segment, link=b"", with_type=False), START + n * 1000)
        for n, segment in enumerate(conversation(*TURNS).segments)
    )
    assert messages_of(data) == EXPECTED


def test_length_0_of_offloading_means_all_that_is_there() -> None:
    talk = conversation(*TURNS)
    data = pcap_header() + b"".join(
        record(packet(s)[:16] + b"\0\0" + packet(s)[18:], START + n * 1000) for n, s in enumerate(talk.segments)
    )
    assert messages_of(data) == EXPECTED


def test_bytes_cut_by_the_snap_length_are_a_gap() -> None:
    big = oru() + b"NTE|1||" + b"x" * 500 + b"\r"
    talk = conversation((0, mllp(big)), (1, mllp(answer())), (0, mllp(oru("2"))), (1, mllp(answer("2"))))
    data = pcap_header() + b"".join(
        record(packet(s)[:400], START + n * 1000, wire=len(packet(s))) for n, s in enumerate(talk.segments)
    )
    (session,) = sessions_of(data)
    assert said(session)[0][4] == ("truncated", "gap")
    assert session.messages == [answer().decode(), oru("2").decode(), answer("2").decode()]


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)


def pcapng(order: str = "<", resolution: int | None = None) -> bytes:
    units = {None: 1_000_000, 9: 1_000_000_000}[resolution]
    options = b"" if resolution is None else struct.pack(order + "HHB3xHH", 9, 1, resolution, 0, 0)
    out = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    out += block(1, struct.pack(order + "HHI", 1, 0, 0) + options, order)
    out += block(1, struct.pack(order + "HHI", 101, 0, 0) + options, order)
    out += block(5, b"unknown statistics", order)
    for n, segment in enumerate(conversation(*TURNS).segments):
        number = n % 2
        data = packet(segment) if number == 0 else packet(segment, link=b"", with_type=False)
        time = (START + n * 1_000_000) * units // 1_000_000_000
        head = struct.pack(order + "IIIII", number, time >> 32, time & 0xFFFFFFFF, len(data), len(data))
        out += block(6, head + data, order)
    return out


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("resolution", [None, 9])
@pytest.mark.parametrize("step", [0, 1, 1000])
def test_pcapng_with_interfaces_of_different_links(order: str, resolution: int | None, step: int) -> None:
    (session,) = sessions_of(pcapng(order, resolution), step)
    assert [element.data for element in session.elements] == EXPECTED
    assert session.start_time == (START + 3_000_000) / 1e6


@pytest.mark.parametrize("data", [b"MSH|^~\\&|", b"PK\x03\x04", b"\0" * 40, b"\x1f\x8b\x08\x00"])
def test_what_is_no_capture_is_said(data: bytes) -> None:
    with pytest.raises(CaptureFormatError, match="not a capture"):
        CaptureReader().feed(data)


def test_damage_in_a_capture_is_said_with_its_place() -> None:
    good = pcap(conversation(*TURNS).segments)
    reader = CaptureReader()
    batch = reader.feed(good + b"\xff" * 40)
    assert batch is not None
    assert len(batch) == len(conversation(*TURNS).segments)
    with pytest.raises(CaptureFormatError, match=f"byte {len(good)}"):
        reader.feed(b"")


def test_fragments_and_strange_packets_are_counted() -> None:
    segment = Segment(0, 1, 1, 16, b"xxxx")
    whole = packet(segment)
    fragment = whole[:20] + b"\x20\x00" + whole[22:]
    short = whole[:30]
    data = pcap_header() + b"".join(record(p, START) for p in (whole, fragment, short, b"", bytes(60)))
    counters = Counters()
    batch = CaptureReader().feed(data)
    assert batch is not None
    assert len(segments(batch, counters)) == 1
    assert (counters.packets, counters.fragments, counters.malformed, counters.not_tcp) == (5, 1, 2, 1)


def test_random_packets_break_nothing() -> None:
    chance = random.Random(7)
    good = [packet(s) for s in conversation(*TURNS).segments]
    for link in (0, 1, 101, 108, 113, 276, 999):
        packets = []
        for _ in range(300):
            mutated = bytearray(chance.choice(good))
            for _ in range(chance.randint(0, 6)):
                mutated[chance.randrange(len(mutated))] = chance.randrange(256)
            packets.append(
                bytes(mutated[: chance.randint(0, len(mutated))]) if chance.random() < 0.3 else bytes(mutated)
            )
        data = pcap_header(link) + b"".join(record(p, START + n) for n, p in enumerate(packets))
        sessions_of(data, step=5000)

"""The capture made in memory: headers, checksums and numbers as a real stack makes them."""

import ipaddress
import math
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest

from hl7capture.model.elements import Framing
from hl7capture.simulator.conversation import conversation
from hl7capture.simulator.packets import pcap_stream
from hl7capture.simulator.samples import main, write_samples
from hl7capture.wire.tcp_writer import TcpConnectionWriter, checksum, pcap_header
from hl7capture.wire.tcp_writer import packets_of as written_packets_of

START = datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC)
START_NS = 1_795_256_130 * 1_000_000_000
CAPTURES = Path(__file__).parents[3] / "resources" / "captures"
SYN, FIN, PSH, ACK = 2, 1, 8, 16


@dataclass
class Packet:
    time: int
    vlan: int | None
    source: str
    ports: tuple[int, int]
    seq: int
    ack: int
    flags: int
    data: bytes


def packets_of(records: bytes) -> list[Packet]:
    """The packets, read by a reader of the test's own; every checksum is looked at."""
    found, at = [], 0
    while at < len(records):
        seconds, nanoseconds, size, wire = struct.unpack_from("<IIII", records, at)
        assert size == wire >= 60
        found.append(_packet(seconds * 1_000_000_000 + nanoseconds, records[at + 16 : at + 16 + size]))
        at += 16 + size
    return found


def _packet(time: int, data: bytes) -> Packet:
    vlan = None
    kind, rest = data[12:14], data[14:]
    if kind == b"\x81\x00":
        vlan, kind, rest = int.from_bytes(rest[:2], "big"), rest[2:4], rest[4:]
    if kind == b"\x08\x00":
        size = int.from_bytes(rest[2:4], "big")
        assert rest[0] == 0x45
        assert checksum(rest[:20]) == 0
        ends, tcp = rest[12:20], rest[20:size]
    else:
        assert kind == b"\x86\xdd"
        size = int.from_bytes(rest[4:6], "big")
        ends, tcp = rest[8:40], rest[40 : 40 + size]
    assert checksum(ends + struct.pack(">II", len(tcp), 6) + tcp) == 0
    source, target, seq, ack, offset, flags = struct.unpack_from(">HHIIBB", tcp)
    address = str(ipaddress.ip_address(ends[: len(ends) // 2]))
    return Packet(time, vlan, address, (source, target), seq, ack, flags, tcp[(offset >> 4) * 4 :])


def test_checksum_by_hand() -> None:
    # RFC 1071 §3: 0001 + f203 + f4f5 + f6f7 = 2ddf0, folded ddf2, inverted 220d
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D
    assert checksum(b"\x01") == 0xFEFF
    # The IPv4 header of the well-known worked example; its checksum is b861.
    assert checksum(bytes.fromhex("4500007300004000401100 00c0a80001c0a800c7".replace(" ", ""))) == 0xB861


def test_header() -> None:
    assert pcap_header() == bytes.fromhex("4d3cb2a1 0200 0400 00000000 00000000 00000400 01000000")


def test_handshake_data_and_close() -> None:
    writer = TcpConnectionWriter()
    opened = packets_of(writer.open(START_NS))
    assert [packet.flags for packet in opened] == [SYN, SYN | ACK, ACK]
    assert [packet.source for packet in opened] == ["10.0.0.5", "10.1.0.1", "10.0.0.5"]
    assert opened[0].ports == (40001, 2575)
    assert opened[0].time == START_NS
    assert (opened[0].ack, opened[1].ack, opened[2].ack) == (0, opened[0].seq + 1, opened[1].seq + 1)

    said, acknowledged = packets_of(writer.say("device", b"\x05", START_NS + 10**9))
    assert (said.data, said.flags, said.seq, said.time) == (b"\x05", PSH | ACK, opened[2].seq, START_NS + 10**9)
    assert (acknowledged.data, acknowledged.flags, acknowledged.ack) == (b"", ACK, said.seq + 1)

    closed = packets_of(writer.close(START_NS + 2 * 10**9))
    assert [packet.flags for packet in closed] == [FIN | ACK, FIN | ACK, ACK]
    assert closed[0].seq == said.seq + 1
    assert (closed[1].ack, closed[2].ack) == (closed[0].seq + 1, closed[1].seq + 1)


@pytest.mark.parametrize(
    ("device", "lis", "mss"), [("10.0.0.5", "10.1.0.1", 1460), ("2001:db8::5", "2001:db8::1", 1440)]
)
def test_long_data_is_cut_and_acknowledged(device: str, lis: str, mss: int) -> None:
    writer = TcpConnectionWriter((device, 50000), (lis, 2575))
    writer.open(0)
    data = bytes(range(256)) * 40
    packets = packets_of(writer.say("lis", data, 1))
    said = [packet for packet in packets if packet.source == lis]
    assert b"".join(packet.data for packet in said) == data
    assert [len(packet.data) for packet in said[:-1]] == [mss] * (len(said) - 1)
    assert [bool(packet.flags & PSH) for packet in said] == [False] * (len(said) - 1) + [True]
    assert [packet.seq - said[0].seq for packet in said] == [mss * number for number in range(len(said))]
    answers = [packet for packet in packets if packet.source == device]
    assert len(answers) == (len(said) + 1) // 2
    assert answers[-1].ack == said[0].seq + len(data)


def test_what_is_sent_again_is_another_packet_with_the_same_numbers() -> None:
    writer = TcpConnectionWriter()
    opened = writer.open(START_NS)
    first, answer = packets_of(writer.say("device", b"\x05", START_NS))
    writer.take_back("device", 1)
    records = writer.say("device", b"\x05", START_NS)
    again, answer_again = packets_of(records)
    assert (again.seq, again.data, answer_again.ack) == (first.seq, first.data, answer.ack)
    assert again.time > first.time
    ((time, packet), _) = written_packets_of(records)
    assert time == again.time
    assert packet == records[16 : 16 + len(packet)]
    assert packet[18:20] not in [one[18:20] for _, one in written_packets_of(opened)]  # identification (RFC 791 §3.1)


def test_vlan_tag() -> None:
    writer = TcpConnectionWriter(vlan=17)
    assert {packet.vlan for packet in packets_of(writer.open(0))} == {17}
    assert {packet.vlan for packet in packets_of(TcpConnectionWriter().open(0))} == {None}


def test_addresses_that_cannot_talk() -> None:
    with pytest.raises(ValueError, match="IPv4"):
        TcpConnectionWriter(("10.0.0.5", 1), ("::1", 2))
    with pytest.raises(ValueError, match="nowhere"):
        TcpConnectionWriter(("nowhere", 1))


def test_nothing_to_say_is_no_packet() -> None:
    assert TcpConnectionWriter().say("device", b"", 0) == b""


@pytest.mark.parametrize("framing", Framing)
@pytest.mark.parametrize("rate", [2.0, math.inf])
def test_a_stream_holds_the_whole_conversation_in_order(framing: Framing, rate: float) -> None:
    turns = list(conversation(framing, 3, start=START, rate=rate))
    pieces = list(pcap_stream(turns, START))
    assert [due for due, _ in pieces] == sorted(due for due, _ in pieces)
    assert pieces[0][0] == 0.0
    assert pieces[-1][0] == pytest.approx(sum(turn.pause for turn in turns) + 0.002)
    data = b"".join(piece for _, piece in pieces)
    assert data.startswith(pcap_header())
    packets = packets_of(data[24:])
    times = [packet.time for packet in packets]
    assert times[0] == START_NS
    assert all(earlier < later for earlier, later in pairwise(times))
    for address, side in (("10.0.0.5", "device"), ("10.1.0.1", "lis")):
        heard = b"".join(packet.data for packet in packets if packet.source == address)
        assert heard == b"".join(turn.data for turn in turns if turn.side == side)


def test_a_piece_is_due_when_its_first_packet_is() -> None:
    pieces = list(pcap_stream(conversation(Framing.STX, 2, start=START, rate=1.0), START))
    for due, piece in pieces[1:]:
        assert packets_of(piece)[0].time == START_NS + round(due * 1e9)


def test_the_zone_of_the_start_counts() -> None:
    here = START.astimezone(timezone(timedelta(hours=2)))
    assert list(pcap_stream([], here)) == list(pcap_stream([], START))


def test_another_connection() -> None:
    writer = TcpConnectionWriter(("192.0.2.7", 50001), ("192.0.2.1", 4000))
    ((_, data), *_) = pcap_stream([], START, writer)
    assert packets_of(data[24:])[0].ports == (50001, 4000)


def test_the_sample_captures_are_what_the_command_makes(tmp_path: Path) -> None:
    paths = write_samples(tmp_path / "made")
    assert [path.name for path in paths] == ["mllp.pcap", "stx.pcap", "astm.pcap", "none.pcap"]
    for path in paths:
        assert path.read_bytes() == (CAPTURES / path.name).read_bytes(), path.name


def test_the_command_says_what_it_wrote_or_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / f"{framing.value}.pcap") for framing in Framing]
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert main([str(in_the_way)]) == 1
    assert str(in_the_way) in capsys.readouterr().err

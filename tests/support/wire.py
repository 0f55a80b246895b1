"""Packets made by hand: TCP segments of one connection as a pcap stream, in any order and cut."""

import ipaddress
import struct
from collections.abc import Iterable
from dataclasses import dataclass

DEVICE, LIS = ("10.0.0.5", 40001), ("10.1.0.1", 2575)
START = 1_795_255_200_000_000_000  # nanoseconds: 2026-11-21T10:00:00Z
MILLISECOND = 1_000_000
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


@dataclass(frozen=True)
class Segment:
    """One TCP segment. side 0 is the device."""

    side: int
    seq: int
    ack: int
    flags: int
    data: bytes = b""
    window: int = 65_535


@dataclass
class Talk:
    """Writes down a connection segment by segment, with the right numbers."""

    initial: tuple[int, int] = (1000, 9000)

    def __post_init__(self) -> None:
        self.next = list(self.initial)
        self.segments: list[Segment] = []

    def open(self) -> "Talk":
        self._add(0, SYN, after=1, with_ack=False)
        self._add(1, SYN, after=1)
        self._add(0, 0)
        return self

    def say(self, side: int, data: bytes, cut: int = 1460) -> "Talk":
        for at in range(0, len(data), cut):
            piece = data[at : at + cut]
            self._add(side, PSH, piece, after=len(piece))
        return self

    def acknowledge(self, side: int) -> "Talk":
        self._add(side, 0)
        return self

    def close(self) -> "Talk":
        self._add(0, FIN, after=1)
        self._add(1, FIN, after=1)
        self._add(0, 0)
        return self

    def reset(self, side: int) -> "Talk":
        self._add(side, RST)
        return self

    def _add(self, side: int, flags: int, data: bytes = b"", after: int = 0, with_ack: bool = True) -> None:
        flags |= ACK if with_ack else 0
        self.segments.append(Segment(side, self.next[side], self.next[1 - side] if with_ack else 0, flags, data))
        self.next[side] = (self.next[side] + after) % (1 << 32)


def conversation(*turns: tuple[int, bytes], cut: int = 1460, initial: tuple[int, int] = (1000, 9000)) -> Talk:
    """Opened, said, closed. initial: sequence numbers of both sides."""
    talk = Talk(initial).open()
    for side, data in turns:
        talk.say(side, data, cut)
    return talk.close()


def conversations(*talks: Iterable[tuple[int, bytes]]) -> list[Segment]:
    """One after the other between the same two ports, each on a connection of its own."""
    initials = ((1000 + number * 100_000, 9000 + number * 100_000) for number in range(len(talks)))
    made = (conversation(*turns, initial=initial) for turns, initial in zip(talks, initials, strict=True))
    return [segment for talk in made for segment in talk.segments]


def pcap(segments: list[Segment]) -> bytes:
    """The segments as a pcap file of Ethernet packets, a millisecond apart."""
    return pcap_header() + records(segments)


def records(segments: list[Segment], start: int = START) -> bytes:
    """The segments as pcap records, a millisecond apart; each has a number of its own, so that none is a copy."""
    times = range(start, start + len(segments) * MILLISECOND, MILLISECOND)
    return b"".join(
        record(packet(segment, number=time // MILLISECOND % 65_535 + 1), time)
        for segment, time in zip(segments, times, strict=True)
    )


def pcap_header(link: int = 1, order: str = "<", magic: int = 0xA1B23C4D, snap: int = 262_144) -> bytes:
    return struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)


def record(data: bytes, time: int, order: str = "<", wire: int | None = None, unit: int = 1) -> bytes:
    seconds, fraction = divmod(time, 1_000_000_000)
    return struct.pack(order + "IIII", seconds, fraction // unit, len(data), wire or len(data)) + data


def packet(
    segment: Segment,
    ends: tuple[tuple[str, int], tuple[str, int]] = (DEVICE, LIS),
    link: bytes = bytes(12),
    vlan: tuple[int, ...] = (),
    trailer: bytes = b"",
    with_type: bool = True,
    number: int = 1,
) -> bytes:
    """link: the bytes before the EtherType; vlan: tags; trailer: Ethernet padding; number: IPv4 identification."""
    source, target = ends[segment.side], ends[1 - segment.side]
    numbers = (source[1], target[1], segment.seq, segment.ack, 5 << 4, segment.flags, segment.window, 0, 0)
    tcp = struct.pack(">HHIIBBHHH", *numbers)
    payload = tcp + segment.data
    here, there = ipaddress.ip_address(source[0]), ipaddress.ip_address(target[0])
    if here.version == 4:
        kind = 0x0800
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), number, 0, 64, 6, 0) + here.packed + there.packed
    else:
        kind = 0x86DD
        ip = struct.pack(">IHBB", 6 << 28, len(payload), 6, 64) + here.packed + there.packed
    tags = b"".join(struct.pack(">HH", 0x8100, tag) for tag in vlan)
    return link + tags + (struct.pack(">H", kind) if with_type else b"") + ip + payload + trailer

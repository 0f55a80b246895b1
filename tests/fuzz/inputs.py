"""Captures as no network has ever seen them: conversations made of likely bytes, and then damaged on every floor.

Every input comes from a seed and a number alone, so that it can be made again:

    said       snippets of every protocol in any order, on some connections at once
    cut        into segments that are late, repeated, overlapping, forged, lost
    wrapped    in any link layer, tags, IPv4 or IPv6, a snap length
    written    as pcap or pcapng in either byte order
    damaged    in headers, in records, in the bytes of the file; spliced with another; parts repeated many times
"""

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from hl7capture.model.elements import Framing
from hl7capture.simulator import conversation as simulated
from tests.support.speech import ENQ, RECORDS, answer, astm_transfer, frame, mllp, oru, stx, stx_transfer
from tests.support.wire import START, Segment, Talk, packet, pcap_header, record

FOUND = Path(__file__).parent / "found"
LARGEST = 1 << 20  # bytes of an input

_SNIPPETS = (
    *(bytes((byte,)) for byte in b"\x0b\x1c\r\n\x05\x06\x15\x04\x02\x03\x17\x00|^\x1b\xff\x10\x16"),
    b"\x1c\r",
    b"\r\n",
    b"MSH|^~\\&|",
    b"MSH",
    b"FHS|^~\\&|A\r",
    b"\rMSA|AA|MSG00001\r",
    b"H|\\^&\r",
    b"L|1|N\r",
    b"\x021H|\\^&\r",
    b"x" * 30,
    b"x" * 300,
    b"\xef\xbb\xbf",
    b"GET /lab HTTP/1.1\r\nHost: lis\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x05\x01\x00",
    mllp(oru()),
    mllp(answer()),
    mllp(b"\x06"),
    mllp(b"\x15"),
    mllp(b""),
    mllp(oru().replace(b"2.5.1\r", b"2.5.1||||||UNICODE UTF-16\r", 1)),
    mllp(oru().replace(b"|^~\\&|", b"#*+?%#", 1)),
    stx(oru()),
    *(frame(number, record) for number, record in enumerate(RECORDS, 1)),
    frame(1, RECORDS[0][:5], last=False),
    frame(1, RECORDS[0])[:-4] + b"00\r\n",
    frame(1, RECORDS[0])[:-2],
)
_BEGINNINGS = (mllp(oru()), mllp(oru()), ENQ, ENQ, b"\x0b", frame(1, RECORDS[0]), stx(oru()), b"")
_ADDRESSES = (
    ("10.0.0.5", "10.1.0.1"),
    ("10.0.0.5", "10.0.0.5"),
    ("127.0.0.1", "127.0.0.1"),
    ("fd00::5", "fd00::1"),
    ("::ffff:10.0.0.5", "::ffff:10.1.0.1"),
    ("255.255.255.255", "0.0.0.0"),
)
# LINKTYPE_ value, the bytes before the network layer for IPv4 and IPv6 (None: it cannot be), an EtherType behind them?
_LINKS: tuple[tuple[int, bytes, bytes, bool], ...] = (
    (1, bytes(12), bytes(12), True),
    (101, b"", b"", False),
    (113, b"\0\0\0\1\0\6" + bytes(8), b"\0\0\0\1\0\6" + bytes(8), True),
    (0, struct.pack("<I", 2), struct.pack("<I", 24), False),
    (108, struct.pack(">I", 2), struct.pack(">I", 30), False),
    (276, b"\x08\x00" + bytes(18), b"\x86\xdd" + bytes(18), False),
    (147, b"", b"", False),
)
_INTERESTING = (0, 1, 2, 3, 4, 7, 8, 15, 16, 20, 40, 60, 127, 128, 255, 256, 0x0800, 0x7FFF, 0x8000, 0x8100, 0xFFFF)
_INTERESTING_LONG = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, 1 << 24, (1 << 24) + 1, 65_536)
_SECOND = 1_000_000_000


@dataclass(frozen=True)
class _Packet:
    """A packet in the capture. wire: its length on the wire, where that is more than `data`."""

    data: bytes
    time: int
    wire: int | None = None


def make(seed: int, number: int) -> bytes:
    """The input of this number: a capture, more or less."""
    chance = random.Random(f"{seed}/{number}")
    data = _capture(chance)
    if chance.random() < 0.2:
        data = _splice(chance, data, _capture(chance))
    if chance.random() < 0.15:
        data = chance.choice(_known())[:LARGEST]
    if chance.random() < 0.45:
        data = _damaged_bytes(chance, data)
    if chance.random() < 0.02:
        data = _repeated(chance, data)
    return data[:LARGEST]


# -- what is said --------------------------------------------------------------------------------------------------


def _turns(chance: random.Random) -> list[tuple[int, bytes]]:
    kind = chance.random()
    if kind < 0.15:
        start = datetime(2026, 11, 21, 10, tzinfo=UTC)
        framing = chance.choice(list(Framing))
        made = simulated.conversation(framing, chance.randint(1, 3), seed=chance.randint(0, 9), start=start, rate=100)
        return [(0 if turn.side == "device" else 1, turn.data) for turn in made]
    if kind < 0.3:
        return chance.choice((astm_transfer(), stx_transfer(oru()), [(0, mllp(oru())), (1, mllp(answer()))])) * 2
    turns = [
        (chance.randint(0, 1), b"".join(chance.choices(_SNIPPETS, k=chance.randint(1, 5))))
        for _ in range(chance.randint(1, 12))
    ]
    turns[0] = (0, chance.choice(_BEGINNINGS) + turns[0][1])
    if chance.random() < 0.5:
        turns.insert(1, (1, chance.choice((b"\x06", b"\x15", mllp(answer())))))
    return turns


# -- segments ------------------------------------------------------------------------------------------------------


def _segments(chance: random.Random) -> list[Segment]:
    initial = chance.choice(((1000, 9000), (2**32 - 60, 2**32 - 20), (chance.getrandbits(32), chance.getrandbits(32))))
    talk = Talk(initial)
    if chance.random() < 0.85:
        talk.open()
    cut = chance.choice((1, 2, 7, 60, 536, 1460, 1460, 1460))
    for side, data in _turns(chance):
        talk.say(side, data[: 400 * cut], cut)
        if chance.random() < 0.3:
            talk.acknowledge(1 - side)
    ending = chance.random()
    if ending < 0.6:
        talk.close()
    elif ending < 0.75:
        talk.reset(chance.randint(0, 1))
    segments = talk.segments
    for disturb in chance.choices(_DISTURBANCES, k=chance.choice((0, 0, 1, 1, 2, 4, 8))):
        if segments:
            segments = disturb(chance, segments)
    return segments


def _late(chance: random.Random, segments: list[Segment]) -> list[Segment]:
    moved = segments.pop(chance.randrange(len(segments)))
    segments.insert(chance.randint(0, len(segments)), moved)
    return segments


def _again(chance: random.Random, segments: list[Segment]) -> list[Segment]:
    segments.insert(chance.randint(0, len(segments)), chance.choice(segments))
    return segments


def _lost(chance: random.Random, segments: list[Segment]) -> list[Segment]:
    at = chance.randrange(len(segments))
    return segments[:at] + segments[at + chance.choice((1, 1, 2, 5)) :]


def _forged(chance: random.Random, segments: list[Segment]) -> list[Segment]:
    """One like another, but with something of its own."""
    segment = chance.choice(segments)
    change: dict[str, object] = chance.choice(
        (
            {"flags": chance.getrandbits(8)},
            {"flags": segment.flags | chance.choice((1, 2, 4))},
            {"seq": (segment.seq + chance.choice((-1, 1, -30, 30, 1 << 16, 1 << 31))) % (1 << 32)},
            {"seq": chance.getrandbits(32)},
            {"ack": (segment.ack + chance.choice((-1, 1, 60, 5000, 1 << 31))) % (1 << 32)},
            {"data": b"".join(chance.choices(_SNIPPETS, k=2))},
            {"data": segment.data[: chance.randint(0, 20)]},
            {"data": segment.data + chance.choice(_SNIPPETS)},
            {"side": 1 - segment.side},
        )
    )
    segments.insert(chance.randint(0, len(segments)), replace(segment, **change))  # type: ignore[arg-type]
    return segments


def _overlapping(chance: random.Random, segments: list[Segment]) -> list[Segment]:
    at = chance.randrange(len(segments))
    first = segments[at]
    if first.data:
        start = chance.randrange(len(first.data))
        joined = first.data + (segments[at + 1].data if at + 1 < len(segments) else b"")
        piece = replace(first, seq=(first.seq + start) % (1 << 32), data=joined[start:])
        segments.insert(chance.randint(0, len(segments)), piece)
    return segments


def _keep_alive(chance: random.Random, segments: list[Segment]) -> list[Segment]:
    at = chance.randrange(len(segments))
    segments.insert(at, replace(segments[at], seq=(segments[at].seq - 1) % (1 << 32), data=b"\0"))
    return segments


def _shuffled(chance: random.Random, segments: list[Segment]) -> list[Segment]:
    at = chance.randrange(len(segments))
    some = segments[at : at + 10]
    chance.shuffle(some)
    return segments[:at] + some + segments[at + 10 :]


def _cut_ends(chance: random.Random, segments: list[Segment]) -> list[Segment]:
    return segments[chance.randint(0, len(segments) // 2) : chance.randint(len(segments) // 2, len(segments))]


_DISTURBANCES: tuple[Callable[[random.Random, list[Segment]], list[Segment]], ...] = (
    *(_late, _again, _lost, _forged, _overlapping, _keep_alive, _shuffled, _cut_ends),
)


# -- packets and files ---------------------------------------------------------------------------------------------


def _capture(chance: random.Random) -> bytes:
    """Some connections, mixed, as a file."""
    link, before4, before6, has_type = chance.choice(_LINKS[:1] * 6 + _LINKS)
    queues = []
    for number in range(chance.choice((1, 1, 1, 2, 5))):
        device, lis = chance.choice(_ADDRESSES)
        port = chance.choice((40_001, 40_001 + number, 2575))
        is_v6 = ":" in device
        tags = chance.choice(((), (), (), (5,), (5, 7), (1, 2, 3, 4, 5))) if has_type else ()
        trailer = chance.choice((b"", b"", bytes(6), b"\x05\x06\x04"))
        queues.append(
            [
                packet(
                    segment,
                    ((device, port), (lis, 2575)),
                    before6 if is_v6 else before4,
                    tags,
                    trailer,
                    has_type,
                )
                for segment in _segments(chance)
            ]
        )
    packets = _clocked(chance, _mixed(chance, queues))
    if chance.random() < 0.3:
        packets = [_damaged_packet(chance, one) if chance.random() < 0.1 else one for one in packets]
    write = chance.choice((_pcap, _pcap, _pcapng))
    return write(chance, packets, link)


def _mixed(chance: random.Random, queues: list[list[bytes]]) -> list[bytes]:
    mixed: list[bytes] = []
    queues = [queue for queue in queues if queue]
    while queues:
        queue = chance.choice(queues)
        taken = chance.randint(1, 10)
        mixed += queue[:taken]
        del queue[:taken]
        queues = [queue for queue in queues if queue]
    return mixed


def _clocked(chance: random.Random, packets: list[bytes]) -> list[_Packet]:
    """Mostly a millisecond apart, now and then a pause; some clocks stand still or step back a little."""
    step = chance.choice((1_000_000, 1_000_000, 1000, 0, 40 * _SECOND))
    time = START
    clocked = []
    for data in packets:
        if chance.random() < 0.03:
            time += chance.choice((29, 31, 599, 601, 86_400)) * _SECOND
        clocked.append(_Packet(data, time - (chance.choice((0, 300_000, 900_000)) if step == 1_000_000 else 0)))
        time += step
    return clocked


def _damaged_packet(chance: random.Random, one: _Packet) -> _Packet:
    data = bytearray(one.data)
    kind = chance.random()
    if kind < 0.25:  # the snap length
        return replace(one, data=one.data[: chance.randint(0, len(data))], wire=len(data))
    if kind < 0.35:  # damaged wire length
        return replace(one, wire=chance.choice(_INTERESTING_LONG))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(min(len(data), 80)) if data else 0
        if len(data) >= at + 2 and chance.random() < 0.5:
            struct.pack_into(">H", data, at, chance.choice(_INTERESTING))
        elif data:
            data[at] = chance.choice((chance.getrandbits(8), data[at] ^ 1 << chance.randrange(8)))
    return replace(one, data=bytes(data))


def _pcap(chance: random.Random, packets: list[_Packet], link: int) -> bytes:
    order = chance.choice("<<<>")
    magic, unit = chance.choice(((0xA1B23C4D, 1), (0xA1B2C3D4, 1000)))
    return pcap_header(link, order, magic) + b"".join(
        record(one.data, one.time, order, one.wire, unit) for one in packets
    )


def _pcapng(chance: random.Random, packets: list[_Packet], link: int) -> bytes:
    """Sections, interfaces of several resolutions, enhanced, simple and old packet blocks, and blocks to pass over."""
    order = chance.choice("<<<>")

    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)

    def option(code: int, value: bytes) -> bytes:
        return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)

    def head(resolution: int) -> bytes:
        section = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
        options = option(9, bytes((resolution,)))
        if chance.random() < 0.1:
            options += option(14, struct.pack(order + "q", chance.choice((0, 3600, -3600))))
        return section + block(1, struct.pack(order + "HHI", link, 0, 262_144) + options + option(0, b""))

    resolution = chance.choice((6, 6, 9, 3, 0x80 | 20))
    units = 1 << (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    made = [head(resolution)]
    for one in packets:
        stamp = one.time * units // _SECOND
        wire = one.wire or len(one.data)
        kind = chance.random()
        if kind < 0.94:
            sizes = struct.pack(order + "IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(one.data), wire)
            made.append(block(6, sizes + one.data))
        elif kind < 0.96:
            sizes = struct.pack(order + "HHIIII", 0, 0, stamp >> 32, stamp & 0xFFFFFFFF, len(one.data), wire)
            made.append(block(2, sizes + one.data))
        elif kind < 0.98:
            made.append(block(5, bytes(12)))  # interface statistics
            made.append(block(6, struct.pack(order + "IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, 0, 0)))
        elif kind < 0.99:
            made.append(block(3, struct.pack(order + "I", wire) + one.data))
        else:
            made.append(head(resolution))
    return b"".join(made)


def _known() -> list[bytes]:
    """What failed before, and the captures of real programs."""
    folders = (FOUND, Path(__file__).parents[1] / "corpus")
    return [path.read_bytes() for folder in folders for path in sorted(folder.glob("**/*.pcap*"))] or [b""]


# -- the bytes of the file -----------------------------------------------------------------------------------------


def _damaged_bytes(chance: random.Random, data: bytes) -> bytes:
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if not made:
            break
        # Headers stand at the beginning; elsewhere anything is met.
        at = chance.randrange(min(len(made), 120) if chance.random() < 0.3 else len(made))
        match chance.randrange(8):
            case 0:
                made[at] ^= 1 << chance.randrange(8)
            case 1:
                made[at] = chance.getrandbits(8)
            case 2 if at + 4 <= len(made):
                struct.pack_into(chance.choice("<>") + "I", made, at, chance.choice(_INTERESTING_LONG))
            case 3 if at + 2 <= len(made):
                struct.pack_into(chance.choice("<>") + "H", made, at, chance.choice(_INTERESTING))
            case 4:
                del made[at : at + chance.choice((1, 2, 4, 16, 100, 1000))]
            case 5:
                made[at:at] = chance.choice(_SNIPPETS)
            case 6:
                made[at:at] = made[at : at + chance.choice((1, 4, 16, 100, 1000))]
            case _:
                if chance.random() < 0.2:
                    del made[at:]
    return bytes(made)


def _splice(chance: random.Random, one: bytes, other: bytes) -> bytes:
    """The beginning of one, and the end of another, which need not fit."""
    if chance.random() < 0.4:
        return one + other[24:]
    return one[: chance.randint(0, len(one))] + other[chance.randint(0, len(other)) :]


def _repeated(chance: random.Random, data: bytes) -> bytes:
    """A part of it very often: what grows faster than the input shows."""
    at = chance.randrange(24, max(len(data), 25))
    part = data[at : at + chance.choice((1, 16, 100, 2000))]
    times = chance.choice((100, 1000, 10_000))
    return data[:at] + part * min(times, LARGEST // max(len(part), 1)) + data[at:]

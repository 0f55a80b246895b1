"""Large captures, made fast: MLLP results and their ACKs on many connections, column by column with NumPy.

What a packet looks like is known from `hl7capture.wire.tcp_writer`; here thousands of packets of one shape are
filled in at once. The same plan makes the same bytes. Every message has a control id of its own, its running number
in ten digits, so that whoever reads the capture can be asked for every one of them.

    python -m tests.benchmarks.captures FILE --megabytes 100

A process of its own makes the captures for the benchmarks: what a large process starts is born with that one's peak
memory.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hl7capture.simulator.messages import oru
from hl7capture.wire.tcp_writer import pcap_header

Rows = NDArray[Any]  # packets of one shape, a structured array of `_packet`
Numbers = NDArray[np.int64]
Octets = NDArray[np.uint8]

SEGMENT = 1448  # bytes of data: Ethernet's 1500 less IPv4's 20 and TCP's 32 with time stamps (RFC 7323)
LIS_PORT = 2575
START = 1_795_255_200_000_000_000  # nanoseconds: 2026-11-21T10:00:00Z
STEP = 20_000  # nanoseconds from a packet to the next of the same exchange
ROUND = 25_000_000  # nanoseconds in which every connection says one message
_ID = b"0000000000"
_VARIANTS = 16
_BLOCK = 5_000  # exchanges that are made at once
_DEVICE_MAC, _LIS_MAC = bytes.fromhex("020000000005"), bytes.fromhex("020000000001")
_FIN, _SYN, _PSH, _ACK = 1, 2, 8, 16


@dataclass(frozen=True)
class Plan:
    """What to make.

    messages: results in all; every connection gets the same number, at least one. size: bytes of a message, without
    framing. reordered, duplicated: which part of the packets comes one place late in its connection, or twice.
    """

    messages: int
    connections: int = 50
    size: int = 2000
    reordered: float = 0.0
    duplicated: float = 0.0

    @property
    def rounds(self) -> int:
        return max(1, self.messages // self.connections)

    @property
    def made(self) -> int:
        """Results that there will be, each with its ACK."""
        return self.rounds * self.connections


def messages_in(megabytes: float, size: int = 2000) -> int:
    """How many messages of `size` bytes make a capture so large."""
    exchange = _Exchange(size)
    return int(megabytes * 1_000_000 / sum(82 + len(data) for _, data in exchange.packets))


def write_capture(path: Path, plan: Plan) -> None:
    """Writes the planned capture. Packets of different connections stand mixed, as their times want it."""
    chance = np.random.default_rng(20261121)
    exchange = _Exchange(plan.size)
    ends = _Ends(plan.connections, chance)
    with path.open("wb") as file:
        file.write(pcap_header())
        file.write(_in_order(_opening(ends)))
        at_once = max(1, _BLOCK // plan.connections)
        for first in range(0, plan.rounds, at_once):
            rounds = np.arange(first, min(first + at_once, plan.rounds))
            file.write(_in_order(_disturbed(exchange.rows(ends, rounds, chance), plan, chance)))
        file.write(_in_order(_closing(ends, exchange, plan.rounds)))


def write_large_messages(path: Path, size: int, segment: int, count: int) -> None:
    """One connection with `count` messages of `size` bytes, each in segments of `segment` bytes and with its ACK.

    The LIS acknowledges every segment, as it does where segments come slowly.
    """
    ends = _Ends(1, np.random.default_rng(20261121))
    text, reply = b"\x0b" + _text(0, size) + b"\x1c\r", _answer()
    time = START + ROUND
    with path.open("wb") as file:
        file.write(pcap_header())
        file.write(_in_order(_opening(ends)))
        for number in range(count):
            identity = b"%010d" % number
            data = np.frombuffer(text.replace(_ID, identity, 1), np.uint8)
            answer = np.frombuffer(reply.replace(_ID, identity), np.uint8)
            said_before, heard_before = number * len(data), number * len(answer)
            for rows in _in_segments(data, segment):
                file.write(_in_order(_said_and_acknowledged(ends, rows, said_before, heard_before, time)))
                said_before += rows.size
                time += len(rows) * 2 * STEP
            said = _rows(ends, np.zeros(1, np.int64), 1, len(answer), _ACK | _PSH)
            said["data"] = answer
            _move_on(said, heard_before, said_before)
            file.write(_in_order([_timed(said, np.array([time]))]))
            time += ROUND
        file.write(_in_order(_closing_rows(ends, count * len(data), count * len(answer), time)))


def _in_segments(data: Octets, segment: int) -> Iterator[Octets]:
    """The data, a row for each segment; not all at once, and the last segment by itself where it is shorter."""
    whole = len(data) // segment * segment
    for first in range(0, whole, 100_000 * segment):
        yield data[first : min(first + 100_000 * segment, whole)].reshape(-1, segment)
    if whole < len(data):
        yield data[whole:].reshape(1, -1)


def _said_and_acknowledged(
    ends: "_Ends", data: Octets, said_before: int, heard_before: int, begin: int
) -> list[tuple[Rows, Numbers]]:
    """The device's segments, a row of `data` each, and the LIS's answer to each."""
    connection, number = np.zeros(len(data), np.int64), np.arange(len(data))
    said = _rows(ends, connection, 0, data.shape[1], _ACK)
    said["data"] = data
    _move_on(said, said_before + number * data.shape[1], heard_before)
    heard = _rows(ends, connection, 1, 0, _ACK)
    _move_on(heard, heard_before, said_before + (number + 1) * data.shape[1])
    time = begin + number * 2 * STEP
    return [_timed(said, time), _timed(heard, time + STEP)]


# -- what is said --------------------------------------------------------------------------------------------------


class _Exchange:
    """One message and its ACK, as packets: (side, data), the device is side 0."""

    def __init__(self, size: int) -> None:
        self.texts = [b"\x0b" + _text(variant, size) + b"\x1c\r" for variant in range(_VARIANTS)]
        self.answer = _answer()
        self.length = len(self.texts[0])
        said = self.texts[0]
        pieces = [said[at : at + SEGMENT] for at in range(0, self.length, SEGMENT)]
        self.packets: list[tuple[int, bytes]] = [(0, piece) for piece in pieces]
        self.packets += [(1, b""), (1, self.answer), (0, b"")]

    def rows(self, ends: "_Ends", rounds: Numbers, chance: np.random.Generator) -> list[tuple[Rows, Numbers]]:
        """All packets of some rounds with their times, one entry for each place in the exchange."""
        connection = np.tile(np.arange(ends.count), len(rounds))
        number = np.repeat(rounds, ends.count)
        identity = number * ends.count + connection
        digits = (identity[:, None] // 10 ** np.arange(len(_ID) - 1, -1, -1) % 10 + ord("0")).astype(np.uint8)
        time = START + (number + 1) * ROUND + chance.integers(0, ROUND - 2 * len(self.packets) * STEP, len(number))
        said_before, heard_before = number * self.length, number * len(self.answer)
        texts = np.frombuffer(b"".join(self.texts), np.uint8).reshape(_VARIANTS, -1)[identity % _VARIANTS].copy()
        at = self.texts[0].index(_ID)
        texts[:, at : at + len(_ID)] = digits
        answers = np.tile(np.frombuffer(self.answer, np.uint8), (len(number), 1))
        for at in (self.answer.index(_ID), self.answer.rindex(_ID)):
            answers[:, at : at + len(_ID)] = digits
        found = []
        said, heard = 0, 0
        for place, (side, data) in enumerate(self.packets):
            flags = _ACK | _PSH if data and (side == 1 or said + len(data) == self.length) else _ACK
            rows = _rows(ends, connection, side, len(data), flags)
            if data and side == 0:
                rows["data"] = texts[:, said : said + len(data)]
            elif data:
                rows["data"] = answers
            mine, others = (
                (said_before + said, heard_before + heard) if side == 0 else (heard_before + heard, said_before + said)
            )
            _move_on(rows, mine, others)
            rows["identification"] = number * len(self.packets) + place
            found.append(_timed(rows, time + place * STEP))
            said, heard = (said + len(data), heard) if side == 0 else (said, heard + len(data))
        return found


def _text(variant: int, size: int) -> bytes:
    """A result of the simulator, made `size` bytes long by further results or a note; its control id is _ID."""
    when = datetime(2026, 11, 21, 10, tzinfo=UTC)
    segments = oru(variant + 1, when, Random(variant)).rstrip(b"\r").split(b"\r")
    fields = segments[0].split(b"|")
    fields[9] = _ID
    kept = b"|".join(fields) + b"\r"
    results = [segment for segment in segments if segment.startswith(b"OBX")]
    again = b"\r".join(results) + b"\r"
    for segment in segments[1:]:
        if len(kept) + len(segment) + 1 > size - 8:
            break
        kept += segment + b"\r"
    kept += again * max(0, (size - len(kept)) // len(again) - 1)
    return kept + b"NTE|1||" + b"x" * (size - len(kept) - 8) + b"\r"


def _answer() -> bytes:
    return (
        b"\x0bMSH|^~\\&|SIM-LIS|SIM-HOSPITAL|SIM-ANALYZER|SIM-LAB|20261121100000||ACK^R01^ACK|" + _ID + b"|T|2.5.1\r"
        b"MSA|AA|" + _ID + b"\r\x1c\r"
    )


# -- packets -------------------------------------------------------------------------------------------------------


class _Ends:
    """The two ends of every connection, as columns with one row per connection."""

    def __init__(self, count: int, chance: np.random.Generator) -> None:
        self.count = count
        number = np.arange(count)
        self.address = np.stack((0x0A000001 + number, np.full(count, 0x0A010001)))  # 10.0.0.1 …, 10.1.0.1
        self.port = np.stack((40_001 + number % 20_000, np.full(count, LIS_PORT)))
        self.initial = chance.integers(0, 1 << 32, (2, count))
        self.clock = chance.integers(0, 1 << 31, (2, count))  # of the time stamps, milliseconds


def _packet(size: int) -> np.dtype[Any]:
    """A pcap record: header, Ethernet, IPv4 without options, TCP with time stamps, `size` bytes of data."""
    return np.dtype(
        [
            ("seconds", "<u4"), ("nanoseconds", "<u4"), ("captured", "<u4"), ("wire", "<u4"),
            ("macs", "V12"), ("type", ">u2"),
            ("version", "u1"), ("service", "u1"), ("total", ">u2"), ("identification", ">u2"), ("fragment", ">u2"),
            ("ttl", "u1"), ("protocol", "u1"), ("header_sum", ">u2"), ("source", ">u4"), ("target", ">u4"),
            ("source_port", ">u2"), ("target_port", ">u2"), ("sequence", ">u4"), ("acknowledgement", ">u4"),
            ("offset", "u1"), ("flags", "u1"), ("window", ">u2"), ("sum", ">u2"), ("urgent", ">u2"),
            ("options", ">u4"), ("stamp", ">u4"), ("echo", ">u4"),
            ("data", "u1", (size,)),
        ]
    )  # fmt: skip


def _rows(ends: _Ends, connection: Numbers, side: int, size: int, flags: int) -> Rows:
    """Packets of one side, at the very beginning of their connections: sequence numbers want to be moved on."""
    rows = np.zeros(len(connection), _packet(size))
    rows["captured"] = rows["wire"] = 66 + size
    rows["macs"] = np.void(_LIS_MAC + _DEVICE_MAC if side == 0 else _DEVICE_MAC + _LIS_MAC)
    rows["type"], rows["version"], rows["total"], rows["fragment"] = 0x0800, 0x45, 52 + size, 0x4000
    rows["ttl"], rows["protocol"] = 64, 6
    rows["source"], rows["target"] = ends.address[side][connection], ends.address[1 - side][connection]
    rows["source_port"], rows["target_port"] = ends.port[side][connection], ends.port[1 - side][connection]
    rows["sequence"] = ends.initial[side][connection] + 1
    rows["acknowledgement"] = ends.initial[1 - side][connection] + 1
    rows["offset"], rows["flags"], rows["window"] = 8 << 4, flags, 64_240
    rows["options"] = 0x0101080A  # NOP, NOP, time stamps of 10 bytes (RFC 7323 §3.2)
    rows["stamp"], rows["echo"] = ends.clock[side][connection], ends.clock[1 - side][connection]
    return rows


def _move_on(rows: Rows, said: Numbers | int, heard: Numbers | int) -> None:
    """So many bytes of the sender, and of the other side, came before."""
    for column, by in (("sequence", said), ("acknowledgement", heard)):
        rows[column] = (rows[column].astype(np.int64) + by) % (1 << 32)


def _timed(rows: Rows, time: Numbers) -> tuple[Rows, Numbers]:
    """The rows with time stamps and, for now nothing more changes, with checksums (RFC 1071)."""
    rows["stamp"] += ((time - START) // 1_000_000).astype(np.uint32)
    rows["echo"] += ((time - START) // 1_000_000).astype(np.uint32)
    octets = rows.view(np.uint8).reshape(len(rows), -1)
    rows["header_sum"] = _checksum(octets[:, 30:50])
    size = octets.shape[1] - 50
    pseudo = np.full(len(rows), 6 + size, np.int64) + _words(octets[:, 42:50])
    rows["sum"] = _checksum(octets[:, 50:], pseudo)
    return rows, time


def _words(octets: Octets) -> Numbers:
    """The sum of each row's 16-bit words."""
    even = octets[:, 0::2].sum(axis=1, dtype=np.int64)
    return even * 256 + octets[:, 1::2].sum(axis=1, dtype=np.int64)


def _checksum(octets: Octets, more: Numbers | int = 0) -> Numbers:
    total = _words(octets) + more
    for _ in range(3):
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _opening(ends: _Ends) -> list[tuple[Rows, Numbers]]:
    """The handshakes (RFC 9293 §3.5)."""
    every = np.arange(ends.count)
    begin = START + every * 3 * STEP
    first = _rows(ends, every, 0, 0, _SYN)
    second = _rows(ends, every, 1, 0, _SYN | _ACK)
    _move_on(first, -1, 0)
    first["acknowledgement"] = 0
    _move_on(second, -1, 0)
    third = _rows(ends, every, 0, 0, _ACK)
    return [_timed(rows, begin + place * STEP) for place, rows in enumerate((first, second, third))]


def _closing(ends: _Ends, exchange: _Exchange, rounds: int) -> list[tuple[Rows, Numbers]]:
    return _closing_rows(ends, rounds * exchange.length, rounds * len(exchange.answer), START + (rounds + 2) * ROUND)


def _closing_rows(ends: _Ends, said: int, heard: int, begin: int) -> list[tuple[Rows, Numbers]]:
    """The device closes, then the LIS (RFC 9293 §3.6)."""
    every = np.arange(ends.count)
    packets = []
    for place, (side, flags, mine, others) in enumerate(
        ((0, _FIN | _ACK, said, heard), (1, _FIN | _ACK, heard, said + 1), (0, _ACK, said + 1, heard + 1))
    ):
        rows = _rows(ends, every, side, 0, flags)
        _move_on(rows, mine, others)
        packets.append(_timed(rows, begin + every * 3 * STEP + place * STEP))
    return packets


# -- the order of the packets --------------------------------------------------------------------------------------


def _disturbed(
    packets: list[tuple[Rows, Numbers]], plan: Plan, chance: np.random.Generator
) -> Iterator[tuple[Rows, Numbers]]:
    """Some packets behind their next one, some twice."""
    late = plan.reordered * len(packets) / (len(packets) - 1)  # the last of an exchange stays where it is
    for place, (rows, time) in enumerate(packets):
        moved = chance.random(len(rows)) < (late if place < len(packets) - 1 else 0)
        time = time + moved * (STEP * 3 // 2)
        yield rows, time
        twice = np.flatnonzero(chance.random(len(rows)) < plan.duplicated)
        if len(twice):
            yield rows[twice], time[twice] + STEP // 4


def _in_order(packets: Iterator[tuple[Rows, Numbers]] | list[tuple[Rows, Numbers]]) -> bytes:
    """The records in the order of their times."""
    records: list[memoryview] = []
    times = []
    for rows, time in packets:
        rows["seconds"], rows["nanoseconds"] = time // 1_000_000_000, time % 1_000_000_000
        octets = memoryview(rows.tobytes())
        size = rows.dtype.itemsize
        records += [octets[at : at + size] for at in range(0, len(octets), size)]
        times.append(time)
    order = np.argsort(np.concatenate(times), kind="stable")
    return b"".join([records[at] for at in order.tolist()])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.captures", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--messages", type=int, help="in place of --megabytes")
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--size", type=int, default=2000, help="bytes of a message")
    parser.add_argument("--reordered", type=float, default=0.0)
    parser.add_argument("--duplicated", type=float, default=0.0)
    parser.add_argument("--segment", type=int, metavar="BYTES", help="--messages on one connection, in such segments")
    given = parser.parse_args()
    if given.segment:
        write_large_messages(given.file, given.size, given.segment, given.messages or 1)
        return
    messages = given.messages or messages_in(given.megabytes, given.size)
    write_capture(given.file, Plan(messages, given.connections, given.size, given.reordered, given.duplicated))


if __name__ == "__main__":
    main()

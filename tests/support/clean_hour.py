"""An hour of clean mixed traffic as packets: several devices at once, as TCP really cuts and acknowledges."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from hl7capture.wire.tcp_writer import Side, TcpConnectionWriter, pcap_header
from tests.support import clean_talk
from tests.support.clean_talk import Clock, Script

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
_KEEP_ALIVE = 45.0  # seconds
_PSH, _ACK = 8, 16


class LivelyWriter(TcpConnectionWriter):
    """Cuts what is said anywhere, and acknowledges late: often only with what the other side says next."""

    def __init__(self, device: tuple[str, int], lis: tuple[str, int], rng: Random, *, vlan: int | None = None) -> None:
        super().__init__(device, lis, vlan=vlan, initial=(rng.getrandbits(32), rng.getrandbits(32)))
        self._rng = rng

    def say(self, side: Side, data: bytes, time: int) -> bytes:
        packets = []
        at = 0
        while at < len(data):
            size = self._rng.choice((1, 20, 536, 1440, 1440, 1440, 1440, 1440))
            piece, at = data[at : at + size], at + size
            packets.append(self._segment(side, _PSH | _ACK if at >= len(data) else _ACK, piece))
            if self._rng.random() < 0.3:
                packets.append(self._segment(clean_talk.other(side), _ACK))
        return self._records(time, packets)

    def keep_alive(self, side: Side, time: int) -> bytes:
        """RFC 1122 §4.2.3.6: the byte before the next one, or none, and what is answered to it."""
        self._next[side] = (self._next[side] - 1) % (1 << 32)
        garbage = b"\0" * self._rng.randint(0, 1)
        probe = self._segment(side, _ACK, garbage)
        self._next[side] = (self._next[side] + 1 - len(garbage)) % (1 << 32)
        return self._records(time, [probe, self._segment(clean_talk.other(side), _ACK)])


@dataclass(frozen=True)
class Device:
    """script, pause: what it says, and seconds between two messages, about. lasts, rests: seconds that a connection
    stands, and that there is none."""

    address: str
    script: Script
    pause: float
    lasts: float = 3600.0
    rests: float = 10.0
    lis: tuple[str, int] = ("10.1.0.1", 2575)
    vlan: int | None = None


DEVICES = (
    Device("10.0.0.11", clean_talk.original, 1.0),  # a session rolls over
    Device("10.0.0.12", clean_talk.original, 5.0, lasts=4.0),  # about a message for each connection
    Device("10.0.0.13", clean_talk.enhanced, 40.0),
    Device("10.0.0.14", clean_talk.both_ways, 6.0, lasts=600.0),
    Device("10.0.0.15", clean_talk.large, 60.0, lasts=900.0),
    Device("10.0.0.16", clean_talk.stx, 15.0),
    Device("10.0.0.17", clean_talk.astm, 20.0, lasts=1200.0, lis=("10.1.0.2", 4000)),
    Device("10.0.0.18", clean_talk.pipelined, 20.0, lasts=300.0, vlan=12),
    Device("10.0.0.19", clean_talk.commits, 25.0),
    Device("10.0.0.20", clean_talk.astm, 300.0),
    Device("2001:db8::21", clean_talk.original, 90.0, lis=("2001:db8::1", 2575)),
)


def clean_hour(seed: int, *devices: Device, seconds: float = 3600.0) -> Iterator[bytes]:
    """Pieces of the capture of all devices together; the same seed makes the same bytes."""
    yield pcap_header()
    streams = [_of_device(device, seed * 100 + number, seconds) for number, device in enumerate(devices or DEVICES, 1)]
    for _, data in heapq.merge(*streams, key=lambda piece: piece[0]):
        yield data


def _of_device(device: Device, seed: int, seconds: float) -> Iterator[tuple[int, bytes]]:
    """Its connections, one after the other; times in nanoseconds."""
    rng = Random(seed)
    clock = Clock(START, seed)
    clock.passed = rng.uniform(0, 5)
    port = 40_000
    while clock.passed < seconds:
        port += 1
        writer = LivelyWriter((device.address, port), device.lis, rng, vlan=device.vlan)
        end = min(clock.passed + device.lasts, seconds)
        yield _now(clock), writer.open(_now(clock))
        is_first = True
        while is_first or clock.passed < end:
            for turn in device.script(clock, device.pause):
                yield from _keep_alives(writer, clock.passed - turn.pause, clock.passed, rng)
                yield _now(clock), writer.say(turn.side, turn.data, _now(clock))
            is_first = False
        clock.passed += 0.5
        yield _now(clock), writer.close(_now(clock))
        clock.passed += rng.uniform(0.5, device.rests)


def _keep_alives(writer: LivelyWriter, begin: float, end: float, rng: Random) -> Iterator[tuple[int, bytes]]:
    moment = begin + _KEEP_ALIVE
    while moment < end:
        time = _nanoseconds(moment)
        yield time, writer.keep_alive(rng.choice(("device", "lis")), time)
        moment += _KEEP_ALIVE


def _now(clock: Clock) -> int:
    return _nanoseconds(clock.passed)


def _nanoseconds(passed: float) -> int:
    return (START + timedelta(seconds=passed) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000

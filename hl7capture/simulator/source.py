"""A source for trying the program without a device, and without the right to capture: three simulated analyzers."""

import heapq
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hl7capture.model.elements import Framing
from hl7capture.model.source import SourceState
from hl7capture.simulator.conversation import conversation
from hl7capture.simulator.packets import pcap_stream
from hl7capture.wire.tcp_writer import LIS, TcpConnectionWriter, pcap_header

_MESSAGES, _RATE = 3, 0.5  # of one connection; per second
_ROUND_SECONDS = 8.0  # from the beginning of one connection to the beginning of the next
_PATIENCE = 0.1  # seconds


@dataclass(slots=True, frozen=True)
class _Analyzer:
    framing: Framing
    address: str
    delay: float  # seconds until it connects for the first time


_ANALYZERS = (
    _Analyzer(Framing.MLLP, "10.0.0.5", 0.2),
    _Analyzer(Framing.ASTM, "10.0.0.6", 1.3),
    _Analyzer(Framing.STX, "10.0.0.7", 2.6),
)


class SimulatedSource:
    """A capture of simulated analyzers that talk to a LIS, made as time passes, until `stop`."""

    name = "simulation"
    is_live = True

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._pieces: Iterator[tuple[float, bytes]] = iter(())
        self._next: tuple[float, bytes] = (math.inf, b"")
        self._began = 0.0
        self._received = 0

    @property
    def state(self) -> SourceState:
        return SourceState(received=self._received, dropped=0)

    def open(self) -> None:
        """Begins now."""
        start = datetime.now(UTC)
        self._began = time.monotonic()
        self._pieces = heapq.merge(
            *(_connections(analyzer, start) for analyzer in _ANALYZERS), key=lambda piece: piece[0]
        )
        self._next = (0.0, pcap_header())

    def read(self) -> bytes | None:
        """See Source.read."""
        if self._stopped.is_set():
            return None
        elapsed = time.monotonic() - self._began
        if self._next[0] > elapsed:
            self._stopped.wait(min(_PATIENCE, self._next[0] - elapsed))
            return b""
        due = []
        while self._next[0] <= elapsed:
            due.append(self._next[1])
            self._next = next(self._pieces)
        self._received += len(due)
        return b"".join(due)

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        self._stopped.set()


def _connections(analyzer: _Analyzer, start: datetime) -> Iterator[tuple[float, bytes]]:
    """One connection after the other, each from a port of its own, without an end."""
    header = len(pcap_header())
    port = 40_001
    begins = analyzer.delay
    while True:
        begin = start + timedelta(seconds=begins)
        turns = conversation(analyzer.framing, _MESSAGES, seed=port, start=begin, rate=_RATE)
        writer = TcpConnectionWriter((analyzer.address, port), LIS)
        for number, (seconds, data) in enumerate(pcap_stream(turns, begin, writer)):
            yield begins + seconds, data[header:] if number == 0 else data
        port = 40_001 + (port - 40_000) % 20_000
        begins += _ROUND_SECONDS

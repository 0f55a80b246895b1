"""What a capture sees of a conversation, where it is not what was said: packets that are lost, late or sent again."""

import ipaddress
from datetime import datetime
from random import Random

from hl7capture.simulator.conversation import Turn
from hl7capture.wire.tcp_writer import Side, TcpConnectionWriter, packets_of

# Addresses for documentation (RFC 5737): nobody has them, so nobody answers, and nothing leads to them.
DEVICE, LIS = "192.0.2.5", "198.51.100.1"

_SOURCES: dict[Side, bytes] = {
    "device": ipaddress.ip_address(DEVICE).packed,
    "lis": ipaddress.ip_address(LIS).packed,
}
_SOURCE_AT = slice(26, 30)  # of the sender's address in an Ethernet packet with IPv4 (RFC 791 §3.1)
_PORTS = range(40_000, 60_000)


class Seen:
    """One device at a LIS that do not exist, and what of it is seen; time passes by `wait` alone.

    port: of the LIS; start and seed choose the device's port and all sequence numbers, so that no two conversations
    are taken for one. packets: nanoseconds since the beginning, and an Ethernet packet of IPv4.
    """

    def __init__(self, port: int, start: datetime, seed: int) -> None:
        self.packets: list[tuple[int, bytes]] = []
        self._random = Random(f"{start.timestamp()} {seed}")  # noqa: S311 - no secrets
        self._ends = (DEVICE, self._random.choice(_PORTS)), (LIS, port)
        self._writer = self._new_writer()
        self._now = 0

    def wait(self, seconds: float) -> None:
        """Nothing is seen for a while."""
        self._now += round(seconds * 1e9)

    def open(self, *, only: Side | None = None) -> None:
        """The handshake. only: of this side alone."""
        self._see(self._writer.open(self._now), only)

    def ask(self) -> None:
        """The device asks for a connection (SYN), and nobody answers. `open` asks again."""
        self._see(self._writer.open(self._now), "device", most=1)
        self._writer.take_back("device", 1)
        self._writer.take_back("lis", 1)

    def forget(self) -> None:
        """Nobody says that the connection has ended; `open` takes the same ports for a new one."""
        self._writer = self._new_writer()

    def say(self, *turns: Turn, only: Side | None = None) -> None:
        """Turns, and their acknowledgements. only: what this side sends alone."""
        for turn in turns:
            self.wait(turn.pause)
            self._see(self._writer.say(turn.side, turn.data, self._now), only)

    def say_in_vain(self, turn: Turn) -> None:
        """The turn is sent, and not acknowledged: whoever says it next says it again."""
        self.say(turn, only=turn.side)
        self._writer.take_back(turn.side, len(turn.data))

    def miss(self, turn: Turn, size: int | None = None) -> None:
        """The first `size` bytes of the turn (all of it) are sent, and not seen."""
        self._writer.leave_out(turn.side, len(turn.data) if size is None else size)

    def close(self, *, only: Side | None = None) -> None:
        """The device closes, then the LIS. only: of this side alone."""
        self._see(self._writer.close(self._now), only)

    def _new_writer(self) -> TcpConnectionWriter:
        initial = self._random.getrandbits(32), self._random.getrandbits(32)
        return TcpConnectionWriter(*self._ends, initial=initial)

    def _see(self, records: bytes, only: Side | None, most: int | None = None) -> None:
        seen = [one for one in packets_of(records) if only is None or one[1][_SOURCE_AT] == _SOURCES[only]]
        self.packets += seen[:most]

"""A conversation as a capture: packets of one TCP connection in a pcap byte stream, as they would come over time."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from hl7capture.simulator.conversation import Turn
from hl7capture.wire.tcp_writer import TcpConnectionWriter, pcap_header

_QUIET = 1_000_000  # nanoseconds after the handshake, and before the close
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pcap_stream(
    turns: Iterable[Turn], start: datetime, writer: TcpConnectionWriter | None = None
) -> Iterator[tuple[float, bytes]]:
    """The capture of a connection on which `turns` are said: pieces with the seconds since `start` when they are due.

    start: time of the first packet; where it names no zone, local time. The first piece holds the pcap header and
    the handshake, the last one the close. writer: another connection than from DEVICE to LIS.
    """
    connection = writer or TcpConnectionWriter()
    begin = (start.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1) * 1000
    yield 0.0, pcap_header() + connection.open(begin)
    elapsed = _QUIET
    for turn in turns:
        elapsed += round(turn.pause * 1e9)
        yield elapsed / 1e9, connection.say(turn.side, turn.data, begin + elapsed)
    elapsed += _QUIET
    yield elapsed / 1e9, connection.close(begin + elapsed)

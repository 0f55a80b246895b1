"""Sessions as a capture made again: every byte of their elements, at its time and in its direction, in TCP packets.

What the packets around the bytes were like is not kept; they are made new, and are valid: handshake, sequence numbers,
acknowledgements, checksums, close. docs/persistence.md says what is invented.
"""

import hashlib
import heapq
import ipaddress
import math
from collections.abc import Iterable, Iterator

from hl7capture.model.elements import Direction, Element, ElementType, Flag
from hl7capture.model.session import Session
from hl7capture.store.export.error import ExportError
from hl7capture.wire.tcp_writer import Endpoint, Side, TcpConnectionWriter, pcap_header

# For what a session does not tell (those of other programs have no ports): addresses for documentation (RFC 5737), the
# first port of clients, and the port that IANA has registered for HL7.
_DEVICE_IP, _LIS_IP = "192.0.2.1", "192.0.2.2"
_DEVICE_PORT, _LIS_PORT = 49_152, 2575
_LAST_PORT = 65_535
_LAST_SECOND = (1 << 32) - 1  # of a pcap file
_MILLISECOND = 1_000_000  # nanoseconds
_MISSING = 1  # bytes of a hole: how large it was is not known

_Ends = tuple[Endpoint, Endpoint]
_Packets = Iterator[tuple[int, bytes]]


def packets_of(sessions: Iterable[Session]) -> Iterator[bytes]:
    """A pcap stream of the sessions, in the order of time where they overlap. They come in the order of their start.

    Raises ExportError for times that pcap cannot hold.
    """
    yield pcap_header()
    upcoming = iter(sessions)
    session = next(upcoming, None)
    connections = _Connections()
    running: list[tuple[int, int, bytes, _Packets]] = []  # next packets of the sessions that have begun, a heap
    number = 0
    while running or session is not None:
        # Session ids sort by milliseconds: within one, the next session may be an earlier one.
        while session is not None and (not running or _start(session) // _MILLISECOND * _MILLISECOND <= running[0][0]):
            _go_on(running, number, _connection(session, connections.ends_of(session)))
            number += 1
            session = next(upcoming, None)
        _, which, data, packets = heapq.heappop(running)
        yield data
        _go_on(running, which, packets)


def _go_on(running: list[tuple[int, int, bytes, _Packets]], number: int, packets: _Packets) -> None:
    following = next(packets, None)
    if following is not None:
        heapq.heappush(running, (following[0], number, following[1], packets))


def _connection(session: Session, ends: _Ends) -> _Packets:
    """The packets of a session: for each step the time by which it is sorted, and its records."""
    elements = _in_wire_order(session.elements)
    seed = hashlib.blake2b(session.session_id.encode(), digest_size=8).digest()
    writer = TcpConnectionWriter(
        *ends, initial=(int.from_bytes(seed[:4], "big"), int.from_bytes(seed[4:], "big")), is_exact=True
    )
    now = _start(session)
    if _is_from_its_beginning(elements):
        yield now, writer.open(now)
    if elements and now < _nanoseconds(session, elements[0].timestamp):
        first = elements[0]
        yield now, writer.say(_side(first), first.data[:1], now)
        elements[0] = first._replace(data=first.data[1:])
    is_behind_hole = {Direction.DEVICE_TO_LIS: False, Direction.LIS_TO_DEVICE: False}
    latest = now
    for element in elements:
        now = _nanoseconds(session, element.timestamp)
        latest = max(latest, now)
        is_cut = Flag.TRUNCATED in element.flags
        if Flag.GAP in element.flags and not is_cut and not is_behind_hole[element.direction]:
            writer.leave_out(_side(element), _MISSING)
        yield latest, writer.say(_side(element), element.data, now)
        if Flag.GAP in element.flags and is_cut:
            writer.leave_out(_side(element), _MISSING)
            is_behind_hole[element.direction] = True
        elif element.type is not ElementType.OTHER:
            is_behind_hole[element.direction] = False
    yield latest, writer.close(latest)


def _in_wire_order(elements: Iterable[Element]) -> list[Element]:
    """An element that was cut stands where that became known; its bytes were sent before. No side's order changes."""
    latest = {Direction.DEVICE_TO_LIS: -math.inf, Direction.LIS_TO_DEVICE: -math.inf}
    times: list[tuple[float, int, Element]] = []
    for element in elements:
        latest[element.direction] = max(latest[element.direction], element.timestamp)
        times.append((latest[element.direction], len(times), element))
    return [element for *_, element in sorted(times, key=lambda entry: entry[:2])]


def _is_from_its_beginning(elements: list[Element]) -> bool:
    """A handshake before a frame would say that the conversation began with it, and what begins so is no ENQ protocol.

    Without it the session is read as what it was: one that was under way when the capture began.
    """
    return not (elements and elements[0].data[:1] == b"\x02")


def _side(element: Element) -> Side:
    return "device" if element.direction is Direction.DEVICE_TO_LIS else "lis"


def _start(session: Session) -> int:
    return _nanoseconds(session, session.start_time)


def _nanoseconds(session: Session, milliseconds: float) -> int:
    """Sessions know microseconds."""
    if not 0 <= milliseconds < _LAST_SECOND * 1000:
        raise ExportError(f"session {session.session_id} has times that do not lie between 1970 and 2106, as in pcap")
    return round(milliseconds * 1000) * 1000


class _Connections:
    """Gives each session its two ends: its own, unless they cannot be, or another session is using them."""

    def __init__(self) -> None:
        self._busy_until: dict[_Ends, int] = {}
        self._spare_port = _DEVICE_PORT

    def ends_of(self, session: Session) -> _Ends:
        addresses = (_address(session.device_ip), _address(session.lis_ip))
        device_ip, lis_ip = addresses[0] or _DEVICE_IP, addresses[1] or _LIS_IP
        if (":" in device_ip) != (":" in lis_ip):  # IPv4 and IPv6 cannot talk to each other
            device_ip, lis_ip = _DEVICE_IP, _LIS_IP
        device, lis = (device_ip, session.device_port or _DEVICE_PORT), (lis_ip, session.lis_port or _LIS_PORT)
        tries = _LAST_PORT - _DEVICE_PORT
        while device == lis or self._busy_until.get((device, lis), -1) > _start(session):
            if not tries:
                raise ExportError(f"there are more sessions at the time of {session.session_id} than there are ports")
            tries -= 1
            device = (device_ip, self._spare_port)
            self._spare_port = self._spare_port + 1 if self._spare_port < _LAST_PORT else _DEVICE_PORT
        last = max((element.timestamp for element in session.elements), default=session.start_time)
        self._busy_until[device, lis] = max(_start(session), _nanoseconds(session, last))
        return device, lis


def _address(text: str) -> str:
    """The address, or "" where it is none."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""

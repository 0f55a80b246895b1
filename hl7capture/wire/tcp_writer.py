"""A TCP connection as pcap records, as a mirror port would show it.

Formats: pcap with nanoseconds (draft-ietf-opsawg-pcap), IEEE 802.3 and 802.1Q, RFC 791, RFC 8200, RFC 9293.
Times are nanoseconds since 1970 (UTC).
"""

import ipaddress
import struct
from collections.abc import Iterator
from typing import Literal

Endpoint = tuple[str, int]
Side = Literal["device", "lis"]

DEVICE: Endpoint = ("10.0.0.5", 40001)
LIS: Endpoint = ("10.1.0.1", 2575)
MSS = 1460  # bytes of data in one segment: Ethernet's 1500 less two headers of 20

_FIN, _SYN, _PSH, _ACK = 1, 2, 8, 16
_WINDOW = 64_240
_TTL = 64
_TCP = 6
_DONT_FRAGMENT = 0x4000
_IPV4, _IPV6, _VLAN = 0x0800, 0x86DD, 0x8100
_SHORTEST_FRAME = 60  # bytes; the network card fills up what is shorter
_MACS = {"device": bytes.fromhex("020000000005"), "lis": bytes.fromhex("020000000001")}  # locally administered
_INITIAL = (1_000_000, 9_000_000)  # sequence numbers
_BETWEEN_PACKETS = 20_000  # nanoseconds
_SECOND = 1_000_000_000  # of them
_RECORD = "<IIII"  # seconds, nanoseconds, captured size, size on the wire


def pcap_header() -> bytes:
    """The header of a little-endian pcap stream of Ethernet packets, times in nanoseconds."""
    return struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)


def packets_of(records: bytes) -> Iterator[tuple[int, bytes]]:
    """The packets in records of a `TcpConnectionWriter`, each with its time."""
    at = 0
    while at < len(records):
        seconds, nanoseconds, size, _ = struct.unpack_from(_RECORD, records, at)
        at += struct.calcsize(_RECORD)
        yield seconds * _SECOND + nanoseconds, records[at : at + size]
        at += size


class TcpConnectionWriter:
    """Writes one TCP connection, opened by the device, as pcap records; both sides count as a real stack does.

    The addresses are both IPv4 or both IPv6; vlan: the 802.1Q tag's VLAN id, None for untagged packets.
    initial: the sequence numbers with which the device and the LIS begin.
    Every method takes the time of its first packet and returns records; what follows comes 20 µs apart. A time that
    lies before the end of what has been written is moved behind it. is_exact: nothing is moved, and all packets of a
    call have the same time.
    Raises ValueError for an address that is none, or of two kinds.
    """

    def __init__(
        self,
        device: Endpoint = DEVICE,
        lis: Endpoint = LIS,
        *,
        vlan: int | None = None,
        initial: tuple[int, int] = _INITIAL,
        is_exact: bool = False,
    ) -> None:
        self._address = {"device": ipaddress.ip_address(device[0]), "lis": ipaddress.ip_address(lis[0])}
        if self._address["device"].version != self._address["lis"].version:
            raise ValueError(f"{device[0]} and {lis[0]} cannot talk to each other: one is IPv4, the other IPv6")
        self._port = {"device": device[1], "lis": lis[1]}
        self._vlan = vlan
        self._is_v4 = self._address["device"].version == 4
        self._mss = MSS if self._is_v4 else MSS - 20  # an IPv6 header has 40 bytes
        self._next = {"device": initial[0], "lis": initial[1]}  # sequence number of each side's next byte
        self._is_exact = is_exact
        self._packets = {"device": 0, "lis": 0}
        self._time = 0  # the earliest for the next packet

    def open(self, time: int) -> bytes:
        """The handshake (RFC 9293 §3.5)."""
        most = struct.pack(">BBH", 2, 4, self._mss)  # the option "maximum segment size", §3.2
        return self._records(
            time,
            [
                self._segment("device", _SYN, options=most),
                self._segment("lis", _SYN | _ACK, options=most),
                self._segment("device", _ACK),
            ],
        )

    def say(self, side: Side, data: bytes, time: int) -> bytes:
        """The data, cut where a segment is full; the other side acknowledges every second one and the last."""
        listener: Side = "lis" if side == "device" else "device"
        pieces = [data[at : at + self._mss] for at in range(0, len(data), self._mss)]
        packets = []
        for number, piece in enumerate(pieces, 1):
            is_last = number == len(pieces)
            packets.append(self._segment(side, _PSH | _ACK if is_last else _ACK, piece))
            if is_last or number % 2 == 0:
                packets.append(self._segment(listener, _ACK))
        return self._records(time, packets)

    def leave_out(self, side: Side, size: int) -> None:
        """Bytes that the side has sent and the capture does not hold."""
        self._next[side] = (self._next[side] + size) % (1 << 32)

    def take_back(self, side: Side, size: int) -> None:
        """The side sends its last bytes once more (SYN and FIN count as one each): what it says next begins there."""
        self._next[side] = (self._next[side] - size) % (1 << 32)

    def close(self, time: int) -> bytes:
        """The device closes, then the LIS (RFC 9293 §3.6)."""
        return self._records(
            time,
            [
                self._segment("device", _FIN | _ACK),
                self._segment("lis", _FIN | _ACK),
                self._segment("device", _ACK),
            ],
        )

    def _segment(self, side: Side, flags: int, data: bytes = b"", *, options: bytes = b"") -> bytes:
        """An Ethernet packet with one TCP segment; the sender's sequence number moves on."""
        listener: Side = "lis" if side == "device" else "device"
        acknowledged = self._next[listener] if flags & _ACK else 0
        offset = (20 + len(options)) // 4 << 4
        ports = (self._port[side], self._port[listener])
        header = struct.pack(">HHIIBBHHH", *ports, self._next[side], acknowledged, offset, flags, _WINDOW, 0, 0)
        tcp = header + options + data
        ends = self._address[side].packed + self._address[listener].packed
        # The pseudo header of both IP versions adds up to the same: IPv6's is only wider (RFC 8200 §8.1).
        tcp = tcp[:16] + struct.pack(">H", checksum(ends + struct.pack(">II", len(tcp), _TCP) + tcp)) + tcp[18:]
        size = len(data) + (1 if flags & (_SYN | _FIN) else 0)
        self._next[side] = (self._next[side] + size) % (1 << 32)
        return self._ethernet(side, listener, self._ip(side, ends, tcp))

    def _ip(self, side: Side, ends: bytes, payload: bytes) -> bytes:
        self._packets[side] += 1
        if not self._is_v4:
            return struct.pack(">IHBB", 6 << 28, len(payload), _TCP, _TTL) + ends + payload
        number = self._packets[side] % (1 << 16)
        before = struct.pack(">BBHHHBB", 0x45, 0, 20 + len(payload), number, _DONT_FRAGMENT, _TTL, _TCP)
        return before + struct.pack(">H", checksum(before + ends)) + ends + payload

    def _ethernet(self, side: Side, listener: Side, packet: bytes) -> bytes:
        tag = b"" if self._vlan is None else struct.pack(">HH", _VLAN, self._vlan)
        kind = struct.pack(">H", _IPV4 if self._is_v4 else _IPV6)
        return (_MACS[listener] + _MACS[side] + tag + kind + packet).ljust(_SHORTEST_FRAME, b"\0")

    def _records(self, time: int, packets: list[bytes]) -> bytes:
        if self._is_exact:
            return b"".join(_record(time, packet) for packet in packets)
        time = max(time, self._time)
        self._time = time + len(packets) * _BETWEEN_PACKETS
        return b"".join(_record(time + number * _BETWEEN_PACKETS, packet) for number, packet in enumerate(packets))


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071): 0 over data that holds its own right checksum."""
    even = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(even) // 2}H", even))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _record(time: int, packet: bytes) -> bytes:
    seconds, nanoseconds = divmod(time, _SECOND)
    return struct.pack(_RECORD, seconds, nanoseconds, len(packet), len(packet)) + packet

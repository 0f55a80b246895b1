"""Fragments of IP packets, joined again.

Rules: RFC 791 §3.2, RFC 8200 §4.5. The first copy of a byte wins; fragments may come in any order, and twice. Memory
is bounded: what is not complete after TIMEOUT, or is too much, is given up, the oldest first, and counted.

A joined packet stands where the last of its fragments stood. Bytes of a fragment that lie behind the snap length are
lost, and with them all that follow; the packet says how long it was.
"""

import struct
from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import pairwise

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets.layers import IPV4, IPV6, UDP, Layers
from hl7capture.capture.packets.tunnels import TUNNEL_PORTS
from hl7capture.model.events import Counters

MOST_WAITING_BYTES = 16 << 20
MOST_WAITING_PACKETS = 4096
MOST_PIECES = 256  # of one packet: three times what Ethernet needs for the longest
TIMEOUT = 30 * 1_000_000_000  # nanoseconds of packet time
# How long it is remembered what a packet was joined of, so that a mirror's second copies are known as such.
REMEMBERED = 500_000_000
LONGEST = 65_535
_OVERHEAD = 256  # bytes that Python needs to keep a fragment, about

# Version, both addresses, identification, and for IPv4 the protocol (for IPv6 0).
_Key = tuple[int, bytes, int, int]


@dataclass(slots=True, frozen=True)
class Joined:
    """A whole IP packet. data: what was captured of it; size: bytes it had on the wire."""

    kind: int
    data: bytes
    size: int
    order: int
    time: int


@dataclass(slots=True, frozen=True)
class _Fragment:
    """at, size: where its bytes belong in the packet, and how many there were on the wire."""

    key: _Key
    protocol: int
    at: int
    size: int
    is_last: bool
    data: bytes

    @property
    def end(self) -> int:
        return self.at + self.size

    @property
    def fingerprint(self) -> int:
        return hash((self.at, self.data))

    @property
    def is_plain_udp(self) -> bool:
        """The beginning of a UDP packet that is no tunnel."""
        is_beginning = self.at == 0 and self.protocol == UDP and len(self.data) >= 4
        return is_beginning and int.from_bytes(self.data[2:4]) not in TUNNEL_PORTS


@dataclass(slots=True, frozen=True)
class _Piece:
    at: int
    size: int
    data: bytes

    @property
    def end(self) -> int:
        return self.at + self.size


@dataclass(slots=True)
class _Waiting:
    """A packet of which fragments are there. is_done: it was joined; is_unwanted: it holds nothing that is read."""

    since: int
    order: int = -1  # of its last fragment, as is its time
    time: int = 0
    fragments: int = 0
    held: int = 0  # bytes of memory
    protocol: int = 0
    size: int | None = None  # bytes behind the header, as the last fragment tells
    covered: int = 0
    pieces: list[_Piece] = field(default_factory=list)  # in order, without overlap
    seen: set[int] = field(default_factory=set)
    is_done: bool = False
    is_unwanted: bool = False


class Reassembler:
    """Takes fragments in the order of the capture; `waiting` of them are kept."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._packets: OrderedDict[_Key, _Waiting] = OrderedDict()  # the oldest first
        self._held = 0
        self.waiting = 0

    def take(self, layers: Layers, rows: Ints) -> list[Joined]:
        """The packets that these rows of `layers` complete."""
        joined = []
        for row in rows.tolist():
            order, time = int(layers.order[row]), int(layers.time[row])
            self._forget(time)
            fragment = _fragment(layers, row)
            if fragment is None:
                self._counters.malformed += 1
                continue
            whole = self._add(fragment, order, time)
            if whole is not None:
                joined.append(whole)
        return joined

    def finish(self) -> None:
        """The capture has ended: what waits is left out."""
        while self._packets:
            self._give_up(next(iter(self._packets)))

    def _add(self, fragment: _Fragment, order: int, time: int) -> Joined | None:
        packet = self._packet_of(fragment, time)
        if packet.is_unwanted:
            self._counters.not_tcp += 1
        elif fragment.fingerprint in packet.seen:
            self._counters.mirrored += 1
        elif not _fits(packet, fragment):
            self._counters.fragments += 1
        else:
            self._keep(packet, fragment, order, time)
            if packet.covered == packet.size:
                return self._join(fragment.key, packet)
            if len(packet.pieces) > MOST_PIECES:
                self._give_up(fragment.key)
        self._keep_bounds()
        return None

    def _packet_of(self, fragment: _Fragment, time: int) -> _Waiting:
        """What the fragment belongs to; a new packet where the numbers are used again."""
        packet = self._packets.get(fragment.key)
        if packet is not None and packet.is_done:
            if fragment.fingerprint not in packet.seen or abs(time - packet.time) > REMEMBERED:
                self._give_up(fragment.key)
                packet = None
        elif packet is not None and packet.is_unwanted:
            if fragment.at == 0 and not fragment.is_plain_udp:
                self._give_up(fragment.key)
                packet = None
        elif packet is not None and fragment.is_plain_udp:
            self._refuse(packet)
        if packet is None:
            packet = self._packets[fragment.key] = _Waiting(time, is_unwanted=fragment.is_plain_udp)
        return packet

    def _keep(self, packet: _Waiting, fragment: _Fragment, order: int, time: int) -> None:
        packet.seen.add(fragment.fingerprint)
        self._hold(packet, _OVERHEAD)
        self._insert(packet, _Piece(fragment.at, fragment.size, fragment.data))
        packet.fragments += 1
        self.waiting += 1
        if fragment.at == 0:
            packet.protocol = fragment.protocol
        if fragment.is_last:
            packet.size = fragment.end
        if order > packet.order:
            packet.order, packet.time = order, time

    def _refuse(self, packet: _Waiting) -> None:
        """It turns out to hold nothing that is read."""
        self._counters.not_tcp += packet.fragments
        self.waiting -= packet.fragments
        self._hold(packet, -packet.held)
        packet.fragments = 0
        packet.pieces.clear()
        packet.seen.clear()
        packet.is_unwanted = True

    def _insert(self, packet: _Waiting, new: _Piece) -> None:
        """Keeps what is new in a piece."""
        pieces = packet.pieces
        index = bisect_left(pieces, new.at, key=lambda piece: piece.end)
        at = new.at
        fresh: list[_Piece] = []
        stop = index
        while at < new.end:
            taken = pieces[stop] if stop < len(pieces) and pieces[stop].at < new.end else None
            until = taken.at if taken is not None else new.end
            if until > at:
                fresh.append(_Piece(at, until - at, new.data[at - new.at : until - new.at]))
            if taken is None:
                break
            fresh.append(taken)
            at = max(at, taken.end)
            stop += 1
        known = sum(piece.size for piece in pieces[index:stop])
        kept = sum(len(piece.data) for piece in fresh) - sum(len(piece.data) for piece in pieces[index:stop])
        packet.covered += sum(piece.size for piece in fresh) - known
        pieces[index:stop] = fresh
        self._hold(packet, kept)

    def _join(self, key: _Key, packet: _Waiting) -> Joined:
        version, addresses, identification, _ = key
        size = packet.covered
        data = []
        for piece in packet.pieces:
            data.append(piece.data)
            if len(piece.data) < piece.size:
                break
        if version == 4:
            kind = IPV4
            header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + size, identification, 0, 64, packet.protocol, 0)
        else:
            kind = IPV6
            header = struct.pack(">IHBB", 6 << 28, size, packet.protocol, 64)
        header += addresses
        self._counters.joined += packet.fragments - 1
        self.waiting -= packet.fragments
        self._hold(packet, _OVERHEAD * packet.fragments - packet.held)
        packet.pieces.clear()
        packet.fragments = 0
        packet.is_done = True
        return Joined(kind, header + b"".join(data), len(header) + size, packet.order, packet.time)

    def _forget(self, now: int) -> None:
        """Gives up what has waited for too long."""
        while self._packets:
            key, packet = next(iter(self._packets.items()))
            if now - packet.since <= TIMEOUT:
                break
            self._give_up(key)

    def _keep_bounds(self) -> None:
        while self._held > MOST_WAITING_BYTES or len(self._packets) > MOST_WAITING_PACKETS:
            self._give_up(next(iter(self._packets)))

    def _give_up(self, key: _Key) -> None:
        packet = self._packets.pop(key)
        self._counters.fragments += packet.fragments
        self.waiting -= packet.fragments
        self._hold(packet, -packet.held)

    def _hold(self, packet: _Waiting, size: int) -> None:
        packet.held += size
        self._held += size


def _fits(packet: _Waiting, fragment: _Fragment) -> bool:
    """It says nothing that contradicts the others, and something new."""
    known = packet.pieces[-1].end if packet.pieces else 0
    if packet.size is not None and (fragment.end > packet.size or (fragment.is_last and fragment.end < packet.size)):
        return False
    if fragment.is_last and fragment.end < known:
        return False
    return not _is_covered(packet.pieces, fragment.at, fragment.end)


def _is_covered(pieces: list[_Piece], at: int, end: int) -> bool:
    index = bisect_left(pieces, at + 1, key=lambda piece: piece.end)
    if index == len(pieces) or pieces[index].at > at:
        return False
    stop = bisect_left(pieces, end, key=lambda piece: piece.end)
    return stop < len(pieces) and all(a.end == b.at for a, b in pairwise(pieces[index : stop + 1]))


def _fragment(layers: Layers, row: int) -> _Fragment | None:
    """The fragment at a row; None where it cannot be one (RFC 791: all but the last hold a multiple of 8 bytes)."""
    data, network, at = layers.data, int(layers.network[row]), int(layers.at[row])
    if data[network] >> 4 == 4:
        identification, place = struct.unpack_from(">HH", data, network + 4)
        protocol = data[network + 9]
        key = (4, data[network + 12 : network + 20], identification, protocol)
        first, is_last, longest = (place & 0x1FFF) * 8, not place & 0x2000, LONGEST - 20
    else:
        protocol, place, identification = struct.unpack_from(">BxHI", data, at)
        key = (6, data[network + 8 : network + 40], identification, 0)
        first, is_last, longest = place & 0xFFF8, not place & 1, LONGEST
        at += 8
    size = int(layers.wire[row]) - at
    if size <= 0 or first + size > longest or (size % 8 and not is_last):
        return None
    return _Fragment(key, protocol, first, size, is_last, data[at : max(int(layers.end[row]), at)])

"""Packets to TCP segments: all readers together.

Every packet ends in exactly one place: as a segment, or in one of the counters `mirrored`, `joined`, `fragments`,
`not_tcp`, `malformed` and `unknown_link`, or, until more of it comes or the capture ends, as a waiting fragment.
"""

import numpy as np

from hl7capture.capture.packet_batch import Ints, PacketBatch
from hl7capture.capture.packets import ip, labels, link, tunnels
from hl7capture.capture.packets.fragments import Joined, Reassembler
from hl7capture.capture.packets.layers import (
    ANY_IP,
    AUTHENTICATION,
    BROKEN,
    COOKED,
    COOKED_2,
    ERSPAN_2,
    ERSPAN_3,
    ETHERNET,
    EXTENSIONS,
    FAMILY,
    FRAGMENT,
    FRAGMENT_HEADER,
    GRE,
    HDLC,
    IPV4,
    IPV4_INSIDE,
    IPV6,
    IPV6_INSIDE,
    KINDS,
    LLC,
    MPLS,
    MPLS_MULTICAST,
    PPP,
    PPPOE,
    PROTOCOL,
    PSEUDOWIRE,
    TCP,
    UDP,
    UNKNOWN_LINK,
    VLAN,
    Layers,
    Reader,
)
from hl7capture.capture.packets.mirror import MirrorFilter
from hl7capture.capture.packets.plain import plain
from hl7capture.capture.packets.segment_batch import SegmentBatch, in_order
from hl7capture.capture.packets.tcp import tcp
from hl7capture.model.events import Counters

# A tunnel of Ethernet, IP and its own header is three layers: eight of them, and some tags and labels.
MOST_LAYERS = 40
# Joined packets may hold fragments in turn, if they are tunnels.
_MOST_JOINED = 8

_READERS: tuple[tuple[Reader, tuple[int, ...]], ...] = (
    (link.ethernet, (ETHERNET,)),
    (link.vlan, VLAN),
    (link.llc, (LLC,)),
    (link.cooked, (COOKED,)),
    (link.cooked_2, (COOKED_2,)),
    (link.family, (FAMILY,)),
    (link.any_ip, (ANY_IP,)),
    (link.pppoe, (PPPOE,)),
    (link.ppp, (PPP,)),
    (link.hdlc, (HDLC,)),
    (labels.mpls, (MPLS, MPLS_MULTICAST)),
    (labels.pseudowire, (PSEUDOWIRE,)),
    (ip.ipv4, (IPV4, PROTOCOL + IPV4_INSIDE)),
    (ip.ipv6, (IPV6, PROTOCOL + IPV6_INSIDE)),
    (ip.extension, tuple(PROTOCOL + number for number in EXTENSIONS)),
    (ip.authentication, (PROTOCOL + AUTHENTICATION,)),
    (ip.fragment_header, (PROTOCOL + FRAGMENT_HEADER,)),
    (tunnels.gre, (PROTOCOL + GRE,)),
    (tunnels.udp, (PROTOCOL + UDP,)),
    (tunnels.erspan_2, (ERSPAN_2,)),
    (tunnels.erspan_3, (ERSPAN_3,)),
)
# For each kind its reader, counted from 1; 0 where there is none, and a packet has been read as far as it can be.
_READER_OF = np.zeros(KINDS, dtype=np.intp)
for _number, (_, _kinds) in enumerate(_READERS, 1):
    _READER_OF[list(_kinds)] = _number


class PacketDecoder:
    """Takes the batches of one capture in order; `counters` is kept up to date."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._reassembler = Reassembler(counters)
        self._mirror = MirrorFilter(counters)

    @property
    def waiting(self) -> int:
        """Fragments that may still become part of a packet."""
        return self._reassembler.waiting

    @property
    def copies(self) -> SegmentBatch | None:
        """The second copies that were left out of the latest batch, without data."""
        return self._mirror.copies

    def segments(self, batch: PacketBatch) -> SegmentBatch:
        """The TCP segments among the packets of `batch`, and among those that its fragments complete."""
        first_packet = self._counters.packets
        self._counters.packets += len(batch)
        self._counters.bytes += int(batch.captured.sum())
        found, is_plain = plain(batch, first_packet)
        if not is_plain.all():
            found = in_order([found, *self._layered(_layers(batch, np.flatnonzero(~is_plain), first_packet))])
        found = self._mirror.without_copies(found)
        self._counters.segments += len(found)
        return found

    def finish(self) -> None:
        """The capture has ended: fragments that still wait are left out."""
        self._reassembler.finish()

    def _layered(self, layers: Layers) -> list[SegmentBatch]:
        """The segments in these packets, and in those that are joined of them."""
        found: list[SegmentBatch] = []
        for _ in range(_MOST_JOINED):
            _read(layers)
            rows = np.flatnonzero(layers.kind == PROTOCOL + TCP)
            if len(rows):
                found.append(tcp(layers, rows))
            fragments = self._count(layers, len(found[-1]) if len(rows) else 0)
            joined = self._reassembler.take(layers, fragments)
            if not joined:
                return found
            layers = _layers_of_joined(joined)
        self._counters.not_tcp += len(layers)
        return found

    def _count(self, layers: Layers, segments: int) -> Ints:
        """Counts what is neither segment nor fragment; the rows of fragments."""
        broken, unknown = (int(np.count_nonzero(layers.kind == kind)) for kind in (BROKEN, UNKNOWN_LINK))
        fragments = np.flatnonzero(layers.kind == FRAGMENT)
        self._counters.malformed += broken
        self._counters.unknown_link += unknown
        self._counters.not_tcp += len(layers) - segments - broken - unknown - len(fragments)
        return fragments


def segments(batch: PacketBatch, counters: Counters) -> SegmentBatch:
    """The TCP segments of a batch that is all of its capture."""
    decoder = PacketDecoder(counters)
    found = decoder.segments(batch)
    decoder.finish()
    return found


def _read(layers: Layers) -> None:
    """Reads all packets as far as they can be read, or to the deepest layer that is read."""
    rows = np.arange(len(layers))
    for _ in range(MOST_LAYERS):
        reader = _READER_OF[layers.kind[rows]]
        is_read = reader > 0
        rows, reader = rows[is_read], reader[is_read]
        if not len(rows):
            return
        for number in np.flatnonzero(np.bincount(reader)).tolist():
            _READERS[number - 1][0](layers, rows[reader == number])


def _layers(batch: PacketBatch, rows: Ints, first_packet: int) -> Layers:
    start = batch.start[rows]
    return Layers(
        data=batch.data,
        at=start,
        end=start + batch.captured[rows],
        wire=start + batch.wire[rows],
        kind=link.kinds_of_links(batch.link[rows]),
        order=first_packet + rows,
        time=batch.time[rows],
    )


def _layers_of_joined(joined: list[Joined]) -> Layers:
    size = np.array([len(packet.data) for packet in joined], dtype=np.int64)
    end = np.cumsum(size)
    at = end - size
    return Layers(
        data=b"".join(packet.data for packet in joined),
        at=at,
        end=end,
        wire=at + np.array([packet.size for packet in joined], dtype=np.int64),
        kind=np.array([packet.kind for packet in joined], dtype=np.int64),
        order=np.array([packet.order for packet in joined], dtype=np.int64),
        time=np.array([packet.time for packet in joined], dtype=np.int64),
    )

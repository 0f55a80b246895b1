"""Packets to TCP segments, as columns: link layer, VLAN, IPv4 and IPv6, TCP.

Every step works on all packets of a batch at once; a packet that is not TCP, or whose headers do not fit into what
was captured, loses its row on the way and is counted.

Sources: https://www.tcpdump.org/linktypes.html, RFC 791 (IPv4), RFC 8200 (IPv6), RFC 9293 (TCP), IEEE 802.1Q.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import Ints, Octets, PacketBatch
from hl7capture.model.events import Counters

FIN, SYN, RST, ACK = 1, 2, 4, 16

_NULL, _ETHERNET, _RAW, _LOOP, _SLL, _IPV4, _IPV6, _SLL2 = 0, 1, 101, 108, 113, 228, 229, 276
_RAW_LINKS = (_RAW, 12, 14, _IPV4, _IPV6)  # 12 and 14: raw IP as some systems write it
_TYPE_IPV4, _TYPE_IPV6 = 0x0800, 0x86DD
_TYPES_VLAN = (0x8100, 0x88A8, 0x9100)
_DEEPEST_VLAN = 4
_TCP, _FRAGMENT, _AUTHENTICATION = 6, 44, 51
_EXTENSIONS = (0, 43, 60, 135, _AUTHENTICATION)
_MOST_EXTENSIONS = 8
# The address families that stand for IPv6 in a NULL or LOOP header: BSD, Linux, FreeBSD, Darwin.
_FAMILIES_IPV6 = (10, 24, 28, 30)
_PADDING = bytes(64)  # so that a header at the end of the data can be gathered whole

Longs = NDArray[np.uint64]


@dataclass(slots=True, frozen=True)
class SegmentBatch:
    """TCP segments in capture order; all columns have one row per segment.

    data: the bytes that hold the payloads; start, length: the captured payload in it.
    lost: payload bytes that were on the wire but not in the capture (snap length).
    order: running number of the packet in the whole capture; time: nanoseconds since 1970.
    The endpoint with the lower (address, port) is side 0, the other side 1; `side` is the sender.
    addresses: columns side 0 high and low half, side 1 high and low half (IPv4 as ::ffff:a.b.c.d); ports: two columns.
    sequence, acknowledgement: as on the wire (0 … 2³²-1).
    """

    data: bytes
    start: Ints
    length: Ints
    lost: Ints
    order: Ints
    time: Ints
    side: Ints
    addresses: Longs
    ports: Ints
    sequence: Ints
    acknowledgement: Ints
    flags: Ints

    def __len__(self) -> int:
        return len(self.start)


def segments(batch: PacketBatch, counters: Counters) -> SegmentBatch:
    """The TCP segments among the packets of `batch`; `counters` is kept up to date."""
    first_packet = counters.packets
    counters.packets += len(batch)
    counters.bytes += int(batch.captured.sum())
    octets = np.frombuffer(batch.data + _PADDING, dtype=np.uint8)
    end = batch.start + batch.captured
    at, kind = _network_layer(octets, batch, end, counters)

    row4 = np.flatnonzero((kind == _TYPE_IPV4) & (at + 20 <= end))
    row6 = np.flatnonzero((kind == _TYPE_IPV6) & (at + 40 <= end))
    ip = np.count_nonzero((kind == _TYPE_IPV4) | (kind == _TYPE_IPV6))
    counters.malformed += int(ip - len(row4) - len(row6))
    row4, transport4, ip_end4, addresses4 = _ipv4(octets, row4, at[row4], end[row4], counters)
    row6, transport6, ip_end6, addresses6 = _ipv6(octets, row6, at[row6], end[row6], counters)

    rows = np.concatenate((row4, row6))
    in_order = np.argsort(rows, kind="stable") if len(row4) and len(row6) else slice(None)
    rows = rows[in_order]
    transport = np.concatenate((transport4, transport6))[in_order]
    ip_end = np.concatenate((ip_end4, ip_end6))[in_order]
    addresses = np.concatenate((addresses4, addresses6))[in_order]

    # A packet that was captured whole cannot hold more than it has; one cut by the snap length lost the rest.
    captured_end = end[rows]
    cut = batch.wire[rows] > batch.captured[rows]
    payload = transport + (octets[np.minimum(transport + 12, len(octets) - 1)].astype(np.int64) >> 4) * 4
    fits = (
        (transport + 20 <= captured_end)
        & (payload >= transport + 20)
        & (payload <= captured_end)
        & (payload <= ip_end)
        & ((ip_end <= captured_end) | cut)
    )
    counters.malformed += int(len(rows) - np.count_nonzero(fits))
    rows, transport, ip_end, payload = rows[fits], transport[fits], ip_end[fits], payload[fits]
    addresses, captured_end = addresses[fits], captured_end[fits]
    counters.segments += len(rows)

    header = _window(octets, transport, 20)
    ports = _big_endian(header[:, 0:4], ">u2")
    numbers = _big_endian(header[:, 4:12], ">u4")
    swapped = _sender_is_higher(addresses, ports)
    addresses = np.where(swapped[:, None], addresses[:, [2, 3, 0, 1]], addresses)
    length = np.minimum(ip_end, captured_end) - payload
    return SegmentBatch(
        data=batch.data,
        start=payload,
        length=length,
        lost=ip_end - payload - length,
        order=first_packet + rows,
        time=batch.time[rows],
        side=swapped.astype(np.int64),
        addresses=addresses,
        ports=np.where(swapped[:, None], ports[:, [1, 0]], ports),
        sequence=numbers[:, 0],
        acknowledgement=numbers[:, 1],
        flags=header[:, 13].astype(np.int64),
    )


def _network_layer(octets: Octets, batch: PacketBatch, end: Ints, counters: Counters) -> tuple[Ints, Ints]:
    """Offset of the network header and its EtherType (0: not known), for each packet."""
    at = batch.start.copy()
    kind = np.zeros(len(batch), dtype=np.int64)
    for link in np.unique(batch.link).tolist():
        rows = np.flatnonzero(batch.link == link)
        start = batch.start[rows]
        if link == _ETHERNET:
            _place(octets, at, kind, rows[start + 14 <= end[rows]], 14, 12)
        elif link == _SLL:
            _place(octets, at, kind, rows[start + 16 <= end[rows]], 16, 14)
        elif link == _SLL2:
            _place(octets, at, kind, rows[start + 20 <= end[rows]], 20, 0)
        elif link in _RAW_LINKS:
            version = octets[np.minimum(start, len(octets) - 1)] >> 4
            kind[rows] = np.select([version == 4, version == 6], [_TYPE_IPV4, _TYPE_IPV6], 0)
        elif link in (_NULL, _LOOP):
            rows = rows[start + 4 <= end[rows]]
            # The family is one small number in the byte order of the capturing machine, or the network's.
            family = _window(octets, batch.start[rows], 4).max(axis=1)
            kind[rows] = np.where(family == 2, _TYPE_IPV4, np.where(np.isin(family, _FAMILIES_IPV6), _TYPE_IPV6, 0))
            at[rows] += 4
        else:
            counters.unknown_link += len(rows)
    for _ in range(_DEEPEST_VLAN):
        tagged = np.flatnonzero(np.isin(kind, _TYPES_VLAN) & (at + 4 <= end))
        if not len(tagged):
            break
        kind[tagged] = _u16(octets, at[tagged] + 2)
        at[tagged] += 4
    return at, kind


def _place(octets: Octets, at: Ints, kind: Ints, rows: Ints, header: int, type_at: int) -> None:
    kind[rows] = _u16(octets, at[rows] + type_at)
    at[rows] += header


def _ipv4(octets: Octets, rows: Ints, at: Ints, end: Ints, counters: Counters) -> tuple[Ints, Ints, Ints, Longs]:
    """Rows that carry TCP, with offset of TCP, end of the IP packet, and both addresses."""
    header = _window(octets, at, 20)
    words = _big_endian(header, ">u2")
    header_length = (header[:, 0].astype(np.int64) & 15) * 4
    total = np.where(words[:, 1] == 0, end - at, words[:, 1])  # 0: the sending host's offloading fills it in later
    is_tcp = header[:, 9] == _TCP
    is_fragment = is_tcp & (words[:, 3] & 0x3FFF != 0)
    is_sound = (header[:, 0] >> 4 == 4) & (header_length >= 20) & (total >= header_length)
    counters.fragments += int(np.count_nonzero(is_fragment))
    counters.malformed += int(np.count_nonzero(is_tcp & ~is_fragment & ~is_sound))
    keep = np.flatnonzero(is_tcp & ~is_fragment & is_sound)
    addresses = np.zeros((len(keep), 4), dtype=np.uint64)
    addresses[:, [1, 3]] = _big_endian(header[keep, 12:20], ">u4").astype(np.uint64) | np.uint64(0xFFFF_0000_0000)
    return rows[keep], (at + header_length)[keep], (at + total)[keep], addresses


def _ipv6(octets: Octets, rows: Ints, at: Ints, end: Ints, counters: Counters) -> tuple[Ints, Ints, Ints, Longs]:
    """Rows that carry TCP, with offset of TCP, end of the IP packet, and both addresses."""
    header = _window(octets, at, 40)
    length = _u16(octets, at + 4)
    ip_end = np.where(length == 0, end, at + 40 + length)  # 0: offloading, as with IPv4
    following = header[:, 6].astype(np.int64)
    transport = at + 40
    for _ in range(_MOST_EXTENSIONS):
        extended = np.flatnonzero(np.isin(following, _EXTENSIONS) & (transport + 8 <= end))
        if not len(extended):
            break
        here = transport[extended]
        units = octets[here + 1].astype(np.int64)
        is_authentication = following[extended] == _AUTHENTICATION
        following[extended] = octets[here]
        transport[extended] += np.where(is_authentication, (units + 2) * 4, (units + 1) * 8)
    counters.fragments += int(np.count_nonzero(following == _FRAGMENT))
    keep = np.flatnonzero(following == _TCP)
    addresses = header[keep, 8:40].copy().view(">u8").astype(np.uint64)
    return rows[keep], transport[keep], ip_end[keep], addresses


def _sender_is_higher(addresses: Longs, ports: Ints) -> NDArray[np.bool_]:
    source_high, source_low, target_high, target_low = addresses.T
    higher: NDArray[np.bool_] = (source_high > target_high) | (
        (source_high == target_high)
        & ((source_low > target_low) | ((source_low == target_low) & (ports[:, 0] > ports[:, 1])))
    )
    return higher


def _window(octets: Octets, at: Ints, width: int) -> Octets:
    """`width` bytes from each offset: shape (rows, width)."""
    windows = np.lib.stride_tricks.sliding_window_view(octets, width)
    return windows[np.minimum(at, len(windows) - 1)]


def _big_endian(octets: Octets, word: str) -> Ints:
    return np.ascontiguousarray(octets).view(word).astype(np.int64)


def _u16(octets: Octets, at: Ints) -> Ints:
    return octets[at].astype(np.int64) << 8 | octets[at + 1]

"""The plainest packets in one step: Ethernet without tags, IPv4 without options, TCP, all there.

Most captures hold little else, and reading a big one should take no longer than it must; so all headers are gathered
at once, and columns are made of them without a detour. What comes out is what the readers of `layers` would give.
"""

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import Ints, PacketBatch
from hl7capture.capture.packets.layers import read
from hl7capture.capture.packets.link import LINK_ETHERNET
from hl7capture.capture.packets.segment_batch import Longs, SegmentBatch, connections, special

_ETHERNET, _IPV4, _TCP = 14, 20, 20
_HEADERS = np.dtype(
    [
        ("macs", "V12"),
        ("type_version_service", ">u4"),
        ("total", ">u2"),
        ("identification", ">u2"),
        ("fragment_hops_protocol", ">u4"),
        ("checksum", ">u2"),
        ("source", ">u4"),
        ("target", ">u4"),
        ("source_port", ">u2"),
        ("target_port", ">u2"),
        ("sequence", ">u4"),
        ("acknowledgement", ">u4"),
        ("rest", ">u8"),  # offset, flags, window, checksum, urgent pointer
    ]
)
_NOT_SERVICE, _IPV4_WITHOUT_OPTIONS = 0xFFFF_FF00, 0x0800_4500
_FRAGMENT_AND_PROTOCOL, _TCP_WHOLE = 0x3FFF_00FF, 0x0000_0006
_MAPPED = np.uint64(0xFFFF_0000_0000)  # ::ffff:0:0
_16_BITS, _NOT_URGENT = np.uint64(0xFFFF), np.uint64(0xFFFF_FFFF_FFFF_0000)


def plain(batch: PacketBatch, first_packet: int) -> tuple[SegmentBatch, NDArray[np.bool_]]:
    """The segments of plain packets, and a mask of the packets that are plain."""
    is_plain = (batch.captured >= _HEADERS.itemsize) & (batch.link == LINK_ETHERNET)
    rows = _numbers(is_plain)
    header = read(batch.data, batch.start[rows], _HEADERS)
    rest = header["rest"].astype(np.uint64)
    # Offset in units of four bytes, in the first four bits.
    size = (rest >> np.uint64(60)).astype(np.int64) << 2
    length = header["total"] - size - _IPV4
    fits = (
        (header["type_version_service"] & _NOT_SERVICE == _IPV4_WITHOUT_OPTIONS)
        & (header["fragment_hops_protocol"] & _FRAGMENT_AND_PROTOCOL == _TCP_WHOLE)
        & (size >= _TCP)
        & (length >= 0)
        & (size + length + _ETHERNET + _IPV4 <= batch.captured[rows])
    )
    if not fits.all():
        is_plain[rows] = fits
        rows = np.flatnonzero(is_plain)
        header, rest, size, length = header[fits], rest[fits], size[fits], length[fits]
    sender = header["source"].astype(np.uint64) << np.uint64(16) | header["source_port"]
    receiver = header["target"].astype(np.uint64) << np.uint64(16) | header["target_port"]
    lower, higher = np.minimum(sender, receiver), np.maximum(sender, receiver)
    addresses, ports = _ends(lower, higher)
    lost = np.zeros(len(length), dtype=np.int64)
    mark = rest & _NOT_URGENT | header["identification"]
    return (
        SegmentBatch(
            data=batch.data,
            start=batch.start[rows] + size + (_ETHERNET + _IPV4),
            length=length,
            lost=lost,
            order=np.arange(first_packet, first_packet + len(batch), dtype=np.int64)[rows],
            time=batch.time[rows],
            side=(sender > receiver).astype(np.int64),
            addresses=addresses,
            ports=ports,
            sequence=header["sequence"].astype(np.int64),
            acknowledgement=header["acknowledgement"].astype(np.int64),
            flags=(rest >> np.uint64(48)).astype(np.int64) & 0xFF,
            connection=connections(lower, higher),
            mark=mark,
            is_special=special(mark, lost),
        ),
        is_plain,
    )


def _numbers(mask: NDArray[np.bool_]) -> Ints | slice:
    """The rows of a mask; all of them are a slice, which costs no copies."""
    return slice(None) if mask.all() else np.flatnonzero(mask)


def _ends(lower: Longs, higher: Longs) -> tuple[Longs, Ints]:
    """Columns `addresses` and `ports` of SegmentBatch; address and port stand together in 48 bits."""
    addresses = np.zeros((len(lower), 4), dtype=np.uint64)
    np.bitwise_or(lower >> np.uint64(16), _MAPPED, out=addresses[:, 1])
    np.bitwise_or(higher >> np.uint64(16), _MAPPED, out=addresses[:, 3])
    ports = np.empty((len(lower), 2), dtype=np.int64)
    ports[:, 0] = lower & _16_BITS
    ports[:, 1] = higher & _16_BITS
    return addresses, ports

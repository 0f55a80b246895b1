"""IPv4 and IPv6: to the protocol inside, with both addresses.

Sources: RFC 791 (IPv4), RFC 8200 (IPv6), RFC 6946 (atomic fragments), RFC 4302 (authentication header).
"""

import numpy as np

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets.layers import (
    AUTHENTICATION,
    EXTENSIONS,
    FRAGMENT,
    GRE,
    IPV4_INSIDE,
    IPV6_INSIDE,
    OTHER,
    PROTOCOL,
    TCP,
    UDP,
    Layers,
    is_one_of,
    read,
)

_IPV4 = np.dtype(
    [
        ("version_length", "u1"),
        ("service", "u1"),
        ("total", ">u2"),
        ("identification", ">u2"),
        ("fragment", ">u2"),
        ("hops", "u1"),
        ("protocol", "u1"),
        ("checksum", ">u2"),
        ("source", ">u4"),
        ("target", ">u4"),
    ]
)
_IPV6 = np.dtype(
    [("version", ">u4"), ("length", ">u2"), ("next", "u1"), ("hops", "u1"), ("addresses", ">u8", (4,))],
)
_EXTENSION = np.dtype([("next", "u1"), ("units", "u1")])
_MORE_AND_OFFSET = 0x3FFF  # of IPv4's fragment field: not 0 in a fragment
_MAPPED = np.uint64(0xFFFF_0000_0000)  # ::ffff:0:0
# Fragments of these are joined; those of others hold nothing that is read.
_JOINED = (TCP, UDP, GRE, IPV4_INSIDE, IPV6_INSIDE, AUTHENTICATION, *EXTENSIONS)


def ipv4(layers: Layers, rows: Ints) -> None:
    """Total length 0: the sending host's network card fills it in later (segmentation offload); it is all there is."""
    rows = layers.with_room(rows, 20)
    ip = layers.header(rows, _IPV4)
    at, wire = layers.at[rows], layers.wire[rows]
    size = (ip["version_length"] & 15).astype(np.int64) * 4
    end = np.where(ip["total"] == 0, wire, at + ip["total"])
    is_fragment = ip["fragment"] & _MORE_AND_OFFSET != 0
    is_sound = (
        (ip["version_length"] >> 4 == 4)
        & (size >= 20)
        & (end >= at + size)
        & ((end <= wire) | layers.is_open[rows])
        & ~(is_fragment & (ip["total"] == 0))
    )
    if not is_sound.all():
        rows, ip = layers.where(rows, is_sound), ip[is_sound]
        at, size, end, is_fragment = at[is_sound], size[is_sound], end[is_sound], is_fragment[is_sound]
    protocol = ip["protocol"].astype(np.int64)
    kind = PROTOCOL + protocol
    if is_fragment.any():
        kind = np.where(is_fragment, np.where(is_one_of(protocol, _JOINED), FRAGMENT, OTHER), kind)
    _inside(layers, rows, end)
    layers.goes_on(rows, kind, size)
    layers.addresses[rows, 0] = layers.addresses[rows, 2] = 0
    layers.addresses[rows, 1] = ip["source"] | _MAPPED
    layers.addresses[rows, 3] = ip["target"] | _MAPPED
    layers.identification[rows] = ip["identification"]


def ipv6(layers: Layers, rows: Ints) -> None:
    """Payload length 0: offloading, as with IPv4, or a jumbogram, which only a sending host shows."""
    rows = layers.with_room(rows, 40)
    ip = layers.header(rows, _IPV6)
    wire = layers.wire[rows]
    end = np.where(ip["length"] == 0, wire, layers.at[rows] + 40 + ip["length"])
    is_sound = (ip["version"] >> 28 == 6) & ((end <= wire) | layers.is_open[rows])
    if not is_sound.all():
        rows, ip, end = layers.where(rows, is_sound), ip[is_sound], end[is_sound]
    _inside(layers, rows, end)
    layers.goes_on(rows, PROTOCOL + ip["next"].astype(np.int64), 40)
    layers.addresses[rows] = ip["addresses"]
    layers.identification[rows] = 0


def _inside(layers: Layers, rows: Ints, end: Ints) -> None:
    """What follows lies within the IP packet; anything behind its end is padding, or a trailer."""
    layers.network[rows] = layers.at[rows]
    layers.end[rows] = np.minimum(layers.end[rows], end)
    layers.wire[rows] = end


def extension(layers: Layers, rows: Ints) -> None:
    """IPv6's extension headers: what follows, and the length in units of eight bytes, the first not counted."""
    rows = layers.with_room(rows, 8)
    header = layers.header(rows, _EXTENSION)
    layers.goes_on(rows, PROTOCOL + header["next"].astype(np.int64), (header["units"].astype(np.int64) + 1) * 8)


def authentication(layers: Layers, rows: Ints) -> None:
    """Its length counts in four bytes, the first two not counted."""
    rows = layers.with_room(rows, 8)
    header = layers.header(rows, _EXTENSION)
    layers.goes_on(rows, PROTOCOL + header["next"].astype(np.int64), (header["units"].astype(np.int64) + 2) * 4)


def fragment_header(layers: Layers, rows: Ints) -> None:
    """An atomic fragment, which is all of its packet, is read on; others wait to be joined."""
    rows = layers.with_room(rows, 8)
    is_version_6 = read(layers.data, layers.network[rows], "u1") >> 4 == 6
    rows = layers.where(rows, is_version_6, OTHER)
    following = layers.number(rows, "u1")
    is_atomic = layers.number(rows, ">u2", 2) & 0xFFF9 == 0
    layers.goes_on(rows[is_atomic], PROTOCOL + following[is_atomic], 8)
    layers.kind[rows[~is_atomic]] = np.where(is_one_of(following[~is_atomic], _JOINED), FRAGMENT, OTHER)

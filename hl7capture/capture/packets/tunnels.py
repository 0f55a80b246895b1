"""Tunnels, in which switches and clouds send what they mirror.

A mirror may cut a packet before it puts it into a tunnel and need not say so: inside, a packet may claim to be longer
than it is, and the rest counts as lost.

Sources: RFC 2784 and 2890 (GRE), RFC 7637 (Ethernet in GRE), draft-foschiano-erspan-03, RFC 7348 (VXLAN), RFC 8926
(Geneve). IP in IP (RFC 2003, RFC 4213) needs no reader of its own.
"""

import numpy as np

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets.layers import ANY_IP, ERSPAN_2, ERSPAN_3, ETHERNET, OTHER, Layers, is_one_of

VXLAN_PORTS = (4789, 8472)  # the second is Linux's, from before there was a number
GENEVE_PORT = 6081
TUNNEL_PORTS = (*VXLAN_PORTS, GENEVE_PORT)

_BRIDGED = 0x6558  # transparent Ethernet bridging
_ERSPAN_1_OR_2, _ERSPAN_3 = 0x88BE, 0x22EB
_CHECKSUM, _ROUTING, _KEY, _SEQUENCE, _VERSION = 0x8000, 0x4000, 0x2000, 0x1000, 0x0007
_UDP, _ETHERNET = 8, 14
_VXLAN_HAS_NETWORK = 0x08  # the flag "I"


def gre(layers: Layers, rows: Ints) -> None:
    """Version 0; the routing of RFC 1701, which nobody sends, and PPTP's version 1 are not read."""
    rows = layers.with_room(rows, 4)
    flags = layers.number(rows, ">u2")
    is_read = flags & (_ROUTING | _VERSION) == 0
    rows, flags = layers.where(rows, is_read, OTHER), flags[is_read]
    inside = layers.number(rows, ">u2", 2)
    size = 4 + 4 * sum((flags & bit != 0).astype(np.int64) for bit in (_CHECKSUM, _KEY, _SEQUENCE))
    # ERSPAN of type I has no header of its own, and is told by GRE's having no sequence number.
    kind = np.select(
        [inside == _BRIDGED, inside == _ERSPAN_3, inside == _ERSPAN_1_OR_2],
        [ETHERNET, ERSPAN_3, np.where(flags & _SEQUENCE != 0, ERSPAN_2, ETHERNET)],
        inside,
    )
    _opened(layers, rows, kind, size)


def erspan_2(layers: Layers, rows: Ints) -> None:
    rows = layers.with_room(rows, 8)
    is_version_2 = layers.number(rows, "u1") >> 4 == 1
    layers.goes_on(rows, np.where(is_version_2, ETHERNET, OTHER), 8)


def erspan_3(layers: Layers, rows: Ints) -> None:
    """The frame type is 0 for Ethernet and 2 for IP; the lowest bit tells of a platform's own header."""
    rows = layers.with_room(rows, 12)
    is_version_3 = layers.number(rows, "u1") >> 4 == 2
    rows = layers.where(rows, is_version_3, OTHER)
    last = layers.number(rows, ">u2", 10)
    frame_type = last >> 10 & 0x1F
    kind = np.select([frame_type == 0, frame_type == 2], [ETHERNET, ANY_IP], OTHER)
    layers.goes_on(rows, kind, np.where(last & 1 != 0, 20, 12))


def udp(layers: Layers, rows: Ints) -> None:
    """Whatever does not look like a tunnel is not one, whatever its port."""
    rows = layers.with_room(rows, _UDP + 8 + _ETHERNET, OTHER)
    port = layers.number(rows, ">u2", 2)
    first = layers.number(rows, "u1", _UDP)
    is_vxlan = is_one_of(port, VXLAN_PORTS) & (first & _VXLAN_HAS_NETWORK != 0)
    is_geneve = (port == GENEVE_PORT) & (first >> 6 == 0)
    inside = layers.number(rows, ">u2", _UDP + 2)
    kind = np.select([is_vxlan, is_geneve & (inside == _BRIDGED), is_geneve], [ETHERNET, ETHERNET, inside], OTHER)
    size = _UDP + 8 + np.where(is_geneve, (first & 0x3F) * 4, 0)
    _opened(layers, rows, np.where(layers.at[rows] + size + _ETHERNET <= layers.end[rows], kind, OTHER), size)


def _opened(layers: Layers, rows: Ints, kind: Ints, size: Ints) -> None:
    layers.goes_on(rows, kind, size)
    layers.is_open[rows] = True

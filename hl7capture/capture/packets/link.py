"""Link layers: from the first byte of a packet to what the link carries.

Sources: https://www.tcpdump.org/linktypes.html, IEEE 802.3, 802.1Q and 802.2, RFC 1042 (SNAP), RFC 1661 and 1662
(PPP), RFC 2516 (PPPoE).
"""

import numpy as np

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets.layers import (
    ANY_IP,
    BROKEN,
    COOKED,
    COOKED_2,
    ETHERNET,
    FAMILY,
    HDLC,
    IPV4,
    IPV6,
    LLC,
    LONGEST_LENGTH,
    MPLS,
    MPLS_MULTICAST,
    OTHER,
    PPP,
    PPPOE,
    UNKNOWN_LINK,
    Layers,
    is_one_of,
)

LINK_ETHERNET = 1
_KINDS = {
    0: FAMILY,  # NULL
    LINK_ETHERNET: ETHERNET,
    9: PPP,
    12: ANY_IP,  # raw IP, as some systems write it
    14: ANY_IP,
    50: PPP,  # PPP_HDLC
    51: PPPOE,
    101: ANY_IP,  # RAW
    104: HDLC,  # Cisco's
    108: FAMILY,  # LOOP
    113: COOKED,  # Linux, every interface at once
    219: MPLS,
    228: IPV4,
    229: IPV6,
    276: COOKED_2,
}
# The address families that stand for IPv6: BSD, Linux, Windows, FreeBSD, Darwin.
_FAMILY_IPV4, _FAMILIES_IPV6 = 2, (10, 23, 24, 28, 30)
# Unnumbered information of SNAP, for EtherTypes, and as bridges wrote it (IEEE 802.1H).
_SNAP = (0xAAAA_0300_0000, 0xAAAA_0300_00F8)
_PPP_ADDRESS = 0xFF03
_PPP_PROTOCOLS = ((0x0021, IPV4), (0x0057, IPV6), (0x0281, MPLS), (0x0283, MPLS_MULTICAST))
_PPP_SESSION = 0x1100  # version 1, type 1, code 0


def kinds_of_links(link: Ints) -> Ints:
    """What the packets of these LINKTYPE_ values begin with."""
    kind = np.full(len(link), UNKNOWN_LINK, dtype=np.int64)
    for number in set(link.tolist()):
        kind[link == number] = _KINDS.get(number, UNKNOWN_LINK)
    return kind


def ethernet(layers: Layers, rows: Ints) -> None:
    rows = layers.with_room(rows, 14)
    _ethernet_type(layers, rows, 12)


def vlan(layers: Layers, rows: Ints) -> None:
    """A tag: two bytes of control information, then the type of what it stood before."""
    rows = layers.with_room(rows, 4)
    _ethernet_type(layers, rows, 2)


def _ethernet_type(layers: Layers, rows: Ints, behind: int) -> None:
    """What follows is told by two bytes, at the end of the header."""
    kind = layers.number(rows, ">u2", behind)
    # The length itself says nothing that IP would not say.
    layers.goes_on(rows, np.where(kind <= LONGEST_LENGTH, LLC, kind), behind + 2)


def llc(layers: Layers, rows: Ints) -> None:
    rows = layers.with_room(rows, 8, OTHER)
    service = layers.number(rows, ">u2") << 32 | layers.number(rows, ">u4", 2)
    rows = layers.where(rows, is_one_of(service, _SNAP), OTHER)
    layers.goes_on(rows, layers.number(rows, ">u2", 6), 8)


def cooked(layers: Layers, rows: Ints) -> None:
    rows = layers.with_room(rows, 16)
    layers.goes_on(rows, layers.number(rows, ">u2", 14), 16)


def cooked_2(layers: Layers, rows: Ints) -> None:
    rows = layers.with_room(rows, 20)
    layers.goes_on(rows, layers.number(rows, ">u2"), 20)


def family(layers: Layers, rows: Ints) -> None:
    """NULL and LOOP: the family is a small number in the byte order of the capturing machine, or the network's."""
    rows = layers.with_room(rows, 4)
    number = layers.number(rows, ">u4")
    number = np.where(number > 0xFFFF, layers.number(rows, "<u4"), number)
    kind = np.select([number == _FAMILY_IPV4, is_one_of(number, _FAMILIES_IPV6)], [IPV4, IPV6], OTHER)
    layers.goes_on(rows, kind, 4)


def hdlc(layers: Layers, rows: Ints) -> None:
    """Cisco's: address, control, EtherType."""
    rows = layers.with_room(rows, 4)
    layers.goes_on(rows, layers.number(rows, ">u2", 2), 4)


def pppoe(layers: Layers, rows: Ints) -> None:
    rows = layers.with_room(rows, 6)
    rows = layers.where(rows, layers.number(rows, ">u2") == _PPP_SESSION, OTHER)
    layers.goes_on(rows, PPP, 6)


def ppp(layers: Layers, rows: Ints) -> None:
    """With or without address and control of HDLC; the protocol's first byte may be left out where it is 0."""
    rows = layers.with_room(rows, 4)
    layers.at[rows] += np.where(layers.number(rows, ">u2") == _PPP_ADDRESS, 2, 0)
    protocol = layers.number(rows, ">u2")
    is_short = protocol & 0x0100 != 0
    protocol = np.where(is_short, protocol >> 8, protocol)
    kind = np.select([protocol == number for number, _ in _PPP_PROTOCOLS], [kind for _, kind in _PPP_PROTOCOLS], OTHER)
    layers.goes_on(rows, kind, np.where(is_short, 1, 2))


def any_ip(layers: Layers, rows: Ints) -> None:
    """IPv4 or IPv6, as the first four bits say."""
    rows = layers.with_room(rows, 1)
    version = layers.number(rows, "u1") >> 4
    layers.goes_on(rows, np.select([version == 4, version == 6], [IPV4, IPV6], BROKEN), 0)

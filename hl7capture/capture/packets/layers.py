"""How far packets have been read: what lies inside of what, for many packets at once.

Every packet has a place `at` which it has been read to, and a kind: what begins there. A reader takes the packets of
its kind one layer further. What is inside what is told by the EtherType, so EtherTypes are kinds as they are; IP
protocols are kinds above PROTOCOL, and what has no EtherType has a number between the two.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets.segment_batch import Longs

# EtherTypes, https://www.iana.org/assignments/ieee-802-numbers
IPV4, IPV6 = 0x0800, 0x86DD
VLAN = (0x8100, 0x88A8, 0x9100, 0x9200)  # 802.1Q, 802.1ad, and two that came before it
MPLS, MPLS_MULTICAST = 0x8847, 0x8848
PPPOE = 0x8864
LONGEST_LENGTH = 1500  # up to here an EtherType is the length of an IEEE 802.3 frame

OTHER = 0x10000  # nothing that is read
BROKEN = 0x10001  # its headers do not fit
UNKNOWN_LINK = 0x10002
FRAGMENT = 0x10003  # of an IP packet; `at` is where IPv4's data or IPv6's fragment header begins
ETHERNET, LLC, PPP, HDLC, COOKED, COOKED_2, FAMILY, ANY_IP = range(0x10010, 0x10018)
PSEUDOWIRE, ERSPAN_2, ERSPAN_3 = range(0x10020, 0x10023)
PROTOCOL = 0x10100  # and the number of an IP protocol
KINDS = PROTOCOL + 256

# Protocols, https://www.iana.org/assignments/protocol-numbers
TCP, UDP, GRE = 6, 17, 47
IPV4_INSIDE, IPV6_INSIDE = 4, 41
FRAGMENT_HEADER, AUTHENTICATION = 44, 51
EXTENSIONS = (0, 43, 60, 135, 139, 140)  # of IPv6, alike in form


def read(data: bytes, at: Ints, layout: np.dtype[Any] | str) -> NDArray[Any]:
    """What stands at each offset, as an array of `layout`; every offset must have room for it."""
    dtype = np.dtype(layout)
    if not len(at):
        return np.empty(0, dtype=dtype)
    # One window at every byte. Gathering whole windows is many times faster than gathering fields or columns.
    windows: NDArray[Any] = np.ndarray(
        (len(data) - dtype.itemsize + 1,), dtype=f"V{dtype.itemsize}", buffer=data, strides=(1,)
    )
    return windows[at].view(dtype)


def is_one_of(values: Ints, numbers: Iterable[int]) -> NDArray[np.bool_]:
    """For each value whether it is one of a few numbers."""
    found = np.zeros(len(values), dtype=np.bool_)
    for number in numbers:
        found |= values == number
    return found


class Layers:
    """Packets on their way through the readers; all columns have one row per packet.

    data: the bytes that hold the packets; at: offset of what is read next; kind: what that is.
    end: where the captured bytes of the present layer end; wire: where the layer ended on the wire.
    is_open: the layer may have been cut before it was captured, so that what lies inside may say it is longer.
    order, time: number and time (nanoseconds) of the packet.
    network: offset of the latest IP header; addresses: source high and low half, target high and low half, as in
    SegmentBatch; identification: of IPv4, 0 for IPv6.
    """

    def __init__(self, data: bytes, at: Ints, end: Ints, wire: Ints, kind: Ints, order: Ints, time: Ints) -> None:
        self.data = data
        self.at, self.end, self.wire, self.kind = at, end, wire, kind
        self.order, self.time = order, time
        self.is_open = np.zeros(len(at), dtype=np.bool_)
        self.network: Ints = np.zeros(len(at), dtype=np.int64)
        self.addresses: Longs = np.zeros((len(at), 4), dtype=np.uint64)
        self.identification: Ints = np.zeros(len(at), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.at)

    def with_room(self, rows: Ints, size: int, otherwise: int = BROKEN) -> Ints:
        """Those of `rows` whose layer has `size` more bytes; the others become `otherwise`."""
        has_room = self.at[rows] + size <= self.end[rows]
        return self.where(rows, has_room, otherwise)

    def where(self, rows: Ints, condition: NDArray[np.bool_], otherwise: int = BROKEN) -> Ints:
        """Those of `rows` for which the condition holds; the others become `otherwise`."""
        if condition.all():
            return rows
        self.kind[rows[~condition]] = otherwise
        return rows[condition]

    def header(self, rows: Ints, layout: np.dtype[Any] | str) -> NDArray[Any]:
        """What stands at the place of each of these rows."""
        return read(self.data, self.at[rows], layout)

    def number(self, rows: Ints, layout: str, behind: int = 0) -> Ints:
        """One number, so many bytes behind the place of each of these rows."""
        return read(self.data, self.at[rows] + behind, layout).astype(np.int64)

    def goes_on(self, rows: Ints, kind: Ints | int, size: Ints | int) -> None:
        """Behind a header of `size` bytes there is a layer of this kind."""
        self.at[rows] += size
        self.kind[rows] = kind


Reader = Callable[[Layers, Ints], None]

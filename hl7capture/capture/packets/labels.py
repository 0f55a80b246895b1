"""MPLS: labels, and what is found below the last of them.

Sources: RFC 3032 (label stack), RFC 4385 (control word), RFC 4448 (Ethernet over MPLS), RFC 4928 §2 (why the first
four bits are looked at).
"""

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets.layers import ETHERNET, IPV4, IPV6, MPLS, OTHER, PSEUDOWIRE, VLAN, Layers, is_one_of

_BOTTOM = 0x100  # of the stack
_CONTROL_WORD = 4


def mpls(layers: Layers, rows: Ints) -> None:
    """One label. What lies below the last one is not said, so it is told by its first four bits."""
    rows = layers.with_room(rows, 5)
    label = layers.number(rows, ">u4")
    version = layers.number(rows, "u1", 4) >> 4
    is_last = label & _BOTTOM != 0
    kind = np.select([~is_last, version == 4, version == 6], [MPLS, IPV4, IPV6], PSEUDOWIRE)
    layers.goes_on(rows, kind, 4)


def pseudowire(layers: Layers, rows: Ints) -> None:
    """Ethernet, with a control word before it or without: whatever makes its type one that is known."""
    rows = layers.with_room(rows, _CONTROL_WORD + 14, OTHER)
    has_word = (layers.number(rows, "u1") >> 4 == 0) & _is_known(layers.number(rows, ">u2", _CONTROL_WORD + 12))
    has_none = _is_known(layers.number(rows, ">u2", 12))
    kind = np.where(has_word | has_none, ETHERNET, OTHER)
    layers.goes_on(rows, kind, np.where(has_word, _CONTROL_WORD, 0))


def _is_known(ether_type: Ints) -> NDArray[np.bool_]:
    return is_one_of(ether_type, (IPV4, IPV6, *VLAN))

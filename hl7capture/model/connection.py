"""What TCP itself tells of a connection: how it began and ended, what came twice, late or not at all.

Facts are what the capture shows, no more. Whether a byte was lost on the wire or by the capture, and whose fault
anything is, is for those to say who weigh them.
"""

from enum import StrEnum
from typing import Any, NamedTuple


class End(StrEnum):
    """One of the two ends of a conversation."""

    DEVICE = "device"
    LIS = "lis"


class EndFacts(NamedTuple):
    """What one end of a connection has sent, as far as the capture shows it. Times in milliseconds.

    packets: TCP segments, without a mirror's second copies; bytes: payload on the wire, repeats included.
    last_packet: when the latest of them came, Unix milliseconds; None where there was none.
    repeated: segments that brought bytes which stand in the capture already: sent again.
    in_vain: how many of them came after the other end's last packet: nobody has heard them.
    keep_alives: segments of one byte that was seen already, as a keep-alive or a window probe is (RFC 1122 §4.2.3.6).
    out_of_order: segments that came before bytes which stand before theirs.
    filled: segments that brought such bytes late; longest_hole: how long the longest of these holes was open.
    zero_windows: how often it had no room for more (RFC 9293 §3.8.6); longest_zero_window: the longest time. Both
    times are None where there was none.
    lost: bytes that the other end acknowledged and the capture does not have: the capture lost them.
    missing: bytes that never came, and were never acknowledged: nobody can know where they were lost.
    cut: bytes that were captured short, by the snap length.
    copies: second copies of its packets, as a mirror port makes them; they were left out.
    unacknowledged: bytes that the other end had not acknowledged.
    has_closed: it has said that it sends no more (FIN).
    is_unfinished: it was in the middle of a message.
    extra: fields of a loaded document that this version does not know; written back as they were.
    """

    packets: int = 0
    bytes: int = 0
    last_packet: float | None = None
    repeated: int = 0
    in_vain: int = 0
    keep_alives: int = 0
    out_of_order: int = 0
    filled: int = 0
    longest_hole: float | None = None
    zero_windows: int = 0
    longest_zero_window: float | None = None
    lost: int = 0
    missing: int = 0
    cut: int = 0
    copies: int = 0
    unacknowledged: int = 0
    has_closed: bool = False
    is_unfinished: bool = False
    extra: dict[str, Any] | None = None


class ConnectionFacts(NamedTuple):
    """A connection from its first packet to the end of a session on it: sessions of one connection build on each other.

    opened_by: who sent the first SYN; None where that was not seen. attempts: how many SYNs it sent.
    syn_answered: milliseconds from the first SYN to SYN/ACK; handshake: to the ACK that ends it (RFC 9293 §3.5).
    closed_by: who was the first to say FIN; reset_by: who sent RST.
    is_replaced: the same ports were used anew, although the connection had not been closed: one end had forgotten it
    (half-open, RFC 9293 §3.5.1).
    """

    device: EndFacts
    lis: EndFacts
    opened_by: End | None = None
    attempts: int = 0
    syn_answered: float | None = None
    handshake: float | None = None
    closed_by: End | None = None
    reset_by: End | None = None
    is_replaced: bool = False
    extra: dict[str, Any] | None = None

    @property
    def half_closed_by(self) -> End | None:
        """The end that has said FIN, where the other one has not."""
        if self.device.has_closed == self.lis.has_closed:
            return None
        return End.DEVICE if self.device.has_closed else End.LIS

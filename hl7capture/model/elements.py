"""One thing on the wire: a control byte, a message block, a frame, or bytes that fit nothing."""

from enum import StrEnum
from typing import Any, NamedTuple


class Direction(StrEnum):
    """Which way an element travelled."""

    DEVICE_TO_LIS = "device-to-lis"
    LIS_TO_DEVICE = "lis-to-device"

    @property
    def opposite(self) -> "Direction":
        return Direction.LIS_TO_DEVICE if self is Direction.DEVICE_TO_LIS else Direction.DEVICE_TO_LIS


class ElementType(StrEnum):
    """What an element is."""

    START = "start"  # ENQ
    ACK = "ack"
    NAK = "nak"
    END = "end"  # EOT
    MESSAGE = "message"  # an MLLP block, or STX … CR LF
    FRAME = "frame"  # one E1381 frame
    OTHER = "other"  # bytes that fit nothing


# The control bytes, by their names in ASCII.
CONTROL = {ElementType.START: "ENQ", ElementType.ACK: "ACK", ElementType.NAK: "NAK", ElementType.END: "EOT"}


class Framing(StrEnum):
    """How messages are wrapped on a connection."""

    MLLP = "mllp"
    STX = "stx"
    ASTM = "astm"
    NONE = "none"  # HL7 with nothing around it


class Flag(StrEnum):
    """What is odd about an element, as far as its own bytes and their way through TCP tell."""

    TRUNCATED = "truncated"  # cut: its end was never seen
    GAP = "gap"  # bytes before, in or after it are missing in the capture
    BAD_CHECKSUM = "bad-checksum"
    NO_CHECKSUM = "no-checksum"
    RETRANSMITTED = "retransmitted"  # an E1381 frame sent again with the same number
    WRONG_NUMBER = "wrong-number"  # an E1381 frame whose number is missing, or not the next one
    MISSING_CR = "missing-cr"  # an MLLP block that ended at 1C alone
    MISSING_START = "missing-start"  # 1C ends it, but no 0B began it
    LF_END = "lf-end"  # LF behind, or instead of, the CR that ends an MLLP block
    DOUBLED_START = "doubled-start"  # an MLLP block with more than one 0B
    DOUBLED_END = "doubled-end"  # an MLLP block with more than one 1C, or 1C 0D
    LINE_FEEDS = "line-feeds"  # segments that end in LF or CR LF instead of CR
    NO_FRAMING = "no-framing"  # an HL7 message with nothing around it


class Element(NamedTuple):
    """One thing on the wire.

    timestamp: Unix milliseconds of the packet that completed it; the fraction keeps microseconds.
    data: the exact bytes on the wire, framing included: the truth.
    message: index into the session's messages, on every element that carried a part of it.
    extra: fields of a loaded document that this version does not know; written back as they were.
    """

    id: int
    timestamp: float
    direction: Direction
    type: ElementType
    data: bytes
    message: int | None = None
    flags: tuple[str, ...] = ()
    extra: dict[str, Any] | None = None

    def with_tail(self, tail: bytes, *flags: str) -> "Element":
        """The element with the last bytes of its framing, which came late. flags: what is odd about these bytes."""
        kept = tuple(flag for flag in self.flags if flag != Flag.MISSING_CR)
        return self._replace(data=self.data + tail, flags=kept + flags)

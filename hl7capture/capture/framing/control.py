"""The bytes that frame messages."""

from dataclasses import dataclass

from hl7capture.model.elements import ElementType
from hl7capture.model.settings import Settings

# HL7 v2 Implementation Guide, Appendix C (MLLP): <SB> dddd <EB> <CR>
VT, FS, CR, LF = 0x0B, 0x1C, 0x0D, 0x0A
# ASTM E1381-95 §6.3: <STX> FN text <ETB|ETX> C1 C2 <CR> <LF>
STX, ETX, ETB = 0x02, 0x03, 0x17
# A block's whole payload as commit acknowledgement (HL7 Transport Specification: MLLP, Release 2, §3.1).
COMMITS = {0x06: ElementType.ACK, 0x15: ElementType.NAK}
# The first segment of a message or batch (HL7 v2.5 §2.10.3).
HEADERS = (b"MSH", b"FHS", b"BHS")


@dataclass(slots=True, frozen=True)
class Markers:
    """The control bytes of the ENQ protocols; settings, because some devices use others."""

    enq: int = 0x05
    ack: int = 0x06
    nak: int = 0x15
    eot: int = 0x04

    @classmethod
    def of(cls, settings: Settings) -> "Markers":
        return cls(settings.start_marker, settings.ack_marker, settings.nak_marker, settings.end_marker)

    @property
    def types(self) -> dict[int, ElementType]:
        return {
            self.enq: ElementType.START,
            self.ack: ElementType.ACK,
            self.nak: ElementType.NAK,
            self.eot: ElementType.END,
        }

"""What a list shows of a session and what is searched beside its messages; small, so that all fit in memory."""

import msgspec

from hl7capture.model.elements import Framing
from hl7capture.model.session import Codes, EndReason, Latencies, endpoint

_ELEMENT_MEMORY = 300  # bytes around the data of an element
_WORDS = {
    EndReason.EOT: "complete",
    EndReason.CLOSED: "closed",
    EndReason.IDLE: "idle",
    EndReason.ROLLED: "rolled over",
    EndReason.STOPPED: "stopped",
    EndReason.RESET: "reset",
    EndReason.RECOVERED: "recovered",
}


class SessionSummary(msgspec.Struct, gc=False, eq=False, array_like=True):
    """A session without its elements and messages. Times are Unix milliseconds.

    kinds: how many messages there are of each kind, in the order of their first appearance.
    flag_count: elements with something odd about them. size: bytes of all elements, as they were on the wire.
    saved_at: None while the session is not on disk. findings, latencies: None while it was not judged.

    It refers to nothing that refers back, so Python's search for garbage in cycles leaves it out (gc=False).
    """

    session_id: str
    number: int
    probe: str
    source: str
    device_ip: str
    device_port: int
    lis_ip: str
    lis_port: int
    framing: Framing
    start_time: float
    end_time: float
    is_complete: bool = False
    end_reason: EndReason | None = None
    element_count: int = 0
    message_count: int = 0
    flag_count: int = 0
    kinds: tuple[tuple[str, int], ...] = ()
    size: int = 0
    saved_at: float | None = None
    persisted_until: float | None = None
    pinned: bool = False
    findings: Codes | None = None
    latencies: Latencies | None = None
    has_note: bool = False

    @property
    def is_open(self) -> bool:
        return self.end_reason is None

    @property
    def memory(self) -> int:
        """Roughly the bytes that its document takes in memory: elements as bytes, messages as text."""
        return 2 * self.size + _ELEMENT_MEMORY * self.element_count

    @property
    def device(self) -> str:
        return endpoint(self.device_ip, self.device_port)

    @property
    def lis(self) -> str:
        return endpoint(self.lis_ip, self.lis_port)

    @property
    def kinds_text(self) -> str:
        """`3 × ORU^R01, 3 × ACK`"""
        return ", ".join(f"{count} × {kind}" for kind, count in self.kinds)

    @property
    def findings_text(self) -> str:
        """`ack-missing, clock`"""
        return ", ".join(code for code, _ in self.findings or ())

    @property
    def worst(self) -> str:
        """How much the worst finding matters: `error`, `warning`, `note`; "" where there is none."""
        return self.findings[0][1] if self.findings else ""

    @property
    def state_word(self) -> str:
        """`complete`, `closed, incomplete`, `open`"""
        if self.end_reason is None:
            return "open"
        word = _WORDS[self.end_reason]
        return word if self.is_complete else f"{word}, incomplete"

    @property
    def search_line(self) -> str:
        """All that is searched beside the messages, casefolded."""
        parts = (
            str(self.number),
            self.device,
            self.lis,
            self.framing,
            self.source,
            self.state_word,
            self.kinds_text,
            self.session_id,
        )
        return " ".join(parts).casefold()

"""A session: what belongs together on one connection, from its start to its end."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from hl7capture.model.connection import ConnectionFacts
from hl7capture.model.elements import Element, Framing

LONGEST_NOTE = 20_000  # characters

Codes = tuple[tuple[str, str], ...]  # of findings, each with its severity, errors first
# For each kind of message how many of its answers took how long: buckets of hl7/statistics/latency.py, and numbers.
Latencies = tuple[tuple[str, tuple[tuple[int, int], ...]], ...]

_SESSION_ID = re.compile(r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}")


class EndReason(StrEnum):
    """Why a session ended."""

    EOT = "eot"
    CLOSED = "closed"
    RESET = "reset"
    IDLE = "idle"
    ROLLED = "rolled"
    STOPPED = "stopped"
    RECOVERED = "recovered"


@dataclass(slots=True, eq=False)
class Session:
    """A conversation between one device and one LIS.

    While it is open, `elements` and `messages` only grow, by the capture thread alone; other threads may read
    what is there. The one exception is the last element of a direction, which may be replaced by itself with
    its tail (`Element.with_tail`), and `framing`, which is known with the first frame or message. Once `end_reason` is
    set nothing changes any more.

    Times are Unix milliseconds. An element's `message` may be `len(messages)` while that message is still
    being put together from frames. `pinned`: a person wants it kept for good, whatever `persisted_until` says; that
    may be set at any time. `note`: what a person has written about it, at any time, too. `findings`, `latencies`: what
    is wrong with it, and how long its answers took, once it was judged; never in the document. `kinds`: of its
    messages, "" where that is not known yet; hl7/session_summary.py knows it. `words`: of its first messages, until it
    is judged; hl7/acknowledgements/words.py knows them.
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
    elements: list[Element] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    connection: ConnectionFacts | None = None  # once it has ended; None also where an old document does not say
    saved_at: float | None = None
    persisted_until: float | None = None
    pinned: bool = False
    note: str = ""
    findings: Codes | None = None
    latencies: Latencies | None = None
    kinds: list[str] = field(default_factory=list)
    words: list[Any] = field(default_factory=list, init=False, repr=False)  # a copy may have other messages
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.end_reason is None

    @property
    def device(self) -> str:
        return endpoint(self.device_ip, self.device_port)

    @property
    def lis(self) -> str:
        return endpoint(self.lis_ip, self.lis_port)


def endpoint(ip: str, port: int) -> str:
    """`10.0.0.5:2575`, `[fe80::1]:2575`."""
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"


def session_id_of(start: int, named: bytes) -> str:
    """`20261121T101530.123Z-5f1c9a2e`: sorts by time, and is the same whenever `start` and `named` are the same.

    start: nanoseconds since 1970 (UTC), up to the year 9999. named: what tells the session from others of that moment.
    """
    moment = datetime.fromtimestamp(start // 1_000_000_000, UTC)
    suffix = hashlib.blake2b(named, digest_size=4).hexdigest()
    return f"{moment:%Y%m%dT%H%M%S}.{start // 1_000_000 % 1000:03d}Z-{suffix}"


def is_session_id(text: str) -> bool:
    """True for what this program makes as session ids: safe as a file name on every system."""
    return _SESSION_ID.fullmatch(text) is not None

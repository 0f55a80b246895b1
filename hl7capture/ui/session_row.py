"""What a list shows of a session, worked out only for what is new."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from hl7capture.hl7.summary import Summary, summarise
from hl7capture.model.session import EndReason, Session

_TERM = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(slots=True, frozen=True)
class SessionState:
    """word: for people; icon: its name; colour: a name of the theme."""

    word: str
    icon: str
    colour: str


_OPEN = SessionState("open", "open-session", "accent")
_WORDS = {
    EndReason.EOT: "complete",
    EndReason.CLOSED: "closed",
    EndReason.IDLE: "idle",
    EndReason.ROLLED: "rolled over",
    EndReason.STOPPED: "stopped",
    EndReason.RESET: "reset",
    EndReason.RECOVERED: "recovered",
}


def state_of(session: Session) -> SessionState:
    """How the session stands: the way it ended, and whether anything of it is missing."""
    if session.end_reason is None:
        return _OPEN
    word = _WORDS[session.end_reason]
    if not session.is_complete:
        return SessionState(f"{word}, incomplete", "incomplete", "warning")
    if session.end_reason is EndReason.RESET:
        return SessionState(word, "incomplete", "bad")
    if session.end_reason is EndReason.STOPPED:
        return SessionState(word, "stopped", "muted")
    return SessionState(word, "complete", "good")


@dataclass(slots=True, eq=False)
class SessionRow:
    """A session and the summaries of its messages so far."""

    session: Session
    summaries: list[Summary] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)

    def refresh(self) -> None:
        """Takes note of messages that have come since."""
        for text in self.session.messages[len(self.summaries) :]:
            summary = summarise(text)
            self.summaries.append(summary)
            kind = summary.kind or "message"
            self.kinds[kind] = self.kinds.get(kind, 0) + 1

    @property
    def start(self) -> str:
        """Local time; with the date where that is not today."""
        moment = datetime.fromtimestamp(self.session.start_time / 1000).astimezone()
        clock = f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"
        return clock if moment.date() == datetime.now().astimezone().date() else f"{moment:%Y-%m-%d} {clock}"

    @property
    def messages(self) -> str:
        """`3 × ORU^R01, 3 × ACK`"""
        return ", ".join(f"{count} × {kind}" for kind, count in self.kinds.items())

    @property
    def duration(self) -> str:
        return duration_text(self.session.end_time - self.session.start_time)

    def matches(self, terms: list[str]) -> bool:
        """Every term stands somewhere: in an address, the framing, the state, a kind, or a message's text."""
        session = self.session
        line = " ".join(
            (
                str(session.number),
                session.device,
                session.lis,
                session.framing,
                session.source,
                state_of(session).word,
                self.messages,
                session.session_id,
            )
        ).casefold()
        return all(term in line or any(term in text.casefold() for text in session.messages) for term in terms)


def terms_of(text: str) -> list[str]:
    """The words of a filter; words in quotes belong together."""
    return [(quoted or word).casefold() for quoted, word in _TERM.findall(text) if quoted or word]


def duration_text(milliseconds: float) -> str:
    """`12 ms`, `3.4 s`, `2 min 05 s`"""
    if milliseconds < 1:
        return f"{milliseconds * 1000:.0f} µs"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def size_text(octets: int) -> str:
    """`240 B`, `1.2 kB`"""
    if octets < 1000:
        return f"{octets} B"
    return f"{octets / 1000:.1f} kB" if octets < 1_000_000 else f"{octets / 1_000_000:.1f} MB"

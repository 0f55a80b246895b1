"""What a list shows of a session, worked out only for what is new."""

from dataclasses import dataclass, field

from hl7capture.hl7.session_summary import follow
from hl7capture.hl7.summary import Summary, summarise
from hl7capture.model.session import EndReason, Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.ui.locale_words import duration_text, moment_text


@dataclass(slots=True, frozen=True)
class SessionState:
    """word: for people; icon: its name; colour: a name of the theme."""

    word: str
    icon: str
    colour: str


# Each of its own shape: who does not see the colour sees the state all the same.
_ENDED = {
    EndReason.EOT: ("complete", "good"),
    EndReason.CLOSED: ("closed", "good"),
    EndReason.IDLE: ("idle", "good"),
    EndReason.ROLLED: ("rolled", "good"),
    EndReason.RESET: ("reset", "bad"),
    EndReason.STOPPED: ("stopped", "muted"),
    EndReason.RECOVERED: ("recovered", "muted"),
}


def state_of(session: SessionSummary) -> SessionState:
    """How the session stands: the way it ended, and whether anything of it is missing."""
    if session.end_reason is None:
        return SessionState(session.state_word, "open-session", "accent")
    if not session.is_complete:
        return SessionState(session.state_word, "cut", "warning")
    return SessionState(session.state_word, *_ENDED[session.end_reason])


@dataclass(slots=True, eq=False)
class SessionRow:
    """A session in the list. document: while it is in memory; summaries: of its messages, as far as they were read."""

    summary: SessionSummary
    document: Session | None = None
    summaries: list[Summary] = field(default_factory=list)

    @property
    def session_id(self) -> str:
        return self.summary.session_id

    @property
    def session(self) -> Session:
        """The document; ask only where it is in memory."""
        assert self.document is not None
        return self.document

    def refresh(self) -> None:
        """Takes note of what has come since, and of messages not read yet."""
        if self.document is None:
            return
        self.summaries += map(summarise, self.document.messages[len(self.summaries) :])
        follow(self.summary, self.document, self.summaries[self.summary.message_count :])

    def release(self) -> None:
        """The document need not be in memory any more: it is on disk."""
        self.document = None
        self.summaries = []

    @property
    def start(self) -> str:
        return moment_text(self.summary.start_time)

    @property
    def duration(self) -> str:
        return duration_text(self.summary.end_time - self.summary.start_time)

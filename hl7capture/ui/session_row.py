"""What a list shows of a session, worked out only for what is new."""

from dataclasses import dataclass, field

from hl7capture.hl7.brief import Brief, brief_of
from hl7capture.hl7.session_summary import follow
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
    """A session in the list. document: while it is in memory."""

    summary: SessionSummary
    document: Session | None = None
    _briefs: dict[int, Brief] = field(default_factory=dict)  # of messages that were shown

    @property
    def session_id(self) -> str:
        return self.summary.session_id

    @property
    def session(self) -> Session:
        """The document; ask only where it is in memory."""
        assert self.document is not None
        return self.document

    def refresh(self, most: int | None = None) -> bool:
        """Takes note of what has come since; False where that is more than `most` elements or messages."""
        return self.document is None or follow(self.summary, self.document, most)

    def brief(self, message: int | None) -> Brief | None:
        """Of a message of the document; None while it is being put together."""
        if message is None or message >= len(self.session.messages):
            return None
        brief = self._briefs.get(message)
        if brief is None:
            brief = self._briefs[message] = brief_of(self.session.messages[message])
        return brief

    def release(self) -> None:
        """The document need not be in memory any more: it is on disk."""
        self.document = None
        self._briefs = {}

    @property
    def start(self) -> str:
        return moment_text(self.summary.start_time)

    @property
    def duration(self) -> str:
        return duration_text(self.summary.end_time - self.summary.start_time)

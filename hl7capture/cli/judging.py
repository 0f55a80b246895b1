"""Findings of sessions as they end, for a command."""

from hl7capture.hl7.findings.history import History
from hl7capture.hl7.findings.judgement import judge
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings


class Judging:
    """Takes sessions one after the other: what is wrong with one may show in the next."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._history = History()

    def judge(self, session: Session) -> None:
        """Sets the session's findings and latencies."""
        judge(session, self._history.take(session), self._settings)

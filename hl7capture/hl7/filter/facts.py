"""What a filter may ask of a session, worked out when it is asked for."""

from collections.abc import Callable, Collection, Container, Mapping

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, Acknowledgements
from hl7capture.hl7.acknowledgements.tracker import acknowledgements_of
from hl7capture.hl7.findings.report import report_of
from hl7capture.hl7.summary import Summary, summarise
from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary

Found = Mapping[str, Container[str]]


class Facts:
    """summary: always there. session: its document, or None where that is not in memory.

    found: for a text, casefolded, the ids of the sessions with it in a message, as an index knows them.
    findings: the codes of what was found wrong, where that is known better than the summary does.
    """

    __slots__ = ("_acknowledgements", "_casefolded", "_findings", "_read", "found", "session", "summary")

    def __init__(
        self,
        summary: SessionSummary,
        session: Session | None = None,
        found: Found | None = None,
        findings: Collection[str] | None = None,
        acknowledgements: Callable[[], Acknowledgements] | None = None,
    ) -> None:
        self.summary = summary
        self.session = session
        self.found = found
        self._findings = findings
        self._acknowledgements = acknowledgements
        self._casefolded: list[str] | None = None
        self._read: list[Summary] | None = None

    @property
    def messages(self) -> list[str] | None:
        """None where the document is needed to know."""
        if self.session is not None:
            return self.session.messages
        return None if self.summary.message_count else []

    @property
    def casefolded(self) -> list[str] | None:
        """The messages as they are searched."""
        if self._casefolded is None and (messages := self.messages) is not None:
            self._casefolded = [message.casefold() for message in messages]
        return self._casefolded

    @property
    def read(self) -> list[Summary] | None:
        """The messages' summaries."""
        if self._read is None and (messages := self.messages) is not None:
            self._read = [summarise(message) for message in messages]
        return self._read

    @property
    def flags(self) -> set[str] | None:
        if not self.summary.flag_count and not self.summary.is_open:
            return set()
        if self.session is None:
            return None
        return {flag for element in self.session.elements for flag in element.flags}

    @property
    def findings(self) -> Collection[str] | None:
        """The codes of what was found wrong; None where the document is needed to know. Nothing while it is open."""
        if self._findings is None:
            known = self.summary.findings
            if self.summary.is_open:
                known = ()
            elif known is None and self.session is not None:
                known = report_of(self.session).codes
            self._findings = None if known is None else [code for code, _ in known]
        return self._findings

    @property
    def notes(self) -> Collection[str] | None:
        """What a person has noted, if anything; None where the document is needed to know."""
        if not self.summary.has_note:
            return ()
        return None if self.session is None else (self.session.note,)

    @property
    def acknowledged(self) -> list[Acknowledged] | None:
        """What was said and wants an answer."""
        if self._acknowledgements is None:
            session = self.session
            if session is None:
                return None if self.summary.element_count else []
            made = acknowledgements_of(session)
            self._acknowledgements = lambda: made
        return self._acknowledgements().messages

    def has_text(self, text: str) -> bool | None:
        """Whether a message has it. text: casefolded."""
        if self.session is None and self.found is not None and text in self.found:
            return self.summary.session_id in self.found[text]
        messages = self.casefolded
        return None if messages is None else any(text in message for message in messages)

"""What there is to say of a session."""

from collections.abc import Sequence
from dataclasses import dataclass

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.history import Heard, History
from hl7capture.hl7.findings.registry import RULES
from hl7capture.hl7.findings.view import View
from hl7capture.model.session import Codes, Session
from hl7capture.model.settings import Settings
from hl7capture.turns import give_way

_ORDER = list(Severity)


@dataclass(slots=True, frozen=True)
class Report:
    """A session, what is known of its answers, and its findings, errors first."""

    session: Session
    heard: Heard
    findings: list[Finding]

    @property
    def codes(self) -> Codes:
        """Each code once, with its severity, errors first."""
        return tuple(
            {finding.code: (finding.code, str(finding.severity)) for finding in reversed(self.findings)}.values()
        )[::-1]

    @property
    def has_error(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def report_of(session: Session, heard: Heard | None = None, settings: Settings | None = None) -> Report:
    """The report of a session. heard: what `History` knows of it; without it the session stands alone.

    Linear in the session's bytes. Never raises, whatever was on the wire.
    """
    heard = heard or History().take(session)
    view = View(session, heard, settings or Settings())
    findings: list[Finding] = []
    for rule in RULES:
        give_way()
        findings += rule.find(view)
    return Report(session, heard, sorted(findings, key=lambda finding: _ORDER.index(finding.severity)))


def reports_of(sessions: Sequence[Session], settings: Settings | None = None) -> list[Report]:
    """Of all sessions together: an answer may stand in a later session, and a repeat in another connection.

    sessions: in the order of their beginning.
    """
    history = History()
    heard = [history.take(session) for session in sessions]
    return [report_of(*pair, settings) for pair in zip(sessions, heard, strict=True)]


def findings_of(session: Session, heard: Heard | None = None, settings: Settings | None = None) -> list[Finding]:
    """The findings of a session, errors first."""
    return report_of(session, heard, settings).findings

"""What is known of a session when it has ended: the codes of its findings, and how long its answers took."""

from hl7capture.hl7.findings.history import Heard
from hl7capture.hl7.findings.report import report_of
from hl7capture.hl7.statistics.latency import latencies_of
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.turns import give_way


def judge(session: Session, heard: Heard | None, settings: Settings) -> bool:
    """Sets its `findings` and `latencies`; True where they are others than before. heard: as `report_of` takes it."""
    report = report_of(session, heard, settings)
    before = session.findings, session.latencies
    session.findings = report.codes
    give_way()
    session.latencies = latencies_of(session, report.heard.acknowledgements)
    return before != (session.findings, session.latencies)

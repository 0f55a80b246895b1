"""An hour in which nothing is wrong: whoever says that something is, is wrong himself."""

from collections import Counter
from random import Random

import pytest

from hl7capture.capture.engine import Engine
from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.link_report import link_reports
from hl7capture.hl7.findings.report import reports_of
from hl7capture.model.events import Notice, SessionCompleted
from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings
from tests.support import clean_talk
from tests.support.clean_hour import DEVICES, Device, clean_hour


def heard(seed: int, *devices: Device) -> tuple[list[Session], list[Finding]]:
    """The sessions of a clean hour, and all findings, those of links too."""
    engine = Engine(Settings(lis_port=2575), probe="lab-pc-3", source="hour")
    chance = Random(seed)
    sessions: list[Session] = []
    piece = bytearray()
    for data in clean_hour(seed, *devices):
        piece += data
        if len(piece) > chance.choice((100, 10_000, 100_000)):
            sessions += [event.session for event in engine.feed(bytes(piece)) if isinstance(event, SessionCompleted)]
            piece.clear()
    events = engine.feed(bytes(piece)) + engine.finish()
    assert [event.text for event in events if isinstance(event, Notice)] == []
    sessions += [event.session for event in events if isinstance(event, SessionCompleted)]
    sessions.sort(key=lambda session: session.start_time)
    reports = reports_of(sessions, engine.settings)
    links = link_reports(reports, engine.link_troubles(), engine.settings)
    return sessions, [one for report in (*reports, *links) for one in report.findings]


def told(findings: list[Finding]) -> str:
    return "\n".join(f"{one.severity} {one.code} {one.session_id}: {one.text} {one.evidence}" for one in findings)


@pytest.mark.parametrize("seed", [1])
def test_sixty_minutes_of_clean_mixed_traffic_have_no_finding(seed: int) -> None:
    sessions, findings = heard(seed)
    assert not findings, told(findings)
    devices = Counter(session.device_ip for session in sessions)
    assert set(devices) == {device.address for device in DEVICES}
    assert {session.framing for session in sessions} == {"mllp", "stx", "astm"}
    reasons = Counter(session.end_reason for session in sessions)
    assert min(reasons[reason] for reason in (EndReason.CLOSED, EndReason.IDLE, EndReason.ROLLED, EndReason.EOT)) > 0
    assert sum(len(session.messages) for session in sessions) > 8_000
    assert max(len(message) for session in sessions for message in session.messages) > 1_000_000


def test_without_framing_nothing_is_wrong_but_that() -> None:
    _, findings = heard(1, Device("10.0.0.22", clean_talk.unframed, 30.0))
    assert {(one.code, one.severity) for one in findings} == {("framing-fault", Severity.WARNING)}, told(findings)

"""What the facts of a connection prove, and what they do not."""

from typing import Any

import pytest

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.report import findings_of
from hl7capture.model.connection import ConnectionFacts, End, EndFacts
from hl7capture.model.session import EndReason
from tests.support.speech import ACK, ENQ, RECORDS, answer, frame, mllp, oru
from tests.unit.hl7.test_findings import codes, exchange, found, session_of

USUAL = EndFacts(packets=100, bytes=10_000, last_packet=1_000.0)


def of(device: EndFacts = USUAL, lis: EndFacts = USUAL, *, is_answered: bool = True, **facts: Any) -> list[Finding]:
    """The findings of an exchange on a connection with these facts."""
    session = session_of(*(exchange() if is_answered else exchange()[:1]))
    session.connection = ConnectionFacts(device, lis, **facts)
    return findings_of(session)


@pytest.mark.parametrize(
    ("facts", "code", "severity"),
    [
        ({"lis": USUAL._replace(zero_windows=2, longest_zero_window=9000.0)}, "receiver-full", Severity.WARNING),
        ({"lis": USUAL._replace(zero_windows=1, longest_zero_window=9.0)}, "receiver-full", Severity.NOTE),
        ({"device": USUAL._replace(lost=100)}, "capture-loss", Severity.WARNING),
        ({"device": USUAL._replace(cut=100)}, "capture-loss", Severity.WARNING),
        ({"device": USUAL._replace(missing=100)}, "bytes-missing", Severity.WARNING),
        ({"device": USUAL._replace(repeated=5)}, "network-loss", Severity.NOTE),
        ({"device": USUAL._replace(filled=5, longest_hole=210.0)}, "network-loss", Severity.NOTE),
        ({"opened_by": End.DEVICE, "attempts": 3, "syn_answered": 3000.0}, "slow-opening", Severity.NOTE),
        ({"is_replaced": True}, "half-open", Severity.WARNING),
        ({"lis": EndFacts()}, "one-direction", Severity.WARNING),
        ({"reset_by": End.LIS, "device": USUAL._replace(is_unfinished=True)}, "connection-reset", Severity.ERROR),
    ],
)
def test_a_fact_gives_its_finding(facts: dict[str, Any], code: str, severity: Severity) -> None:
    assert [(finding.code, finding.severity) for finding in of(**facts)] == [(code, severity)]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"device": USUAL._replace(repeated=2)},  # few
        {"device": USUAL._replace(filled=9, longest_hole=2.0, out_of_order=9)},  # in another order, not lost
        {"device": USUAL._replace(keep_alives=50, copies=100)},
        {"device": USUAL._replace(unacknowledged=1, repeated=2)},  # but heard after that: the acknowledgement is due
        {"opened_by": End.DEVICE, "attempts": 1},
        {"closed_by": End.LIS},  # once is no habit
    ],
)
def test_what_is_usual_gives_none(facts: dict[str, Any]) -> None:
    assert of(**facts) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"device": USUAL._replace(unacknowledged=186, repeated=4, in_vain=4, last_packet=2000.0)}, "no-tcp-answer"),
        ({"lis": USUAL._replace(zero_windows=1, longest_zero_window=20_000.0)}, "receiver-full"),
        ({"reset_by": End.LIS}, "connection-reset"),
        ({"is_replaced": True}, "half-open"),
    ],
)
def test_the_cause_takes_the_missing_answer_for_its_evidence(facts: dict[str, Any], code: str) -> None:
    (finding,) = of(is_answered=False, **facts)
    assert finding.code == code
    assert finding.elements == (0,)
    assert any("1 message without an answer" in sentence for sentence in finding.evidence)


def test_a_silent_far_end_is_not_named() -> None:
    (finding,) = of(USUAL._replace(unacknowledged=186, repeated=4, in_vain=4, last_packet=2000.0), is_answered=False)
    assert "the LIS" not in " ".join((finding.text, *finding.evidence, finding.advice))


def test_a_cut_of_the_capture_is_no_cut_message() -> None:
    session = session_of(*exchange(), (0, mllp(oru("2"))[:40]))
    assert session.connection is not None
    session.connection = session.connection._replace(device=session.connection.device._replace(cut=99))
    assert "message-cut" not in codes(findings_of(session))


def test_a_transfer_without_eot_after_a_reset_is_one_finding() -> None:
    session = session_of((0, ENQ), (1, ACK), (0, frame(1, RECORDS[0])), (1, ACK))
    assert session.connection is not None
    session.connection = session.connection._replace(reset_by=End.DEVICE, closed_by=None)
    session.end_reason = EndReason.RESET
    assert codes(findings_of(session)) == ["connection-reset"]


def test_only_a_receipt_where_an_answer_was_asked_for() -> None:
    header, rest = oru("1").split(b"\r", 1)
    asks = mllp(header + b"|||AL|AL\r" + rest)
    assert found((0, asks), (1, mllp(answer("1", "CA")))) == ["application-ack-missing"]
    assert found((0, asks), (1, mllp(answer("1", "CA"))), (1, mllp(answer("1", "AA")))) == []

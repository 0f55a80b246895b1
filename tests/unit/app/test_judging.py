"""Findings of sessions as they end, on a thread of the judge's own."""

from collections.abc import Sequence

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.app import judging
from hl7capture.app.judging import Judge
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp, oru, retry_storm, timely
from tests.support.wire import conversation


def alone(session: Session) -> Sequence[Session]:
    return [session]


def storm(times: int = 5) -> list[Session]:
    """One message, on a new connection each time, without an answer."""
    return sessions_of(timely(retry_storm(times)))


def codes(session: Session) -> list[str]:
    return [code for code, _ in session.findings or ()]


def test_a_session_is_judged_when_it_has_ended(qtbot: QtBot) -> None:
    refused, clean = (
        sessions_of(timely(conversation((0, mllp(oru(code))), (1, mllp(answer(code, code)))).segments))[0]
        for code in ("AE", "AA")
    )
    judge = Judge(Settings(), alone)
    with qtbot.waitSignal(judge.judged) as told:
        judge.take(refused)
    assert told.args == [[refused]]
    assert refused.findings == (("ack-negative", "error"),)
    judge.take(clean)
    qtbot.waitUntil(lambda: clean.findings == ())
    assert judge.close(5000)


def test_what_a_later_session_tells_changes_an_earlier_one(qtbot: QtBot) -> None:
    sessions = storm()
    judge = Judge(Settings(), alone)
    for session in sessions:
        judge.take(session)
    qtbot.waitUntil(lambda: codes(sessions[-1]) == ["retry-storm"])
    assert codes(sessions[-2]) == []  # told where it was sent last
    assert judge.close(5000)


def test_what_is_not_remembered_is_explained_with_its_neighbours(qtbot: QtBot) -> None:
    sessions = storm()
    judge = Judge(Settings(), lambda _session: sessions)
    with qtbot.waitSignal(judge.explained) as told:
        judge.explain(sessions[-1])
    session_id, verdict, findings = told.args
    assert session_id == sessions[-1].session_id
    assert [finding.code for finding in findings] == ["retry-storm"]
    assert "again and again" in verdict
    assert judge.close(5000)


def test_memory_is_bounded(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_MOST_REMEMBERED", 4000)
    judge = Judge(Settings(), alone)
    sessions = storm(20)
    for session in sessions:
        judge.take(session)
    qtbot.waitUntil(lambda: sessions[-1].findings is not None)
    assert 1 <= len(judge._remembered) <= 2
    assert judge.close(5000)


def test_masked_findings_quote_no_patient(qtbot: QtBot) -> None:
    refusal = mllp(answer("1", "AE").rstrip(b"\r") + b"|Unknown patient Testmann\r")
    (session,) = sessions_of(timely(conversation((0, mllp(oru("1"))), (1, refusal)).segments))
    for is_masked in (False, True):
        judge = Judge(Settings(mask_patient_data=is_masked), alone)
        with qtbot.waitSignal(judge.explained) as told:
            judge.explain(session)
        _, verdict, _ = told.args
        assert "Unknown patient " in verdict
        assert ("Testmann" in verdict) is not is_masked
        assert judge.close(5000)

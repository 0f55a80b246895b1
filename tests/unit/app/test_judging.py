"""Findings of sessions as they end, on a thread of the judge's own."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.app import judging, unjudged
from hl7capture.app.judging import Judge
from hl7capture.hl7.acknowledgements.words import note_words
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.waiting import weight_of
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp, oru, retry_storm, timely
from tests.support.wire import conversation


def alone(session: Session) -> Sequence[Session]:
    return [session]


def nowhere(_session_id: str) -> Session:
    raise FileNotFoundError


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
    judge = Judge(Settings(), alone, nowhere)
    with qtbot.waitSignal(judge.judged) as told:
        judge.take(refused)
    assert told.args == [[refused]]
    assert refused.findings == (("ack-negative", "error"),)
    judge.take(clean)
    qtbot.waitUntil(lambda: clean.findings == ())
    assert judge.close(5000)


def test_words_that_were_noted_are_let_go_of(qtbot: QtBot) -> None:
    (session,) = storm(1)
    note_words(session)
    assert session.words
    judge = Judge(Settings(), alone, nowhere)
    with qtbot.waitSignal(judge.judged):
        judge.take(session)
    assert judge.close(5000)
    assert not session.words


def test_what_a_later_session_tells_changes_an_earlier_one(qtbot: QtBot) -> None:
    sessions = storm()
    judge = Judge(Settings(), alone, nowhere)
    for session in sessions:
        judge.take(session)
    qtbot.waitUntil(lambda: codes(sessions[-1]) == ["retry-storm"])
    assert codes(sessions[-2]) == []  # told where it was sent last
    assert judge.close(5000)


def test_what_is_not_remembered_is_explained_with_its_neighbours(qtbot: QtBot) -> None:
    sessions = storm()
    judge = Judge(Settings(), lambda _session: sessions, nowhere)
    with qtbot.waitSignal(judge.explained) as told:
        judge.explain(sessions[-1])
    session_id, verdict, findings = told.args
    assert session_id == sessions[-1].session_id
    assert [finding.code for finding in findings] == ["retry-storm"]
    assert "again and again" in verdict
    assert judge.close(5000)


def test_memory_is_bounded(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_MOST_REMEMBERED", 4000)
    judge = Judge(Settings(), alone, nowhere)
    sessions = storm(20)
    for session in sessions:
        judge.take(session)
    qtbot.waitUntil(lambda: sessions[-1].findings is not None)
    assert 1 <= len(judge._remembered) <= 2
    assert judge.close(5000)


def test_a_session_that_comes_twice_is_remembered_once(qtbot: QtBot) -> None:
    judge = Judge(Settings(), alone, nowhere)
    (session,) = storm(1)
    for _ in range(2):
        with qtbot.waitSignal(judge.judged):
            judge.take(session)
            session.findings = None
    assert judge.close(5000)
    assert judge._memory == sum(memory for _, _, memory in judge._remembered.values()) > 0


def test_what_waits_for_long_is_read_again(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of seven sessions the first two are not on disk yet, and the third is gone when its turn comes."""
    monkeypatch.setattr(unjudged, "_MOST_MEMORY", 0)
    monkeypatch.setattr(judging, "_MEMORY_AT_ONCE", 1)
    sessions = storm(7)
    for session in sessions[2:]:
        session.saved_at = 1.0
    found: list[str] = []

    def find(session_id: str) -> Session:
        found.append(session_id)
        if session_id == sessions[2].session_id:
            raise FileNotFoundError
        return next(replace(session) for session in sessions if session.session_id == session_id)

    judge = Judge(Settings(), alone, find)
    told: list[list[Session]] = []
    judge.judged.connect(told.append)
    judge._is_running = True  # busy
    for session in sessions:
        judge.take(session)
    judge._unjudged.weigh()
    assert judge._unjudged.memory == sum(map(weight_of, sessions[:2]))
    judge._is_running = False
    judge._start()
    qtbot.waitUntil(lambda: bool(told) and sessions[-1].session_id in {one.session_id for one in told[-1]})
    assert found == [session.session_id for session in sessions[2:]]
    assert len(told) == 6  # and each went when it was told
    assert ["retry-storm"] in map(codes, told[-1])
    assert judge._unjudged.memory == 0
    assert judge.close(5000)


def test_masked_findings_quote_no_patient(qtbot: QtBot) -> None:
    refusal = mllp(answer("1", "AE").rstrip(b"\r") + b"|Unknown patient Testmann\r")
    (session,) = sessions_of(timely(conversation((0, mllp(oru("1"))), (1, refusal)).segments))
    for is_masked in (False, True):
        judge = Judge(Settings(mask_patient_data=is_masked), alone, nowhere)
        with qtbot.waitSignal(judge.explained) as told:
            judge.explain(session)
        _, verdict, _ = told.args
        assert "Unknown patient " in verdict
        assert ("Testmann" in verdict) is not is_masked
        assert judge.close(5000)

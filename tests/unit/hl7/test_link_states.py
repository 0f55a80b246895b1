"""Open sessions as they grow, and how their links stand."""

import copy
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.judgement import judge
from hl7capture.hl7.session_summary import summary_of
from hl7capture.hl7.statistics.following import Following
from hl7capture.hl7.statistics.links import SILENT_AFTER, Condition, LinkStates
from hl7capture.hl7.statistics.series import Link
from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings
from tests.support.engine import sessions_of
from tests.support.speech import answer, astm_transfer, mllp, oru, stx_transfer
from tests.support.wire import conversation, pcap

Turn = tuple[int, bytes]  # side, bytes
LATE = 5000.0


def session_of(*turns: Turn) -> Session:
    (session,) = sessions_of(pcap(conversation(*turns).segments))
    return session


def first(session: Session, elements: int) -> Session:
    """As it was when it had so many elements."""
    young = copy.copy(session)
    young.elements = session.elements[:elements]
    indices = [element.message for element in session.elements[:elements] if element.message is not None]
    later = {element.message for element in session.elements[elements:]}
    young.messages = session.messages[: sum(1 for index in set(indices) if index not in later)]
    young.end_time = young.elements[-1].timestamp if young.elements else session.start_time
    young.end_reason = None
    return young


def exchange(*numbers: int) -> list[Turn]:
    return [turn for n in numbers for turn in ((0, mllp(oru(str(n)))), (1, mllp(answer(str(n)))))]


def test_messages_and_answers_are_told_as_they_come() -> None:
    session = session_of(*exchange(1, 2))
    following = Following()
    fresh = following.take(first(session, 1))
    assert [kind for _, kind in fresh.messages] == ["ORU^R01"]
    assert (fresh.answers, fresh.waiting_since) == ([], session.elements[0].timestamp)
    fresh = following.take(first(session, 2))
    assert [kind for _, kind in fresh.messages] == ["ACK^R01"]
    assert [(time, kind) for time, kind, _ in fresh.answers] == [(session.elements[0].timestamp, "ORU^R01")]
    assert fresh.waiting_since is None
    assert following.take(first(session, 2)).messages == []
    assert len(following.take(session).messages) == 2


def test_what_was_passed_over_is_not_waited_for() -> None:
    session = session_of((0, mllp(oru("1"))), *exchange(2))
    assert Following().take(first(session, 3)).waiting_since is None


@settings(max_examples=30)
@given(st.data(), st.sampled_from(["mllp", "astm", "stx"]))
def test_looking_often_finds_what_looking_once_finds(data: st.DataObject, framing: str) -> None:
    turns = {"mllp": exchange(1, 2, 3), "astm": astm_transfer(), "stx": stx_transfer(oru("4"))}[framing]
    session = session_of(*turns)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(session.elements)), max_size=5)))
    following = Following()
    looks = [following.take(first(session, cut)) for cut in cuts] + [following.take(session)]
    whole = Following().take(session)
    assert [message for look in looks for message in look.messages] == whole.messages
    assert Counter(answer for look in looks for answer in look.answers) == Counter(whole.answers)
    judge(session, None, Settings())
    assert following.summary_of(session).kinds == summary_of(session).kinds
    assert following.summary_of(session).latencies == session.latencies


def states_of(*sessions: Session) -> LinkStates:
    states = LinkStates()
    states.watch(True)
    following = Following()
    for session in sessions:
        states.take(session, following.take(session))
    return states


def condition(states: LinkStates, now: float) -> tuple[Condition, float]:
    (state,) = states.states(now, LATE)
    return state.condition, state.since


def test_a_link_waits_then_is_connected_then_silent() -> None:
    session = session_of(*exchange(1))
    asked = first(session, 1)
    states = states_of(asked)
    assert condition(states, asked.end_time) == (Condition.CONNECTED, asked.end_time)  # answers take their time
    (state,) = states.states(asked.end_time + 8000, LATE)
    assert (state.condition, state.since, state.is_late) == (Condition.WAITING, asked.end_time, True)
    assert state.message == (asked.end_time, "ORU^R01")
    following = Following()
    following.take(asked)
    answered = first(session, 2)
    states.take(answered, following.take(answered))
    assert condition(states, answered.end_time + 8000) == (Condition.CONNECTED, answered.end_time)
    judge(session, None, Settings())
    states.note(summary_of(session))
    (state,) = states.states(answered.end_time, LATE)
    assert state.message == (asked.end_time, "ORU^R01")  # and not the session's end
    assert condition(states, answered.end_time + SILENT_AFTER) == (Condition.SILENT, answered.end_time)


@pytest.mark.parametrize(
    ("reason", "expected"), [("closed", "closed"), ("reset", "reset"), ("idle", "connected"), ("rolled", "connected")]
)
def test_how_a_session_ended_says_whether_the_connection_stands(reason: str, expected: str) -> None:
    session = session_of(*exchange(1))
    session.end_reason = EndReason(reason)
    assert condition(states_of(session), session.end_time + 10)[0] == expected


def test_nothing_is_known_of_connections_when_the_capture_has_ended() -> None:
    session = session_of(*exchange(1))
    states = states_of(first(session, 1))
    states.watch(False)
    assert condition(states, session.end_time + 9000)[0] is Condition.NOT_WATCHED
    states.watch(True)
    assert condition(states, session.end_time + 9000)[0] is Condition.SILENT


def test_findings_of_the_last_session_are_trouble() -> None:
    refused = session_of((0, mllp(oru("1"))), (1, mllp(answer("1", "AE"))))
    judge(refused, None, Settings())
    states = LinkStates()
    states.note(summary_of(refused))
    (state,) = states.states(refused.end_time, LATE)
    assert (state.finding, state.has_finding) == ((refused.start_time, "ack-negative", "error"), True)
    fine = session_of(*exchange(1))
    fine.start_time, fine.end_time, fine.findings = refused.start_time + 1000, refused.end_time + 1000, ()
    states.note(summary_of(fine))
    (state,) = states.states(refused.end_time, LATE)
    assert state.finding is not None
    assert not state.has_finding


def test_links_in_trouble_come_first_and_are_bounded() -> None:
    session = session_of(*exchange(1))
    states = LinkStates()
    for number in range(1200):
        other = copy.copy(session)
        other.device_ip, other.end_time = f"10.0.{number // 250}.{number % 250}", session.end_time + number
        other.findings = (("ack-missing", "error"),) if number == 1100 else ()
        states.note(summary_of(other))
    found = states.states(session.end_time, LATE)
    assert len(found) == 1000
    assert found[0].link.device_ip == "10.0.4.100"
    assert all(state.link.device_ip != "10.0.0.0" for state in found)


def test_connections_without_a_session_make_a_link_and_go_with_their_capture() -> None:
    states, link = LinkStates(), Link("10.0.0.8", "10.1.0.1", 2575)
    finding = Finding("connection-refused", Severity.ERROR, "Refused.", "Look.", "", 1000.0, (), ())
    states.note(summary_of(session_of(*exchange(1))))
    states.note_connections({link: (finding,)})
    first_state, second = states.states(2000.0, LATE)  # those in trouble first
    assert (first_state.link, first_state.condition, first_state.since) == (link, Condition.UNHEARD, 1000.0)
    assert first_state.connections == (finding,)
    assert second.connections == ()
    states.note_connections({second.link: (finding,)})
    (only,) = states.states(2000.0, LATE)
    assert (only.link, only.connections) == (second.link, (finding,))

"""Who was answered, and how; from captures as the engine reads them, and from any interleaving."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledgements, AnswerState
from hl7capture.hl7.acknowledgements.tracker import AcknowledgementTracker, acknowledgements_of
from hl7capture.hl7.acknowledgements.words import note_words, words_in, words_of
from hl7capture.model.elements import Direction, Element, ElementType, Flag, Framing
from hl7capture.model.session import EndReason, Session
from tests.support.engine import sessions_of
from tests.support.speech import ACK, ENQ, EOT, NAK, RECORDS, answer, astm_transfer, frame, mllp, oru
from tests.support.wire import Talk, conversation, pcap

ANSWERED, NEGATIVE, TWICE = AnswerState.ANSWERED, AnswerState.NEGATIVE, AnswerState.TWICE
MISMATCHED, UNANSWERED, UNKNOWN = AnswerState.MISMATCHED, AnswerState.UNANSWERED, AnswerState.UNKNOWN


def of(*turns: tuple[int, bytes], lost: int | None = None) -> Acknowledgements:
    """What a conversation says. lost: the turn that the capture has not."""
    talk = Talk().open()
    for number, (side, data) in enumerate(turns):
        before = len(talk.segments)
        talk.say(side, data)
        if number == lost:
            del talk.segments[before:]
    (session,) = sessions_of(pcap(talk.close().segments))
    return acknowledgements_of(session)


def states(found: Acknowledgements) -> list[AnswerState]:
    return [one.state for one in found.messages]


def asks(control_id: str, commit: str, application: str) -> bytes:
    header, rest = oru(control_id).split(b"\r", 1)
    return mllp(header + b"|||" + commit.encode() + b"|" + application.encode() + b"\r" + rest)


def test_an_answer_names_its_message() -> None:
    found = of((0, mllp(oru("1"))), (1, mllp(answer("1"))))
    (one,) = found.messages
    assert (one.state, one.code, one.control_id) == (ANSWERED, "AA", "1")
    assert one.latency == pytest.approx(1.0)
    assert not found.unmatched


@pytest.mark.parametrize("code", ["AE", "AR", "CE", "CR"])
def test_a_refusal_is_negative(code: str) -> None:
    assert states(of((0, mllp(oru("1"))), (1, mllp(answer("1", code))))) == [NEGATIVE]


def test_no_answer_before_the_connection_closes() -> None:
    assert states(of((0, mllp(oru("1"))), (1, mllp(answer("1"))), (0, mllp(oru("2"))))) == [ANSWERED, UNANSWERED]


def test_pipelined_messages_are_answered_by_their_ids() -> None:
    turns = [(0, mllp(oru("1")) + mllp(oru("2")) + mllp(oru("3"))), (1, mllp(answer("3")) + mllp(answer("1")))]
    assert states(of(*turns)) == [ANSWERED, UNANSWERED, ANSWERED]


def test_the_order_counts_where_the_id_is_empty() -> None:
    found = of((0, mllp(oru("1"))), (1, mllp(answer(""))), (0, mllp(oru("2"))), (1, mllp(answer("", "AE"))))
    assert states(found) == [ANSWERED, NEGATIVE]


def test_a_wrong_id_is_one_mismatch_and_no_missing_answer() -> None:
    found = of((0, mllp(oru("1"))), (1, mllp(answer("99"))), (0, mllp(oru("2"))), (1, mllp(answer("99"))))
    assert states(found) == [MISMATCHED, MISMATCHED]
    assert not found.unmatched


def test_an_answer_more_than_once() -> None:
    found = of((0, mllp(oru("1"))), (1, mllp(answer("1"))), (1, mllp(answer("1"))))
    assert states(found) == [TWICE]


def test_a_server_that_answers_all_again_each_time() -> None:
    one, two = mllp(answer("1")), mllp(answer("2"))
    assert states(of((0, mllp(oru("1"))), (1, one), (0, mllp(oru("2"))), (1, one + two))) == [TWICE, ANSWERED]


def test_enhanced_mode_has_two_answers() -> None:
    found = of((0, asks("1", "AL", "AL")), (1, mllp(answer("1", "CA"))), (1, mllp(answer("1", "AA"))))
    assert states(found) == [ANSWERED]
    assert found.messages[0].code == "AA"
    assert not found.messages[0].lacks_application_answer


def test_enhanced_mode_without_the_second_answer() -> None:
    found = of((0, asks("1", "AL", "AL")), (1, mllp(answer("1", "CA"))))
    assert found.messages[0].lacks_application_answer


def test_who_wants_no_answer_lacks_none() -> None:
    assert states(of((0, asks("1", "NE", "NE")))) == []
    assert states(of((0, asks("1", "ER", "ER")))) == []
    assert states(of((0, asks("1", "AL", "NE")))) == [UNANSWERED]


def test_commit_bytes_of_mllp_release_2() -> None:
    found = of((0, mllp(oru("1"))), (1, mllp(ACK)), (1, mllp(answer("1"))), (0, mllp(oru("2"))), (1, mllp(NAK)))
    assert states(found) == [ANSWERED, NEGATIVE]
    assert [one.code for one in found.messages] == ["AA", "NAK"]


def test_an_answer_without_its_framing() -> None:
    found = of((0, mllp(oru("1"))), (1, mllp(answer("1"))), (0, mllp(oru("2"))), (1, b"\x00" + answer("2")))
    assert states(found)[0] == ANSWERED
    assert states(found)[1] in (ANSWERED, UNKNOWN)


def test_frames_are_answered_one_by_one() -> None:
    found = of((0, ENQ), (1, ACK), (0, frame(1, RECORDS[0])), (1, NAK), (0, frame(1, RECORDS[0])), (1, ACK), (0, EOT))
    assert [one.state for one in found.said] == [ANSWERED, NEGATIVE, ANSWERED]
    assert [one.type for one in found.messages] == [ElementType.FRAME] * 2


def test_a_frame_that_is_answered_twice() -> None:
    found = of((0, ENQ), (1, ACK), (0, frame(1, RECORDS[0])), (1, ACK), (1, ACK), (0, EOT))
    assert states(found) == [TWICE]


def test_a_byte_behind_the_end_answers_nothing() -> None:
    turns = [*astm_transfer(), (0, ENQ), (1, ACK), (0, EOT)]
    assert all(
        not acknowledgements_of(session).unmatched for session in sessions_of(pcap(conversation(*turns).segments))
    )


# -- holes -------------------------------------------------------------------------------------------------------

DIALOGUE = [(side, mllp(said(str(n)))) for n in range(5) for side, said in ((0, oru), (1, answer))]


@pytest.mark.parametrize("lost", [1, 3, 5, 7])
def test_an_answer_in_a_hole_is_not_missing(lost: int) -> None:
    expected = [ANSWERED] * 5
    expected[lost // 2] = UNKNOWN
    assert states(of(*DIALOGUE, lost=lost)) == expected


@pytest.mark.parametrize("lost", [2, 4, 6])
def test_an_answer_to_a_message_in_a_hole_is_not_unmatched(lost: int) -> None:
    found = of(*DIALOGUE, lost=lost)
    assert states(found) == [ANSWERED] * 4
    assert [answer.is_certain for answer in found.unmatched] == [False]


def test_behind_a_hole_the_order_proves_nothing() -> None:
    turns = [(0, mllp(oru("1"))), (0, mllp(oru("2"))), (1, mllp(answer("2"))), (1, mllp(answer("2"))), *DIALOGUE[6:8]]
    found = of(*turns, lost=1)
    assert MISMATCHED not in states(found)
    assert UNANSWERED not in states(found)
    assert TWICE not in states(found)


@pytest.mark.parametrize("lost", range(1, 9, 2))
def test_a_byte_in_a_hole_is_not_missing(lost: int) -> None:
    found = of(*astm_transfer(), lost=lost)
    assert UNANSWERED not in [one.state for one in found.said]
    assert [one.state for one in found.said].count(UNKNOWN) == 1


@pytest.mark.parametrize("lost", [2, 4, 6])
def test_bytes_around_a_frame_in_a_hole_are_not_doubled(lost: int) -> None:
    found = of(*astm_transfer(), lost=lost)
    assert {one.state for one in found.said} == {ANSWERED}


def test_the_end_of_the_capture_is_no_silence() -> None:
    talk = Talk().open().say(0, mllp(oru("1")))
    (session,) = sessions_of(pcap(talk.segments))
    assert session.end_reason is EndReason.STOPPED
    assert states(acknowledgements_of(session)) == [UNKNOWN]


# -- several sessions ------------------------------------------------------------------------------------------


def session_of(elements: list[tuple[Direction, ElementType, str, tuple[str, ...]]], **values: object) -> Session:
    session = Session(
        "20261121T101530.123Z-5f1c9a2e",
        1,
        "lab-pc-3",
        "eth0",
        "10.0.0.5",
        40_001,
        "10.1.0.1",
        2575,
        Framing.MLLP,
        0.0,
        0.0,
    )
    for name, value in values.items():
        setattr(session, name, value)
    for number, (direction, kind, text, flags) in enumerate(elements):
        message = len(session.messages) if text else None
        session.elements.append(Element(number, float(number), direction, kind, text.encode(), message, flags))
        session.messages += [text] if text else []
    return session


TO_LIS, TO_DEVICE = Direction.DEVICE_TO_LIS, Direction.LIS_TO_DEVICE


def test_an_answer_in_the_next_session_of_the_connection() -> None:
    tracker = AcknowledgementTracker()
    first = tracker.take(session_of([(TO_LIS, ElementType.MESSAGE, oru("1").decode(), ())], end_reason=EndReason.IDLE))
    assert states(first) == [UNANSWERED]
    late = [(TO_DEVICE, ElementType.MESSAGE, answer("1").decode(), ())]
    second = tracker.take(session_of(late, session_id="20261121T101630.123Z-5f1c9a2e", end_reason=EndReason.CLOSED))
    assert states(first) == [ANSWERED]
    assert second.changed == first.messages
    assert not second.unmatched
    again = tracker.take(session_of(late, end_reason=EndReason.CLOSED))
    assert [unmatched.is_certain for unmatched in again.unmatched] == [False]  # it was another connection


def test_an_answer_to_nothing_is_told() -> None:
    found = of((0, mllp(oru("1"))), (1, mllp(answer("1"))), (1, mllp(answer("7"))))
    assert states(found) == [ANSWERED]
    assert [(unmatched.acknowledges, unmatched.is_certain) for unmatched in found.unmatched] == [("7", True)]


# -- what messages say -----------------------------------------------------------------------------------------


def test_words_of_a_batch() -> None:
    batch = "BHS|^~\\&|A|B|C|D|2026||||B1|B0\rMSH|^~\\&|A\rMSA|AA|1\rMSH|^~\\&|A\rMSA|AE|2\rBTS|2"
    words = words_of(batch)
    assert (words.is_answer, words.code, words.acknowledges, words.control_id) == (True, "AE", "B0", "B1")


def test_words_with_other_delimiters() -> None:
    words = words_of("MSH#*~\\&#A#B#C#D#2026##ACK#9#P#2.5\rMSA#CA#4711*x\r")
    assert (words.is_answer, words.code, words.acknowledges) == (True, "CA", "4711")


def test_words_are_noted_as_messages_come() -> None:
    session = session_of([(Direction.DEVICE_TO_LIS, ElementType.MESSAGE, "MSH|^~\\&|A||||||ORU^R01|1\r", ())])
    note_words(session)
    session.messages.append("MSA|AA|1\r")
    assert [words_in(session, number).code for number in (0, 1)] == ["", "AA"]
    note_words(session)
    noted = list(session.words)
    assert noted == list(map(words_of, session.messages))
    assert words_in(session, 1) is noted[1]
    assert replace(session, messages=["MSH|^~\\&|B"]).words == []  # those of other messages
    note_words(session)
    assert session.words == noted


@given(st.text())
def test_words_of_anything(text: str) -> None:
    words_of(text)
    words_of("MSH|^~\\&|" + text + "\rMSA|" + text)


# -- any interleaving ------------------------------------------------------------------------------------------

TEXTS = st.one_of(
    st.builds(lambda n: oru(str(n)).decode(), st.integers(0, 3)),
    st.builds(
        lambda n, code: answer(str(n), code).decode(), st.integers(0, 4), st.sampled_from(["AA", "AE", "CA", ""])
    ),
    st.just(answer("").decode()),
)
FLAGS = st.sampled_from([(), (), (), (), (Flag.GAP,), (Flag.TRUNCATED,)])
ELEMENTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(Direction), st.just(ElementType.MESSAGE), TEXTS, FLAGS),
        st.tuples(st.sampled_from(Direction), st.sampled_from(ElementType), st.just(""), FLAGS),
    ),
    max_size=30,
)


@given(
    st.lists(st.tuples(ELEMENTS, st.sampled_from([*EndReason, None])), min_size=1, max_size=3), st.sampled_from(Framing)
)
def test_any_interleaving(parts: list[tuple[list, EndReason | None]], framing: Framing) -> None:
    tracker = AcknowledgementTracker()
    numbers = count()
    results = []
    sessions = []
    for elements, reason in parts:
        session_id = f"20261121T101530.{next(numbers):03d}Z-5f1c9a2e"
        session = session_of(elements, end_reason=reason, framing=framing, session_id=session_id)
        sessions.append(session)
        results.append(tracker.take(session))
    said = [one for result in results for one in result.said]
    used = [answer for one in said for answer in one.answers] + [a for result in results for a in result.unmatched]
    assert len({(a.session_id, a.element) for a in used}) == len(used), "every answer is used once"
    places = [(one.session_id, one.element) for one in said]
    assert len(set(places)) == len(places)
    for session, result in zip(sessions, results, strict=True):
        elements = {element.id: element for element in session.elements}
        for one in result.said:
            assert one.state in AnswerState
            assert one.direction is elements[one.element].direction
            assert one.state in (UNANSWERED, UNKNOWN, AnswerState.NOT_WANTED) or one.latency is not None
    by_place = {(s.session_id, e.id): e for s in sessions for e in s.elements}
    for one in said:
        for given_answer in one.answers:
            assert by_place[given_answer.session_id, given_answer.element].direction is one.direction.opposite
            assert (given_answer.session_id, given_answer.element) > (one.session_id, one.element)


@given(ELEMENTS)
@example(
    [
        (Direction.DEVICE_TO_LIS, ElementType.MESSAGE, oru("0").decode(), ()),
        *(
            (Direction.LIS_TO_DEVICE, ElementType.MESSAGE, answer(control_id).decode(), ())
            for control_id in ("", "0", "")
        ),
    ]
)
def test_a_hole_never_makes_more_accusations(elements: list) -> None:
    """With a hole before every element nothing is accused of silence that has an answerer's word behind it."""
    torn = [(direction, kind, text, (Flag.GAP,)) for direction, kind, text, _ in elements]
    found = acknowledgements_of(session_of(torn, end_reason=EndReason.STOPPED))
    assert not [one for one in found.said if one.state in (UNANSWERED, MISMATCHED)]
    assert not [unmatched for unmatched in found.unmatched if unmatched.is_certain]

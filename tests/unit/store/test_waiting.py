"""What waits for the disk."""

from hypothesis import given
from hypothesis import strategies as st

from hl7capture.model.session import Session
from hl7capture.store.waiting import Waiting, weight_of
from tests.support.sessions import complete, grow, open_session


def put(waiting: Waiting, *numbers: int) -> list[Session]:
    sessions = [complete(open_session(number, elements=number)) for number in numbers]
    for session in sessions:
        waiting.put(session)
    return sessions


def test_the_oldest_comes_first_and_what_is_done_is_gone() -> None:
    waiting = Waiting()
    first, second = put(waiting, 1, 2)
    assert (len(waiting), waiting.weight) == (2, weight_of(first) + weight_of(second))
    waiter = waiting.take()
    assert waiter is not None
    assert waiter.session is first
    waiting.done(waiter)
    assert (waiting.ids(), waiting.weight) == ([second.session_id], weight_of(second))


def test_what_cannot_be_written_keeps_its_place() -> None:
    waiting = Waiting()
    first, second = put(waiting, 1, 2)
    waiter = waiting.take()
    assert waiter is not None
    after = waiting.take()
    assert after is not None
    assert after.session is second
    waiting.put_back(waiter)
    assert waiting.ids() == [first.session_id, second.session_id]
    assert waiting.take() is waiter


def test_a_session_put_again_while_it_is_written_is_written_again() -> None:
    waiting = Waiting()
    (session,) = put(waiting, 1)
    waiter = waiting.take()
    assert waiter is not None
    session.extra["note"] = "looked at"
    waiting.put(session)
    waiting.done(waiter)
    assert waiting.ids() == [session.session_id]
    again = waiting.take()
    assert again is not None
    waiting.done(again)
    assert (len(waiting), waiting.weight) == (0, 0)


def test_what_is_taken_is_given_to_nobody_else_but_the_last_resort() -> None:
    waiting = Waiting()
    put(waiting, 1)
    waiter = waiting.take()
    assert waiting.take() is None
    assert waiting.oldest() is waiter


@given(st.lists(st.tuples(st.sampled_from(["put", "take", "done", "put_back", "forget"]), st.integers(1, 4))))
def test_the_weight_is_that_of_what_waits_and_nothing_is_lost(steps: list[tuple[str, int]]) -> None:
    waiting = Waiting()
    taken = []
    expected: dict[str, Session] = {}
    for step, number in steps:
        session_id = open_session(number).session_id
        if step == "put":
            (expected[session_id],) = put(waiting, number)
            grow(expected[session_id])
        elif step == "take" and (waiter := waiting.take()) is not None:
            taken.append(waiter)
        elif step == "forget":
            waiting.forget([session_id])
            expected.pop(session_id, None)
        elif taken:
            waiter = taken.pop()
            if step == "done":
                waiting.done(waiter)
                if expected.get(waiter.session.session_id) is waiter.session:
                    del expected[waiter.session.session_id]
            else:
                waiting.put_back(waiter)
    for waiter in taken:
        waiting.put_back(waiter)
    assert set(waiting.ids()) == set(expected)
    while (waiter := waiting.take()) is not None:
        assert waiter.session is expected[waiter.session.session_id]
        waiting.done(waiter)
    assert (len(waiting), waiting.weight) == (0, 0)

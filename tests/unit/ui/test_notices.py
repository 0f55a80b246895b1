"""Few enough notifications that somebody still reads them, and none of the findings lost."""

from hypothesis import given
from hypothesis import strategies as st

from hl7capture.ui.desktop.notices import AGAIN_SECONDS, BETWEEN_SECONDS, MOST_KINDS, Notice, NoticeLimiter

_ROUNDING = 1e-6  # seconds: sums of pauses are floats


def test_first_is_told_at_once_the_same_ten_minutes_later() -> None:
    limiter = NoticeLimiter()
    limiter.note("a", "ack-missing")
    assert limiter.take(100) == ([Notice("a", "ack-missing", 1)], 0)
    for _ in range(7):
        limiter.note("a", "ack-missing")
    assert limiter.take(100 + AGAIN_SECONDS - 1) == ([], 0)
    assert limiter.due_at() == 100 + AGAIN_SECONDS
    assert limiter.take(100 + AGAIN_SECONDS) == ([Notice("a", "ack-missing", 7)], 0)


def test_others_wait_for_the_next_minute_and_come_together() -> None:
    limiter = NoticeLimiter()
    limiter.note("a", "ack-missing")
    limiter.take(0)
    limiter.note("b", "ack-missing")
    limiter.note("a", "reset")
    assert limiter.take(BETWEEN_SECONDS - 1) == ([], 0)
    assert {(n.link, n.code) for n in limiter.take(BETWEEN_SECONDS)[0]} == {("b", "ack-missing"), ("a", "reset")}
    assert limiter.due_at() is None


def test_what_was_looked_at_is_not_told() -> None:
    limiter = NoticeLimiter()
    limiter.note("a", "reset")
    limiter.forget()
    assert limiter.due_at() is None
    assert limiter.take(1000) == ([], 0)


def test_memory_is_bounded_and_the_rest_is_counted() -> None:
    limiter = NoticeLimiter()
    for number in range(MOST_KINDS + 30):
        limiter.note(f"10.0.0.{number}", "reset")
    notices, more = limiter.take(0)
    assert (len(notices), more) == (MOST_KINDS, 30)


EVENTS = st.lists(st.tuples(st.floats(0, 400), st.sampled_from("abc"), st.sampled_from(["x", "y"])), max_size=60)


@given(EVENTS)
def test_limits_hold_and_nothing_is_lost(events: list[tuple[float, str, str]]) -> None:
    limiter = NoticeLimiter()
    now, last = 0.0, float("-inf")
    told_at: dict[tuple[str, str], float] = {}
    told = 0
    for pause, link, code in events:
        now += pause
        limiter.note(link, code)
        notices, more = limiter.take(now)
        assert more == 0
        if notices:
            assert now - last >= BETWEEN_SECONDS - _ROUNDING
            last = now
        for notice in notices:
            kind = notice.link, notice.code
            assert now - told_at.get(kind, float("-inf")) >= AGAIN_SECONDS - _ROUNDING
            told_at[kind] = now
            told += notice.count
    while (due := limiter.due_at()) is not None:
        told += sum(notice.count for notice in limiter.take(due)[0])
    assert told == len(events)

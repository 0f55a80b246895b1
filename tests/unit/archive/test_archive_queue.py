"""What waits for the archive, in which order, and for how long."""

import pytest

from hl7capture.archive import pauses, queue
from hl7capture.archive.pauses import Pauses
from hl7capture.archive.queue import MOST, Queue


def taken(waiting: Queue) -> list[str]:
    found = []
    while (name := waiting.take()) is not None:
        found.append(name)
    return found


def test_oldest_first_and_each_once() -> None:
    waiting = Queue()
    waiting.add("c")
    waiting.fill(["a", "b", "c"])
    waiting.add("a")
    assert len(waiting) == 3
    assert taken(waiting) == ["a", "b", "c"]
    assert len(waiting) == 0


def test_what_was_put_back_is_next() -> None:
    waiting = Queue()
    waiting.fill(["a", "b", "c"])
    names = [waiting.take() or "", waiting.take() or ""]
    waiting.put_back(names)
    assert taken(waiting) == ["a", "b", "c"]


def test_after_a_failure_few_go_together_and_then_more_again() -> None:
    waiting = Queue()
    assert waiting.most == MOST
    waiting.failed(["a", "b"])
    assert waiting.most == 1
    for most in (2, 4, 8, 16, 32, 64, 128, MOST, MOST):
        waiting.done([])
        assert waiting.most == most


def test_one_that_fails_again_and_again_keeps_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(queue.time, "monotonic", lambda: now[0])
    waiting = Queue()
    waiting.fill(["bad", "good"])
    for _ in range(3):
        assert waiting.take() == "bad"
        waiting.failed(["bad"])
    assert waiting.take() == "good"
    assert waiting.take() is None
    assert len(waiting) == 1  # it still waits
    waiting.fill(["bad"])  # the folder was looked through meanwhile
    assert waiting.take() is None
    now[0] += 3601
    assert waiting.take() == "bad"
    waiting.failed(["bad"])
    waiting.add("bad")  # it has changed
    assert waiting.take() == "bad"


def test_findings_stay_until_they_are_sent() -> None:
    waiting = Queue()
    codes = (("clock", "note"),)
    waiting.add("a", codes)
    assert waiting.take() == "a"
    assert waiting.codes_of("a") == codes
    waiting.add("a", (("gap", "error"),))  # judged anew while it was on its way
    waiting.done(["a"])
    assert waiting.codes_of("a") == (("gap", "error"),)
    assert taken(waiting) == ["a"]
    waiting.done(["a"])
    assert waiting.judged() == []


def test_pauses_grow_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses.random, "uniform", lambda low, high: (low + high) / 2)
    tries = Pauses()
    assert [tries.next() for _ in range(11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    tries.over()
    assert tries.next() == 1
    monkeypatch.undo()
    assert all(0.75 <= Pauses().next() <= 1.25 for _ in range(100))

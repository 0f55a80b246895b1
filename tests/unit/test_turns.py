"""The window's turn."""

import os
import sys
import threading

import pytest

from hl7capture import turns as module
from hl7capture.turns import Turns, behind_window, step_back, without_python


@pytest.fixture
def turns() -> Turns:
    """With a window whose thread is this one."""
    made = Turns()
    made.on_last = lambda: None
    made.end()
    return made


def worker(turns: Turns, steps: list[int]) -> threading.Thread:
    def work() -> None:
        for step in range(3):
            turns.give_way()
            steps.append(step)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_others_wait_until_the_window_has_done(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST", 60.0)
    steps: list[int] = []
    turns.begin()
    turns.begin()
    turns.give_way()  # the window does not wait for itself
    thread = worker(turns, steps)
    thread.join(0.05)
    assert steps == []
    turns.end()
    thread.join(10)
    assert steps == [0, 1, 2]


def test_window_that_never_ends_does_not_stop_the_others(turns: Turns) -> None:
    steps: list[int] = []
    turns.begin()
    worker(turns, steps).join(10)
    assert steps == [0, 1, 2]


def test_who_sends_the_window_something_begins_its_turn(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST", 60.0)
    asked: list[bool] = []
    turns.on_last = lambda: asked.append(True)
    turns.call()
    assert asked == [True]
    steps: list[int] = []
    thread = worker(turns, steps)
    thread.join(0.05)
    assert steps == []
    turns.end()
    thread.join(10)


def test_without_a_window_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST", 60.0)
    turns = Turns()
    turns.begin()
    turns.call()
    steps: list[int] = []
    worker(turns, steps).join(10)
    assert steps == [0, 1, 2]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all threads stay alike")
def test_a_thread_that_steps_back_has_less_of_the_processor() -> None:
    nice: list[int] = []

    def work() -> None:
        for _ in range(2):
            step_back()
            nice.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    ours = os.getpriority(os.PRIO_PROCESS, 0)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert nice == [ours + 5] * 2
    assert os.getpriority(os.PRIO_PROCESS, 0) == ours


@pytest.fixture
def choices(monkeypatch: pytest.MonkeyPatch) -> list[frozenset[int]]:
    """What a thread may run on before, in the midst of, and after two times of work behind the window."""
    monkeypatch.setattr(module.turns, "on_last", lambda: None)
    seen: list[frozenset[int]] = []

    def look() -> None:
        seen.append(frozenset(os.sched_getaffinity(0)))

    def work() -> None:
        for _ in range(2):
            look()
            with behind_window():
                look()
                with without_python():
                    look()
                look()
        look()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    return seen


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread runs where it likes")
def test_who_works_behind_the_window_shares_one_processor(choices: list[frozenset[int]]) -> None:
    everywhere, shared = choices[:2]
    assert choices == [*[everywhere, shared, everywhere, shared] * 2, everywhere]
    assert everywhere == os.sched_getaffinity(0)
    assert len(shared) == 1
    assert shared <= everywhere


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread runs where it likes")
def test_processor_that_was_taken_away_keeps_nobody_from_working(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.turns, "on_last", lambda: None)
    monkeypatch.setattr(module, "_PROCESSORS", [100_000])
    before = os.sched_getaffinity(0)
    with behind_window():
        assert os.sched_getaffinity(0) == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread runs where it likes")
def test_without_a_window_everybody_runs_everywhere() -> None:
    before = os.sched_getaffinity(0)
    with behind_window():
        assert os.sched_getaffinity(0) == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread runs where it likes")
def test_thread_goes_back_when_the_window_goes_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.turns, "on_last", lambda: None)
    before = os.sched_getaffinity(0)
    with behind_window():
        monkeypatch.setattr(module.turns, "on_last", None)
    after = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before)
    assert after == before

"""The window's turn."""

import threading

from hl7capture.turns import give_way, window_at_work


def worker(steps: list[int], go_on: threading.Event) -> threading.Thread:
    def work() -> None:
        go_on.wait()
        for step in range(3):
            give_way()
            steps.append(step)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_others_go_on_as_soon_as_the_window_has_done() -> None:
    steps: list[int] = []
    go_on = threading.Event()
    thread = worker(steps, go_on)
    with window_at_work():
        with window_at_work():
            pass  # the outer one goes on
        give_way()  # the window does not wait for itself
        go_on.set()
    thread.join(10)
    assert steps == [0, 1, 2]


def test_window_that_never_ends_does_not_stop_the_others() -> None:
    steps: list[int] = []
    go_on = threading.Event()
    go_on.set()
    with window_at_work():
        thread = worker(steps, go_on)
        thread.join(10)
        assert steps == [0, 1, 2]


def test_work_that_fails_gives_the_turn_back() -> None:
    try:
        with window_at_work():
            raise ValueError
    except ValueError:
        pass
    go_on = threading.Event()
    go_on.set()
    steps: list[int] = []
    worker(steps, go_on).join(10)
    assert steps == [0, 1, 2]

"""A broken disk is told when it breaks, once a minute, and when it is well again; never with every session."""

import logging

import pytest

from hl7capture.store.trouble_log import TroubleLog

FULL, GONE = "The disk is full. Make room.", "The folder is gone."


class Told:
    """A trouble log with a clock of its own, and the lines it wrote."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.now = 1000.0
        self._caplog = caplog
        self.log = TroubleLog(logging.getLogger("disk"), "Sessions cannot be saved", "Sessions are saved", self._clock)

    def _clock(self) -> float:
        return self.now

    def fails(self, times: int, reason: str = FULL, every: float = 0.01) -> None:
        for number in range(times):
            self.now += every
            self.log.failed(f"session {number}", reason)

    @property
    def lines(self) -> list[str]:
        lines = [record.getMessage() for record in self._caplog.records]
        self._caplog.clear()
        return lines


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    return Told(caplog)


def test_the_beginning_and_the_end_are_told(told: Told) -> None:
    told.fails(3000)
    assert told.lines == [f"Sessions cannot be saved (the first: session 0): {FULL}"]
    told.log.over()
    told.log.over()
    assert told.lines == ["Sessions are saved again; they were not, 3,000 times"]


def test_while_it_lasts_it_is_told_once_a_minute(told: Told) -> None:
    told.fails(600, every=1.0)
    lines = told.lines
    assert len(lines) == 10
    assert lines[1] == f"Sessions cannot be saved still (61 times so far, the latest: session 60): {FULL}"


def test_another_reason_is_told_at_once_but_each_only_once(told: Told) -> None:
    for _ in range(500):
        told.fails(1, FULL)
        told.fails(1, GONE)
    assert [line.rsplit("): ", 1)[1] for line in told.lines] == [FULL, GONE]
    for number in range(100):
        told.fails(1, f"Reason {number}.")
    assert len(told.lines) < 10


def test_what_comes_and_goes_begins_once_a_minute(told: Told) -> None:
    for _ in range(1000):
        told.fails(1, every=0.12)
        told.log.over()
    assert len(told.lines) <= 2 * 3


def test_after_a_quiet_minute_it_begins_anew(told: Told) -> None:
    told.fails(1)
    told.log.over()
    told.now += 61
    told.fails(1)
    assert told.lines[-1] == f"Sessions cannot be saved (the first: session 0): {FULL}"

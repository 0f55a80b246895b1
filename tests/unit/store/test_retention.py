"""What has expired, and whether the clock is to be believed; no disk."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.session_summary import SessionSummary
from hl7capture.store import clock
from hl7capture.store.listing import Listed
from hl7capture.store.retention import CleanUp, expired
from hl7capture.store.scanning import StoredFile
from tests.support.stored import DAY_MS, NOON, session_of

TIMES = st.floats(0, 4e12) | st.integers(0, 4_000_000_000_000)


def listed(number: int, until: float | None, *, pinned: bool = False) -> Listed:
    summary: SessionSummary = summary_of(session_of(number, persisted_until=until, pinned=pinned))
    return Listed(StoredFile(f"{summary.session_id}.json", 1000 + number, 0), summary)


@given(st.lists(st.tuples(st.none() | TIMES, st.booleans())), TIMES)
def test_exactly_what_is_over_and_not_kept_has_expired(sessions: list[tuple[float | None, bool]], now: float) -> None:
    all_ = [listed(number, until, pinned=pinned) for number, (until, pinned) in enumerate(sessions)]
    gone = list(expired(all_, now))
    for entry, (until, pinned) in zip(all_, sessions, strict=True):
        assert (entry in gone) == (until is not None and until < now and not pinned)
    assert [entry for entry in all_ if entry in gone] == gone
    later = {entry.file.name for entry in expired(all_, now + DAY_MS)}
    assert {entry.file.name for entry in gone} <= later  # nothing comes back with time


def test_summary_of_a_clean_up() -> None:
    done = CleanUp()
    for number in (5, 2, 9):
        done.add(listed(number, 1.0))
    assert (done.files, done.size) == (3, 3016)
    assert (done.oldest, done.newest) == (NOON + 2000, NOON + 9000)


@pytest.mark.parametrize(
    ("days", "is_doubted"),
    [(0, False), (-0.001, False), (-0.1, True), (-400, True), (1, False), (364, False), (366, True), (40_000, True)],
)
def test_clock_that_jumped_is_doubted(days: float, is_doubted: bool) -> None:
    assert bool(clock.doubt(NOON + days * DAY_MS, NOON)) == is_doubted
    assert clock.doubt(NOON + days * DAY_MS, None) == ""


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_any_two_times_have_an_answer(now: float, last: float) -> None:
    assert isinstance(clock.doubt(now, last), str)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"time": "x"}', b"\xff"])
def test_memory_that_cannot_be_read_is_none(content: bytes, tmp_path: Path) -> None:
    assert clock.last_time(tmp_path) is None
    (tmp_path / clock.FILE).write_bytes(content)
    assert clock.last_time(tmp_path) is None
    clock.remember(tmp_path, NOON)
    assert clock.last_time(tmp_path) == NOON


def test_files_are_compared_by_all_that_the_folder_tells() -> None:
    file = StoredFile("2026/x.json", 1, 2)
    assert file.stem == "x"
    assert file != replace(file, time=3)

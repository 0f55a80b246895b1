"""Numbers, sizes, times and dates in the words of three places."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from hl7capture.hl7.statistics.series import DAY as DAY_MS
from hl7capture.hl7.statistics.series import HOUR, MINUTE, SECOND
from hl7capture.ui.dashboard import words
from hl7capture.ui.locale_words import (
    date_text,
    duration_text,
    moment_text,
    number_text,
    since_text,
    size_text,
    weekday_text,
)

DAY = date(2026, 11, 1)
MOMENT = datetime(2026, 11, 1, 7, 5, 9, 123_000).astimezone().timestamp() * 1000


@pytest.fixture
def speak() -> Iterator[Callable[[str], None]]:
    before = QLocale()
    yield lambda name: QLocale.setDefault(QLocale(name))
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("name", "number", "size", "duration", "since", "day"),
    [
        ("C", "1,234,567", "1.2 kB", "3.4 s", "0.130 ms", "2026-11-01"),
        ("en_US", "1,234,567", "1.2 kB", "3.4 s", "0.130 ms", "11/1/2026"),
        ("de_DE", "1.234.567", "1,2 kB", "3,4 s", "0,130 ms", "01.11.2026"),
    ],
)
def test_each_place_has_its_own(
    speak: Callable[[str], None], name: str, number: str, size: str, duration: str, since: str, day: str
) -> None:
    speak(name)
    assert number_text(1_234_567) == number
    assert size_text(1234) == size
    assert duration_text(3400) == duration
    assert since_text(0.13) == since
    assert date_text(DAY) == day
    assert moment_text(MOMENT, MOMENT) == "07:05:09.123"
    assert moment_text(MOMENT, MOMENT + DAY_MS) == f"{day} 07:05:09.123"
    assert moment_text(MOMENT, MOMENT, has_milliseconds=False) == "07:05:09"


@pytest.mark.parametrize(
    ("name", "rates", "weekday"),
    [
        ("C", ["1,234/s", "3.4/min", "0.056/h"], "Sun, 1 Nov"),
        ("en_US", ["1,234/s", "3.4/min", "0.056/h"], "Sun, Nov 1"),
        ("de_DE", ["1.234/s", "3,4/min", "0,056/h"], "So., 1. Nov."),
        ("ja_JP", ["1,234/s", "3.4/min", "0.056/h"], "11月1日日"),
    ],
)
def test_the_dashboard_writes_as_everybody_else(
    speak: Callable[[str], None], name: str, rates: list[str], weekday: str
) -> None:
    speak(name)
    heard = ((1234, SECOND), (3.4 / 60, MINUTE), (0.056 / 3600, HOUR))
    assert [words.rate_text(rate, unit) for rate, unit in heard] == rates
    assert weekday_text(DAY) == weekday


def test_nothing_in_the_window_sets_its_own_commas() -> None:
    files = Path(words.__file__).parent.parent.rglob("*.py")
    assert not [path.name for path in files if re.search(r":,[.}]", path.read_text(encoding="utf-8"))]


def test_units_grow_with_the_number(speak: Callable[[str], None]) -> None:
    speak("C")
    assert [size_text(n) for n in (240, 5_600_000, 7_000_000_000)] == ["240 B", "5.6 MB", "7.0 GB"]
    assert [duration_text(ms) for ms in (0.25, 12, 125_000)] == ["250 µs", "12 ms", "2 min 05 s"]
    assert [since_text(ms) for ms in (0, 999.9, 2045)] == ["0.000 ms", "999.900 ms", "2.045 s"]


@given(st.floats())
def test_no_time_of_a_document_is_too_odd(unix_ms: float) -> None:
    assert moment_text(unix_ms)
    assert duration_text(unix_ms)

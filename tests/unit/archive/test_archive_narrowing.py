"""Which part of a filter an index is asked for, and in what time."""

import pytest

from hl7capture.archive.narrowing import Interval, interval_of, narrowed
from hl7capture.hl7.filter.parser import parse

DAY = 86_400_000.0
NOON = 1_795_262_400_000.0  # 2026-11-21T12:00Z


@pytest.mark.parametrize(
    ("text", "looked_up"),
    [
        ("glucose", ["%glucose%", "%glucose%"]),
        ("glucose 4711", ["%4711%", "%4711%"]),  # digits are rarer
        ("PID-3.1 = 4711 and type = ORU", [["4711", "\x1a"]]),
        ("PID-3 = 4711", [["4711", "\x1a"]]),
        ('PID-3 = "4711^^^LAB"', ["%4711^^^lab%"]),
        ("OBX[*]-5 ~ 100%", ["%100\\%%"]),
        ("control in (A1, B2)", [["a1", "b2", "\x1a"]]),
        ("device = 10.0.0.0/24", ["10.0.0.0/24"]),
        ("glucose or control = M1", ["%glucose%", "%glucose%", ["m1", "\x1a"]]),
        ("id = 20261121t101530.123z-5f1c9a2e", [["20261121T101530.123Z-5f1c9a2e"]]),
    ],
)
def test_the_rarest_is_looked_up(text: str, looked_up: list[object]) -> None:
    first = narrowed(parse(text))[0]
    assert list(first.values.by_name.values()) == looked_up
    assert all(f"%({name})s" in first.query for name in first.values.by_name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab",
        "not glucose",
        "glucose or messages > 3",
        "text ~ /glucose/",
        "OBX-5 > 5",
        "lis = 10.0.0.1",
        "ack != AA",
    ],
)
def test_where_no_index_helps(text: str) -> None:
    assert narrowed(parse(text)) == []


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("time >= 2026-11-21T12:00Z", Interval(NOON, None)),
        ("time < 2026-11-21T12:00Z and glucose", Interval(None, NOON + 60_000)),
        ("time = 2026-11-21T12:00Z", Interval(NOON, NOON + 60_000)),
        (
            "time in (2026-11-21T12:00Z, 2026-11-22T12:00Z) and time > 2026-11-20T12:00Z",
            Interval(NOON, NOON + DAY + 60_000),
        ),
        ("time >= 2026-11-21T12:00Z or glucose", Interval()),
        ("not time >= 2026-11-21T12:00Z", Interval()),
        ("time != 2026-11-21T12:00Z", Interval()),
        ("time exists", Interval()),
    ],
)
def test_when_it_must_have_begun(text: str, interval: Interval) -> None:
    assert interval_of(parse(text)) == interval

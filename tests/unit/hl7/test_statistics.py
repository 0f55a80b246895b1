"""Messages, latencies and findings in bins of time."""

import random
from collections import Counter
from itertools import pairwise
from math import ceil, isnan

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hl7capture.hl7.findings.judgement import judge
from hl7capture.hl7.session_summary import summary_of
from hl7capture.hl7.statistics import series as module
from hl7capture.hl7.statistics.latency import LARGEST_ERROR, LEAST, MOST, bucket_of, counted, latency_of, percentile
from hl7capture.hl7.statistics.series import (
    DAY,
    HOUR,
    MINUTE,
    MOST_BINS,
    OTHER,
    SECOND,
    WIDTHS,
    Link,
    Series,
    Statistics,
    Totals,
    width_for,
)
from hl7capture.model.elements import Framing
from hl7capture.model.session_summary import SessionSummary
from hl7capture.model.settings import Settings
from tests.support.engine import sessions_of
from tests.support.speech import answer, astm_transfer, mllp, oru
from tests.support.wire import conversation, pcap

NOON = 1_795_255_200_000.0
LINK = Link("10.0.0.5", "10.1.0.1", 2575)


def summary(start: float, length: float = 0, link: Link = LINK, **values: object) -> SessionSummary:
    made = SessionSummary(
        "id", 1, "probe", "eth0", link.device_ip, 40000, link.lis_ip, link.lis_port, Framing.MLLP, start, start + length
    )
    for name, value in {"kinds": (("ORU^R01", 1), ("ACK", 1)), **values}.items():
        setattr(made, name, value)
    return made


kinds = st.lists(st.tuples(st.sampled_from(["ORU^R01", "ACK", "ADT^A01"]), st.integers(1, 50)), max_size=3).map(
    lambda pairs: tuple(dict(pairs).items())
)
latencies = st.dictionaries(st.integers(0, 227), st.integers(1, 9), max_size=4).map(
    lambda counts: (("ORU^R01", tuple(counts.items())),)
)
codes = st.sampled_from([None, (), (("ack-missing", "error"),), (("ack-late", "warning"), ("clock", "note"))])
summaries = st.lists(
    st.builds(
        lambda start, length, device, **values: summary(
            NOON + start, length, Link(f"10.0.0.{device}", "10.1.0.1", 2575), **values
        ),
        st.floats(0, 2 * HOUR),
        st.floats(0, 2 * HOUR),
        st.integers(1, 3),
        kinds=kinds,
        latencies=latencies,
        findings=codes,
    ),
    max_size=12,
)


def whole(statistics: Statistics) -> tuple[Series, Totals]:
    """Everything, so that two of them can be compared; nan is not what it equals."""
    series = statistics.series(begin=NOON, end=NOON + 5 * HOUR)
    clean = [[None if isnan(value) else value for value in values] for values in (series.p50, series.p95)]
    return Series(series.begin, series.width, series.rate, *clean, series.findings), statistics.totals()  # type: ignore[arg-type]


# -- latencies -----------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(LEAST, MOST), min_size=1), st.floats(0, 1))
def test_percentiles_are_right_within_a_bucket(values: list[float], share: float) -> None:
    exact = sorted(values)[max(1, ceil(share * len(values))) - 1]
    told = percentile(counted(values), share)
    assert told == pytest.approx(exact, rel=LARGEST_ERROR + 1e-9)


@given(st.lists(st.floats(LEAST, MOST)), st.lists(st.floats(LEAST, MOST)))
def test_counts_of_latencies_are_added(one: list[float], other: list[float]) -> None:
    assert dict(Counter(counted(one)) + Counter(counted(other))) == counted(one + other)


@given(st.floats())
def test_any_latency_has_a_bucket(value: float) -> None:
    assert LEAST <= latency_of(bucket_of(value)) <= MOST * (1 + LARGEST_ERROR)


def test_no_latencies_have_no_percentile() -> None:
    assert percentile({}, 0.5) is None


# -- bins ----------------------------------------------------------------------------------------------------------


def test_a_session_is_counted_in_the_bin_of_its_time() -> None:
    statistics = Statistics(MINUTE)
    statistics.add(summary(NOON, 100, kinds=(("ORU^R01", 6), ("ACK", 6)), findings=(("ack-late", "warning"),)))
    statistics.add(summary(NOON + 2 * MINUTE, latencies=(("ORU^R01", ((bucket_of(100), 1),)),)))
    series = statistics.series()
    assert (series.begin, series.width) == (NOON, MINUTE)
    assert series.rate == [6 / 60, 0, 1 / 60]  # acknowledgements are not counted
    assert statistics.series(kind="ACK").rate == [6 / 60, 0, 1 / 60]
    assert series.findings["warning"] == [1, 0, 0]
    assert [isnan(value) for value in series.p50] == [True, True, False]
    assert series.p95[2] == pytest.approx(100, rel=LARGEST_ERROR)
    totals = statistics.totals()
    assert (totals.messages, totals.answers, totals.codes) == (7, 1, [(("ack-late", "warning"), 1)])
    assert statistics.kinds == ["ORU^R01", "ACK"]


def test_a_long_session_is_spread_over_its_time() -> None:
    statistics = Statistics(MINUTE)
    statistics.add(summary(NOON, 4 * MINUTE, kinds=(("ORU^R01", 8),)))
    assert statistics.series().rate == [2 / 60] * 4


def test_links_and_kinds_are_told_apart() -> None:
    other = Link("10.0.0.6", "10.1.0.1", 2575)
    statistics = Statistics(MINUTE)
    statistics.add(summary(NOON, findings=(("clock", "note"),)))
    statistics.add(summary(NOON, link=other, kinds=(("ADT^A01", 3),)))
    assert statistics.links == [LINK, other]
    assert statistics.totals(LINK).messages == 1
    assert statistics.totals(other).messages == 3
    assert statistics.totals(None, "ADT^A01").messages == 3
    assert statistics.totals(None, "ADT^A01").codes == []
    assert statistics.totals(None, "ORU^R01").codes == statistics.totals().codes == [(("clock", "note"), 1)]


@given(summaries, summaries)
def test_merging_is_adding(one: list[SessionSummary], other: list[SessionSummary]) -> None:
    together, first, second = (Statistics(5 * MINUTE, since=NOON, until=NOON + 6 * HOUR) for _ in range(3))
    for session in one:
        first.add(session)
        together.add(session)
    for session in other:
        second.add(session)
        together.add(session)
    first.merge(second)
    assert whole(first) == whole(together)


@given(summaries, summaries)
def test_what_is_taken_out_was_never_there(stay: list[SessionSummary], go: list[SessionSummary]) -> None:
    one, other = (Statistics(5 * MINUTE, since=NOON, until=NOON + 6 * HOUR) for _ in range(2))
    for session in go + stay:
        one.add(session)
    for session in go:
        one.add(session, -1)
    for session in stay:
        other.add(session)
    assert whole(one) == whole(other)


@given(summaries)
def test_nothing_is_lost_where_bins_grow_wider(sessions: list[SessionSummary]) -> None:
    narrow, wide = Statistics(SECOND, most_bins=4), Statistics(HOUR)
    for session in sessions:
        narrow.add(session)
        wide.add(session)
    assert narrow.totals() == wide.totals()
    series = narrow.series()
    assert len(series.rate) <= 4
    assert sum(series.rate) * series.width / SECOND == pytest.approx(narrow.totals().messages)


@example(0.0, 253_402_300_799_000.0, SECOND)
@example(253_402_300_799_000.0, 253_402_300_799_000.0, 3640 * DAY)
@given(st.floats(), st.floats(), st.sampled_from(WIDTHS))
def test_any_time_is_taken(start: float, end: float, width: int) -> None:
    statistics = Statistics(width, most_bins=100)
    session = summary(NOON)
    session.start_time, session.end_time = start, end
    statistics.add(session)
    statistics.add(summary(NOON))
    assert statistics.totals().messages >= 1
    assert len(statistics.series().rate) <= 100


def test_only_the_range_is_counted() -> None:
    statistics = Statistics(MINUTE, since=NOON, until=NOON + HOUR)
    statistics.add(summary(NOON - HOUR, 2 * HOUR, kinds=(("ORU^R01", 120),)))
    statistics.add(summary(NOON - 1))
    statistics.add(summary(NOON + HOUR))
    assert statistics.totals().messages == 60
    assert statistics.width == MINUTE


def test_live_bins_are_forgotten() -> None:
    statistics = Statistics(SECOND)
    for second in range(10):
        statistics.add_message(LINK, "ORU^R01", NOON + second * SECOND)
        statistics.add_latency(LINK, "ORU^R01", NOON + second * SECOND, 9)
    statistics.forget_before(NOON + 5 * SECOND)
    statistics.add_message(LINK, "ORU^R01", NOON)  # came too late
    assert (statistics.totals().messages, statistics.totals().answers) == (5, 5)


def test_room_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_CELLS", 200)
    monkeypatch.setattr(module, "_MOST_LINKS", 20)
    statistics = Statistics(SECOND)
    chance = random.Random(0)
    for number in range(5000):
        link = Link(f"10.0.{number % 250}.{number % 240}", "10.1.0.1", chance.randrange(65536))
        statistics.add_message(link, f"Z{chance.randrange(999)}", NOON + chance.randrange(300) * SECOND)
    assert statistics.totals().messages == 5000
    assert len(statistics.links) == 21
    assert statistics.links[-1] is OTHER
    assert len(statistics.kinds) <= 41
    assert statistics.width > SECOND


@pytest.mark.parametrize(("time", "width"), [(HOUR, 10 * SECOND), (DAY, 5 * MINUTE), (7 * DAY, 30 * MINUTE)])
def test_widths_of_ranges(time: int, width: int) -> None:
    assert width_for(time) == width
    assert time / width < MOST_BINS


def test_widths_divide_each_other() -> None:
    assert all(wider % width == 0 for width, wider in pairwise(WIDTHS))


# -- of sessions ---------------------------------------------------------------------------------------------------


def test_the_summary_of_a_judged_session_knows_its_latencies() -> None:
    (session,) = sessions_of(pcap(conversation((0, mllp(oru("1"))), (1, mllp(answer("1")))).segments))
    assert summary_of(session).latencies is None
    assert judge(session, None, Settings())
    assert summary_of(session).latencies == (("ORU^R01", ((bucket_of(1.0), 1),)),)
    assert not judge(session, None, Settings())


def test_each_frame_has_its_answer() -> None:
    (session,) = sessions_of(pcap(conversation(*astm_transfer()).segments))
    judge(session, None, Settings())
    ((kind, counts),) = session.latencies or ()
    frames = sum(element.type == "frame" for element in session.elements)
    assert (kind, sum(number for _, number in counts)) == ("Result", frames)

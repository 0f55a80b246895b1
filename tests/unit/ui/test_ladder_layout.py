"""Where everything of a session stands in the ladder."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.capture.engine import Engine
from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.model.elements import Direction, Element, ElementType, Framing
from hl7capture.model.events import SessionCompleted, SessionOpened
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.ui.ladder.layout import Layout, Row, Sizes
from hl7capture.ui.ladder.marks import Mark, Marks
from hl7capture.ui.ladder.scale import space_of
from tests.support.engine import sessions_of
from tests.support.sessions import complete, open_session
from tests.support.speech import ACK, ENQ, EOT, NAK, RECORDS, answer, astm_transfer, frame, mllp, oru
from tests.support.wire import Segment, conversation, pcap

SIZES = Sizes(tall=38, small=26)
Said = tuple[ElementType, Direction, int | None, float]

elements = st.lists(
    st.tuples(
        st.sampled_from(ElementType),
        st.sampled_from(Direction),
        st.none() | st.integers(0, 4),
        st.one_of(st.floats(0, 200), st.floats(0, 1e9), st.floats()),
    ),
    max_size=60,
)


def session_of(said: list[Said], framing: Framing = Framing.ASTM) -> Session:
    session = open_session()
    session.framing = framing
    session.messages += ["H|\\^&\rL|1"] * 5
    time = session.start_time
    for number, (kind, direction, message, since) in enumerate(said):
        time += since
        session.elements.append(Element(number, time, direction, kind, b"\x021H\x03", message))
    return complete(session)


def laid_out(session: Session, *, unfolded: bool = False) -> Layout:
    layout = Layout(session, SIZES)
    layout.grow()
    if unfolded:
        layout.unfold_all()
    return layout


def all_rows(layout: Layout) -> list[Row]:
    return list(layout.rows(0, layout.height + 1))


def spans(layout: Layout) -> list[range]:
    """Which elements each row stands for; the row above unfolded frames stands for none."""
    return [
        range(row.number, row.number + (0 if row.frames.is_open else len(row.frames)) if row.frames else row.number + 1)
        for row in all_rows(layout)
    ]


def everything(layout: Layout) -> str:
    """As text, for what is no number is not even equal to itself."""
    times = [layout.answer_times.of(number) for number in range(layout.count)]
    return repr([all_rows(layout), layout.height, layout.silences, times])


@given(elements, st.booleans())
def test_every_element_has_one_place_in_the_order_of_its_coming(said: list[Said], unfolded: bool) -> None:
    layout = laid_out(session_of(said), unfolded=unfolded)
    assert [number for span in spans(layout) for number in span] == list(range(len(said)))
    rows = all_rows(layout)
    assert all(above.bottom == below.top - below.space for above, below in pairwise(rows))
    if rows:
        assert rows[0].top == 0
        assert rows[-1].bottom == layout.height
    for row in rows:
        assert layout.place_at(row.top) == layout.place_at(row.bottom - 1) == row.place
        assert layout.place_of(row.number, is_whole=row.place.inner is None) == row.place
    for above, below in pairwise(row.place for row in rows):
        assert layout.after(above) == below
        assert layout.before(below) == above
    if rows:
        assert (layout.first(), layout.last()) == (rows[0].place, rows[-1].place)
        assert layout.before(layout.first()) is layout.after(layout.last()) is None


@given(elements, st.lists(st.integers(0, 40), max_size=8))
def test_unfolding_and_folding_again_changes_nothing(said: list[Said], steps: list[int]) -> None:
    layout = laid_out(session_of(said))
    before = everything(layout)
    folded = layout.height
    heights = []
    for step in dict.fromkeys(steps):
        if layout.unfold(step):
            frames = layout.frames_of(step)
            assert frames is not None
            heights.append(frames.height)
    assert layout.height == folded + sum(heights)
    layout.unfold_all()
    assert len(all_rows(layout)) == layout.steps + sum(len(r.frames) for r in all_rows(layout) if r.frames)
    layout.unfold_all(is_open=False)
    assert everything(layout) == before


@given(elements, st.lists(st.integers(1, 7)), st.booleans())
def test_what_grows_looks_as_what_was_there_at_once(said: list[Said], pieces: list[int], unfolded: bool) -> None:
    session = session_of(said)
    whole = laid_out(session, unfolded=unfolded)
    growing = replace(session, elements=[])
    layout = Layout(growing, SIZES, whole.unfolded)
    for piece in pieces:
        growing.elements += session.elements[len(growing.elements) : len(growing.elements) + piece]
        assert layout.grow()
    growing.elements += session.elements[len(growing.elements) :]
    while not layout.grow(most=3):
        pass
    assert everything(layout) == everything(whole)


turns = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 1), st.sampled_from([ENQ, ACK, NAK, EOT])),
        st.builds(
            lambda number, record, is_last: (0, frame(number, record, is_last)),
            st.integers(0, 7),
            st.sampled_from(RECORDS),
            st.booleans(),
        ),
    ),
    max_size=25,
)


@given(turns, st.sampled_from([0, 200]))
def test_frames_that_leave_their_message_are_laid_out_again(said: list[tuple[int, bytes]], step: int) -> None:
    """What an open session looked like does not show in the end, whatever was refused in it."""
    data = pcap(conversation((0, ENQ), *said).segments)
    engine = Engine(Settings(), probe="lab-pc-3", source="test")
    layouts: dict[str, Layout] = {}
    for at in range(0, len(data), step or 60):
        for event in engine.feed(data[at : at + (step or 60)]):
            if isinstance(event, SessionOpened):
                layouts[event.session.session_id] = Layout(event.session, SIZES)
        for layout in layouts.values():
            layout.grow()
    for event in engine.finish():
        if isinstance(event, SessionCompleted):
            layouts.setdefault(event.session.session_id, Layout(event.session, SIZES))
    for layout in layouts.values():
        layout.grow()
        assert everything(layout) == everything(laid_out(layout.session))


def test_frames_and_what_was_answered_are_one_row() -> None:
    (session,) = sessions_of(pcap(conversation(*astm_transfer()).segments))
    layout = laid_out(session)
    rows = all_rows(layout)
    assert [row.height for row in rows] == [26, 26, 38, 26]  # ENQ, ACK, the message, EOT
    frames = rows[2].frames
    assert frames is not None
    assert (frames.frames, frames.acks, frames.naks, len(frames)) == (4, 4, 0, 8)
    assert frames.slowest == pytest.approx(1)
    assert layout.unfold(2)
    assert not layout.unfold(2)
    assert [row.number for row in all_rows(layout)] == [0, 1, 2, *range(2, 10), 10]


def test_what_comes_between_the_frames_is_seen() -> None:
    (session,) = sessions_of(pcap(conversation(*astm_transfer()[:6], (1, b"?"), *astm_transfer()[6:]).segments))
    other = next(element.id for element in session.elements if element.type is ElementType.OTHER)
    rows = all_rows(laid_out(session))
    assert other in [row.number for row in rows]
    runs = [row.frames for row in rows if row.frames]
    assert [run.is_continued for run in runs] == [False, True]


def test_answers_say_how_long_they_took() -> None:
    said = ((0, mllp(oru("1"))), (0, mllp(oru("2"))), (1, mllp(answer("2"))), (1, mllp(answer("1", "AE"))))
    (session,) = sessions_of(pcap(conversation(*said).segments))
    times = laid_out(session).answer_times
    assert [times.of(number) is None for number in range(4)] == [True, True, False, False]
    second, first = times.of(2), times.of(3)
    assert second is not None
    assert first is not None
    assert (second.answered, first.answered) == (1, 0)
    assert (second.milliseconds, first.milliseconds) == (pytest.approx(1), pytest.approx(3))


def test_answers_without_their_question_have_no_time() -> None:
    segments: list[Segment] = conversation((1, mllp(answer("9"))), (0, mllp(oru("1")))).segments
    (session,) = sessions_of(pcap(segments))
    assert laid_out(session).answer_times.of(0) is None


@given(st.floats(), st.floats())
def test_more_time_never_takes_less_space(one: float, other: float) -> None:
    assert 0 <= space_of(one) <= 72
    if one <= other:
        assert space_of(one) <= space_of(other)


def test_short_times_take_no_space_and_long_ones_little() -> None:
    assert [space_of(ms) for ms in (-1, 0, 100, 1000, 10_000, 60_000, 3_600_000)] == [0, 0, 0, 12, 24, 33, 55]
    assert (space_of(math.inf), space_of(math.nan)) == (72, 0)


def test_silences_are_known() -> None:
    said = [(ElementType.MESSAGE, Direction.DEVICE_TO_LIS, 0, since) for since in (0, 9_999, 10_000, 5, 1e6)]
    assert laid_out(session_of(said, Framing.MLLP)).silences == [2, 4]


def finding(code: str, severity: Severity, *elements: int) -> Finding:
    return Finding(code, severity, "text", "advice", "id", 0.0, elements)


def test_marks_are_where_findings_are() -> None:
    session = open_session(elements=6)
    found = [
        finding("late", Severity.WARNING, 1, 3),
        finding("refused", Severity.ERROR, 3, 99),
        finding("elsewhere", Severity.NOTE),
        finding("ack-late", Severity.WARNING, 5),
    ]
    marks = Marks(session.elements, found)
    assert marks.by_number == {
        1: Mark(Severity.WARNING, ("late",)),
        3: Mark(Severity.ERROR, ("refused", "late")),
        5: Mark(Severity.WARNING, ("ack-late",)),
    }
    assert marks.late == {5}
    assert marks.among(0, 1) is None
    assert marks.among(0, 6) == Mark(Severity.ERROR, ("refused", "late", "ack-late"))
    assert marks.among(1, 2) == Mark(Severity.WARNING, ("late",))
    assert marks.among(4, 1) is None
    assert [marks.after(number) for number in (-1, 1, 5)] == [1, 3, None]
    assert [marks.before(number) for number in (6, 3, 1)] == [5, 1, None]


def test_ids_of_a_document_need_not_count_from_nought() -> None:
    session = open_session(elements=2)
    session.elements[:] = [element._replace(id=element.id + 40) for element in session.elements]
    assert list(Marks(session.elements, [finding("late", Severity.NOTE, 41)]).by_number) == [1]

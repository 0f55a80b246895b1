"""The list with more sessions than documents in memory: sorted, filtered, read when looked at."""

import random
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hl7capture.hl7.filter.evaluation import Filter
from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.events import SessionCompleted, SessionOpened
from hl7capture.model.session import EndReason
from hl7capture.store.settings_file import SettingsFile
from hl7capture.ui import held_documents, session_model
from hl7capture.ui.held_documents import HeldDocuments
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_model import DEVICE, DURATION, MESSAGES, NUMBER, START, STATE, SessionModel
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.unreadable_files import UnreadableFiles
from tests.support.stored import message_of, put, session_of


def is_right(shown: SessionFilter, model: SessionModel, column: int, *, ascending: bool, text: str) -> bool:
    """The filtered list is what sorting and filtering all rows at once would give."""
    wanted = Filter.of(text)
    rows = [row for row in model.rows() if wanted.decide(row.summary, row.document)]
    rows.sort(key=lambda row: (model.sort_key(row, column), row.session_id), reverse=not ascending)
    return [shown.row(n) for n in range(shown.rowCount())] == rows


FILTERS = ["", "open", "mrn-00000", '"2 × oru"', "closed 10.0.0.5", "nothing", "messages > 1 or PID-3 exists"]
STEPS = st.one_of(
    st.tuples(st.just("add"), st.lists(st.integers(0, 60), max_size=12)),
    st.tuples(st.just("grow"), st.integers(0, 60)),
    st.tuples(st.just("remove"), st.lists(st.integers(0, 60), max_size=6)),
    st.tuples(st.just("sort"), st.sampled_from([NUMBER, START, DEVICE, MESSAGES, DURATION, STATE])),
    st.tuples(st.just("turn"), st.booleans()),
    st.tuples(
        st.just("filter"),
        st.sampled_from(FILTERS),
    ),
    st.tuples(st.just("clear"), st.none()),
)


@given(st.lists(STEPS, max_size=15))
@settings(deadline=None)
def test_list_is_as_if_sorted_and_filtered_at_once(steps: list[tuple[str, object]]) -> None:
    model = SessionModel()
    shown = SessionFilter(model)
    tester = QAbstractItemModelTester(shown, QAbstractItemModelTester.FailureReportingMode.Fatal)
    column, ascending, text = START, True, ""
    opened = {number: session_of(number, end_reason=None) for number in range(0, 61, 2)}
    for step, value in steps:
        if step == "add":
            model.add(summary_of(session_of(n)) for n in value if n % 2)  # type: ignore[attr-defined]
            model.take(SessionOpened(opened[n]) for n in value if n % 2 == 0)  # type: ignore[attr-defined]
        elif step == "grow" and value in opened:
            opened[value].messages.append(message_of("GROWN"))  # type: ignore[index]
            opened[value].end_time += 700  # type: ignore[index]
            model.take([SessionOpened(opened[value])])  # type: ignore[index]
        elif step == "remove":
            model.remove([session_of(n).session_id for n in value])  # type: ignore[attr-defined]
        elif step in ("sort", "turn"):
            column, ascending = (value, ascending) if step == "sort" else (column, value)  # type: ignore[assignment]
            shown.sort(column, Qt.SortOrder.AscendingOrder if ascending else Qt.SortOrder.DescendingOrder)
        elif step == "filter":
            text = value  # type: ignore[assignment]
            shown.set_filter(Filter.of(text) if text else None)
        elif step == "clear":
            model.clear()
        model.flush()
        while shown._pending:
            shown._look_on()
        assert is_right(shown, model, column, ascending=ascending, text=text)
    assert tester is not None


def test_rows_scattered_all_over_are_put_in_their_places() -> None:
    model = SessionModel()
    shown = SessionFilter(model)
    numbers = list(range(400))
    random.Random(1).shuffle(numbers)
    model.add(summary_of(session_of(n)) for n in numbers[:200])
    model.add(summary_of(session_of(n)) for n in numbers[200:])
    assert [shown.row(n).summary.number for n in range(400)] == list(range(400))
    model.remove([session_of(n).session_id for n in range(0, 400, 2)])
    assert [shown.row(n).summary.number for n in range(200)] == list(range(1, 400, 2))


def test_what_cannot_be_looked_at_in_a_moment_is_looked_at_later(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_model, "_AT_ONCE", 3)
    monkeypatch.setattr(session_model, "_SLICE_SECONDS", 0.0)
    model = SessionModel()
    changed: list[int] = []
    model.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    messages = [message_of(f"MRN-{n}") for n in range(20)]
    model.take(SessionOpened(session_of(n, *messages, end_reason=None)) for n in range(4))
    model.flush()
    assert [row.summary.number for row in model.rows()] == [0, 1, 2, 3]  # all are there at once
    assert sum(row.summary.message_count for row in model.rows()) < 80
    qtbot.waitUntil(lambda: all(row.summary.kinds_text == "20 × ORU^R01" for row in model.rows()))
    assert set(changed) == {0, 1, 2, 3}
    assert [row.summary.size for row in model.rows()] == [summary_of(session_of(0, *messages)).size] * 4


def test_session_on_disk_before_the_list_has_seen_its_end_is_let_go_of() -> None:
    model = SessionModel()
    model.documents.most = 1
    for number in range(3):
        session = session_of(number, end_reason=None)
        model.take([SessionOpened(session)])
        model.flush()
        session.end_reason = EndReason.CLOSED
        model.take([SessionCompleted(session)])
        session.saved_at = 1.0
        model.session_saved(session)
    model.flush()
    assert [row.document is not None for row in model.rows()] == [False, False, True]


def held_row(number: int) -> SessionRow:
    session = session_of(number)
    return SessionRow(summary_of(session), session)


def test_documents_of_the_newest_stay_and_of_the_one_looked_at() -> None:
    held = HeldDocuments()
    held.most = 3
    rows = [held_row(n) for n in range(6)]
    held.looked_at = {rows[1]}
    for row in rows:
        held.hold(row)
    held.trim()
    assert [row.document is not None for row in rows] == [False, True, False, False, True, True]
    held.looked_at = set()
    held.most = 2
    held.trim()
    assert [row.document is not None for row in rows] == [False, False, False, False, True, True]


def test_documents_go_a_few_at_a_time() -> None:
    """Fifty sessions may end in the same moment; the window has its turn in between."""
    held = HeldDocuments()
    held.most = 1
    rows = [held_row(n) for n in range(4)]
    for row in rows:
        held.hold(row)
    turns = 0
    while not held.trim(until=0.0):
        turns += 1
        assert len(held) == 4 - turns
    assert turns == 3
    assert [row.document is not None for row in rows] == [False, False, False, True]


def test_documents_take_no_more_memory_than_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [held_row(n) for n in range(10)]
    monkeypatch.setattr(held_documents, "LARGEST_MEMORY", rows[0].summary.memory * 4)
    held = HeldDocuments()
    for row in reversed(rows):
        held.hold(row)
        held.trim()
    assert len(held) == 4
    assert [row.summary.number for row in rows if row.document is not None] == [6, 7, 8, 9]


class WatchedRow(SessionRow):
    """Can be referred to weakly."""


def test_documents_of_sessions_that_are_gone_are_not_kept_in_memory() -> None:
    held = HeldDocuments()
    rows = [WatchedRow(summary_of(session_of(n)), session_of(n)) for n in range(3)]
    watched = [weakref.ref(row) for row in rows]
    for row in rows:
        held.hold(row)
    for row in rows[:2]:
        held.forget(row)
    del row
    rows.clear()
    assert [ref() is not None for ref in watched] == [False, False, True]
    assert len(held) == 1


def test_a_session_that_comes_back_into_the_list_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [held_row(n) for n in range(4)]
    monkeypatch.setattr(held_documents, "LARGEST_MEMORY", rows[0].summary.memory * 3)
    held = HeldDocuments()
    for row in rows[:3]:
        held.hold(row)
    held.forget(rows[0])
    held.hold(rows[0])
    held.looked_at = {rows[1]}
    held.hold(rows[3])
    held.trim()
    assert [row.document is not None for row in rows] == [False, True, True, True]


def test_a_document_whose_summary_grows_is_counted_as_large_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long session is on disk before all slices of it were looked at."""
    rows = [held_row(n) for n in range(5)]
    limit = rows[0].summary.memory * 4
    monkeypatch.setattr(held_documents, "LARGEST_MEMORY", limit)
    held = HeldDocuments()
    held.hold(rows[4])
    rows[4].summary.size += limit
    held.forget(rows[4])  # no more than was counted of it
    for row in rows:
        held.hold(row)
    held.trim()
    assert [row.document is not None for row in rows] == [False] * 5

    rows = [held_row(n) for n in range(4)]
    for row in rows:
        held.hold(row)
    rows[3].summary.size += limit
    held.trim()
    assert len(held) == 4
    held.hold(rows[3])
    held.trim()
    assert len(held) == 0


@pytest.fixture
def many(output: Path, open_window: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    """A window over 120 sessions, of which it may hold 10."""
    for number in range(1, 121):
        put(output / "sessions", session_of(number))
    file = SettingsFile()
    file.save(file.load().settings.changed(maxSessionsInMemory=10))
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == 120 and len(window.model.documents) == 10)
    return window


def in_memory(window: MainWindow) -> set[int]:
    return {row.summary.number for row in window.model.rows() if row.document is not None}


def test_all_are_listed_and_the_newest_are_in_memory(many: MainWindow) -> None:
    assert in_memory(many) == set(range(111, 121))
    assert "Sessions 120" in many.status.sessions.text()
    assert not many.status.loading.isVisible()
    bar = many.table.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0  # it follows the newest


def test_older_session_is_read_when_it_is_looked_at(many: MainWindow, qtbot: QtBot) -> None:
    many.table.selectRow(4)
    qtbot.waitUntil(lambda: many.ladder.selected == 0)
    assert b"MRN-000005" in many.detail.hex.data
    assert 5 in in_memory(many)
    many.table.selectRow(7)
    qtbot.waitUntil(lambda: b"MRN-000008" in many.detail.hex.data)
    assert in_memory(many) == {5, 8, *range(113, 121)}  # what was shown before goes with the next that comes


def test_what_is_shown_stays_while_the_next_is_read(
    many: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    many.table.selectRow(4)
    qtbot.waitUntil(lambda: many.ladder.selected == 0)
    seen: list[object] = []
    monkeypatch.setattr(many.ladder, "show_session", lambda row: seen.append(row and row.summary.number))
    many.table.selectRow(7)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [8]  # and not nothing in between
    monkeypatch.setattr(many.controller.store, "fetch", lambda _session_id: None)  # a disk that gives no answer
    many.table.selectRow(9)
    assert seen == [8]
    qtbot.waitUntil(lambda: seen == [8, None])
    many.table.selectRow(119)
    assert seen == [8, None, 120]


def test_session_whose_file_is_gone_is_told(many: MainWindow, output: Path, qtbot: QtBot) -> None:
    (output / "sessions" / f"{session_of(5).session_id}.json").unlink()
    many.table.selectRow(4)
    qtbot.waitUntil(lambda: any("its file is gone" in text for text in many.banner.texts))


def test_filter_finds_what_is_not_in_memory(many: MainWindow, qtbot: QtBot) -> None:
    many.table.selectRow(4)
    many.filtering.box.setText("RN-00000")
    qtbot.waitUntil(lambda: many.filter.rowCount() == 9)
    assert [many.filter.row(n).summary.number for n in range(9)] == list(range(1, 10))
    assert many.filtering.matches.text() == "9 / 120 match"
    (chosen,) = many.table.selected()
    assert chosen.number == 5
    many.filtering.box.setText("RN-00000 closed nobody")
    qtbot.wait(600)
    assert many.filter.rowCount() == 0
    many.filtering.box.clear()
    assert many.filter.rowCount() == 120


def test_messages_of_what_is_not_in_memory_are_copied(many: MainWindow, qtbot: QtBot) -> None:
    many.table.copy_wanted.emit([session_of(n).session_id for n in (3, 120)])
    qtbot.waitUntil(lambda: "MRN-000120" in QApplication.clipboard().text())
    assert "MRN-000003" in QApplication.clipboard().text()


def test_sessions_of_a_run_leave_memory_once_they_are_on_disk(many: MainWindow, output: Path, qtbot: QtBot) -> None:
    for number in range(200, 230):
        session = session_of(number)
        many.model.take([SessionCompleted(session)])
        many.controller.store.save(session)
    many.model.flush()
    qtbot.waitUntil(lambda: in_memory(many) == set(range(220, 230)))
    unsaved = session_of(150)
    many.model.take([SessionCompleted(unsaved)])
    many.model.flush()
    many.model.documents.trim()
    assert 150 in in_memory(many)  # it is nowhere else


def test_what_somebody_looks_at_stays_in_sight_when_rows_come_above(many: MainWindow, qtbot: QtBot) -> None:
    bar = many.table.verticalScrollBar()
    bar.setValue(40)
    top = many.filter.row(many.table.rowAt(5)).summary.number
    older = [summary_of(session_of(n, start_time=1000.0 + n)) for n in range(300, 330)]
    many.model.add(older)
    assert many.filter.row(many.table.rowAt(5)).summary.number == top


def test_files_that_cannot_be_read_are_counted_and_named(
    output: Path, open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    put(output / "sessions", session_of(1))
    for name in ("broken.json", "newer.json", "<b>.json"):
        (output / "sessions" / name).write_text('{"_version": 99}' if name == "newer.json" else "{")
    window = open_window()
    qtbot.waitUntil(lambda: any("left as they are: 3" in text for text in window.banner.texts))
    rows: list[tuple[str, str]] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, UnreadableFiles)
        table = dialog.table.model()
        rows.extend((table.index(row, 0).data(), table.index(row, 1).data()) for row in range(3))
        dialog.reject()

    window.banner.remedy.click()
    QTimer.singleShot(200, look)
    qtbot.waitUntil(lambda: len(rows) == 3)
    assert {Path(path).name for path, _ in rows} == {"broken.json", "newer.json", "<b>.json"}
    assert any("newer program" in reason for _, reason in rows)
    assert window.model.rowCount() == 1

"""Sessions put together by device or link."""

import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from PySide6.QtCore import QPersistentModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from hl7capture.hl7.filter.evaluation import Filter
from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.events import SessionOpened
from hl7capture.model.session import Session
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_groups import GroupedSessions
from hl7capture.ui.session_model import DEVICE, DURATION, FINDINGS, MESSAGES, NUMBER, PROBE, START, STATE, SessionModel
from hl7capture.ui.session_order import Grouping, group_of
from hl7capture.ui.session_row import SessionRow
from tests.gui.conftest import close
from tests.support.stored import message_of, put, session_of

DEVICES = ("10.0.0.9", "10.0.0.10", "fe80::1", "nonsense", "")
PORTS = (2575, 5000)
NUMBERS = st.integers(0, 40)


def session(number: int, **values: object) -> Session:
    """Of one of a few devices and links."""
    device, port = DEVICES[number % len(DEVICES)], PORTS[number % len(PORTS)]
    return session_of(number, device_ip=device, lis_port=port, **values)


class GroupedList(RuleBasedStateMachine):
    """Whatever comes, goes and changes: the list is what grouping, sorting and filtering all at once would give, and a
    place that somebody holds on to stays with its session."""

    @initialize()
    def begin(self) -> None:
        self.model = SessionModel()
        self.sessions = SessionFilter(self.model)
        self.lines = GroupedSessions(self.sessions)
        fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
        self.testers = [QAbstractItemModelTester(one, fatal) for one in (self.sessions, self.lines)]
        self.column, self.is_ascending, self.text, self.grouping = START, True, "", Grouping.NONE
        self.folded: set[Any] = set()
        self.opened = {number: session(number, end_reason=None) for number in range(0, 41, 2)}
        self.held: dict[str, QPersistentModelIndex] = {}

    @rule(numbers=st.lists(NUMBERS, max_size=12))
    def add(self, numbers: list[int]) -> None:
        self.model.add(summary_of(session(n, findings=(("x", "error"),))) for n in numbers if n % 2)
        self.model.take(SessionOpened(self.opened[n]) for n in numbers if n % 2 == 0)
        self.model.flush()

    @rule(number=NUMBERS.filter(lambda n: n % 2 == 0), more=st.floats(0, 5000))
    def grow(self, number: int, more: float) -> None:
        self.opened[number].messages.append(message_of("GROWN"))
        self.opened[number].end_time += more
        self.model.take([SessionOpened(self.opened[number])])
        self.model.flush()

    @rule(numbers=st.lists(NUMBERS, max_size=15))
    def remove(self, numbers: list[int]) -> None:
        self.held = {}
        self.model.remove([session_of(n).session_id for n in numbers])

    @rule(numbers=st.lists(NUMBERS, max_size=5))
    def delete_and_undo(self, numbers: list[int]) -> None:
        self.held = {}
        self.model.restore(self.model.withdraw([session_of(n).session_id for n in numbers]))

    @rule()
    def clear(self) -> None:
        self.held = {}
        self.model.clear()

    @rule(column=st.sampled_from([NUMBER, START, MESSAGES, DURATION, STATE, FINDINGS]), is_ascending=st.booleans())
    def sort(self, column: int, is_ascending: bool) -> None:
        self.column, self.is_ascending = column, is_ascending
        self.lines.sort(column, Qt.SortOrder.AscendingOrder if is_ascending else Qt.SortOrder.DescendingOrder)

    @rule(grouping=st.sampled_from(Grouping))
    def group(self, grouping: Grouping) -> None:
        self.held = {}
        if grouping is not self.grouping:
            self.grouping = grouping
        self.sessions.group_by(grouping)

    @rule(text=st.sampled_from(["", "open", "closed", "device = 10.0.0.9", "nothing", "messages > 1"]))
    def filter(self, text: str) -> None:
        self.held = {}
        self.text = text
        self.sessions.set_filter(Filter.of(text) if text else None)
        while self.sessions._pending:
            self.sessions._look_on()

    @rule(line=NUMBERS, is_folded=st.booleans())
    def fold(self, line: int, is_folded: bool) -> None:
        if line < self.lines.rowCount() and self.grouping is not Grouping.NONE:
            key = self.lines.group(line).key
            self.lines.fold(line, is_folded=is_folded)
            (self.folded.add if is_folded else self.folded.discard)(key)
            self.held = {}

    @rule(line=NUMBERS)
    def hold(self, line: int) -> None:
        row = self.lines.row(line) if line < self.lines.rowCount() else None
        if row is not None:
            self.held[row.session_id] = QPersistentModelIndex(self.lines.index(line, 0))

    @invariant()
    def lines_are_as_if_made_at_once(self) -> None:
        if not hasattr(self, "model"):
            return
        wanted = Filter.of(self.text)
        rows = [row for row in self.model.rows() if wanted.decide(row.summary, row.document)]
        rows.sort(
            key=lambda row: (self.model.sort_key(row, self.column), row.session_id), reverse=not self.is_ascending
        )
        rows.sort(key=lambda row: group_of(row, self.grouping))
        expected: list[SessionRow | tuple[Any, int]] = []
        for key, members in groupby(rows, lambda row: group_of(row, self.grouping)):
            group = list(members)
            if self.grouping is not Grouping.NONE:
                expected.append((key, len(group)))
            if self.grouping is Grouping.NONE or key not in self.folded:
                expected += group
        shown = [self.lines.row(n) or (self.lines.group(n).key, self.lines.group(n).count) for n in range(self.count)]
        assert shown == expected
        self.lines_say_what_is_so(rows)

    def lines_say_what_is_so(self, rows: list[SessionRow]) -> None:
        while self.lines._facts._pending:
            self.lines._facts._read_on()
        for line in range(self.count):
            group = self.lines.group(line)
            if group.facts is not None:
                members = [row.summary for row in rows if group_of(row, self.grouping) == group.key]
                assert group.facts.open == sum(one.is_open for one in members)
                assert group.facts.worst.get("error", 0) == sum(one.worst == "error" for one in members)
                assert group.facts.last >= max(one.end_time for one in members)

    @invariant()
    def what_is_held_stays(self) -> None:
        for session_id, index in getattr(self, "held", {}).items():
            row = self.lines.row(index.row())
            assert row is not None
            assert row.session_id == session_id

    @property
    def count(self) -> int:
        return self.lines.rowCount()


TestGrouping = GroupedList.TestCase
TestGrouping.settings = settings(deadline=None, max_examples=60, stateful_step_count=25)


@pytest.fixture
def window(output: Path, open_window: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    """Twelve sessions of three devices."""
    for number in range(12):
        device = ("10.0.0.9", "10.0.0.10", "10.0.0.11")[number % 3]
        put(output / "sessions", session_of(number, saved_at=time.time() * 1000, device_ip=device))
    window = open_window()
    with qtbot.waitSignal(window.controller.store.load_finished):
        window.controller.store.load()
    qtbot.waitUntil(window.table.isVisible)
    window.table.setFocus()
    return window


def texts(window: MainWindow) -> list[str]:
    """Each line: the number of a session, or what stands above a group."""
    lines = window.table.lines
    return [str(lines.index(n, 0).data()).partition(" session")[0] for n in range(lines.rowCount())]


def test_groups_stand_by_their_addresses_and_fold(window: MainWindow, qtbot: QtBot) -> None:
    window.table.arrangement.group_by(Grouping.DEVICE)
    assert texts(window) == [
        *("10.0.0.9: 4", "0", "3", "6", "9"),
        *("10.0.0.10: 4", "1", "4", "7", "10"),
        *("10.0.0.11: 4", "2", "5", "8", "11"),
    ]
    window.table.setCurrentIndex(window.table.lines.index(7, 0))
    assert [session.number for session in window.table.selected()] == [4]
    for _ in range(2):  # to the line above, and fold
        qtbot.keyClick(window.table, Qt.Key.Key_Left)
    assert texts(window)[5:7] == ["10.0.0.10: 4", "10.0.0.11: 4"]
    assert window.table.selected() == []
    qtbot.keyClick(window.table, Qt.Key.Key_Right)
    assert texts(window)[5:7] == ["10.0.0.10: 4", "1"]
    place = window.table.visualRect(window.table.lines.index(0, 0)).center()
    qtbot.mouseClick(window.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert texts(window)[:2] == ["10.0.0.9: 4", "10.0.0.10: 4"]
    window.table.go_to(session_of(6).session_id)
    assert texts(window)[:4] == ["10.0.0.9: 4", "0", "3", "6"]
    assert [session.number for session in window.table.selected()] == [6]


def test_what_is_chosen_stays_chosen(window: MainWindow, qtbot: QtBot) -> None:
    window.table.selectRow(4)
    for grouping in (Grouping.LINK, Grouping.DEVICE, Grouping.NONE):
        window.table.arrangement.group_by(grouping)
        assert [session.number for session in window.table.selected()] == [4]
    window.table.arrangement.group_by(Grouping.DEVICE)
    window.table.sortByColumn(NUMBER, Qt.SortOrder.DescendingOrder)
    assert texts(window)[:6] == ["10.0.0.9: 4", "9", "6", "3", "0", "10.0.0.10: 4"]
    assert [session.number for session in window.table.selected()] == [4]


def test_new_sessions_go_into_their_groups(window: MainWindow, qtbot: QtBot) -> None:
    window.table.arrangement.group_by(Grouping.DEVICE)
    window.model.add(
        [summary_of(session_of(30, device_ip="10.0.0.9")), summary_of(session_of(31, device_ip="10.0.0.2"))]
    )
    assert texts(window)[:8] == ["10.0.0.2: 1", "31", "10.0.0.9: 5", "0", "3", "6", "9", "30"]
    window.filtering.box.setText("number = 30")
    qtbot.waitUntil(lambda: texts(window) == ["10.0.0.9: 1", "30"])
    assert window.filtering.matches.text() == "1 / 14 match"


def test_all_are_chosen_and_deleted_without_the_lines_above_them(window: MainWindow, qtbot: QtBot) -> None:
    window.table.arrangement.group_by(Grouping.DEVICE)
    qtbot.keyClick(window.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(window.table.selected()) == 12
    qtbot.keyClick(window.table, Qt.Key.Key_Delete)
    assert texts(window) == []
    qtbot.keyClick(window.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(texts(window)) == 15


def test_line_of_a_group_says_what_is_wrong_in_it(window: MainWindow, qtbot: QtBot) -> None:
    window.table.arrangement.group_by(Grouping.LINK)
    opened = session_of(40, device_ip="10.0.0.2", end_reason=None)
    window.model.take([SessionOpened(opened)])
    wrong = summary_of(session_of(41, device_ip="10.0.0.2"))
    wrong.findings = (("ack-missing", "error"),)
    window.model.add([wrong])
    lines = window.table.lines
    assert lines.index(0, 0).data().startswith("10.0.0.2 → 10.1.0.1:2575: 2 sessions · 1 open · 1 with errors")
    assert lines.index(0, 3).data(Qt.ItemDataRole.AccessibleTextRole) == lines.index(0, 0).data()
    assert window.table.grab().toImage().pixelColor(QPoint(5, 40)).isValid()  # it can be painted


# -- the arrangement -----------------------------------------------------------------------------------------------


def test_columns_and_groups_are_remembered(
    window: MainWindow, open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    table = window.table
    header = table.horizontalHeader()
    qtbot.waitUntil(lambda: window.memory.is_loaded)
    table.arrangement.show_column(PROBE, is_shown=True)
    table.arrangement.show_column(STATE, is_shown=False)
    header.moveSection(header.visualIndex(DEVICE), 0)
    table.setColumnWidth(DEVICE, 222)
    table.arrangement.group_by(Grouping.DEVICE)
    close(window, qtbot)
    again = open_window().table
    qtbot.waitUntil(lambda: again.sessions.grouping is Grouping.DEVICE)
    assert [again.isColumnHidden(column) for column in (PROBE, STATE)] == [False, True]
    assert again.horizontalHeader().visualIndex(DEVICE) == 0
    assert again.columnWidth(DEVICE) == 222
    again.arrangement.reset()
    assert [again.isColumnHidden(column) for column in (PROBE, STATE)] == [True, False]
    assert again.horizontalHeader().visualIndex(DEVICE) == DEVICE


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"sessions": 5}',
        '{"sessions": {"columns": [1, {"name": []}, {"name": "x"}], "grouping": []}}',
        '{"sessions": {"columns": [{"name": "number", "width": 99999999, "shown": false}], "grouping": "moon"}}',
    ],
)
def test_a_file_that_makes_no_sense_changes_nothing(
    text: str, tmp_path: Path, open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "layout.json").write_text(text)
    window = open_window()
    qtbot.waitUntil(lambda: window.memory.is_loaded)
    assert not window.table.isColumnHidden(NUMBER)
    assert window.table.sessions.grouping is Grouping.NONE


def test_the_last_column_cannot_be_hidden(window: MainWindow) -> None:
    for column in range(window.table.lines.columnCount()):
        window.table.arrangement.show_column(column, is_shown=False)
    assert [c for c in range(window.table.lines.columnCount()) if not window.table.isColumnHidden(c)] != []

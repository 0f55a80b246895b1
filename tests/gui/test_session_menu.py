"""The context menu of the list, and its keys."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from hl7capture.hl7.session_summary import summary_of
from hl7capture.ui.export_dialog import ExportDialog
from hl7capture.ui.filter_by import conditions_of, with_condition
from hl7capture.ui.main_window import MainWindow
from tests.gui.test_keeping import choose_in_menu
from tests.support.stored import put, session_of


@pytest.fixture
def saved(output: Path, open_window: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    for number, device in ((1, "10.0.0.5"), (2, "10.0.0.6"), (3, "10.0.0.5"), (4, "fe80::1")):
        put(output / "sessions", session_of(number, saved_at=time.time() * 1000, device_ip=device))
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == 4)
    qtbot.waitUntil(window.table.isVisible)
    window.table.setFocus()
    return window


def test_conditions_say_what_chosen_sessions_have_in_common() -> None:
    one, other = (summary_of(session_of(n, device_ip=ip)) for n, ip in ((1, "10.0.0.5"), (2, "10.0.0.6")))
    one.findings = (("ack-missing", "error"),)
    assert [condition.text for condition in conditions_of([one])] == [
        "device = 10.0.0.5",
        "lis = 10.1.0.1",
        "device = 10.0.0.5 and lis = 10.1.0.1 and port = 2575",
        "framing = mllp",
        "type = ORU^R01",
        "finding = ack-missing",
    ]
    assert conditions_of([one, other])[0].text == "device in (10.0.0.5, 10.0.0.6)"


def test_hostile_values_are_quoted_or_left_out() -> None:
    session = summary_of(session_of(1, device_ip='1" or x'))
    session.kinds = (('A"B\\ (or)', 1), ("and", 2), ("other", 3))
    texts = [condition.text for condition in conditions_of([session])]
    assert texts == ["lis = 10.1.0.1", "framing = mllp", r'type = "A\"B\\ (or)"', 'type = "and"']


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "device = 1.2.3.4"),
        ("glucose closed ", "glucose closed and device = 1.2.3.4"),
        ("type = ORU or open", "(type = ORU or open) and device = 1.2.3.4"),
        ("type = ", "device = 1.2.3.4"),
    ],
)
def test_condition_is_added_to_a_filter(before: str, after: str) -> None:
    assert with_condition(before, "device = 1.2.3.4") == after


def test_filter_by_this(saved: MainWindow, qtbot: QtBot) -> None:
    saved.filtering.box.setText("closed")
    saved.table.selectRow(0)

    def press() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        under = next(action for action in menu.actions() if action.text() == "Filter by this").menu()
        assert isinstance(under, QMenu)
        next(action for action in under.actions() if action.text() == "Device 10.0.0.5").trigger()
        menu.close()

    QTimer.singleShot(100, press)
    qtbot.keyClick(saved.table, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert saved.filtering.box.text() == "closed and device = 10.0.0.5"
    qtbot.waitUntil(lambda: saved.filter.rowCount() == 2)


def test_two_are_compared(saved: MainWindow, qtbot: QtBot) -> None:
    saved.table.selectRow(0)
    qtbot.keyClick(saved.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(saved.table.compare_wanted) as compared:
        choose_in_menu(saved, "Compare two")
    assert compared.args == [[session_of(1).session_id, session_of(2).session_id]]


def test_export_deidentified_proposes_it(saved: MainWindow, qtbot: QtBot) -> None:
    saved.table.selectRow(0)
    proposed: list[bool] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ExportDialog)
        proposed.append(dialog.deidentify.isChecked())
        dialog.reject()

    for title in ("Export de-identified…", "Export…"):
        QTimer.singleShot(400, look)
        choose_in_menu(saved, title)
    assert proposed == [True, False]


def test_enter_opens_and_letters_do_not_search(saved: MainWindow, qtbot: QtBot) -> None:
    saved.table.selectRow(1)
    qtbot.keyClicks(saved.table, "4")
    assert saved.table.selected()[0].number == 2
    qtbot.keyClick(saved.table, Qt.Key.Key_Return)
    assert saved.ladder.hasFocus()
    saved.table.setFocus()
    qtbot.keyClick(saved.table, Qt.Key.Key_Slash)
    assert saved.filtering.box.hasFocus()

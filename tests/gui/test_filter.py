"""The filter box: conditions, mistakes, completion, and sessions whose documents must be read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hl7capture.hl7.filter.evaluation import Filter
from hl7capture.store.settings_file import SettingsFile
from hl7capture.ui.main_window import MainWindow
from tests.gui.conftest import read
from tests.support.stored import put, session_of


def numbers(window: MainWindow) -> list[int]:
    return [window.filter.row(n).summary.number for n in range(window.filter.rowCount())]


def test_conditions_in_the_box(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    window.filtering.box.setText("framing in (stx, astm) and not type = Result")
    assert numbers(window) == [2]
    assert window.filtering.matches.text() == "1 / 3 match"
    window.filtering.box.setText("ack = AA and latency < 1s and PID-3.1 ~ sim or R-4 exists")
    assert numbers(window) == [1, 3]


def test_a_mistake_is_said_with_its_place_and_changes_nothing(
    window: MainWindow, capture_file: Path, qtbot: QtBot
) -> None:
    read(window, capture_file, qtbot)
    window.filtering.box.setText("framing = stx")
    window.filtering.box.setText("framing = ")
    qtbot.waitUntil(window.filtering.mistake.isVisible)
    assert window.filtering.mistake.text() == "At column 10: expected a value after `=`."
    assert numbers(window) == [2]
    window.filtering.box.setText("framing = astm")
    assert not window.filtering.mistake.isVisible()
    assert numbers(window) == [3]
    window.filtering.box.setText("(")
    window.filtering.box.clear()
    qtbot.wait(600)
    assert not window.filtering.mistake.isVisible()
    assert window.filter.rowCount() == 3


def test_completion_offers_and_inserts(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    window.filtering.box.setFocus()
    qtbot.keyClicks(window.filtering.box, "glucose fram")
    popup = window.filtering.box.popup.popup()
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert window.filtering.box.text() == "glucose framing "
    qtbot.keyClicks(window.filtering.box, "= st")
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert window.filtering.box.text() == "glucose framing = stx "
    assert numbers(window) == [2]
    window.filtering.box.setText("device = ")
    qtbot.keyClick(window.filtering.box, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert window.filtering.box.popup.model().index(0, 0).data() == "10.0.0.5"


@pytest.fixture
def many(output: Path, open_window: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    """A window over 300 sessions, ten of whose documents are in memory."""
    for number in range(1, 301):
        put(output / "sessions", session_of(number))
    file = SettingsFile()
    file.save(file.load().settings.changed(max_sessions_in_memory=10))
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == 300, timeout=10_000)
    qtbot.waitUntil(lambda: not window.status.loading.isVisible(), timeout=10_000)
    return window


def test_documents_are_read_where_nothing_else_tells(many: MainWindow, qtbot: QtBot) -> None:
    many.filtering.box.setText("PID-3.1 in (MRN-000004, MRN-000250, MRN-000299)")
    qtbot.waitUntil(lambda: numbers(many) == [4, 250, 299], timeout=10_000)
    qtbot.waitUntil(lambda: not many.filtering.work.isVisible())
    many.filtering.box.setText("text ~ mrn-00000 and not PID-3.1 = MRN-000004")
    qtbot.waitUntil(lambda: numbers(many) == [1, 2, 3, 5, 6, 7, 8, 9], timeout=10_000)
    many.filtering.box.setText("number <= 3")
    assert numbers(many) == [1, 2, 3]
    qtbot.wait(300)
    assert not many.filter.undecided


def test_reading_documents_can_be_cancelled(many: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    find = many.controller.store.find

    def slowly(session_id: str) -> object:
        import time

        time.sleep(0.02)
        return find(session_id)

    monkeypatch.setattr(many.controller.store, "find", slowly)
    many.filtering.box.setText("PID-3 exists")
    qtbot.waitUntil(many.filtering.work.isVisible, timeout=5_000)
    with qtbot.waitSignal(many.filtering._reading.finished) as told:
        qtbot.mouseClick(many.filtering.work.cancel_button, Qt.MouseButton.LeftButton)
    assert told.args == [False]
    assert many.filter.rowCount() < 300
    qtbot.wait(400)
    assert not many.filtering.work.isVisible()
    many.filtering.box.setText("number <= 3")  # another filter goes on at once
    assert numbers(many) == [1, 2, 3]


def test_verdicts_of_another_filter_do_not_count(many: MainWindow) -> None:
    wanted = Filter.of("PID-3 = x")
    many.filter.set_filter(wanted)
    many.filter.set_verdicts(Filter.of("PID-3 = x"), {session_of(1).session_id: True})
    assert numbers(many) == []
    many.filter.set_verdicts(wanted, {session_of(1).session_id: True})
    assert numbers(many) == [1]

"""The window is found again as it was left; a file that is broken or means harm changes nothing."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from hl7capture.model.events import SessionCompleted
from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.window_layout import WindowLayout
from tests.gui.conftest import close
from tests.support.stored import message_of, session_of

Opened = Callable[[], tuple[MainWindow, LayoutMemory]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "layout" / "layout.json"


@pytest.fixture
def opened(open_window: Callable[[], MainWindow], path: Path, qtbot: QtBot) -> Iterator[Opened]:
    files: list[LayoutMemory] = []

    def open_one() -> tuple[MainWindow, LayoutMemory]:
        window = open_window()
        file = LayoutMemory(path)
        files.append(file)
        WindowLayout(file, window)
        qtbot.waitUntil(lambda: file.is_loaded)
        return window, file

    yield open_one
    for file in files:
        file.close()


def _area(window: MainWindow, number: int) -> Qt.DockWidgetArea:
    return window.workspace.dockWidgetArea(window.workspace.panes[number])


def test_the_window_is_found_as_it_was_left(opened: Opened, path: Path, qtbot: QtBot) -> None:
    window, file = opened()
    window.resize(760, 700)
    window.go_to_sessions()
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert _area(window, 0) is _area(window, 1) is Qt.DockWidgetArea.RightDockWidgetArea
    ladder, detail = window.workspace.panes
    window.workspace.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, ladder)
    window.workspace.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, detail)
    window.workspace.resizeDocks([detail], [330], Qt.Orientation.Vertical)
    window.detail.tabs.setCurrentWidget(window.detail.hex)
    qtbot.waitUntil(lambda: detail.height() == 330)
    close(window, qtbot)
    file.close()
    assert path.stat().st_mode & 0o777 == 0o600
    again, _ = opened()
    assert again.pages.currentWidget() is again.workspace
    assert _area(again, 0) is Qt.DockWidgetArea.LeftDockWidgetArea
    assert _area(again, 1) is Qt.DockWidgetArea.TopDockWidgetArea
    assert again.detail.tabs.currentWidget() is again.detail.hex
    assert (again.width(), again.height()) == (760, 700)
    qtbot.waitUntil(lambda: again.workspace.panes[1].height() == 330)
    again.commands.reset_layout.trigger()
    assert _area(again, 0) is _area(again, 1) is Qt.DockWidgetArea.BottomDockWidgetArea
    assert again.detail.tabs.currentIndex() == 0


def test_ladder_and_detail_have_most_of_the_room_to_begin_with(opened: Opened, qtbot: QtBot) -> None:
    window, _ = opened()
    window.resize(1280, 800)
    window.go_to_sessions()
    ladder, detail = window.workspace.panes
    qtbot.waitUntil(lambda: ladder.height() > window.workspace.height() / 2)
    assert ladder.height() == detail.height()
    assert ladder.width() < detail.width() < 2 * ladder.width()


def test_the_list_alone(opened: Opened, qtbot: QtBot) -> None:
    window, _ = opened()
    window.go_to_sessions()
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert not window.ladder.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.ladder.isVisible()


def test_a_pane_is_closed_and_brought_back(opened: Opened, qtbot: QtBot) -> None:
    window, _ = opened()
    window.go_to_sessions()
    ladder, detail = window.workspace.panes
    buttons = {button.accessibleName(): button for button in detail.titleBarWidget().findChildren(QToolButton)}
    qtbot.mouseClick(buttons["Close Detail"], Qt.MouseButton.LeftButton)
    assert not detail.isVisible()
    assert ladder.isVisible()
    layout = [action for action in window.findChildren(QAction) if action.text() == "Detail" and action.isCheckable()]
    assert [action.isChecked() for action in layout] == [False]
    layout[0].trigger()
    assert detail.isVisible()


def test_a_pane_in_a_window_of_its_own_comes_back(opened: Opened, qtbot: QtBot) -> None:
    window, _ = opened()
    window.go_to_sessions()
    ladder, _detail = window.workspace.panes
    buttons = {button.accessibleName(): button for button in ladder.titleBarWidget().findChildren(QToolButton)}
    qtbot.mouseClick(buttons["Into a window of its own"], Qt.MouseButton.LeftButton)
    assert ladder.isFloating()
    assert buttons["Into a window of its own"].accessibleName() == "Back into the window"
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert not ladder.isFloating()
    assert ladder.isVisible()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[[[",
        b"[" * 60_000,
        b"[1]",
        b"\xff\xfe",
        b'{"geometry": "AdnQywAD' + b"/" * 400 + b'", "panes": "AAAA/wAAAAH9"}',
        b'{"geometry": 7, "panes": ["below"], "tab": {}, "page": 3}',
        b'{"panes": "", "geometry": "AAAAAA==", "tab": "QObject", "page": "../x"}',
    ],
)
def test_a_broken_file_changes_nothing(content: bytes, opened: Opened, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    window, _ = opened()
    assert _area(window, 0) is _area(window, 1) is Qt.DockWidgetArea.BottomDockWidgetArea
    assert window.pages.currentWidget() is window.welcome
    assert window.width() >= 400


def test_panes_that_were_damaged_on_disk_are_not_given_to_qt(opened: Opened, path: Path, qtbot: QtBot) -> None:
    window, file = opened()
    window.go_to_sessions()
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    close(window, qtbot)
    file.close()
    values = json.loads(path.read_text())
    state = bytearray(base64.b64decode(values["panes"]))
    state[len(state) // 2] ^= 1
    values["panes"] = base64.b64encode(state).decode()
    path.write_text(json.dumps(values))
    again, _ = opened()
    assert _area(again, 0) is Qt.DockWidgetArea.BottomDockWidgetArea


def test_a_window_of_a_screen_that_is_gone_comes_back(opened: Opened, path: Path, qtbot: QtBot) -> None:
    window, file = opened()
    window.setGeometry(20_000, 20_000, 900, 600)
    close(window, qtbot)
    file.close()
    assert json.loads(path.read_text())["geometry"]
    again, _ = opened()
    assert QGuiApplication.primaryScreen().availableGeometry().intersects(again.frameGeometry())


def test_a_file_that_cannot_be_written_is_no_reason_to_stop(
    opened: Opened, path: Path, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.write_text("a file where the folder should be")
    window, file = opened()
    close(window, qtbot)
    file.close()
    assert "cannot be kept" in caplog.text


def test_a_row_that_is_looked_at_stays_in_sight_when_the_panes_take_room(opened: Opened, qtbot: QtBot) -> None:
    window, _ = opened()
    window.model.take(
        [SessionCompleted(session) for session in (session_of(number, message_of("SIM-1")) for number in range(60))]
    )
    window.model.flush()
    window.go_to_sessions()
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    table = window.table
    qtbot.waitUntil(lambda: table.viewport().height() > 500)
    table.verticalScrollBar().setValue(0)
    last_seen = table.rowAt(table.viewport().height() - 5) - 1
    table.selectRow(last_seen)
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: table.viewport().height() < 400)
    place = table.visualRect(table.currentIndex())
    assert table.viewport().rect().contains(place.center())

"""The window is found again as it was left; a file that is broken or means harm changes nothing."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.window_layout import WindowLayout
from hl7capture.ui.workspace import Arrangement
from tests.gui.conftest import close

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


def test_the_window_is_found_as_it_was_left(opened: Opened, path: Path, qtbot: QtBot) -> None:
    window, file = opened()
    window.go_to_sessions()
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.workspace.orientation() is Qt.Orientation.Horizontal
    window.resize(760, 600)
    window.workspace.setSizes([300, 460])
    window.detail.tabs.setCurrentWidget(window.detail.hex)
    sizes = window.workspace.sizes()
    close(window, qtbot)
    file.close()
    assert path.stat().st_mode & 0o777 == 0o600
    again, _ = opened()
    assert again.pages.currentWidget() is again.workspace
    assert again.workspace.arrangement is Arrangement.BESIDE
    assert again.workspace.sizes() == pytest.approx(sizes, abs=3)
    assert again.detail.tabs.currentWidget() is again.detail.hex
    assert (again.width(), again.height()) == (760, 600)
    assert again.commands.arrangements.checkedAction().data() == Arrangement.BESIDE
    again.commands.reset_layout.trigger()
    assert again.workspace.orientation() is Qt.Orientation.Vertical
    assert again.detail.tabs.currentIndex() == 0


def test_the_list_alone(opened: Opened, qtbot: QtBot) -> None:
    window, _ = opened()
    window.go_to_sessions()
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert not window.ladder.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.ladder.isVisible()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[[[",
        b"[" * 60_000,
        b"[1]",
        b"\xff\xfe",
        b'{"geometry": "AdnQywAD' + b"/" * 400 + b'", "arrangement": "above", "outer": [-1, 99999999999]}',
        b'{"geometry": 7, "arrangement": ["below"], "outer": [0, 0], "inner": "ab", "tab": {}, "page": 3}',
        b'{"outer": [true, 1.5], "inner": [1, 2, 3], "tab": "QObject", "page": "../x"}',
    ],
)
def test_a_broken_file_changes_nothing(content: bytes, opened: Opened, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    window, _ = opened()
    assert window.workspace.arrangement is Arrangement.BELOW
    assert window.pages.currentWidget() is window.welcome
    assert all(size > 0 for size in window.workspace.sizes())
    assert window.width() >= 400


def test_a_window_of_a_screen_that_is_gone_comes_back(opened: Opened, path: Path, qtbot: QtBot) -> None:
    window, file = opened()
    window.setGeometry(20_000, 20_000, 900, 600)
    close(window, qtbot)
    file.close()
    kept = json.loads(path.read_text())
    assert QByteArray.fromBase64(kept["geometry"].encode()).size() > 0
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

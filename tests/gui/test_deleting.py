"""Deleting from the list, and taking that back."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from hl7capture.model.events import SessionOpened
from hl7capture.ui import deleting
from hl7capture.ui.main_window import MainWindow
from tests.gui.conftest import close
from tests.support.sessions import open_session
from tests.support.stored import put, session_of


@pytest.fixture
def saved(output: Path, open_window: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    for number in range(1, 6):
        put(output / "sessions", session_of(number, saved_at=time.time() * 1000))
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == 5)
    qtbot.waitUntil(window.table.isVisible)
    window.table.setFocus()
    return window


def listed(window: MainWindow) -> list[int]:
    return [window.filter.row(n).summary.number for n in range(window.filter.rowCount())]


def on_disk(output: Path) -> int:
    return len(list((output / "sessions").glob("*.json")))


def delete(window: MainWindow, qtbot: QtBot, *rows: int) -> None:
    window.table.clearSelection()
    for row in rows:
        index = window.table.model().index(row, 0)
        flags = window.table.selectionModel().SelectionFlag
        window.table.selectionModel().select(index, flags.Select | flags.Rows)
    qtbot.keyClick(window.table, Qt.Key.Key_Delete)


def test_rows_go_at_once_and_their_files_later(
    saved: MainWindow, output: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleting, "PATIENCE_MS", 300)
    delete(saved, qtbot, 0, 2)
    assert listed(saved) == [2, 4, 5]
    assert saved.banner.texts == ["2 sessions deleted."]
    assert on_disk(output) == 5
    qtbot.waitUntil(lambda: on_disk(output) == 3)
    qtbot.waitUntil(lambda: not saved.banner.texts)
    assert not saved.deleting.undo_action.isEnabled()
    assert listed(saved) == [2, 4, 5]


def test_the_last_deletion_is_undone_first(saved: MainWindow, output: Path, qtbot: QtBot) -> None:
    delete(saved, qtbot, 0)
    delete(saved, qtbot, 1, 2)
    assert listed(saved) == [2, 5]
    assert saved.banner.texts == ["2 sessions deleted."]
    saved.banner.remedy.click()
    assert listed(saved) == [2, 3, 4, 5]
    assert saved.banner.texts == ["1 session deleted."]
    saved.table.setFocus()
    qtbot.keyClick(saved.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert listed(saved) == [1, 2, 3, 4, 5]
    assert not saved.banner.texts
    assert on_disk(output) == 5


def test_one_after_the_other_is_deleted(saved: MainWindow, qtbot: QtBot) -> None:
    saved.table.selectRow(1)
    qtbot.keyClick(saved.table, Qt.Key.Key_Delete)
    assert [session.number for session in saved.table.selected()] == [3]
    qtbot.keyClick(saved.table, Qt.Key.Key_Delete)
    assert listed(saved) == [1, 4, 5]


def test_what_waits_is_deleted_when_the_window_closes(saved: MainWindow, output: Path, qtbot: QtBot) -> None:
    delete(saved, qtbot, 0, 1)
    close(saved, qtbot)
    assert on_disk(output) == 3


def test_a_list_read_again_does_not_bring_back_what_was_deleted(saved: MainWindow, qtbot: QtBot) -> None:
    delete(saved, qtbot, 0)
    with qtbot.waitSignal(saved.controller.store.load_finished):
        saved.controller.store.load()
    assert listed(saved) == [2, 3, 4, 5]


def test_what_cannot_be_deleted_stands_in_the_list_again(
    saved: MainWindow, output: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> bool:
        raise PermissionError(13, "Permission denied", "sessions")

    monkeypatch.setattr(deleting, "PATIENCE_MS", 0)
    monkeypatch.setattr(type(saved.controller.store.folder), "delete", refuse)
    delete(saved, qtbot, 0)
    qtbot.waitUntil(lambda: any("Not deleted" in text for text in saved.banner.texts))
    qtbot.waitUntil(lambda: listed(saved) == [1, 2, 3, 4, 5])
    assert on_disk(output) == 5


def test_other_output_folder_keeps_what_waits(saved: MainWindow, output: Path, tmp_path: Path, qtbot: QtBot) -> None:
    delete(saved, qtbot, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HL7CAPTURE_OUTPUT_FOLDER", str(tmp_path / "elsewhere"))
        saved.controller.change_settings(outputFolder=str(tmp_path / "elsewhere"))
    assert any("Not deleted, for the output folder" in text for text in saved.banner.texts)
    assert on_disk(output) == 5


def test_open_sessions_stay(saved: MainWindow, qtbot: QtBot) -> None:
    saved.model.take([SessionOpened(open_session(9, elements=2))])
    saved.model.flush()
    saved.table.selectAll()
    qtbot.keyClick(saved.table, Qt.Key.Key_Delete)
    assert saved.model.rowCount() == 1
    assert saved.banner.texts == ["5 sessions deleted."]


def test_very_many_are_asked_about(saved: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deleting, "MOST_UNASKED", 3)
    for name, left in (("Cancel", 5), ("Delete", 0)):

        def answer(name: str = name) -> None:
            box = QApplication.activeModalWidget()
            assert isinstance(box, QMessageBox)
            next(button for button in box.buttons() if button.text().replace("&", "") == name).click()

        QTimer.singleShot(200, answer)
        saved.table.selectAll()
        saved.table.delete_action.trigger()
        assert saved.model.rowCount() == left

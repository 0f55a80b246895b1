"""Keeping and cleaning up, as a person sees it."""

import errno
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from hl7capture.model.events import SessionOpened
from hl7capture.store import cleaning, clock
from hl7capture.store.retention import CleanUp
from hl7capture.store.session_folder import FolderInUseError
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.session_model import SAVED
from hl7capture.ui.settings_dialog import SettingsDialog
from tests.support.sessions import open_session
from tests.support.stored import DAY_MS, put, session_of


def put_old(output: Path, *numbers: int) -> None:
    for number in numbers:
        now = time.time() * 1000
        put(output / "sessions", session_of(number, saved_at=now - 40 * DAY_MS, persisted_until=now - DAY_MS))


def choose_in_menu(window: MainWindow, title: str) -> None:
    """Opens the context menu of the table and chooses."""

    def press() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = next(action for action in menu.actions() if action.text() == title)
        assert action.isEnabled()
        action.trigger()
        menu.close()

    QTimer.singleShot(100, press)
    place = QPoint(10, 10)
    viewport = window.table.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)


def test_start_cleans_up_and_says_so(open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot) -> None:
    put_old(output, 1, 2)
    put(output / "sessions", session_of(3, saved_at=time.time() * 1000))
    window = open_window()
    qtbot.waitUntil(lambda: [row.summary.number for row in window.model.rows()] == [3])
    qtbot.waitUntil(lambda: "Cleaned up: sessions: 2" in window.status.currentMessage())
    assert len(list((output / "sessions").glob("*.json"))) == 1
    assert "Saved 1" in window.status.saved.text()


def test_clock_that_jumped_is_asked_about(open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot) -> None:
    put_old(output, 1)
    clock.remember(output, time.time() * 1000 - 500 * DAY_MS)
    window = open_window()
    qtbot.waitUntil(lambda: any("more than a year" in text for text in window.banner.texts))
    assert window.model.rowCount() == 1
    assert window.banner.remedy.text() == "The clock is right"
    window.banner.remedy.click()
    qtbot.waitUntil(lambda: window.model.rowCount() == 0)
    assert not window.banner.texts


def full_disk(*_: object) -> CleanUp:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_clean_up_that_fails_is_told_until_one_succeeds(
    saved: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    dialog = SettingsDialog(saved.controller.settings, "", saved, saved.controller.store)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.storage.use.text().startswith("3 files"))
    counted: list[str] = []
    monkeypatch.setattr(dialog.storage, "_count", lambda: counted.append("counted"))
    with monkeypatch.context() as patch:
        patch.setattr(cleaning, "clean_up", full_disk)
        saved.controller.store.clean_up()
        qtbot.waitUntil(lambda: bool(saved.banner.texts))
    (text,) = saved.banner.texts
    assert text.startswith("Expired sessions could not be deleted. ")
    assert text.endswith("No space left on device; free some space on the disk.")
    assert "No space left on device" in dialog.storage.use.text()
    assert not counted
    saved.controller.store.clean_up()
    qtbot.waitUntil(lambda: not saved.banner.texts)
    assert counted


def test_a_folder_that_another_program_cleans_up_is_no_trouble(
    saved: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def in_use(*_: object) -> CleanUp:
        raise FolderInUseError("The folder is in use by another program")

    monkeypatch.setattr(cleaning, "clean_up", in_use)
    with qtbot.waitSignal(saved.controller.store.cleaned) as done:
        saved.controller.store.clean_up()
    assert done.args[0].problem
    QApplication.processEvents()
    assert saved.banner.texts == []


@pytest.fixture
def saved(output: Path, open_window: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    for number in (1, 2, 3):
        put(output / "sessions", session_of(number, saved_at=time.time() * 1000))
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == 3)
    return window


def kept(window: MainWindow) -> list[str]:
    return [str(window.filter.index(row, SAVED).data()) for row in range(window.filter.rowCount())]


def test_several_are_kept_and_not_kept_any_more(saved: MainWindow, output: Path, qtbot: QtBot) -> None:
    saved.table.selectAll()
    choose_in_menu(saved, "Keep")
    qtbot.waitUntil(lambda: kept(saved) == ["kept"] * 3)
    assert all('"pinned":true' in path.read_text() for path in (output / "sessions").glob("*.json"))
    saved.table.selectRow(1)
    choose_in_menu(saved, "Do not keep")
    qtbot.waitUntil(lambda: kept(saved) == ["kept", "yes", "kept"])


def test_open_session_takes_the_mark_along(saved: MainWindow, qtbot: QtBot) -> None:
    session = open_session(9, elements=2)
    saved.model.take([SessionOpened(session)])
    saved.model.flush()
    saved.table.go_to(session.session_id)
    choose_in_menu(saved, "Keep")
    assert session.pinned


# -- settings ----------------------------------------------------------------------------------------------------


def press(name: str) -> None:
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    next(button for button in box.buttons() if button.text().replace("&", "") == name).click()


def test_settings_show_the_use_of_the_disk_and_clean_up(
    open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot
) -> None:
    put(output / "sessions", session_of(3, saved_at=time.time() * 1000))
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == 1)
    put_old(output, 1, 2)
    dialog = SettingsDialog(window.controller.settings, str(output), window, window.controller.store)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.storage.use.text().startswith("3 files"))
    texts: list[str] = []

    def answer(name: str) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        texts.append(box.informativeText())
        press(name)

    QTimer.singleShot(300, lambda: answer("Cancel"))
    dialog.storage.clean_up.click()
    qtbot.waitUntil(lambda: len(texts) == 1)
    assert "sessions: 2" in texts[0]
    assert len(list((output / "sessions").glob("*.json"))) == 3
    QTimer.singleShot(300, lambda: answer("Delete"))
    dialog.storage.clean_up.click()
    qtbot.waitUntil(lambda: dialog.storage.use.text().startswith("1 file"))
    assert len(list((output / "sessions").glob("*.json"))) == 1


def test_other_output_folder_takes_the_sessions_along(
    saved: MainWindow, output: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HL7CAPTURE_OUTPUT_FOLDER")
    other = tmp_path / "elsewhere"

    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, SettingsDialog)
        dialog.editor("outputFolder").setText(str(other))
        QTimer.singleShot(300, lambda: press("Take along"))
        dialog.accept()

    QTimer.singleShot(200, fill)
    saved.commands.settings.trigger()
    qtbot.waitUntil(lambda: len(list((other / "sessions").glob("*.json"))) == 3)
    qtbot.waitUntil(lambda: saved.model.rowCount() == 3)
    assert not list((output / "sessions").glob("*.json"))
    assert "Saved 3" in saved.status.saved.text()

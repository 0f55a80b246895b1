"""Whatever takes the focus shows that it has it, in both themes; and Tab leads to it and away from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from hl7capture.model.settings import Settings, Theme
from hl7capture.ui import theme
from hl7capture.ui.export_dialog import ExportDialog
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.remote_dialog import RemoteDialog
from hl7capture.ui.settings_dialog import SettingsDialog
from hl7capture.ui.trouble.log_memory import LogMemory
from hl7capture.ui.trouble.log_window import LogWindow
from tests.gui.conftest import read
from tests.gui.person import Person, spoken_name

LEAST = 24  # pixels that have to look different: a blinking cursor alone does not do
MOST_TABS = 60
AROUND = 3  # pixels: a frame may stand outside


@pytest.fixture(autouse=True)
def still_cursor(qapp: QApplication) -> Iterator[None]:
    before = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    yield
    qapp.setCursorFlashTime(before)


@pytest.fixture(params=["light", "dark"])
def coloured(request: pytest.FixtureRequest, window: MainWindow) -> MainWindow:
    wanted: Theme = request.param
    window.controller.change_settings(theme=wanted)
    assert theme.colours() is (theme.DARK if wanted == "dark" else theme.LIGHT)
    return window


def picture(window: QWidget) -> QImage:
    QApplication.processEvents()
    return window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def changed(before: QImage, after: QImage, place: QRect) -> int:
    """How many pixels of a place look different."""
    place = place.intersected(after.rect())
    found = 0
    for y in range(place.top(), place.bottom() + 1):
        found += sum(before.pixel(x, y) != after.pixel(x, y) for x in range(place.left(), place.right() + 1))
        if found >= LEAST:
            break
    return found


def unseen(window: QWidget, person: Person) -> list[str]:
    """Names of what Tab comes to without that anybody could see it."""
    start, missing = person.focus, []
    before = picture(window)
    for _ in range(MOST_TABS):
        last = person.focus
        person.press("Tab")
        assert person.focus is not last, f"Tab never leaves {person.place}"
        after = picture(window)
        box = person.focus
        place = QRect(box.mapTo(window, QPoint()), box.size()).adjusted(-AROUND, -AROUND, AROUND, AROUND)
        if changed(before, after, place) < LEAST:
            missing.append(f"{type(box).__name__} “{spoken_name(box)}”")
        before = after
        if person.focus is start:
            return missing
    raise AssertionError(f"Tab never comes back to {spoken_name(start)}")


def test_on_the_welcome_page(coloured: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    coloured._recent.add(tmp_path / "seen.pcap")
    coloured.welcome.show_problem("Not allowed. Run: sudo true", lacks_rights=True)
    coloured.banner.say("Something is to be said")
    assert unseen(coloured, Person(coloured, qtbot)) == []


@pytest.mark.parametrize("tab", range(6))
def test_among_the_sessions(coloured: MainWindow, capture_file: Path, tab: int, qtbot: QtBot) -> None:
    read(coloured, capture_file, qtbot)
    coloured.go_to_sessions()
    coloured.table.selectRow(0)
    qtbot.waitUntil(lambda: coloured.detail.fields.model.rowCount() == 4)
    qtbot.waitUntil(lambda: bool(coloured.detail.findings.text))
    coloured.detail.tabs.setCurrentIndex(tab)
    coloured.table.setFocus()
    assert unseen(coloured, Person(coloured, qtbot)) == []


def test_on_the_dashboard(coloured: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(coloured, capture_file, qtbot)
    coloured.dashboard.open()
    page = coloured.dashboard.page
    assert page is not None
    qtbot.waitUntil(lambda: page.links.links.rowCount() > 0)
    page.links.selectRow(0)
    page.links.setFocus()
    assert unseen(coloured, Person(coloured, qtbot)) == []


@pytest.mark.parametrize("kind", ["settings", "export", "remote", "log"])
def test_in_dialogs(coloured: MainWindow, kind: str, qtbot: QtBot) -> None:
    dialog: QDialog = {
        "settings": lambda: SettingsDialog(Settings(), "/data", coloured),
        "export": lambda: ExportDialog(2, coloured, deidentifies=True),
        "remote": lambda: RemoteDialog("", coloured),
        "log": lambda: LogWindow(LogMemory(), coloured),
    }[kind]()
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.isAncestorOf(QApplication.focusWidget()))
    pages = dialog.list.count() if isinstance(dialog, SettingsDialog) else 1
    for number in range(pages):
        if isinstance(dialog, SettingsDialog):
            dialog.list.setCurrentRow(number)
        assert unseen(dialog, Person(dialog, qtbot)) == []

"""The first use of the program from its start to its end, with the keyboard alone."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import State
from hl7capture.ui.main_window import MainWindow
from tests.gui.person import Person


@pytest.fixture
def person(window: MainWindow, qtbot: QtBot) -> Person:
    return Person(window, qtbot)


def tab(window: MainWindow) -> str:
    tabs = window.detail.tabs
    return tabs.tabText(tabs.currentIndex())


def test_first_use_by_keyboard_alone(window: MainWindow, person: Person, tmp_path: Path, qtbot: QtBot) -> None:
    # The welcome page: the interfaces, and by Tab the simulated analyzers.
    assert person.focus is window.welcome.interfaces
    assert window.welcome.interfaces.chosen
    person.tab_to("Try it: simulated analyzer")
    person.press("Return")
    qtbot.waitUntil(lambda: window.controller.state is State.CAPTURING, timeout=10_000)
    assert person.focus is window.table

    # The list, from it to the ladder, from there to the detail.
    qtbot.waitUntil(lambda: window.model.rowCount() >= 2, timeout=15_000)
    person.press("Down")
    assert window.table.currentIndex().row() == 0
    qtbot.waitUntil(lambda: window.ladder.row is not None and len(window.ladder.row.session.elements) >= 2)
    person.press("Return")
    assert person.focus is window.ladder
    person.press("Down")
    assert window.ladder.selected == 1
    person.press("Up")
    assert "ORU^R01" in window.ladder.accessibleDescription()
    qtbot.waitUntil(lambda: window.detail.fields.model.rowCount() > 0)
    person.press("Return")
    assert (tab(window), person.focus) == ("Fields", window.detail.fields.tree)
    person.press("Down", "Down")
    assert window.detail.text.marked_text()

    # Through the tabs; each takes keys.
    person.press("Ctrl+Tab")
    assert (tab(window), person.focus) == ("Text", window.detail.text)
    before = window.detail.text.marked_text()
    person.press("Down", "Ctrl+Right")
    assert window.detail.text.marked_text() != before
    person.press("Ctrl+Tab")
    assert (tab(window), person.focus) == ("Hex", window.detail.hex)
    person.press("Home", "Right")
    assert window.detail.hex.at == 1
    size = f"{len(window.detail.hex.data):,}"
    assert window.detail.hex.accessibleDescription() == f"Byte 2 of {size}, offset 1: hex 4D, M"
    person.press("Ctrl+Tab")
    assert (tab(window), person.focus) == ("Connection", window.detail.connection)
    person.press("Ctrl+Tab")
    assert (tab(window), person.focus) == ("Findings", window.detail.findings)
    person.press("Ctrl+Tab")
    assert (tab(window), person.focus) == ("Notes", window.detail.notes.edit)
    person.type("seen by keyboard and/or ear")
    assert window.detail.notes.session is not None
    person.press("Escape")
    assert person.focus is window.ladder
    person.press("Escape")
    assert person.focus is window.table

    # The filter, by both of its keys.
    person.press("Ctrl+F")
    assert person.focus is window.filtering.box
    person.type("framing = astm")
    person.press("Return")
    qtbot.waitUntil(lambda: {window.filter.row(n).summary.framing for n in range(window.filter.rowCount())} == {"astm"})
    assert person.focus is window.table
    person.press("/")
    assert person.focus is window.filtering.box
    person.press("Escape")
    assert window.filtering.box.text() == ""
    person.press("Escape")
    assert person.focus is window.table

    # The export: thought better of, then done.
    person.press("Home")
    target = tmp_path / "by-keyboard.hl7"
    person.press("Ctrl+Shift+S", then=lambda dialog: person.press("Escape"))
    assert not target.exists()

    def export(_dialog: QDialog) -> None:
        person.press("Alt+P")
        person.press("Ctrl+A")
        person.type(str(target))
        person.tab_to("Export")
        person.press("Return")

    person.press("Ctrl+Shift+S", then=export)
    qtbot.waitUntil(target.exists)
    assert "MSH|" in target.read_text()
    qtbot.waitUntil(lambda: window.banner.isVisible())
    person.tab_to("Close this message")
    person.press("Return")
    assert not window.banner.isVisible()

    # A setting, found by a word.
    def set_patience(_dialog: QDialog) -> None:
        assert isinstance(person.focus, QLineEdit)
        person.type("late")
        box = person.tab_to("Late answers")
        person.press("Ctrl+A")
        person.type("7")
        assert box is person.focus
        person.tab_to("OK")
        person.press("Return")

    person.press("Ctrl+,", then=set_patience)
    assert window.controller.settings.late_answer_seconds == 7

    # The dashboard, and from a link back to its sessions.
    person.press("Ctrl+D")
    page = window.dashboard.page
    assert page is not None
    qtbot.waitUntil(lambda: page.links.links.rowCount() > 0)
    person.tab_to("Links")
    person.press("Down")
    assert page.links.chosen is not None
    person.tab_to("Plots: messages, latencies and findings over time")
    person.press("Left")
    assert " to " in page.plots.accessibleDescription()
    person.tab_to("Links", key="Shift+Tab")
    person.press("Return")
    assert window.filtering.box.text().startswith("device = ")
    assert person.focus is window.table

    # Masked, stopped, and left by the menu.
    person.press("Ctrl+M")
    assert window.controller.settings.mask_patient_data
    person.press("Ctrl+E")
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)
    person.press("Alt+V")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.title() == "&View"
    person.press("Escape", "Escape")
    assert person.focus is window.table
    person.press("Alt+F")
    with qtbot.waitSignal(window.controller.shut_down, timeout=15_000):
        person.press("Up", "Return")
    qtbot.waitUntil(lambda: not window.isVisible())
    (saved,) = {path for path in tmp_path.rglob("*.json") if "seen by keyboard and/or ear" in path.read_text()}
    assert saved.is_relative_to(tmp_path / "output")

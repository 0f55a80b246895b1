"""The first use through what a screen reader sees: Qt's tree of accessible elements, and their actions alone."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import State
from hl7capture.model.settings import Settings
from hl7capture.ui.comparison.window import ComparisonWindow
from hl7capture.ui.export_dialog import ExportDialog
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.remote_dialog import RemoteDialog
from hl7capture.ui.settings_dialog import SettingsDialog
from hl7capture.ui.trouble.log_memory import LogMemory
from hl7capture.ui.trouble.log_window import LogWindow
from hl7capture.ui.trouble.report_window import ReportWindow
from hl7capture.ui.unreadable_files import UnreadableFiles
from tests.gui.conftest import read

Role = QAccessible.Role
NAME, DESCRIPTION, VALUE = QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value
MOST = 200  # children that are looked at: a list may be long

# What a person acts on, or reads as a whole; each has to have a name.
NAMED = {
    Role.Button, Role.ButtonMenu, Role.ButtonDropDown, Role.CheckBox, Role.RadioButton, Role.ComboBox, Role.SpinBox,
    Role.EditableText, Role.List, Role.Table, Role.Tree, Role.PageTab, Role.PageTabList, Role.MenuItem, Role.Canvas,
    Role.Chart, Role.Slider, Role.Link, Role.ProgressBar,
}  # fmt: skip


def tree(top: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """What is in sight of it, from top to bottom."""
    yield top
    for number in range(min(top.childCount(), MOST)):
        child = top.child(number)
        if child is not None and child.isValid() and not child.state().invisible:
            yield from tree(child)


def interface(thing: QObject) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(thing)
    assert found is not None
    return found


def nameless(top: QWidget) -> list[str]:
    """What a person could act on without being told what it is."""
    found = []
    for one in tree(interface(top)):
        thing = one.object()
        is_focusable = isinstance(thing, QWidget) and bool(thing.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if (one.role() in NAMED or is_focusable) and not one.text(NAME).strip():
            path = []
            while isinstance(thing, QWidget) and thing is not top:
                path.append(type(thing).__name__)
                thing = thing.parentWidget()
            found.append(f"{one.role().name}: {' < '.join(path) or one.object()}")
    return found


def test_every_page_is_named(window: MainWindow, capture_file: Path, tmp_path: Path, qtbot: QtBot) -> None:
    window._recent.add(tmp_path / "seen.pcap")
    window.welcome.show_problem("Not allowed. Run: sudo true", lacks_rights=True)
    window.banner.say("Something is to be said")
    assert nameless(window) == []
    read(window, capture_file, qtbot)
    window.go_to_sessions()
    window.table.selectRow(0)
    qtbot.waitUntil(lambda: bool(window.detail.findings.text))
    for number in range(window.detail.tabs.count()):
        window.detail.tabs.setCurrentIndex(number)
        assert nameless(window) == []
    window.dashboard.open()
    page = window.dashboard.page
    assert page is not None
    qtbot.waitUntil(lambda: page.links.links.rowCount() > 0)
    assert nameless(window) == []


def test_every_dialog_is_named(window: MainWindow, qtbot: QtBot) -> None:
    dialogs: list[QWidget] = [
        SettingsDialog(Settings(), "/data", window, window.controller.store),
        ExportDialog(2, window),
        RemoteDialog("", window),
        LogWindow(LogMemory(), window),
        ReportWindow(window),
        ComparisonWindow(window),
        UnreadableFiles([], window),
    ]
    for dialog in dialogs:
        qtbot.addWidget(dialog)
        dialog.show()
        for page in range(dialog.list.count() if isinstance(dialog, SettingsDialog) else 1):
            if isinstance(dialog, SettingsDialog):
                dialog.list.setCurrentRow(page)
            assert nameless(dialog) == [], dialog.windowTitle()
        dialog.close()


class Listener:
    """A person who hears, and asks for actions."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def find(self, name: str, role: Role, top: QObject | None = None) -> QAccessibleInterface:
        """What is called so, of what is in sight."""
        found = [one for one in tree(interface(top or self._window)) if one.role() is role and one.text(NAME) == name]
        assert found, f"there is no {role.name} “{name}”"
        return found[0]

    def do(self, one: QAccessibleInterface, action: str = "Press") -> None:
        actions = one.actionInterface()
        assert actions is not None
        assert action in actions.actionNames(), f"“{one.text(NAME)}” only has {actions.actionNames()}"
        actions.doAction(action)
        QApplication.processEvents()

    def choose(self, menu: str, item: str) -> None:
        """In the menu bar."""
        self.do(self.find(menu, Role.MenuItem), "ShowMenu")
        shown = QApplication.activePopupWidget()
        assert isinstance(shown, QMenu)
        self.do(self.find(item, Role.MenuItem, shown))
        shown.close()

    def row(self) -> list[str]:
        """What is said of the chosen row of the list."""
        table = self.find("Sessions", Role.Table)
        cells = (table.child(number) for number in range(table.childCount()))
        return [cell.text(NAME) for cell in cells if cell is not None and cell.state().selected]


def test_first_use_by_ear(window: MainWindow, qtbot: QtBot) -> None:
    listener = Listener(window)
    rows = listener.find("Interfaces", Role.List)
    assert all(rows.child(number).text(NAME) for number in range(rows.childCount()))
    assert listener.find("Pause", Role.Button).state().disabled
    listener.do(listener.find("Try it: simulated analyzer", Role.Button))
    qtbot.waitUntil(lambda: window.controller.state is State.CAPTURING)
    assert not listener.find("Pause", Role.Button).state().disabled
    qtbot.waitUntil(lambda: window.model.rowCount() >= 2, timeout=15_000)

    # The chosen session, its ladder, its bytes.
    listener.do(listener.find("Sessions", Role.Table), "SetFocus")
    qtbot.keyClick(window.table, Qt.Key.Key_Down)
    said = listener.row()
    assert "Device: 10.0.0.5" in " ".join(said)
    assert any(text.startswith("Framing: MLLP") for text in said)
    ladder = listener.find("Ladder: what device and LIS said, in order", Role.Client)
    qtbot.waitUntil(lambda: "ORU^R01" in ladder.text(DESCRIPTION))
    listener.do(ladder, "SetFocus")
    qtbot.waitUntil(lambda: window.ladder.row is not None and len(window.ladder.row.session.elements) >= 2)
    qtbot.keyClick(window.ladder, Qt.Key.Key_Down)
    assert ladder.text(DESCRIPTION).startswith("2/")
    assert "LIS to device" in ladder.text(DESCRIPTION)
    listener.do(listener.find("Hex", Role.PageTab))
    bytes_shown = listener.find("Bytes", Role.Client)
    assert bytes_shown.text(DESCRIPTION) == f"{len(window.detail.hex.data):,} bytes"
    listener.do(bytes_shown, "SetFocus")
    qtbot.keyClick(window.detail.hex, Qt.Key.Key_Right)
    assert bytes_shown.text(DESCRIPTION).endswith("offset 0: hex 0B")
    shown: list[QMenu] = []

    def look() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        shown.append(menu)
        menu.close()

    QTimer.singleShot(100, look)
    listener.do(listener.find("Compare", Role.ButtonDropDown), "ShowMenu")
    qtbot.waitUntil(lambda: bool(shown))
    assert shown[0].actions()[0].text() == "Compare: choose this message"

    # Menus, states, and the numbers of the dashboard in words.
    listener.choose("View", "Mask patient data")
    assert window.controller.settings.mask_patient_data
    listener.choose("View", "Dashboard")
    page = window.dashboard.page
    assert page is not None
    qtbot.waitUntil(lambda: "latency p50" in page.plots.accessibleDescription(), timeout=10_000)
    qtbot.waitUntil(lambda: page.links.links.rowCount() > 0)
    links = listener.find("Links", Role.Table)
    said = [links.child(number).text(NAME) for number in range(links.childCount())]
    assert any(text == "Device: 10.0.0.5" for text in said)
    assert any(text.startswith("State: ") for text in said)
    listener.choose("Capture", "Stop")
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)


def test_masked_bytes_are_not_said(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    window.controller.change_settings(maskPatientData=True)
    window.table.selectRow(0)
    hex_view = window.detail.hex
    at = hex_view.data.index(b"Testmann")
    hex_view._go_to(at)
    assert hex_view.accessibleDescription().endswith(": masked")
    qtbot.waitUntil(lambda: "PID" in window.detail.text.text)
    hex_view._go_to(1)
    assert hex_view.accessibleDescription().endswith(": hex 4D, M")
    hex_view._go_to(at)
    assert hex_view.accessibleDescription().endswith(": masked")

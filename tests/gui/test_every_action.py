"""Every action of the window does what it says: menus, toolbar, context menus. A new action needs an entry here."""

import logging
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QMessageBox, QWidgetAction
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from hl7capture import __version__
from hl7capture.app.controller import State
from hl7capture.ui import font_size
from hl7capture.ui.export_dialog import ExportDialog
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.remote_dialog import RemoteDialog
from hl7capture.ui.session_menu import SessionMenu
from hl7capture.ui.session_order import Grouping
from hl7capture.ui.settings_dialog import SettingsDialog
from hl7capture.ui.trouble.log_window import LogWindow
from hl7capture.ui.trouble.trouble import Trouble, Watch
from hl7capture.ui.window_layout import WindowLayout
from hl7capture.ui.workspace import Arrangement
from tests.gui.conftest import read
from tests.support.electron import write_electron
from tests.support.speech import answer, astm_transfer, mllp, oru
from tests.support.wire import conversation, conversations, pcap

PDF = b"%PDF-1.4 invented"
NAME = "Testmann"


@dataclass
class Scene:
    """A window with three sessions, of which the first is chosen, and the action that is looked at."""

    window: MainWindow
    qtbot: QtBot
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    path: str

    def trigger(self) -> None:
        """As a person does who finds it in its menu: it has to be possible now."""
        action = all_actions(self.window)[self.path]
        assert action.isEnabled(), "it cannot be chosen"
        action.trigger()

    def choose(self, row: int) -> None:
        self.window.table.selectRow(row)
        self.qtbot.waitUntil(lambda: self.window.detail.fields.model.rowCount() > 0)

    def go_to_field(self, path: str) -> None:
        model, tree = self.window.detail.fields.model, self.window.detail.fields.tree
        todo = [model.index(row, 0) for row in range(model.rowCount())]
        while todo:
            index = todo.pop()
            if index.data() == path:
                tree.setCurrentIndex(index)
                return
            todo += [model.index(row, 0, index) for row in range(model.rowCount(index))]
        raise AssertionError(f"there is no {path}")

    def files(self, *paths: Path) -> None:
        """What the question for files is answered with."""
        self.monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path) for path in paths], ""))

    def target(self, name: str) -> Path:
        """What the question where to save is answered with."""
        path = self.folder / name
        self.monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        return path

    def dialog(self, kind: type[QDialog], then: Callable[[QDialog], object]) -> None:
        """Triggers, and does `then` in the dialog that this opens; it has to be of this kind."""
        seen: list[QDialog] = []

        def use() -> None:
            shown = QApplication.activeModalWidget()
            if not isinstance(shown, QDialog):
                QTimer.singleShot(20, use)
                return
            seen.append(shown)
            then(shown)
            shown.close()

        QTimer.singleShot(0, use)
        self.trigger()
        assert [type(one) for one in seen] == [kind]


Effect = Callable[[Scene], None]
EFFECTS: dict[str, Effect] = {}


def effect(*paths: str) -> Callable[[Effect], Effect]:
    def note(does: Effect) -> Effect:
        EFFECTS.update(dict.fromkeys(paths, does))
        return does

    return note


# -- where actions are ---------------------------------------------------------------------------------------------


def named(actions: Iterable[QAction], place: str) -> Iterator[tuple[str, QAction]]:
    """Where an action is found, `Menu/File/Quit`, and the action; of menus what is in them."""
    for action in actions:
        path = f"{place}/{action.text().split(chr(9))[0].replace('&', '')}"
        under = action.menu()
        if isinstance(under, QMenu):
            yield from named(under.actions(), path)
        elif not action.isSeparator() and not isinstance(action, QWidgetAction):
            yield path, action


def in_header(window: MainWindow) -> list[QAction]:
    """Of the menu that the header of the list opens."""
    found: list[QAction] = []

    def look() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        found.extend(menu.actions())
        menu.close()

    QTimer.singleShot(20, look)
    window.table.horizontalHeader().customContextMenuRequested.emit(QPoint(5, 5))
    return found


def all_actions(window: MainWindow) -> dict[str, QAction]:
    """By where they are found first: what stands in several places is one action."""
    detail = window.detail
    places = {
        "Menu": window.menuBar().actions(),
        "Toolbar": window.toolbar.actions(),
        "Header": in_header(window),
        "List": SessionMenu(window.table.selected(), window.table).actions(),
        "Ladder": window.ladder.actions(),
        "Fields": detail.fields.tree.actions(),
        "Text": detail.text.context_menu().actions(),
        "Hex": detail.hex.actions(),
        "Compare": detail.compare.menu().actions(),
        "Window": window.actions(),
    }
    found: dict[str, QAction] = {}
    known = set()
    for place, actions in places.items():
        for path, action in named(actions, place):
            pointer = Shiboken.getCppPointer(action)
            if pointer not in known:
                known.add(pointer)
                found[path] = action
    return found


# -- what they do --------------------------------------------------------------------------------------------------


def other_capture(folder: Path, name: str, port: int) -> Path:
    path = folder / name
    turns = (0, mllp(oru("OTHER"))), (1, mllp(answer("OTHER")))
    path.write_bytes(pcap(conversation(*turns, initial=(port, 9000)).segments))
    return path


@effect("Menu/File/Open capture…")
def _open(scene: Scene) -> None:
    scene.files(other_capture(scene.folder, "other.pcap", 7001))
    with scene.qtbot.waitSignal(scene.window.controller.capture_ended):
        scene.trigger()
    scene.window.model.flush()
    assert scene.window.model.rowCount() == 4


@effect("Menu/File/Open captures as one…")
def _open_as_one(scene: Scene) -> None:
    scene.files(*(other_capture(scene.folder, f"{port}.pcap", port) for port in (7001, 7002)))
    with scene.qtbot.waitSignal(scene.window.controller.capture_ended):
        scene.trigger()
    scene.window.model.flush()
    assert scene.window.model.rowCount() == 4  # one connection, as both tell


@effect("Menu/File/Import sessions…")
def _import(scene: Scene) -> None:
    scene.files(write_electron(scene.folder / "session-3.json"))
    scene.trigger()
    scene.qtbot.waitUntil(lambda: scene.window.banner.texts == ["Sessions imported: 1."])
    assert scene.window.model.rowCount() == 4


def _export_as(scene: Scene, *, is_deidentified: bool) -> None:
    target = scene.folder / "exported.hl7"

    def fill(dialog: QDialog) -> None:
        assert isinstance(dialog, ExportDialog)
        assert dialog.deidentify.isChecked() is is_deidentified
        dialog.place.setText(str(target))
        dialog.accept()

    scene.dialog(ExportDialog, fill)
    scene.qtbot.waitUntil(target.exists)
    assert (NAME in target.read_text()) is not is_deidentified


@effect("Menu/File/Export…", "List/Export…")
def _export(scene: Scene) -> None:
    _export_as(scene, is_deidentified=False)


@effect("List/Export de-identified…")
def _export_deidentified(scene: Scene) -> None:
    _export_as(scene, is_deidentified=True)


@effect("Menu/File/Export ladder…")
def _export_ladder(scene: Scene) -> None:
    target = scene.target("ladder.svg")
    scene.trigger()
    scene.qtbot.waitUntil(target.exists)
    assert b"<svg" in target.read_bytes()


@effect("Menu/File/Settings")
def _settings(scene: Scene) -> None:
    scene.dialog(SettingsDialog, lambda dialog: None)


@effect("Menu/File/Quit")
def _quit(scene: Scene) -> None:
    scene.trigger()
    scene.qtbot.waitUntil(lambda: not scene.window.isVisible(), timeout=15_000)


def _in_state(scene: Scene, state: State) -> None:
    scene.qtbot.waitUntil(lambda: scene.window.controller.state is state, timeout=10_000)


@effect("Menu/Capture/Try it: simulated analyzer")
def _try_it(scene: Scene) -> None:
    scene.trigger()
    _in_state(scene, State.CAPTURING)
    assert scene.window.controller.source_names == "simulation"


@effect("Menu/Capture/Start")
def _start(scene: Scene) -> None:
    listened: list[str] = []
    scene.monkeypatch.setattr(scene.window.capturing, "listen", listened.append)
    scene.trigger()
    assert listened == [scene.window.capturing.interface.currentData()]
    scene.window.capturing.try_it()
    _in_state(scene, State.CAPTURING)
    assert scene.window.commands.start.text() == "Stop"
    scene.window.commands.start.trigger()
    _in_state(scene, State.IDLE)


@effect("Menu/Capture/Pause")
def _pause(scene: Scene) -> None:
    scene.window.capturing.try_it()
    _in_state(scene, State.CAPTURING)
    scene.trigger()
    _in_state(scene, State.PAUSED)
    assert scene.window.commands.pause.text() == "Resume"
    scene.window.commands.pause.trigger()
    _in_state(scene, State.CAPTURING)


@effect("Menu/Capture/Clear")
def _clear(scene: Scene) -> None:
    scene.trigger()
    assert scene.window.model.rowCount() == 0
    assert scene.window.ladder.row is None


@effect("Menu/Capture/Remote interface…")
def _remote(scene: Scene) -> None:
    scene.dialog(RemoteDialog, lambda dialog: None)


@effect("Menu/Capture/Refresh interfaces")
def _refresh(scene: Scene) -> None:
    scene.window.capturing.interface.clear()
    scene.trigger()
    scene.qtbot.waitUntil(lambda: scene.window.capturing.interface.count() > 0, timeout=20_000)


@effect("Menu/View/Welcome")
def _welcome(scene: Scene) -> None:
    scene.trigger()
    assert scene.window.pages.currentWidget() is scene.window.welcome
    assert scene.window.focusWidget() is scene.window.welcome.interfaces  # whichever window is the active one


@effect("Menu/View/Sessions")
def _sessions(scene: Scene) -> None:
    scene.window.go_home()
    scene.trigger()
    assert scene.window.focusWidget() is scene.window.table  # whichever window is the active one


@effect("Menu/View/Dashboard")
def _dashboard(scene: Scene) -> None:
    scene.trigger()
    assert scene.window.pages.currentWidget() is scene.window.dashboard.page


@effect("Menu/View/Archive")
def _archive(scene: Scene) -> None:
    scene.trigger()
    assert any("There is no archive" in text for text in scene.window.banner.texts)


@effect("Menu/View/Find")
def _find(scene: Scene) -> None:
    scene.trigger()
    assert scene.window.focusWidget() is scene.window.filtering.box  # whichever window is the active one


@effect("Menu/View/Mask patient data")
def _mask(scene: Scene) -> None:
    assert NAME in scene.window.detail.text.text
    scene.trigger()
    scene.qtbot.waitUntil(lambda: "PID" in scene.window.detail.text.text)
    assert NAME not in scene.window.detail.text.text


@effect("Menu/View/Group by/Device", "Menu/View/Group by/Link: device and LIS", "Menu/View/Group by/Nothing: one list")
def _group(scene: Scene) -> None:
    wanted = {"Device": Grouping.DEVICE, "Nothing: one list": Grouping.NONE}
    grouping = wanted.get(scene.path.rpartition("/")[2], Grouping.LINK)
    scene.window.table.arrangement.group_by(Grouping.LINK if grouping is Grouping.NONE else Grouping.NONE)
    scene.trigger()
    assert scene.window.table.sessions.grouping is grouping
    scene.qtbot.waitUntil(lambda: scene.window.table.lines.rowCount() == (3 if grouping is Grouping.NONE else 4))


@effect("Menu/View/Group by/Fold all groups", "Menu/View/Group by/Unfold all groups")
def _fold_groups(scene: Scene) -> None:
    lines, is_fold = scene.window.table.lines, "Fold" in scene.path
    scene.window.table.arrangement.group_by(Grouping.DEVICE)
    scene.qtbot.waitUntil(lambda: lines.rowCount() == 4)
    lines.fold_all(is_folded=not is_fold)
    scene.trigger()
    scene.qtbot.waitUntil(lambda: lines.rowCount() == (1 if is_fold else 4))


COLUMNS = ["No.", "Start", "Device", "LIS", "Framing", "Messages", "Duration", "State", "Findings", "Saved"]
HIDDEN_COLUMNS = ["Last packet", "Probe", "Source", "Size"]


@effect(*(f"Menu/View/Columns/{title}" for title in COLUMNS + HIDDEN_COLUMNS))
def _column(scene: Scene) -> None:
    title = scene.path.rpartition("/")[2]
    header, lines = scene.window.table.horizontalHeader(), scene.window.table.lines
    column = next(n for n in range(header.count()) if lines.headerData(n, header.orientation()) == title)
    before = header.isSectionHidden(column)
    assert before is (title in HIDDEN_COLUMNS)
    scene.trigger()
    assert header.isSectionHidden(column) is not before


@effect("Menu/View/Columns/Resize to contents", "Menu/View/Columns/Reset columns")
def _widths(scene: Scene) -> None:
    header = scene.window.table.horizontalHeader()
    before = header.sectionSize(2)
    header.resizeSection(2, 600)
    scene.trigger()
    assert header.sectionSize(2) <= before


@effect(
    "Menu/View/Layout/Ladder and detail below the list",
    "Menu/View/Layout/Ladder and detail beside the list",
    "Menu/View/Layout/The list alone",
    "Menu/View/Layout/Reset layout",
)
def _layout(scene: Scene) -> None:
    is_away, is_beside = "alone" in scene.path, "beside" in scene.path
    workspace = scene.window.workspace
    workspace.arrange(Arrangement.BELOW if is_away or is_beside else Arrangement.LIST)
    scene.trigger()
    area = Qt.DockWidgetArea.RightDockWidgetArea if is_beside else Qt.DockWidgetArea.BottomDockWidgetArea
    for pane in workspace.panes:
        assert pane.isVisible() is not is_away
        assert workspace.dockWidgetArea(pane) is area


@effect("Menu/View/Layout/Ladder", "Menu/View/Layout/Detail")
def _pane(scene: Scene) -> None:
    ladder, detail = scene.window.workspace.panes
    mine, other = (ladder, detail) if scene.path.endswith("Ladder") else (detail, ladder)
    scene.trigger()
    assert not mine.isVisible()
    assert other.isVisible()
    scene.trigger()
    assert mine.isVisible()


@effect("Menu/View/Larger letters", "Menu/View/Smaller letters", "Menu/View/Normal size")
def _letters(scene: Scene) -> None:
    if "Normal" in scene.path:
        scene.window.controller.change_settings(fontSize=150)
    scene.trigger()
    percent = {"Larger": 110, "Smaller": 90}.get(scene.path.rpartition("/")[2].split()[0], 100)
    assert scene.window.controller.settings.font_size == percent


@effect("Menu/View/Undo deletion")
def _undo(scene: Scene) -> None:
    scene.window.table.delete_action.trigger()
    assert scene.window.model.rowCount() == 2
    scene.trigger()
    assert scene.window.model.rowCount() == 3


@effect("Menu/Help/Log…")
def _log(scene: Scene) -> None:
    logging.getLogger("hl7capture").warning("something to read")
    scene.trigger()
    shown = next(one for one in QApplication.topLevelWidgets() if isinstance(one, LogWindow) and one.isVisible())
    assert "something to read" in shown.text.toPlainText()


@effect("Menu/Help/About HL7 Capture")
def _about(scene: Scene) -> None:
    texts: list[str] = []
    scene.dialog(QMessageBox, lambda box: texts.append(box.text()))  # type: ignore[attr-defined]
    assert __version__ in texts[0]


@effect("List/Open")
def _open_session(scene: Scene) -> None:
    scene.trigger()
    assert scene.window.focusWidget() is scene.window.ladder  # whichever window is the active one


@effect("List/Compare two")
def _compare_two(scene: Scene) -> None:
    scene.window.table.selectAll()
    assert not all_actions(scene.window)[scene.path].isEnabled()
    scene.window.table.clearSelection()
    for row in (0, 2):
        flags = scene.window.table.selectionModel().SelectionFlag
        chosen = scene.window.table.lines.index(row, 0)
        scene.window.table.selectionModel().select(chosen, flags.Select | flags.Rows)
    scene.trigger()
    _is_compared(scene)


def _is_compared(scene: Scene) -> None:
    shown = scene.window.workspace.comparing.window
    assert shown is not None
    assert shown.isVisible()
    shown.close()


CONDITIONS = {
    "Device 10.0.0.5": "device = 10.0.0.5",
    "LIS 10.1.0.1": "lis = 10.1.0.1",
    "Link 10.0.0.5 → 10.1.0.1:2575": "device = 10.0.0.5 and lis = 10.1.0.1 and port = 2575",
    "Framing mllp": "framing = mllp",
    "Message type ORU^R01": "type = ORU^R01",
    "Message type ACK^R01": "type = ACK^R01",
    "Finding ack-negative": "finding = ack-negative",
    "Finding clock": "finding = clock",
}


@effect(*(f"List/Filter by this/{title}" for title in CONDITIONS))
def _filter_by(scene: Scene) -> None:
    scene.trigger()
    assert scene.window.filtering.box.text() == CONDITIONS[scene.path.removeprefix("List/Filter by this/")]
    scene.qtbot.waitUntil(lambda: 1 <= scene.window.filter.rowCount() <= 3)


def _copied() -> str:
    return QGuiApplication.clipboard().text()


@effect("List/Copy messages", "List/Copy messages de-identified", "Text/Copy de-identified")
def _copy_messages(scene: Scene) -> None:
    QGuiApplication.clipboard().clear()
    scene.trigger()
    scene.qtbot.waitUntil(lambda: _copied().startswith("MSH|"))
    assert (NAME in _copied()) is ("de-identified" not in scene.path)


@effect("List/Copy session id")
def _copy_id(scene: Scene) -> None:
    scene.trigger()
    assert _copied() == scene.window.table.selected()[0].session_id


@effect("List/Keep", "List/Do not keep")
def _keep(scene: Scene) -> None:
    window, is_kept = scene.window, scene.path == "List/Keep"
    window.files.bring_in([write_electron(scene.folder / "session-3.json")])
    scene.qtbot.waitUntil(lambda: window.model.rowCount() == 4)
    scene.qtbot.waitUntil(lambda: window.table.selected()[0].source == "hl7-capture")
    if not is_kept:
        window.table.keep_wanted.emit([window.table.selected()[0].session_id], True)
        scene.qtbot.waitUntil(lambda: window.table.selected()[0].pinned)
    scene.trigger()
    scene.qtbot.waitUntil(lambda: window.table.selected()[0].pinned is is_kept)


@effect("List/Delete")
def _delete(scene: Scene) -> None:
    scene.trigger()
    assert scene.window.model.rowCount() == 2


@effect("Ladder/Next finding", "Ladder/Previous finding")
def _finding(scene: Scene) -> None:
    ladder, is_next = scene.window.ladder, "Next" in scene.path
    scene.qtbot.waitUntil(lambda: bool(ladder.marks.by_number))
    marked = sorted(ladder.marks.by_number)
    ladder.select(0 if is_next else len(ladder.row.session.elements) - 1)  # type: ignore[union-attr]
    before = ladder.selected
    scene.trigger()
    assert ladder.selected in marked
    assert ladder.selected != before


@effect("Ladder/Unfold all frames", "Ladder/Fold all frames")
def _unfold(scene: Scene) -> None:
    scene.choose(1)
    ladder, is_open = scene.window.ladder, "Unfold" in scene.path
    assert ladder.layout_ is not None
    ladder.unfold_all(is_open=not is_open)
    before = ladder.layout_.height
    scene.trigger()
    assert (ladder.layout_.height > before) is is_open


@effect("Ladder/Compare: choose this message", "Ladder/Compare with the chosen message")
def _compare(scene: Scene) -> None:
    comparing = scene.window.workspace.comparing
    assert not comparing.compare.isEnabled()
    comparing.choose.trigger()
    assert comparing.compare.text().startswith("Compare with ORU^R01")
    comparing.compare.trigger()
    _is_compared(scene)


FIELDS = {
    "Copy value": "SIM-4711",
    "Copy field path": "PID-3",
    "Copy line": "PID-3\tPatient Identifier List\tCX\tSIM-4711",
}


@effect(*(f"Fields/{title}" for title in FIELDS))
def _copy_field(scene: Scene) -> None:
    scene.go_to_field("PID-3")
    scene.trigger()
    assert _copied().strip() == FIELDS[scene.path.removeprefix("Fields/")]


@effect("Fields/Copy value de-identified")
def _copy_field_deidentified(scene: Scene) -> None:
    scene.go_to_field("PID-5")
    QGuiApplication.clipboard().clear()
    scene.trigger()
    scene.qtbot.waitUntil(lambda: _copied() != "")
    assert NAME not in _copied()


@effect("Fields/Filter by this field")
def _filter_by_field(scene: Scene) -> None:
    scene.go_to_field("PID-3")
    scene.trigger()
    assert scene.window.filtering.box.text().startswith("PID-3")


@effect("Fields/Save document…")
def _save_document(scene: Scene) -> None:
    scene.go_to_field("OBX[2]-5")
    target = scene.target("report.pdf")
    scene.trigger()
    scene.qtbot.waitUntil(target.exists)
    assert target.read_bytes() == PDF


@effect("Fields/Expand all", "Fields/Expand all below", "Fields/Collapse all")
def _expand(scene: Scene) -> None:
    tree, is_expanding = scene.window.detail.fields.tree, "Expand" in scene.path
    scene.go_to_field("PID")
    index = tree.currentIndex()
    tree.setExpanded(index, not is_expanding)
    scene.trigger()
    assert tree.isExpanded(index) is is_expanding


@effect("Text/Copy", "Text/Select All")
def _select_text(scene: Scene) -> None:
    text = scene.window.detail.text
    scene.window.detail.tabs.setCurrentWidget(text)
    if scene.path == "Text/Copy":
        text.selectAll()
        scene.trigger()
        assert _copied() == text.toPlainText()
    else:
        scene.trigger()
        assert text.textCursor().hasSelection()


@effect("Text/Wrap long lines")
def _wrap(scene: Scene) -> None:
    before = scene.window.detail.text.lineWrapMode()
    scene.trigger()
    assert scene.window.detail.text.lineWrapMode() is not before


@effect("Hex/Copy as hex", "Hex/Copy as hex, de-identified")
def _copy_hex(scene: Scene) -> None:
    QGuiApplication.clipboard().clear()
    scene.trigger()
    scene.qtbot.waitUntil(lambda: _copied().startswith("0b 4d 53 48"))
    assert (NAME.encode().hex(" ") in _copied()) is ("de-identified" not in scene.path)


# -- the test ------------------------------------------------------------------------------------------------------


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    yield made
    made.close()


@pytest.fixture
def scene(
    watch: Watch,
    window: MainWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qapp: QApplication,
) -> Iterator[Scene]:
    Trouble(watch, window.banner, window.commands.log, window)
    WindowLayout(window.memory, window)
    document = b"OBX|2|ED|PDF^Report||^AP^PDF^Base64^" + b64encode(PDF) + b"\r"
    talks = (
        [(0, mllp(oru("MSG1") + document)), (1, mllp(answer("MSG1", "AE")))],
        astm_transfer(),
        [(0, mllp(oru("MSG3"))), (1, mllp(answer("MSG3")))],
    )
    path = tmp_path / "three.pcap"
    path.write_bytes(pcap(conversations(*talks)))
    read(window, path, qtbot)
    made = Scene(window, qtbot, tmp_path, monkeypatch, "")
    made.choose(0)
    qtbot.waitUntil(lambda: bool(window.detail.findings.text) and bool(window.table.selected()[0].findings))
    yield made
    font_size.apply(qapp, 100)


@pytest.mark.parametrize("path", EFFECTS)
def test_an_action_does_what_it_says(scene: Scene, path: str) -> None:
    scene.path = path
    EFFECTS[path](scene)


def test_every_action_has_an_entry(scene: Scene) -> None:
    assert sorted(all_actions(scene.window)) == sorted(EFFECTS)

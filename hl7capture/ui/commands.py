"""What a person can do in the window, as actions: in menus, in the toolbar, by keys. Who does it connects to them."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from hl7capture.app.controller import State
from hl7capture.ui import theme
from hl7capture.ui.icons import icon
from hl7capture.ui.workspace import Arrangement, SessionViews

Shortcut = QKeySequence.StandardKey | str | None


class _Place:
    """In a menu, for entries that change."""

    def __init__(self, menu: QMenu, behind: QAction) -> None:
        """behind: the entry that comes after it."""
        self._menu = menu
        self._behind = behind
        self._actions: list[QAction] = []

    def fill(self, actions: list[QAction]) -> None:
        """These stand there instead of those before."""
        for action in self._actions:
            self._menu.removeAction(action)
        self._menu.insertActions(self._behind, actions)
        self._actions = actions


class Commands(QObject):
    """All actions of the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = State.IDLE
        self.start = self._action(self.tr("Start"), "Ctrl+E")
        self.pause = self._action(self.tr("Pause"), "Ctrl+P")
        self.clear = self._action(self.tr("Clear"), "Ctrl+L")
        self.clear.setToolTip(self.tr("Empty the list (Ctrl+L). Saved sessions stay on disk."))
        self.open = self._action(self.tr("Open capture…"), QKeySequence.StandardKey.Open)
        self.open_as_one = self._action(self.tr("Open captures as one…"), "Ctrl+Shift+O")
        self.bring_in = self._action(self.tr("Import sessions…"), "Ctrl+I")
        self.export = self._action(self.tr("Export…"), "Ctrl+Shift+S")
        self.export.setEnabled(False)
        self.remote = self._action(self.tr("Remote interface…"), "Ctrl+R")
        self.settings = self._action(self.tr("Settings"), "Ctrl+,")
        self.home = self._action(self.tr("Welcome"), "Ctrl+H")
        self.sessions = self._action(self.tr("Sessions"), "Ctrl+1")
        self.dashboard = self._action(self.tr("Dashboard"), "Ctrl+D")
        self.dashboard.setToolTip(self.tr("Dashboard (Ctrl+D)"))
        self.archive = self._action(self.tr("Archive"), "Ctrl+5")
        self.try_it = self._action(self.tr("Try it: simulated analyzer"), None)
        self.refresh = self._action(self.tr("Refresh interfaces"), "F5")
        self.leave = self._action(self.tr("Quit"), "Ctrl+Q")  # not every system names a key for it
        self.find = self._action(self.tr("Find"), QKeySequence.StandardKey.Find)
        self.find.setShortcuts([*QKeySequence.keyBindings(QKeySequence.StandardKey.Find), QKeySequence("/")])
        self.mask = self._action(self.tr("Mask patient data"), "Ctrl+M")
        self.mask.setCheckable(True)
        self.larger = self._action(self.tr("Larger letters"), QKeySequence.StandardKey.ZoomIn)
        self.larger.setShortcuts([*QKeySequence.keyBindings(QKeySequence.StandardKey.ZoomIn), QKeySequence("Ctrl+=")])
        self.smaller = self._action(self.tr("Smaller letters"), QKeySequence.StandardKey.ZoomOut)
        self.normal_size = self._action(self.tr("Normal size"), "Ctrl+0")
        self.arrangements: list[QAction] = []
        for place, text, shortcut in (
            (Arrangement.BELOW, self.tr("Ladder and detail below the list"), "Ctrl+2"),
            (Arrangement.BESIDE, self.tr("Ladder and detail beside the list"), "Ctrl+3"),
            (Arrangement.LIST, self.tr("The list alone"), "Ctrl+4"),
        ):
            action = self._action(text, shortcut)
            action.setData(place)
            self.arrangements.append(action)
        self.reset_layout = self._action(self.tr("Reset layout"), None)
        self.log = self._action(self.tr("Log…"), "Ctrl+Shift+G")
        self.about = self._action(self.tr("About HL7 Capture"), None)
        self.refresh_icons()

    def fill(self, menus: QMenuBar, undo: QAction) -> None:
        """The menus of the window, all but what `follow` puts into them; undo: of deleting."""
        file = menus.addMenu(self.tr("&File"))
        file.addActions([self.open, self.open_as_one])
        file.addSeparator()
        file.addActions([self.bring_in, self.export])
        self._of_ladder = _Place(file, file.addSeparator())
        file.addActions([self.settings, self.leave])
        capture = menus.addMenu(self.tr("&Capture"))
        capture.addActions([self.start, self.pause, self.clear])
        capture.addSeparator()
        capture.addActions([self.remote, self.refresh, self.try_it])
        view = menus.addMenu(self.tr("&View"))
        view.addActions([self.home, self.sessions, self.dashboard, self.archive])
        view.addActions([self.find, self.mask])
        view.addSeparator()
        layout = view.addMenu(self.tr("&Layout"))
        self._of_table = _Place(view, layout.menuAction())
        layout.addActions(self.arrangements)
        layout.addSeparator()
        self._of_panes = _Place(layout, layout.addSeparator())
        layout.addAction(self.reset_layout)
        view.addActions([self.larger, self.smaller, self.normal_size])
        view.addSeparator()
        view.addAction(undo)
        menus.addMenu(self.tr("&Help")).addActions([self.log, self.about])

    def follow(self, views: SessionViews) -> None:
        """Where sessions are looked at now: the menus have the entries of its ladder, its table and its panes."""
        arrangement = views.table.arrangement
        self._of_ladder.fill([views.ladder.export_action])
        self._of_table.fill([arrangement.grouping_menu.menuAction(), arrangement.columns_menu.menuAction()])
        self._of_panes.fill([pane.toggleViewAction() for pane in views.panes])

    def show_state(self, state: State, *, is_live: bool, may_start: bool) -> None:
        """What can be done now. is_live: sessions come from the wire. may_start: there is an interface."""
        self._state = state
        is_idle = state is State.IDLE
        self.start.setText(self.tr("Start") if is_idle else self.tr("Stop"))
        self.start.setEnabled(state is not State.STOPPING and (not is_idle or may_start))
        self.pause.setText(self.tr("Resume") if state is State.PAUSED else self.tr("Pause"))
        self.pause.setEnabled(state in (State.CAPTURING, State.PAUSED) and is_live)
        for action in (self.try_it, self.remote, self.open_as_one):
            action.setEnabled(is_idle)
        self.refresh_icons()

    def refresh_icons(self) -> None:
        """In the colours of the theme, as the state asks for them."""
        self.start.setIcon(icon("start" if self._state is State.IDLE else "stop", theme.colours().on_accent))
        self.pause.setIcon(icon("start" if self._state is State.PAUSED else "pause"))
        for action, name in (
            (self.clear, "clear"),
            (self.open, "open"),
            (self.settings, "settings"),
            (self.home, "home"),
            (self.dashboard, "dashboard"),
            (self.archive, "archive"),
        ):
            action.setIcon(icon(name))

    def _action(self, text: str, shortcut: Shortcut) -> QAction:
        action = QAction(text, self.parent())
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
        return action

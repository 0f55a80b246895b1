"""How the window was left: its place, its panes, its page; kept in a small file beside the settings."""

from PySide6.QtCore import QByteArray, QEvent, QObject
from PySide6.QtGui import QGuiApplication

from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.workspace import Arrangement

_WIDEST = 100_000  # pixels of a pane
_LEAST_IN_SIGHT = 80  # pixels of the window, to take hold of it


class WindowLayout(QObject):
    """Gives the window what the file holds, as soon as it is read, and notes it when the window closes."""

    def __init__(self, memory: LayoutMemory, window: MainWindow) -> None:
        super().__init__(window)
        self._memory = memory
        self._window = window
        self._is_restored = False
        commands = window.commands
        for action in commands.arrangements.actions():
            action.triggered.connect(
                lambda _on=False, action=action: window.workspace.arrange(Arrangement(action.data()))
            )
        commands.reset_layout.triggered.connect(lambda _on=False: self._reset())
        window.installEventFilter(self)
        memory.loaded.connect(self.restore)
        if memory.is_loaded:
            self.restore()

    def restore(self) -> None:
        """What is broken in the file is left as it is in the window."""
        self._is_restored = True
        window, workspace = self._window, self._window.workspace
        geometry = self._memory.get("geometry")
        if isinstance(geometry, str) and geometry.isascii():
            window.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
            bring_into_sight(window)
        arrangement = self._memory.get("arrangement")
        if arrangement in list(Arrangement):
            self._arrange(Arrangement(arrangement))
        for key, splitter in (("outer", workspace), ("inner", workspace.panes)):
            sizes = _sizes(self._memory.get(key))
            if sizes and any(sizes):
                splitter.setSizes(sizes)
        tabs = window.detail.tabs
        for number in range(tabs.count()):
            if type(tabs.widget(number)).__name__ == self._memory.get("tab"):
                tabs.setCurrentIndex(number)
        page = self._memory.get("page")
        if page in ("welcome", "sessions"):
            window.begin_at(is_home=page == "welcome")

    def note(self) -> None:
        """How the window stands."""
        if not self._is_restored:
            return
        window, workspace = self._window, self._window.workspace
        for name, value in (
            ("geometry", window.saveGeometry().toBase64().toStdString()),
            ("arrangement", str(workspace.arrangement)),
            ("outer", workspace.sizes()),
            ("inner", workspace.panes.sizes()),
            ("tab", type(window.detail.tabs.currentWidget()).__name__),
            ("page", "welcome" if window.pages.currentWidget() is window.welcome else "sessions"),
        ):
            self._memory.put(name, value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close:
            self.note()
        return super().eventFilter(watched, event)

    def _arrange(self, arrangement: Arrangement) -> None:
        self._window.workspace.arrange(arrangement)
        for action in self._window.commands.arrangements.actions():
            action.setChecked(action.data() == arrangement)

    def _reset(self) -> None:
        """As at the first start."""
        self._arrange(Arrangement.BELOW)
        self._window.detail.tabs.setCurrentIndex(0)


def bring_into_sight(window: MainWindow) -> None:
    """A screen may be gone, or smaller, since the window was closed."""
    frame = window.frameGeometry()
    for screen in QGuiApplication.screens():
        seen = screen.availableGeometry().intersected(frame)
        if seen.width() >= _LEAST_IN_SIGHT and seen.height() >= _LEAST_IN_SIGHT and seen.top() <= frame.top():
            return
    room = QGuiApplication.primaryScreen().availableGeometry()
    window.resize(window.size().boundedTo(room.size()))
    window.move(room.center() - window.rect().center())


def _sizes(value: object) -> list[int]:
    """Two widths or heights; empty where that is not what it is."""
    if not isinstance(value, list) or len(value) != 2:
        return []
    return value if all(type(size) is int and 0 <= size <= _WIDEST for size in value) else []

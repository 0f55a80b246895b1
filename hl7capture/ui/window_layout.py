"""How the window was left: its place, its panes, its page; kept in a small file beside the settings."""

from base64 import b64decode, b64encode
from zlib import crc32

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication

from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.workspace import Arrangement

_SEAL = 4  # bytes
_LEAST_IN_SIGHT = 80  # pixels of the window, to take hold of it


class WindowLayout(QObject):
    """Gives the window what the file holds, as soon as it is read, and notes it when the window closes."""

    def __init__(self, memory: LayoutMemory, window: MainWindow) -> None:
        super().__init__(window)
        self._memory = memory
        self._window = window
        self._is_restored = False
        commands = window.commands
        for action in commands.arrangements:
            action.triggered.connect(lambda _on=False, action=action: window.views.arrange(Arrangement(action.data())))
        commands.reset_layout.triggered.connect(lambda _on=False: self._reset())
        window.installEventFilter(self)
        memory.loaded.connect(self.restore)
        if memory.is_loaded:
            self.restore()

    def restore(self) -> None:
        """What is broken in the file is left as it is in the window."""
        self._is_restored = True
        window, workspace = self._window, self._window.workspace
        geometry, panes = _unsealed(self._memory.get("geometry")), _unsealed(self._memory.get("panes"))
        if geometry:
            window.restoreGeometry(geometry)
            bring_into_sight(window)
        if panes:
            workspace.restore_layout(panes)
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
            ("geometry", _sealed(bytes(window.saveGeometry().data()))),
            ("panes", _sealed(workspace.kept_layout())),
            ("tab", type(window.detail.tabs.currentWidget()).__name__),
            ("page", "welcome" if window.pages.currentWidget() is window.welcome else "sessions"),
        ):
            self._memory.put(name, value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close:
            self.note()
        return super().eventFilter(watched, event)

    def _reset(self) -> None:
        """As at the first start, where the person looks."""
        views = self._window.views
        views.arrange(Arrangement.BELOW)
        views.detail.tabs.setCurrentIndex(0)


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


# Qt takes what it kept on trust: a damaged state of panes can end the program. So it has a checksum.


def _sealed(kept: bytes) -> str:
    return b64encode(crc32(kept).to_bytes(_SEAL, "big") + kept).decode()


def _unsealed(value: object) -> bytes:
    """Empty where it is not what `_sealed` made."""
    try:
        data = b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        return b""
    kept = data[_SEAL:]
    return kept if int.from_bytes(data[:_SEAL], "big") == crc32(kept) else b""

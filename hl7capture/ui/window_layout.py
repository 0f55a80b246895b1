"""How the window was left: its place, its panes, its page; kept in a small file beside the settings."""

import json
import logging
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QObject, QThreadPool, Signal
from PySide6.QtGui import QGuiApplication

from hl7capture.store.atomic import write_atomically
from hl7capture.store.jobs import Job
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.workspace import Arrangement

log = logging.getLogger(__name__)

_LONGEST = 64 << 10  # bytes of the file
_WIDEST = 100_000  # pixels of a pane
_LEAST_IN_SIGHT = 80  # pixels of the window, to take hold of it


class LayoutFile(QObject):
    """Values by key, read and written in the background. What cannot be read is nothing; the log says so."""

    loaded = Signal()
    _read = Signal(dict)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._values: dict[str, Any] = {}
        self.is_loaded = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._read.connect(self._take)
        self._pool.start(Job(self._load))

    def get(self, key: str) -> Any:
        """What was put there, by this run or an earlier one; None: nothing. It may be anything that JSON can say."""
        return self._values.get(key)

    def put(self, **values: Any) -> None:
        """Keeps values, which JSON can say."""
        self._values |= values
        if self.is_loaded:  # else it would take the place of what has not been read yet
            data = json.dumps(self._values).encode()
            self._pool.start(Job(lambda: self._save(data)))

    def close(self) -> None:
        """Waits for what is being written: milliseconds."""
        self._pool.waitForDone(1000)

    def _take(self, values: dict[str, Any]) -> None:
        self._values = values | self._values
        self.is_loaded = True
        self.loaded.emit()

    def _load(self) -> None:
        values: object = {}
        try:
            with self._path.open("rb") as file:
                values = json.loads(file.read(_LONGEST))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, RecursionError) as error:
            log.warning("The window's layout in %s cannot be read: %s", self._path, type(error).__name__)
        self._read.emit(values if isinstance(values, dict) else {})

    def _save(self, data: bytes) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._path, data)
        except OSError as error:
            log.warning("The window's layout cannot be kept in %s: %s", self._path, error.strerror)


class WindowLayout(QObject):
    """Gives the window what the file holds, as soon as it is read, and notes it when the window closes."""

    def __init__(self, file: LayoutFile, window: MainWindow) -> None:
        super().__init__(window)
        self._file = file
        self._window = window
        self._is_restored = False
        commands = window.commands
        for action in commands.arrangements.actions():
            action.triggered.connect(
                lambda _on=False, action=action: window.workspace.arrange(Arrangement(action.data()))
            )
        commands.reset_layout.triggered.connect(lambda _on=False: self._reset())
        window.installEventFilter(self)
        file.loaded.connect(self.restore)
        if file.is_loaded:
            self.restore()

    def restore(self) -> None:
        """What is broken in the file is left as it is in the window."""
        self._is_restored = True
        window, workspace = self._window, self._window.workspace
        geometry = self._file.get("geometry")
        if isinstance(geometry, str) and geometry.isascii():
            window.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
            bring_into_sight(window)
        arrangement = self._file.get("arrangement")
        if arrangement in list(Arrangement):
            self._arrange(Arrangement(arrangement))
        for key, splitter in (("outer", workspace), ("inner", workspace.panes)):
            sizes = _sizes(self._file.get(key))
            if sizes and any(sizes):
                splitter.setSizes(sizes)
        tabs = window.detail.tabs
        for number in range(tabs.count()):
            if type(tabs.widget(number)).__name__ == self._file.get("tab"):
                tabs.setCurrentIndex(number)
        page = self._file.get("page")
        if page in ("welcome", "sessions"):
            window.begin_at(is_home=page == "welcome")

    def note(self) -> None:
        """How the window stands."""
        if not self._is_restored:
            return
        window, workspace = self._window, self._window.workspace
        self._file.put(
            geometry=window.saveGeometry().toBase64().toStdString(),
            arrangement=str(workspace.arrangement),
            outer=workspace.sizes(),
            inner=workspace.panes.sizes(),
            tab=type(window.detail.tabs.currentWidget()).__name__,
            page="welcome" if window.pages.currentWidget() is window.welcome else "sessions",
        )

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

"""The captures opened last, kept in a small file of their own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from hl7capture.store.atomic import write_atomically

_MOST = 8


@dataclass(slots=True, frozen=True)
class FileFacts:
    """size: bytes; changed: seconds since 1970."""

    size: int
    changed: float


class RecentFiles(QObject):
    """Read and written in the background; a list that cannot be kept is no reason to complain.

    facts: of the files that were looked at; None where one is not there any more.
    """

    changed = Signal()
    _loaded = Signal(list)
    _looked = Signal(object)  # dict[Path, FileFacts | None]; as dict, Qt would copy what it does not know

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self.paths: list[Path] = []
        self.facts: dict[Path, FileFacts | None] = {}
        self._is_loaded = False
        self._loaded.connect(self._take)
        self._looked.connect(self._take_facts)
        self._pool.start(_Job(self._load))

    def add(self, path: Path) -> None:
        """The newest comes first."""
        self.paths = [path, *(other for other in self.paths if other != path)][:_MOST]
        self.changed.emit()
        if self._is_loaded:  # else it would take the place of what has not been read yet
            self._keep()
        self.look()

    def remove(self, path: Path) -> None:
        """From the list; the file stays."""
        self.paths = [other for other in self.paths if other != path]
        self.changed.emit()
        if self._is_loaded:
            self._keep()

    def look(self) -> None:
        """Looks at the files again: `facts`."""
        paths = list(self.paths)
        self._pool.start(_Job(lambda: self._looked.emit({path: _facts_of(path) for path in paths})))

    def close(self) -> None:
        """Waits for what is being written: milliseconds."""
        self._pool.waitForDone(1000)

    def _take(self, names: list[str]) -> None:
        self._is_loaded = True
        is_added = bool(self.paths)
        self.paths = [*self.paths, *(Path(name) for name in names if Path(name) not in self.paths)][:_MOST]
        if is_added:
            self._keep()
        self.changed.emit()
        self.look()

    def _take_facts(self, facts: dict[Path, FileFacts | None]) -> None:
        if facts != self.facts:
            self.facts = facts
            self.changed.emit()

    def _keep(self) -> None:
        data = json.dumps([str(path) for path in self.paths]).encode()
        self._pool.start(_Job(lambda: self._save(data)))

    def _load(self) -> None:
        try:
            names = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            names = []
        kept = names if isinstance(names, list) else []
        self._loaded.emit([name for name in kept if isinstance(name, str)][:_MOST])

    def _save(self, data: bytes) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._path, data)
        except OSError:
            return


def _facts_of(path: Path) -> FileFacts | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return FileFacts(found.st_size, found.st_mtime)


class _Job(QRunnable):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        self._work()

"""The captures opened last, kept in a small file of their own."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from hl7capture.ui.small_file import SmallFile

_MOST = 8


@dataclass(slots=True, frozen=True)
class FileFacts:
    """size: bytes; changed: seconds since 1970."""

    size: int
    changed: float


class RecentFiles(QObject):
    """facts: of the files that were looked at; None where one is not there any more."""

    changed = Signal()
    _looked = Signal(object)  # dict[Path, FileFacts | None]; as dict, Qt would copy what it does not know

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paths: list[Path] = []
        self.facts: dict[Path, FileFacts | None] = {}
        self._is_loaded = False
        self._looked.connect(self._take_facts)
        self._file = SmallFile(path, "The list of the captures opened last", self)
        self._file.loaded.connect(self._take)
        self._file.load()

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
        self._file.run(lambda: self._looked.emit({path: _facts_of(path) for path in paths}))

    def close(self) -> None:
        """Waits for what is being written: milliseconds."""
        self._file.close()

    def _take(self, kept: object) -> None:
        self._is_loaded = True
        is_added = bool(self.paths)
        old = [Path(name) for name in kept if isinstance(name, str)] if isinstance(kept, list) else []
        self.paths = [*self.paths, *(path for path in old if path not in self.paths)][:_MOST]
        if is_added:
            self._keep()
        self.changed.emit()
        self.look()

    def _take_facts(self, facts: dict[Path, FileFacts | None]) -> None:
        if facts != self.facts:
            self.facts = facts
            self.changed.emit()

    def _keep(self) -> None:
        self._file.keep([str(path) for path in self.paths])


def _facts_of(path: Path) -> FileFacts | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return FileFacts(found.st_size, found.st_mtime)

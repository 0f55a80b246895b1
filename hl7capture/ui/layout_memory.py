"""How a person has arranged the window: widths, columns, groups; kept in a small file of its own."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from hl7capture.ui.small_file import SmallFile

_SETTLE_MS = 500  # a width changes with every pixel of a drag


class LayoutMemory(QObject):
    """Values of JSON by name.

    What is put before the file was read counts for nothing: no person has arranged anything yet.
    """

    loaded = Signal()

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, Any] = {}
        self.is_loaded = False
        self._settle = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._write)
        self._file = SmallFile(path, "The window's layout", self)
        self._file.loaded.connect(self._take)
        self._file.load()

    def get(self, name: str) -> Any:
        """None where nothing is known. A person may have edited the file: look at what it is."""
        return self._values.get(name)

    def put(self, name: str, value: Any) -> None:
        """To be there at the next start."""
        if self.is_loaded and self._values.get(name) != value:
            self._values[name] = value
            self._settle.start()

    def close(self) -> None:
        """Writes what has changed just now, and waits for that: milliseconds."""
        if self._settle.isActive():
            self._settle.stop()
            self._write()
        self._file.close()

    def _take(self, values: object) -> None:
        self.is_loaded = True
        self._values = values if isinstance(values, dict) else {}
        self.loaded.emit()

    def _write(self) -> None:
        self._file.keep(self._values)

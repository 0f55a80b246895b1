"""How a person has arranged the window: widths, columns, groups; kept in a small file of its own."""

import json
import logging
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from hl7capture.store.atomic import write_atomically
from hl7capture.store.jobs import Job

log = logging.getLogger(__name__)

_SETTLE_MS = 500  # a width changes with every pixel of a drag
_CLOSE_MS = 1000
_LARGEST = 1 << 20  # bytes; nobody has arranged that much


class LayoutMemory(QObject):
    """Values of JSON by name. The file is read and written in the background; where it cannot be, the log says so.

    What is put before the file was read counts for nothing: no person has arranged anything yet.
    """

    loaded = Signal()
    _read = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._values: dict[str, Any] = {}
        self.is_loaded = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._settle = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._write)
        self._read.connect(self._take)
        self._pool.start(Job(self._load))

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
        self._pool.waitForDone(_CLOSE_MS)

    def _take(self, values: object) -> None:
        self.is_loaded = True
        self._values = values if isinstance(values, dict) else {}
        self.loaded.emit()

    def _load(self) -> None:
        try:
            with self._path.open("rb") as file:
                values = json.loads(file.read(_LARGEST))
        except FileNotFoundError:
            values = None
        except (OSError, ValueError, RecursionError) as error:
            values = None
            log.warning("The window's layout in %s cannot be read: %s", self._path, type(error).__name__)
        self._read.emit(values)

    def _write(self) -> None:
        data = json.dumps(self._values, indent=1).encode()
        self._pool.start(Job(lambda: self._save(data)))

    def _save(self, data: bytes) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._path, data)
        except OSError as error:
            log.warning("The window's layout cannot be kept in %s: %s", self._path, error.strerror)

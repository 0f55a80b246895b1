"""A small file of JSON that the window keeps beside the settings, read and written in the background."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, Signal

from hl7capture.store.atomic import write_atomically
from hl7capture.store.jobs import Job

log = logging.getLogger(__name__)

_CLOSE_MS = 1000
_LARGEST = 1 << 20  # bytes; nobody has arranged or opened that much


class SmallFile(QObject):
    """One thing after the other; where the file cannot be read or written the log says so, and that is all.

    loaded: what stands in it, None where there is nothing to read. A person may have edited it: look at what it is.
    """

    loaded = Signal(object)

    def __init__(self, path: Path, what: str, parent: QObject | None = None) -> None:
        """what: it holds, for the log: `The window's layout`."""
        super().__init__(parent)
        self._path = path
        self._what = what
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def load(self) -> None:
        """`loaded` comes; connect it before."""
        self.run(self._load)

    def keep(self, value: Any) -> None:
        """Writes the file anew, with what `value` is now."""
        data = json.dumps(value, indent=1).encode()
        self.run(lambda: self._save(data))

    def run(self, work: Callable[[], None]) -> None:
        """Something else in the same thread."""
        self._pool.start(Job(work))

    def close(self) -> None:
        """Waits for what is being written: milliseconds."""
        self._pool.waitForDone(_CLOSE_MS)

    def _load(self) -> None:
        value = None
        try:
            with self._path.open("rb") as file:
                value = json.loads(file.read(_LARGEST))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, RecursionError) as error:
            log.warning("%s in %s cannot be read: %s", self._what, self._path, type(error).__name__)
        self.loaded.emit(value)

    def _save(self, data: bytes) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._path, data)
        except OSError as error:
            log.warning("%s cannot be kept in %s: %s", self._what, self._path, error.strerror)

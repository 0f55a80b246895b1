"""Saving: sessions wait here until they are on disk. Whoever saves never waits; the pool's threads write."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal

from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.jobs import Job
from hl7capture.store.remedies import remedy
from hl7capture.store.session_folder import SessionFolder

log = logging.getLogger(__name__)


class Saver(QObject):
    """Writes completed sessions to the folder, one after the other, and again where that failed.

    `save`, `flush`, `unsaved` and `forget` may be called from any thread; the rest from the saver's own.
    """

    saved = Signal(object)  # Session: it is durable
    waiting_changed = Signal(int, str)  # sessions not yet on disk; why, or "" where they are just on their way
    _retry_wanted = Signal()

    def __init__(
        self, settings: Settings, folder: Callable[[], SessionFolder], pool: QThreadPool, parent: QObject | None = None
    ) -> None:
        """folder: the folder of the moment; it may become another one between two writes."""
        super().__init__(parent)
        self.settings = settings
        self._folder = folder
        self._pool = pool
        self._lock = threading.Lock()
        self._waiting: dict[str, Session] = {}
        self._is_writing = False
        self._idle = threading.Event()
        self._idle.set()
        self.problem = ""  # why sessions wait; "" where all is well
        self._retry = QTimer(self, singleShot=True)
        self._retry.timeout.connect(self.write_waiting)
        self._retry_wanted.connect(self._start_retry, Qt.ConnectionType.QueuedConnection)

    @property
    def waiting(self) -> int:
        """Sessions that are not on disk yet."""
        with self._lock:
            return len(self._waiting)

    def save(self, session: Session) -> None:
        """Queues a completed session; returns at once."""
        with self._lock:
            self._waiting[session.session_id] = session
        self.write_waiting()

    def flush(self, timeout: float) -> list[str]:
        """Writes what waits, for `timeout` seconds at the most; the ids of what could not be written."""
        deadline = time.monotonic() + timeout
        while self.waiting:
            self.write_waiting()
            if not self._idle.wait(max(deadline - time.monotonic(), 0)) or self.problem:
                break
        return self.unsaved()

    def unsaved(self) -> list[str]:
        """The ids of what is not on disk yet."""
        with self._lock:
            return list(self._waiting)

    def forget(self, session_ids: Sequence[str]) -> None:
        """Sessions that shall not be written any more."""
        with self._lock:
            for session_id in session_ids:
                self._waiting.pop(session_id, None)

    def stop(self) -> None:
        """No more attempts of its own."""
        self._retry.stop()

    def write_waiting(self) -> None:
        """Writes what waits, in the background."""
        with self._lock:
            if self._is_writing or not self._waiting:
                return
            self._is_writing = True
            self._idle.clear()
        self._pool.start(Job(self._write), 1)

    def _write(self) -> None:
        """Runs in the pool: writes until nothing waits or something fails."""
        problem = ""
        while True:
            with self._lock:
                session = next(iter(self._waiting.values()), None)
                if session is None or problem:
                    # In the same step as the look: whoever queues the next session starts the next job.
                    self._is_writing = False
                    self.problem = problem
                    waiting = len(self._waiting)
                    self._idle.set()
                    break
            problem = self._write_one(session)
        self.waiting_changed.emit(waiting, problem)
        if problem:
            self._retry_wanted.emit()

    def _write_one(self, session: Session) -> str:
        """Why it failed, or ""."""
        folder = self._folder()
        try:
            folder.prepare()
            path = folder.write(session, self.settings.retention_days)
        except OSError as error:
            problem = remedy(error, folder.root)
            log.error("Session %s could not be saved: %s", session.session_id, problem)
            with self._lock:  # the others shall not wait behind one that may be at fault itself
                self._waiting[session.session_id] = self._waiting.pop(session.session_id)
            return problem
        with self._lock:
            if self._waiting.get(session.session_id) is session:
                del self._waiting[session.session_id]
            waiting = len(self._waiting)
        log.debug("Session %s saved: %s", session.session_id, path)
        self.waiting_changed.emit(waiting, "")
        self.saved.emit(session)
        return ""

    def _start_retry(self) -> None:
        self._retry.start(self.settings.autosave_seconds * 1000)

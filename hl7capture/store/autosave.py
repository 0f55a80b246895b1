"""Autosave: sessions that are open are written to their journals every few seconds."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal

from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.jobs import Job
from hl7capture.store.journal import Journal, Snapshot
from hl7capture.store.remedies import remedy
from hl7capture.store.session_folder import SessionFolder
from hl7capture.store.trouble_log import TroubleLog
from hl7capture.turns import give_way, step_back

log = logging.getLogger(__name__)


class Autosave(QObject):
    """Keeps the journals. `note`, `ended` and `force` may be called from any thread; the rest from the store's own."""

    failed = Signal(str)  # why journals could not be written; "" when they can be again
    _work_noted = Signal()

    def __init__(
        self, settings: Settings, folder: Callable[[], SessionFolder], pool: QThreadPool, parent: QObject | None = None
    ) -> None:
        """folder: the folder of the moment."""
        super().__init__(parent)
        self.settings = settings
        self._folder = folder
        self._pool = pool
        self._lock = threading.Lock()  # of the next five
        self._dirty: dict[str, Session] = {}
        self._ended: set[str] = set()
        self._is_due = False  # what is dirty is to be written now
        self._is_writing = False
        self._is_timed = False
        self._idle = threading.Event()
        self._idle.set()
        self._journals: dict[str, Journal] = {}  # used by the one job that runs
        self._problem = ""
        self._trouble = TroubleLog(log, "Journals cannot be written", "Journals are written")
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.write_dirty)
        self._work_noted.connect(self._start_timer, Qt.ConnectionType.QueuedConnection)

    def note(self, session: Session) -> None:
        """An open session has changed. Returns at once."""
        with self._lock:
            self._dirty[session.session_id] = session
            is_first, self._is_timed = not self._is_timed, True
        if is_first:
            self._work_noted.emit()

    def ended(self, session: Session) -> None:
        """A session has come to its end; its document is on the way. Returns at once."""
        with self._lock:
            self._dirty.pop(session.session_id, None)
            if session.session_id not in self._journals:
                return
            self._ended.add(session.session_id)
        self._start()

    def write_dirty(self) -> None:
        """Writes what has changed, in the background."""
        with self._lock:
            self._is_due = True
        self._start()

    def force(self, timeout: float) -> bool:
        """Writes what has changed and waits for it, also for a job that runs already; False where time was short."""
        deadline = time.monotonic() + timeout
        while True:
            self.write_dirty()
            if not self._idle.wait(max(deadline - time.monotonic(), 0)):
                return False
            with self._lock:
                if not (self._dirty or self._is_writing) or self._problem:
                    return not self._problem

    def keeps(self, session_id: str) -> bool:
        """True for a session of this run that has a journal."""
        return session_id in self._journals

    def stop(self) -> None:
        """No more journals of its own accord."""
        self._timer.stop()

    def _start_timer(self) -> None:
        self._timer.start(self.settings.autosave_seconds * 1000)

    def _start(self) -> None:
        with self._lock:
            if self._is_writing:
                return  # the job that runs looks again
            self._is_writing = True
            self._idle.clear()
        self._pool.start(Job(self._write))

    def _write(self) -> None:
        """Runs in the pool, until nothing is due."""
        step_back()
        while (work := self._take_work()) is not None:
            ended, dirty = work
            with suppress(OSError):  # the next start finds what is left of them
                for session_id in ended if self.settings.enable_persistence else list(self._journals):
                    give_way()
                    self._forget(session_id)
            if dirty is not None:
                self._tell(self._write_all(dirty))

    def _take_work(self) -> tuple[set[str], list[Session] | None] | None:
        """Sessions that have ended, and those that are due, if any are; None where there is nothing to do."""
        with self._lock:
            if not (self._ended or self._is_due):
                self._is_writing = False
                self._idle.set()
                return None
            ended, self._ended = self._ended, set()
            if not self._is_due:
                return ended, None
            dirty, self._dirty = list(self._dirty.values()), {}
            self._is_due = self._is_timed = False
            return ended, dirty

    def _write_all(self, sessions: list[Session]) -> str:
        """Why some could not be written, or ""."""
        problem = ""
        for session in sessions:
            give_way()
            try:
                self._write_one(session)
                continue
            except OSError as error:
                problem = remedy(error, self._folder().root)
            except Exception as error:  # noqa: BLE001 - one session that cannot be written shall not keep the others
                problem = f"An error of the program ({type(error).__name__}) keeps a session from being written."
            self._trouble.failed(f"session {session.session_id}", problem)
            self.note(session)  # again in a while
        if not problem:
            self._trouble.over()
        return problem

    def _tell(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            self.failed.emit(problem)

    def _write_one(self, session: Session) -> None:
        old = self._journals.get(session.session_id)
        if session.is_open and self.settings.enable_persistence:
            folder = self._folder()
            folder.prepare()
            path = folder.journal_of(session.session_id)
            journal = old if old and old.path == path else Journal(path)
            self._journals[session.session_id] = journal
            journal.write(Snapshot.of(session))
            if old and old is not journal:  # the folder is another one now
                old.remove()
        if not session.is_open or not self.settings.enable_persistence:
            self._forget(session.session_id)

    def _forget(self, session_id: str) -> None:
        """The session has ended: its document takes the journal's place, or has taken it."""
        journal = self._journals.pop(session_id, None)
        if journal and (not self.settings.enable_persistence or self._folder().has(session_id)):
            journal.remove()

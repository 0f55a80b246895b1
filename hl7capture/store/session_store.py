"""The store: sessions to disk and back, on threads of its own. Nobody who saves ever waits."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, Signal

from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.document import DocumentError
from hl7capture.store.session_folder import SessionFolder

log = logging.getLogger(__name__)

_LOADED_AT_ONCE = 50
_LARGEST_LOAD = 256 << 20  # bytes of session files kept in memory
_NUMBERS_LOOKED_AT = 20


@dataclass(slots=True, frozen=True)
class Unreadable:
    """A file that could not be read, and why; it stays where it is."""

    path: Path
    reason: str


@dataclass(slots=True)
class LoadReport:
    """How a load went: what stands on disk, what was loaded of it, what could not be read."""

    files: int = 0
    loaded: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    problem: str = ""


class SessionStore(QObject):
    """Keeps sessions in a folder, as the settings say.

    `save` and `flush` may be called from any thread; the rest from the store's own.
    """

    saved = Signal(object)  # Session: it is durable
    waiting_changed = Signal(int, str)  # sessions not yet on disk; why, or "" where they are just on their way
    loaded = Signal(list)  # list[Session], newest first
    load_finished = Signal(object)  # LoadReport
    deleted = Signal(list)  # list[str]: session ids
    delete_failed = Signal(str)
    _retry_wanted = Signal()

    def __init__(self, settings: Settings, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._folder = SessionFolder(root)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(2)  # one writes while another reads
        self._lock = threading.Lock()
        self._waiting: dict[str, Session] = {}
        self._is_writing = False
        self._idle = threading.Event()
        self._idle.set()
        self._problem = ""
        self._is_cancelled = False
        self._retry = QTimer(self, singleShot=True)
        self._retry.timeout.connect(self._write_waiting)
        self._retry_wanted.connect(self._start_retry, Qt.ConnectionType.QueuedConnection)

    @property
    def folder(self) -> SessionFolder:
        return self._folder

    @property
    def waiting(self) -> int:
        """Sessions that are not on disk yet."""
        with self._lock:
            return len(self._waiting)

    @property
    def problem(self) -> str:
        """Why sessions wait; "" where all is well."""
        return self._problem

    def apply(self, settings: Settings, root: Path) -> None:
        """New settings count from the next save on."""
        self._settings = settings
        if root != self._folder.root:
            old, self._folder = self._folder, SessionFolder(root)
            old.release()
        self._write_waiting()

    def prepare(self) -> None:
        """Makes the folder and takes its lock. Raises OSError with a sentence a person can use."""
        self._folder.prepare()

    # -- saving ------------------------------------------------------------------------------------------------

    def save(self, session: Session) -> None:
        """Queues a completed session; returns at once. With persistence off nothing is written."""
        if not self._settings.enable_persistence:
            return
        with self._lock:
            self._waiting[session.session_id] = session
        self._write_waiting()

    def flush(self, timeout: float) -> list[str]:
        """Writes what waits, for `timeout` seconds at the most; the ids of what could not be written."""
        deadline = time.monotonic() + timeout
        while self.waiting:
            self._write_waiting()
            if not self._idle.wait(max(deadline - time.monotonic(), 0)) or self._problem:
                break
        return self.unsaved()

    def unsaved(self) -> list[str]:
        """The ids of what is not on disk yet."""
        with self._lock:
            return list(self._waiting)

    def close(self) -> None:
        """Ends background work and gives the folder back."""
        self._is_cancelled = True
        self._retry.stop()
        self._pool.waitForDone()
        self._folder.release()

    def _write_waiting(self) -> None:
        with self._lock:
            if self._is_writing or not self._waiting:
                return
            self._is_writing = True
            self._idle.clear()
        self._pool.start(_Job(self._write), 1)

    def _write(self) -> None:
        """Runs in the pool: writes until nothing waits or something fails."""
        problem = ""
        while True:
            with self._lock:
                session = next(iter(self._waiting.values()), None)
                if session is None or problem:
                    # In the same step as the look: whoever queues the next session starts the next job.
                    self._is_writing = False
                    self._problem = problem
                    waiting = len(self._waiting)
                    self._idle.set()
                    break
            problem = self._write_one(session)
        self.waiting_changed.emit(waiting, problem)
        if problem:
            self._retry_wanted.emit()

    def _write_one(self, session: Session) -> str:
        """Why it failed, or ""."""
        try:
            self._folder.prepare()
            path = self._folder.write(session, self._settings.retention_days)
        except OSError as error:
            problem = _reason(error, self._folder.root)
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
        self._retry.start(self._settings.autosave_seconds * 1000)

    # -- loading and deleting ----------------------------------------------------------------------------------

    def load(self) -> None:
        """Loads the newest sessions in the background: `loaded` in pieces, then `load_finished`."""
        self._pool.start(_Job(self._load))

    def load_now(self, on_session: Callable[[Session], None]) -> LoadReport:
        """The same in the calling thread, all sessions, one by one."""
        report = LoadReport()
        try:
            for path in self._folder.newest_first():
                if self._is_cancelled:
                    break
                report.files += 1
                session = self._read(path, report)
                if session is not None:
                    report.loaded += 1
                    on_session(session)
        except OSError as error:
            report.problem = _reason(error, self._folder.root)
            log.error("Sessions could not be loaded: %s", report.problem)
        return report

    def find(self, session_id: str) -> Session:
        """One session from disk. Raises OSError, DocumentError, ValueError."""
        return self._folder.read(self._folder.path_of(session_id))

    def newest_number(self) -> int:
        """The highest number among the newest sessions on disk; 0 where there are none."""
        highest = 0
        try:
            for index, path in enumerate(self._folder.newest_first()):
                if index == _NUMBERS_LOOKED_AT:
                    break
                try:
                    highest = max(highest, self._folder.read(path).number)
                except (OSError, DocumentError):
                    continue  # `load` tells of it
        except OSError:
            return 0
        return highest

    def delete(self, session_ids: Sequence[str]) -> None:
        """Deletes sessions in the background: `deleted`, or `delete_failed`."""
        ids = list(session_ids)
        with self._lock:
            for session_id in ids:
                self._waiting.pop(session_id, None)
        self._pool.start(_Job(lambda: self._delete(ids)))

    def _load(self) -> None:
        report = LoadReport()
        piece: list[Session] = []
        size = 0
        try:
            for path in self._folder.newest_first():
                report.files += 1
                if report.loaded >= self._settings.max_sessions_in_memory or size > _LARGEST_LOAD:
                    continue
                if self._is_cancelled:
                    return
                session = self._read(path, report)
                if session is None:
                    continue
                report.loaded += 1
                size += sum(len(element.data) for element in session.elements)
                piece.append(session)
                if len(piece) == _LOADED_AT_ONCE:
                    self.loaded.emit(piece)
                    piece = []
        except OSError as error:
            report.problem = _reason(error, self._folder.root)
            log.error("Sessions could not be loaded: %s", report.problem)
        if piece:
            self.loaded.emit(piece)
        self.load_finished.emit(report)

    def _read(self, path: Path, report: LoadReport) -> Session | None:
        try:
            return self._folder.read(path)
        except FileNotFoundError:
            return None  # deleted meanwhile
        except (OSError, DocumentError) as error:
            reason = str(error) if isinstance(error, DocumentError) else error.strerror or "it cannot be read"
            report.unreadable.append(Unreadable(path, reason))
            log.error("Session file %s cannot be read: %s", path, reason)
            return None

    def _delete(self, session_ids: list[str]) -> None:
        gone: list[str] = []
        try:
            self._folder.prepare()
            for session_id in session_ids:
                self._folder.delete(session_id)
                gone.append(session_id)
        except OSError as error:
            reason = _reason(error, self._folder.root)
            log.error("Sessions could not be deleted: %s", reason)
            self.delete_failed.emit(reason)
        if gone:
            self.deleted.emit(gone)


class _Job(QRunnable):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        try:
            self._work()
        except RuntimeError:
            log.debug("The store was gone before its job ended", exc_info=True)


def _reason(error: OSError, root: Path) -> str:
    """A sentence that names the folder and what to do."""
    if error.strerror is None:
        return f"{error}."
    name = error.filename or root
    hints = {
        "No space left on device": "free some space on the disk",
        "Permission denied": "give this user the right to write there, or choose another output folder",
        "Read-only file system": "choose another output folder",
    }
    hint = hints.get(error.strerror, "choose another output folder, or mend this one")
    return f"{name}: {error.strerror}; {hint}."

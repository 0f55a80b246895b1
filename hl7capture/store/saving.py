"""Saving: sessions wait here until they are on disk. Whoever saves never waits; the pool's threads write."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal

from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.document import DocumentError
from hl7capture.store.jobs import Job
from hl7capture.store.last_resort import LastResort
from hl7capture.store.remedies import remedy
from hl7capture.store.session_folder import SessionFolder
from hl7capture.store.trouble_log import TroubleLog
from hl7capture.store.waiting import Waiter, Waiting
from hl7capture.turns import give_way, step_back, turns

log = logging.getLogger(__name__)

MOST_WAITING = 512 << 20  # bytes of memory for sessions that the disk does not take
_STALLED_AFTER = 10  # seconds without an answer of the disk
_WATCH_MS = 500
_MOST_FAILURES = 3  # before the next try in a while


class Saver(QObject):
    """Writes completed sessions to the folder, one after the other, and again where that failed.

    What waits too long to be held in memory is put aside to the last resort, the oldest first. `save`, `flush`,
    `put_aside`, `unsaved` and `forget` may be called from any thread; the rest from the saver's own.
    """

    saved = Signal(object)  # Session: it is durable
    failed = Signal(str, str)  # session id, why it could not be written; it waits
    lost = Signal(str, str)  # session id, why neither the folder nor the last resort took it
    waiting_changed = Signal(int, str)  # sessions not yet on disk; why, or "" where they are just on their way
    _retry_wanted = Signal()
    _watch_wanted = Signal()

    def __init__(
        self, settings: Settings, folder: Callable[[], SessionFolder], pool: QThreadPool, parent: QObject | None = None
    ) -> None:
        """folder: the folder of the moment; it may become another one between two writes."""
        super().__init__(parent)
        self.settings = settings
        self.most_waiting = MOST_WAITING
        self._folder = folder
        self._pool = pool
        self._waiting = Waiting()
        self._lock = threading.Lock()  # of the flags
        self._is_writing = False
        self._is_relieving = False
        self._busy_since: float | None = None  # monotonic: the disk was asked for something
        self._idle = threading.Event()
        self._idle.set()
        self._failure = ""
        self._stall = ""
        self._trouble = TroubleLog(log, "Sessions cannot be saved, they wait", "Sessions are saved")
        self._aside_trouble = TroubleLog(
            log,
            "Too many sessions wait for the disk, the oldest are put aside",
            "Sessions are taken by the output folder",
        )
        self._unreadable: set[Path] = set()  # of what was put aside
        self.aside: Path | None = None  # where sessions lie that were put aside
        self._retry = QTimer(self, singleShot=True)
        self._retry.timeout.connect(self.write_waiting)
        self._retry_wanted.connect(self._start_retry, Qt.ConnectionType.QueuedConnection)
        self._watch = QTimer(self, interval=_WATCH_MS)
        self._watch.timeout.connect(self._look_after_waiting)
        self._watch_wanted.connect(self._watch.start, Qt.ConnectionType.QueuedConnection)

    @property
    def waiting(self) -> int:
        """Sessions that are not on disk yet."""
        return len(self._waiting)

    @property
    def problem(self) -> str:
        """Why sessions wait; "" where all is well."""
        return self._stall or self._failure

    def save(self, session: Session) -> None:
        """Queues a completed session; returns at once."""
        self._waiting.put(session)
        if not self._is_writing and not self._failure:  # else the job that runs finds it, or the next try
            self.write_waiting()

    def flush(self, timeout: float) -> list[str]:
        """Writes what waits, for `timeout` seconds at the most; the ids of what could not be written."""
        deadline = time.monotonic() + timeout
        while self.waiting:
            self.write_waiting()
            if not self._idle.wait(max(deadline - time.monotonic(), 0)) or self._failure:
                break
        return self.unsaved()

    def unsaved(self) -> list[str]:
        """The ids of what is not on disk yet."""
        return self._waiting.ids()

    def forget(self, session_ids: Sequence[str]) -> None:
        """Sessions that shall not be written any more."""
        self._waiting.forget(session_ids)

    def stop(self) -> None:
        """No more attempts of its own."""
        self._retry.stop()
        self._watch.stop()

    def write_waiting(self) -> None:
        """Writes what waits, in the background."""
        with self._lock:
            if self._is_writing:
                return
            self._is_writing = True
            self._idle.clear()
        self._pool.start(Job(self._write), 1)
        self._watch_wanted.emit()

    # -- in the pool -------------------------------------------------------------------------------------------

    def _write(self) -> None:
        """Writes until nothing waits, or so much has failed that it is the disk's fault and not a session's."""
        step_back()
        failure = ""
        failed: list[Waiter] = []
        while len(failed) < _MOST_FAILURES and (waiter := self._waiting.take()) is not None:
            give_way()
            if reason := self._write_one(waiter):
                failure = reason
                failed.append(waiter)
        for waiter in failed:
            self._waiting.put_back(waiter)
        if not failure:
            failure = self._bring_home()
        if not failure:
            self._trouble.over()
            self._aside_trouble.over()
        with self._lock:
            self._is_writing = False
            self._failure = failure
            self._idle.set()
        self.waiting_changed.emit(self.waiting, failure)
        if failure:
            self._retry_wanted.emit()
        elif self.waiting:  # put in since the last look
            self.write_waiting()

    def _write_one(self, waiter: Waiter) -> str:
        """Why it failed, or ""."""
        session = waiter.session
        failure = self._try(session)
        if failure:
            self._trouble.failed(f"session {session.session_id}", failure)
            self.failed.emit(session.session_id, failure)
            return failure
        self._waiting.done(waiter)
        turns.call()
        self.waiting_changed.emit(self.waiting, "")
        self.saved.emit(session)
        return ""

    def _try(self, session: Session) -> str:
        folder = self._folder()
        self._busy_since = time.monotonic()
        try:
            folder.prepare()
            if session.saved_at is None:
                folder.take_over_marks(session)
            path = folder.write(session, self.settings.retention_days)
        except OSError as error:
            return remedy(error, folder.root)
        except Exception as error:
            log.debug("Session %s cannot be written", session.session_id, exc_info=error)
            return f"An error of the program ({type(error).__name__}) keeps a session from being written."
        finally:
            self._busy_since = None
        log.debug("Session %s saved: %s", session.session_id, path)
        return ""

    def _bring_home(self) -> str:
        """What was put aside goes to the folder, now that it takes sessions again. Why that failed, or ""."""
        folder = self._folder()
        place = LastResort(folder.root)
        try:
            paths = [path for path in place.paths() if path not in self._unreadable]
            if paths:
                log.info("%d sessions are brought back from %s", len(paths), place.folder)
            for path in paths:
                session = self._read_aside(place, path)
                if session is None:
                    continue
                if not folder.is_newer(session) and (failure := self._try(session)):
                    return failure
                path.unlink()
                self.aside = None if path is paths[-1] else self.aside
                self.saved.emit(session)
                log.debug("Session %s was brought back from %s", session.session_id, path)
        except OSError as error:
            log.error("Sessions in %s cannot be brought back: %s", place.folder, error)
        return ""

    def _read_aside(self, place: LastResort, path: Path) -> Session | None:
        try:
            return place.read(path)
        except DocumentError as error:
            self._unreadable.add(path)
            log.error("Session file %s cannot be read, it stays: %s", path, error)
            return None

    # -- more than memory holds --------------------------------------------------------------------------------

    def _look_after_waiting(self) -> None:
        """Every now and then while something waits: does the disk answer, is there still room?"""
        since = self._busy_since
        is_stalled = since is not None and time.monotonic() - since > _STALLED_AFTER
        stall = f"{self._folder().root} has not answered for {_STALLED_AFTER} s." if is_stalled else ""
        if stall != self._stall:
            self._stall = stall
            if stall:
                log.error("Sessions cannot be saved: %s", stall)
            self.waiting_changed.emit(self.waiting, self.problem)
        if self._waiting.weight > self.most_waiting:
            self._relieve()
        if not self.waiting and since is None:
            self._watch.stop()

    def _relieve(self) -> None:
        with self._lock:
            if self._is_relieving:
                return
            self._is_relieving = True
        self._pool.start(Job(self._put_aside_what_is_too_much), 2)

    def _put_aside_what_is_too_much(self) -> None:
        try:
            self.put_aside(down_to=self.most_waiting)
        finally:
            with self._lock:
                self._is_relieving = False

    def put_aside(self, down_to: int = 0) -> None:
        """Puts the oldest that wait to the last resort, until those left take no more than `down_to` bytes."""
        place = LastResort(self._folder().root)
        while self._waiting.weight > down_to and (waiter := self._waiting.oldest()) is not None:
            session_id = waiter.session.session_id
            try:
                place.put(waiter.session)
                self.aside = place.folder
                self._aside_trouble.failed(f"session {session_id}", f"They lie in {place.folder}.")
            except OSError as error:
                reason = remedy(error, place.folder)
                log.error("Session %s is lost: neither the output folder nor %s", session_id, reason)
                self.lost.emit(session_id, reason)
            self._waiting.done(waiter)

    def _start_retry(self) -> None:
        self._retry.start(self.settings.autosave_seconds * 1000)

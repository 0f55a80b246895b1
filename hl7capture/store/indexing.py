"""Keeping the index up to date while sessions are saved and deleted: later, in batches, on a thread of its own.

The index is never waited for and never in the way: a change that fails, or that would have to wait in memory for too
long, is left to the next listing, which finds what is missing by the files' names, sizes and times.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QThreadPool

from hl7capture.hl7.findings.judgement import judge
from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.index import Row, SessionIndex, text_of
from hl7capture.store.jobs import Job
from hl7capture.store.scanning import stored_file
from hl7capture.store.session_folder import SessionFolder
from hl7capture.turns import behind_window, give_way, step_back, without_python

log = logging.getLogger(__name__)

_GATHERED_SECONDS = 0.5
_SHARE = 4  # after a batch it rests this many times as long: capturing comes first
_MOST_WAITING = 8 << 20  # characters of messages


class Indexer:
    """Takes note of saved and deleted sessions; from any thread, returns at once."""

    def __init__(self, settings: Settings, folder: Callable[[], SessionFolder]) -> None:
        self.settings = settings
        self._folder = folder
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(1)
        self._lock = threading.Lock()
        self._saved: dict[str, Session] = {}
        self._gone: set[str] = set()
        self._waiting = 0  # characters
        self._is_running = False
        self._is_closing = threading.Event()

    def saved(self, session: Session) -> None:
        """A session is on disk, for the first time or anew."""
        size = sum(map(len, session.messages))
        with self._lock:
            if self._waiting + size > _MOST_WAITING:
                return
            self._waiting += size
            self._saved[session.session_id] = session
        self._start()

    def deleted(self, names: Iterable[str]) -> None:
        """Files, by their names below the sessions' folder, are gone."""
        with self._lock:
            self._gone.update(names)
        self._start()

    def close(self, milliseconds: int) -> None:
        """Writes what waits, if that does not take longer."""
        self._is_closing.set()
        self._pool.waitForDone(milliseconds)

    def _start(self) -> None:
        with self._lock:
            if self._is_running or self._is_closing.is_set():
                return
            self._is_running = True
        self._pool.start(Job(self._run))

    def _run(self) -> None:
        step_back()
        try:
            self._write_what_waits()
        except BaseException:  # what could not be written is found at the next start; what comes later is written
            with self._lock:
                self._is_running = False
            raise

    def _write_what_waits(self) -> None:
        rest = _GATHERED_SECONDS
        while True:
            self._is_closing.wait(rest)
            with self._lock:
                saved, self._saved = self._saved, {}
                gone, self._gone = self._gone, set()
                self._waiting = 0
                if not saved and not gone:
                    self._is_running = False
                    return
            begin = time.monotonic()
            self._write(list(saved.values()), gone)
            rest = max(_GATHERED_SECONDS, (time.monotonic() - begin) * _SHARE)

    def _write(self, saved: list[Session], gone: set[str]) -> None:
        folder = self._folder()
        index = SessionIndex.open(folder.root)
        if index is None:
            return
        try:
            if gone:
                index.remove(gone)
            with without_python():
                index.put(filter(None, (self._row_behind_window(folder, session) for session in saved)))
        except sqlite3.Error as error:
            log.warning("The index of %s is behind until the next start: %s", folder.root, error)
        finally:
            index.close()

    def _row_behind_window(self, folder: SessionFolder, session: Session) -> Row | None:
        with behind_window():
            return self._row(folder, session)

    def _row(self, folder: SessionFolder, session: Session) -> Row | None:
        give_way()
        try:
            file = stored_file(folder.sessions, folder.path_of(session.session_id))
        except OSError:
            return None  # deleted meanwhile
        if session.findings is None:
            judge(session, None, self.settings)
        return Row(file, summary_of(session), text_of(session.messages))

"""The store: sessions to disk and back, on threads of its own. Nobody who saves ever waits."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from hl7capture.model.session import Session, is_session_id
from hl7capture.model.session_summary import SessionSummary
from hl7capture.model.settings import Settings
from hl7capture.store.autosave import Autosave
from hl7capture.store.cleaning import Cleaner
from hl7capture.store.document import DocumentError
from hl7capture.store.indexing import Indexer
from hl7capture.store.jobs import Job
from hl7capture.store.loading import Loader, LoadReport
from hl7capture.store.moving import Mover
from hl7capture.store.neighbours import neighbours
from hl7capture.store.recovery import Recovery, recover_journals
from hl7capture.store.remedies import remedy
from hl7capture.store.retention import CleanUp, Held
from hl7capture.store.saving import Saver
from hl7capture.store.session_folder import FolderInUseError, SessionFolder

log = logging.getLogger(__name__)

_KEEP_SECONDS = 5.0


class SessionStore(QObject):
    """Keeps sessions in a folder, as the settings say.

    `save` and `flush` may be called from any thread; the rest from the store's own.
    """

    saved = Signal(object)  # Session: it is durable
    failed = Signal(str, str)  # session id, why it could not be written; it waits
    lost = Signal(str, str)  # session id, why neither the folder nor the last resort took it
    journal_failed = Signal(str)  # why open sessions cannot be journalled; "" when they can be again
    recovered = Signal(object)  # Recovery: journals that a crash left behind
    in_use = Signal(str)  # another program writes to the folder; the text says which, and since when
    waiting_changed = Signal(int, str)  # sessions not yet on disk; why, or "" where they are just on their way
    listed = Signal(list)  # list[SessionSummary], newest first
    load_progressed = Signal(int, int)  # files looked at, files in all
    loaded = Signal(list)  # list[Session], the documents of the newest, newest first
    load_finished = Signal(object)  # LoadReport
    fetched = Signal(object)  # Session
    fetch_failed = Signal(str, str)  # session id; why
    found = Signal(str, object)  # what was searched for; dict[str, set[str]]: for each word the session ids
    deleted = Signal(list)  # list[str]: session ids
    delete_failed = Signal(str)
    keep_failed = Signal(str)
    note_failed = Signal(str, str)  # session id, why its note could not be written
    cleaned = Signal(object)  # CleanUp
    clean_up_planned = Signal(object)  # CleanUp
    move_progressed = Signal(int, int)  # files done, files in all
    moved = Signal(object)  # Moved
    written = Signal(str)  # session id: its document is new, or another one now; sent by whoever wrote it

    def __init__(self, settings: Settings, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._folder = SessionFolder(root)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(4)  # documents, journals, the last resort, deleting: none waits for another
        self._saver = Saver(settings, lambda: self._folder, self._pool, self)
        self._saver.saved.connect(self.saved)
        self._saver.failed.connect(self.failed)
        self._saver.lost.connect(self.lost)
        self._saver.waiting_changed.connect(self.waiting_changed)
        self._autosave = Autosave(settings, lambda: self._folder, self._pool, self)
        self._autosave.failed.connect(self.journal_failed)
        self._indexer = Indexer(settings, lambda: self._folder)
        self._saver.saved.connect(self._on_written, Qt.ConnectionType.DirectConnection)
        self._reading = QThreadPool(self)
        self._reading.setMaxThreadCount(3)  # a list, a search, and what a person wants to see now
        self._loader = Loader(settings, lambda: self._folder, self._reading, self)
        for name in ("listed", "load_progressed", "loaded", "load_finished", "fetched", "fetch_failed", "found"):
            getattr(self._loader, name).connect(getattr(self, name))
        self._cleaner = Cleaner(settings, lambda: self._folder, self._pool, self._on_cleaned, self)
        self._cleaner.cleaned.connect(self.cleaned)
        self._cleaner.planned.connect(self.clean_up_planned)
        self._changing = threading.RLock()  # who reads a document to change it writes it before the next one reads
        self._notes: dict[str, str] = {}  # that are to be written, by session id: the last ones
        self._mover = Mover(self._pool, self)
        self._mover.progressed.connect(self.move_progressed)
        self._mover.moved.connect(self.moved)

    @property
    def folder(self) -> SessionFolder:
        return self._folder

    @property
    def waiting(self) -> int:
        """Sessions that are not on disk yet."""
        return self._saver.waiting

    @property
    def problem(self) -> str:
        """Why sessions wait; "" where all is well."""
        return self._saver.problem

    @property
    def aside(self) -> Path | None:
        """Where sessions lie that the folder did not take and memory could not hold; None: there are none."""
        return self._saver.aside

    def apply(self, settings: Settings, root: Path) -> None:
        """New settings count from the next save on."""
        self._settings = self._saver.settings = self._autosave.settings = self._loader.settings = settings
        self._indexer.settings = settings
        self._cleaner.apply(settings)
        if root != self._folder.root:
            old, self._folder = self._folder, SessionFolder(root)
            old.release()
        self._saver.write_waiting()
        self._autosave.write_dirty()

    def prepare(self) -> None:
        """Makes the folder and takes its lock. Raises OSError with a sentence a person can use."""
        self._folder.prepare()

    def close(self, timeout: float = 10.0) -> bool:
        """Ends background work and gives the folder back; what still waits is put aside.

        False where the disk has not answered for `timeout` seconds: the program cannot wait for its threads then.
        """
        self._loader.cancel()
        self._cleaner.stop()
        self._mover.cancel()
        self._saver.stop()
        self._autosave.stop()
        if self._saver.waiting:
            self._pool.start(Job(self._saver.put_aside), 2)
        deadline = time.monotonic() + timeout
        is_done = True
        for pool in (self._pool, self._reading):
            is_done &= pool.waitForDone(_milliseconds_until(deadline))
        self._indexer.close(_milliseconds_until(deadline))
        self._folder.release()
        return is_done

    # -- saving ------------------------------------------------------------------------------------------------

    def note(self, session: Session) -> None:
        """An open session has changed: its journal follows within `autosaveSeconds`. Returns at once."""
        if self._settings.enable_persistence:
            self._autosave.note(session)

    def save(self, session: Session) -> None:
        """Queues a completed session, also one that was saved before and has changed; returns at once.

        With persistence off nothing is written. Raises ValueError for a session that is still open or has no proper id.
        """
        if session.is_open or not is_session_id(session.session_id):
            raise ValueError(f"{session.session_id!r} is not a completed session")
        self._autosave.ended(session)
        if self._settings.enable_persistence:
            self._saver.save(session)

    def force_save(self, timeout: float) -> bool:
        """Journals the open sessions now, and waits for it; False where that did not work within `timeout` seconds."""
        return self._autosave.force(timeout)

    def flush(self, timeout: float) -> list[str]:
        """Writes what waits, for `timeout` seconds at the most; the ids of what could not be written."""
        return self._saver.flush(timeout)

    def limit_waiting(self, most_bytes: int) -> None:
        """How much memory sessions may take that the folder does not take; the oldest are put aside beyond it."""
        self._saver.most_waiting = most_bytes

    def unsaved(self) -> list[str]:
        """The ids of what is not on disk yet."""
        return self._saver.unsaved()

    # -- loading and deleting ----------------------------------------------------------------------------------

    def load(self) -> None:
        """Recovers what a crash left behind, lists all sessions and loads the newest, in the background.

        `recovered` or `in_use`, then `listed` in pieces, `loaded` in pieces, and `load_finished`.
        """
        self._pool.start(Job(self._recover_and_load))

    def recover(self) -> Recovery:
        """Makes sessions of the journals that a crash left behind. Raises OSError, FolderInUseError."""
        self._folder.prepare()
        return recover_journals(self._folder, self._settings.retention_days, is_open=self._autosave.keeps)

    def _recover_and_load(self) -> None:
        if self._folder.journals.is_dir():  # else nothing has been kept here yet
            try:
                self.recovered.emit(self.recover())
            except FolderInUseError as error:
                self.in_use.emit(str(error))
            except OSError as error:
                log.error("Journals cannot be recovered: %s", remedy(error, self._folder.root))
        self._saver.write_waiting()  # what was put aside in an earlier run comes home
        self._loader.load()

    def load_now(self, on_session: Callable[[SessionSummary], bool]) -> LoadReport:
        """The list in the calling thread, newest first, one by one, until `on_session` has had enough (False)."""
        return self._loader.load_now(on_session)

    def fetch(self, session_id: str) -> None:
        """Reads one session in the background: `fetched`, or `fetch_failed`."""
        self._loader.fetch(session_id)

    def search(self, text: str, terms: Sequence[str]) -> None:
        """Looks for texts, casefolded, in all messages on disk, in the background: `found`. text: names the search."""
        self._loader.search(text, list(terms))

    def search_now(self, terms: Sequence[str]) -> dict[str, set[str]]:
        """The same in the calling thread. Raises OSError."""
        return self._loader.search_now(list(terms))

    def newest_number(self) -> int:
        """The highest number among the newest sessions on disk; 0 where there are none."""
        return self._loader.newest_number()

    def find(self, session_id: str) -> Session:
        """One session from disk. Raises OSError, DocumentError, ValueError."""
        return self._loader.find(session_id)

    def neighbours(self, session: Session) -> Sequence[Session]:
        """Sessions on disk around this one, of the same device and LIS, itself among them; it reads their files."""
        return neighbours(self._folder, session)

    def judged(self, sessions: Iterable[Session]) -> None:
        """What is wrong with these is known, or is something else now: the index follows."""
        for session in sessions:
            if session.saved_at is not None:
                self._indexer.saved(session)

    def delete_now(self, session_id: str) -> bool:
        """Deletes a session in the calling thread; False where it is not there. Raises OSError, ValueError."""
        self._loader.locate(session_id)
        return self._delete_one(session_id)

    def _delete_one(self, session_id: str) -> bool:
        self._folder.prepare()
        name = self._folder.name_of(session_id)
        is_gone = self._folder.delete(session_id)
        self._indexer.deleted([name])
        return is_gone

    def delete(self, session_ids: Sequence[str]) -> None:
        """Deletes sessions in the background: `deleted`, or `delete_failed`."""
        ids = list(session_ids)
        self._saver.forget(ids)
        self._pool.start(Job(lambda: self._delete(ids)))

    def _delete(self, session_ids: list[str]) -> None:
        gone: list[str] = []
        reason = ""
        try:
            for session_id in session_ids:
                self._delete_one(session_id)
                gone.append(session_id)
        except OSError as error:
            reason = remedy(error, self._folder.root)
            log.error("Sessions could not be deleted: %s", reason)
        if gone:
            self.deleted.emit(gone)
        if reason:  # behind: what was not told to be gone by now is still there
            self.delete_failed.emit(reason)

    def keep(self, session_ids: Sequence[str], *, is_kept: bool = True) -> None:
        """Marks sessions on disk to be kept for good, or not any more, in the background: `saved`, or `keep_failed`."""
        ids = list(session_ids)
        self._pool.start(Job(lambda: self._keep(ids, is_kept)))

    def keep_now(self, session_id: str, *, is_kept: bool) -> Session:
        """The same in the calling thread. What is no longer kept has its days from now on. Raises as `find` does."""
        self._folder.prepare()
        with self._changing:
            session = self.find(session_id)
            session.pinned = is_kept
            self._folder.write(session, self._settings.retention_days)
        self._on_written(session)
        return session

    def annotate(self, session_id: str, note: str) -> None:
        """Writes a person's note to a session on disk, in the background: `saved`, or `note_failed`."""
        self._notes[session_id] = note
        self._pool.start(Job(lambda: self._annotate(session_id)))

    def annotate_now(self, session_id: str, note: str) -> Session:
        """The same in the calling thread; the session's days stay what they are. Raises as `find` does."""
        self._folder.prepare()
        with self._changing:
            session = self.find(session_id)
            session.note = note
            self._folder.write(session, self._settings.retention_days, keep_until=session.persisted_until or 0)
        self._on_written(session)
        return session

    def bring_in(self, session: Session, *, is_back: bool = False) -> None:
        """Writes a session from elsewhere, in the calling thread; its days are its own, if they are not over.

        is_back: it was here before, and is what it was. Raises OSError.
        """
        self._folder.prepare()
        self._folder.write(
            session,
            self._settings.retention_days,
            keep_until=session.persisted_until or 0,
            saved_at=session.saved_at if is_back else None,
        )
        self._on_written(session)

    def _on_written(self, session: Session) -> None:
        """In whatever thread wrote it."""
        self._indexer.saved(session)
        self.written.emit(session.session_id)

    def _keep(self, session_ids: list[str], is_kept: bool) -> None:
        self._saver.flush(_KEEP_SECONDS)  # one that was completed just now is to be on disk first
        for session_id in session_ids:
            try:
                self.saved.emit(self.keep_now(session_id, is_kept=is_kept))
            except (OSError, DocumentError) as error:
                reason = remedy(error, self._folder.root) if isinstance(error, OSError) else f"{error}."
                log.error("Session %s cannot be marked: %s", session_id, reason)
                self.keep_failed.emit(reason)

    def _annotate(self, session_id: str) -> None:
        self._saver.flush(_KEEP_SECONDS)  # as above
        with self._changing:
            note = self._notes.pop(session_id, None)
            if note is None:  # another job has written it, or something newer
                return
            try:
                self.saved.emit(self.annotate_now(session_id, note))
            except (OSError, DocumentError) as error:
                reason = remedy(error, self._folder.root) if isinstance(error, OSError) else f"{error}."
                log.error("The note of session %s cannot be saved: %s", session_id, reason)
                self.note_failed.emit(session_id, reason)

    # -- cleaning up -------------------------------------------------------------------------------------------

    def start_cleaning(self) -> None:
        """Deletes sessions whose time is over, now and every `cleanupIntervalHours`: `cleaned`, `deleted`."""
        self._cleaner.start()

    def clean_up(self, *, is_clock_confirmed: bool = False) -> None:
        """The same once. is_clock_confirmed: a person says that the clock is right."""
        self._cleaner.clean_up(is_clock_confirmed=is_clock_confirmed)

    def clean_up_now(self, *, is_clock_confirmed: bool = False) -> CleanUp:
        """The same in the calling thread."""
        return self._cleaner.clean_up_now(is_clock_confirmed=is_clock_confirmed)

    def plan_clean_up(self) -> None:
        """What a clean-up would delete, in the background: `clean_up_planned`."""
        self._cleaner.plan()

    def plan_clean_up_now(self) -> CleanUp:
        """The same in the calling thread."""
        return self._cleaner.plan_now()

    def hold_back(self, held: Callable[[], Held]) -> None:
        """held: gives, when a clean-up begins, the question whether a file is to stay until the archive has it."""
        self._cleaner.held = held

    def _on_cleaned(self, done: CleanUp) -> None:
        if done.files:
            self._indexer.deleted(done.names)
            self.deleted.emit(done.ids)

    # -- moving ------------------------------------------------------------------------------------------------

    def move_from(self, root: Path) -> None:
        """Takes the sessions of another output folder to this one, in the background: `move_progressed`, `moved`."""
        self._mover.start(SessionFolder(root), self._folder)

    def cancel_move(self) -> None:
        """What is moved stays where it is now, what is not stays where it was."""
        self._mover.cancel()


def _milliseconds_until(deadline: float) -> int:
    """deadline: on the monotonic clock. 0 where it is over."""
    return max(0, int((deadline - time.monotonic()) * 1000))

"""The store: sessions to disk and back, on threads of its own. Nobody who saves ever waits."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal

from hl7capture.model.session import Session, is_session_id
from hl7capture.model.settings import Settings
from hl7capture.store.autosave import Autosave
from hl7capture.store.jobs import Job
from hl7capture.store.loading import Loader, LoadReport
from hl7capture.store.recovery import Recovery, recover_journals
from hl7capture.store.remedies import remedy
from hl7capture.store.saving import Saver
from hl7capture.store.session_folder import FolderInUseError, SessionFolder

log = logging.getLogger(__name__)


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
    loaded = Signal(list)  # list[Session], newest first
    load_finished = Signal(object)  # LoadReport
    deleted = Signal(list)  # list[str]: session ids
    delete_failed = Signal(str)

    def __init__(self, settings: Settings, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._folder = SessionFolder(root)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(4)  # documents, journals, the last resort, reading: none waits for another
        self._saver = Saver(settings, lambda: self._folder, self._pool, self)
        self._saver.saved.connect(self.saved)
        self._saver.failed.connect(self.failed)
        self._saver.lost.connect(self.lost)
        self._saver.waiting_changed.connect(self.waiting_changed)
        self._autosave = Autosave(settings, lambda: self._folder, self._pool, self)
        self._autosave.failed.connect(self.journal_failed)
        self._loader = Loader(settings, lambda: self._folder, self._pool, self)
        self._loader.loaded.connect(self.loaded)
        self._loader.load_finished.connect(self.load_finished)

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
        self._saver.stop()
        self._autosave.stop()
        if self._saver.waiting:
            self._pool.start(Job(self._saver.put_aside), 2)
        is_done = self._pool.waitForDone(int(timeout * 1000))
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
        """Recovers what a crash left behind and loads the newest sessions, in the background.

        `recovered` or `in_use`, then `loaded` in pieces, then `load_finished`.
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

    def load_now(self, on_session: Callable[[Session], None]) -> LoadReport:
        """The same in the calling thread, all sessions, one by one."""
        return self._loader.load_now(on_session)

    def newest_number(self) -> int:
        """The highest number among the newest sessions on disk; 0 where there are none."""
        return self._loader.newest_number()

    def find(self, session_id: str) -> Session:
        """One session from disk. Raises OSError, DocumentError, ValueError."""
        return self._folder.read(self._folder.path_of(session_id))

    def delete(self, session_ids: Sequence[str]) -> None:
        """Deletes sessions in the background: `deleted`, or `delete_failed`."""
        ids = list(session_ids)
        self._saver.forget(ids)
        self._pool.start(Job(lambda: self._delete(ids)))

    def _delete(self, session_ids: list[str]) -> None:
        gone: list[str] = []
        try:
            self._folder.prepare()
            for session_id in session_ids:
                self._folder.delete(session_id)
                gone.append(session_id)
        except OSError as error:
            reason = remedy(error, self._folder.root)
            log.error("Sessions could not be deleted: %s", reason)
            self.delete_failed.emit(reason)
        if gone:
            self.deleted.emit(gone)

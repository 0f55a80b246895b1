"""Loading: the list of the sessions on disk, newest first, and the documents of the newest; all in the background."""

import logging
import threading
from collections.abc import Callable
from contextlib import closing

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.model.settings import Settings
from hl7capture.store.document import DocumentError
from hl7capture.store.jobs import Job
from hl7capture.store.listing import Listing, LoadReport, Unreadable, read_or_report
from hl7capture.store.remedies import remedy
from hl7capture.store.scanning import find_file
from hl7capture.store.searching import search_messages
from hl7capture.store.session_folder import SessionFolder

log = logging.getLogger(__name__)

LARGEST_MEMORY = 64 << 20  # bytes of documents, so that the window stays below 500 MB
_LISTED_AT_ONCE = 500
_LOADED_AT_ONCE = 50
_PIECES_UNDER_WAY = 2
_TRIES, _TRY_SECONDS = 20, 0.05
_NUMBERS_LOOKED_AT = 20

__all__ = ["LARGEST_MEMORY", "LoadReport", "Loader", "Unreadable"]


class Loader(QObject):
    """Reads the sessions of the folder."""

    listed = Signal(list)  # list[SessionSummary], newest first
    load_progressed = Signal(int, int)  # files looked at, files in all
    loaded = Signal(list)  # list[Session], the documents of the newest, newest first
    load_finished = Signal(object)  # LoadReport
    fetched = Signal(object)  # Session
    fetch_failed = Signal(str, str)  # session id; why
    found = Signal(str, object)  # what was searched for; dict[str, set[str]]: for each word the session ids

    def __init__(
        self, settings: Settings, folder: Callable[[], SessionFolder], pool: QThreadPool, parent: QObject | None = None
    ) -> None:
        """folder: the folder of the moment. pool: of three threads or more; a load keeps one busy for long."""
        super().__init__(parent)
        self.settings = settings
        self._folder = folder
        self._pool = pool
        self._is_cancelled = False
        self._loads = 0
        self._searched = ""
        self._room = threading.Semaphore(_PIECES_UNDER_WAY)
        self.listed.connect(self._on_delivered, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """What is being loaded ends early."""
        self._is_cancelled = True

    def load(self) -> None:
        """Lists all sessions in the background and loads the newest: `listed`, `loaded`, then `load_finished`.

        A load that is under way ends.
        """
        self._loads += 1
        number = self._loads
        self._pool.start(Job(lambda: self._load(number)))

    def load_now(self, on_session: Callable[[SessionSummary], bool]) -> LoadReport:
        """The list in the calling thread, one by one, until `on_session` has had enough (False)."""
        folder = self._folder()
        report = LoadReport()
        try:
            with closing(Listing(folder, report, self.settings).sessions()) as sessions:
                for listed in sessions:
                    if not on_session(listed.summary):
                        break
        except OSError as error:
            self._cannot_load(folder, error, report)
        return report

    def fetch(self, session_id: str) -> None:
        """Reads one session in the background: `fetched`, or `fetch_failed`."""
        self._pool.start(Job(lambda: self._fetch(session_id)), 1)

    def find(self, session_id: str) -> Session:
        """One session from disk. Raises OSError, DocumentError, ValueError."""
        self.locate(session_id)
        folder = self._folder()
        return folder.read(folder.path_of(session_id))

    def locate(self, session_id: str) -> None:
        """Looks for a session in the folders below if it is not in the folder itself. Raises OSError, ValueError."""
        folder = self._folder()
        path = folder.path_of(session_id)
        if not path.exists() and (file := find_file(folder.sessions, path.name)) is not None:
            folder.remember(file)

    def search(self, text: str, terms: list[str]) -> None:
        """Looks for words in all messages on disk, in the background: `found`. A search under way ends unheard."""
        self._searched = text
        self._pool.start(Job(lambda: self._search(text, terms)))

    def search_now(self, terms: list[str]) -> dict[str, set[str]]:
        """The same in the calling thread. Raises OSError."""
        return search_messages(self._folder(), terms, lambda: self._is_cancelled)

    def newest_number(self) -> int:
        """The highest number among the newest sessions on disk; 0 where there are none."""
        folder = self._folder()
        highest = 0
        try:
            for index, path in enumerate(folder.newest_first()):
                if index == _NUMBERS_LOOKED_AT:
                    break
                try:
                    highest = max(highest, folder.read(path).number)
                except (OSError, DocumentError):
                    continue  # `load` tells of it
        except OSError:
            return 0
        return highest

    # -- in the pool -------------------------------------------------------------------------------------------

    def _load(self, number: int) -> None:
        folder = self._folder()
        report = LoadReport()
        newest: list[str] = []
        try:
            newest = self._list(folder, report, number)
        except OSError as error:
            self._cannot_load(folder, error, report)
        self._load_documents(folder, newest, number)
        if self._is_wanted(number):
            self.load_finished.emit(report)

    def _list(self, folder: SessionFolder, report: LoadReport, number: int) -> list[str]:
        """The ids of the newest that fit in memory."""
        newest: list[str] = []
        memory = 0
        piece: list[SessionSummary] = []

        def tell() -> None:
            nonlocal piece
            self._wait_for_room(number)
            self.listed.emit(piece)
            self.load_progressed.emit(report.loaded + len(report.unreadable), report.files)
            piece = []

        listing = Listing(folder, report, self.settings, is_cancelled=lambda: not self._is_wanted(number))
        with closing(listing.sessions()) as sessions:
            for listed in sessions:
                piece.append(listed.summary)
                memory += listed.summary.memory
                if len(newest) < self.settings.max_sessions_in_memory and memory <= LARGEST_MEMORY:
                    newest.append(listed.summary.session_id)
                if len(piece) >= _LISTED_AT_ONCE:
                    tell()
        if not self._is_wanted(number):
            return []
        if piece:
            tell()
        return newest

    def _wait_for_room(self, number: int) -> None:
        """Whoever shows the list goes on answering: it never gets many pieces in a row."""
        for _try in range(_TRIES):
            if self._room.acquire(timeout=_TRY_SECONDS) or not self._is_wanted(number):
                return

    def _on_delivered(self) -> None:
        self._room.release()

    def _load_documents(self, folder: SessionFolder, ids: list[str], number: int) -> None:
        piece: list[Session] = []
        for session_id in ids:
            if not self._is_wanted(number):
                break
            # What cannot be read has been told of by the list.
            session = read_or_report(folder, folder.path_of(session_id), LoadReport(), logging.DEBUG)
            if session is None:
                continue
            piece.append(session)
            if len(piece) == _LOADED_AT_ONCE:
                self.loaded.emit(piece)
                piece = []
        if piece:
            self.loaded.emit(piece)

    def _is_wanted(self, number: int) -> bool:
        return not self._is_cancelled and number == self._loads

    def _fetch(self, session_id: str) -> None:
        try:
            self.fetched.emit(self.find(session_id))
        except FileNotFoundError:
            self.fetch_failed.emit(session_id, "its file is gone")
        except (OSError, DocumentError) as error:
            reason = str(error) if isinstance(error, DocumentError) else error.strerror or "it cannot be read"
            log.error("Session %s cannot be read: %s", session_id, reason)
            self.fetch_failed.emit(session_id, reason)

    def _search(self, text: str, terms: list[str]) -> None:
        folder = self._folder()
        try:
            found = search_messages(folder, terms, lambda: self._is_cancelled or self._searched != text)
        except OSError as error:
            log.error("Sessions could not be searched: %s", remedy(error, folder.root))
            return
        if self._searched == text and not self._is_cancelled:
            self.found.emit(text, found)

    def _cannot_load(self, folder: SessionFolder, error: OSError, report: LoadReport) -> None:
        report.problem = remedy(error, folder.root)
        log.error("Sessions could not be loaded: %s", report.problem)

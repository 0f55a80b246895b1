"""Loading: the sessions that lie on disk, newest first, in the background."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal

from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.document import DocumentError
from hl7capture.store.jobs import Job
from hl7capture.store.remedies import remedy
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


class Loader(QObject):
    """Reads the sessions of the folder."""

    loaded = Signal(list)  # list[Session], newest first
    load_finished = Signal(object)  # LoadReport

    def __init__(
        self, settings: Settings, folder: Callable[[], SessionFolder], pool: QThreadPool, parent: QObject | None = None
    ) -> None:
        """folder: the folder of the moment."""
        super().__init__(parent)
        self.settings = settings
        self._folder = folder
        self._pool = pool
        self._is_cancelled = False

    def cancel(self) -> None:
        """What is being loaded ends early."""
        self._is_cancelled = True

    def load(self) -> None:
        """Loads the newest sessions in the background: `loaded` in pieces, then `load_finished`."""
        self._pool.start(Job(self._load))

    def load_now(self, on_session: Callable[[Session], None]) -> LoadReport:
        """The same in the calling thread, all sessions, one by one."""
        folder = self._folder()
        report = LoadReport()
        try:
            for path in folder.newest_first():
                if self._is_cancelled:
                    break
                report.files += 1
                session = self._read(folder, path, report)
                if session is not None:
                    report.loaded += 1
                    on_session(session)
        except OSError as error:
            report.problem = remedy(error, folder.root)
            log.error("Sessions could not be loaded: %s", report.problem)
        return report

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

    def _load(self) -> None:
        folder = self._folder()
        report = LoadReport()
        piece: list[Session] = []
        size = 0
        try:
            for path in folder.newest_first():
                report.files += 1
                if report.loaded >= self.settings.max_sessions_in_memory or size > _LARGEST_LOAD:
                    continue
                if self._is_cancelled:
                    return
                session = self._read(folder, path, report)
                if session is None:
                    continue
                report.loaded += 1
                size += sum(len(element.data) for element in session.elements)
                piece.append(session)
                if len(piece) == _LOADED_AT_ONCE:
                    self.loaded.emit(piece)
                    piece = []
        except OSError as error:
            report.problem = remedy(error, folder.root)
            log.error("Sessions could not be loaded: %s", report.problem)
        if piece:
            self.loaded.emit(piece)
        self.load_finished.emit(report)

    def _read(self, folder: SessionFolder, path: Path, report: LoadReport) -> Session | None:
        try:
            return folder.read(path)
        except FileNotFoundError:
            return None  # deleted meanwhile
        except (OSError, DocumentError) as error:
            reason = str(error) if isinstance(error, DocumentError) else error.strerror or "it cannot be read"
            report.unreadable.append(Unreadable(path, reason))
            log.error("Session file %s cannot be read: %s", path, reason)
            return None

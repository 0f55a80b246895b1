"""Taking sessions along to another output folder, so that at no moment one of them is in neither."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThreadPool, Signal

from hl7capture.model.session import is_session_id
from hl7capture.store.atomic import make_private, sync_folder, write_atomically
from hl7capture.store.index import discard
from hl7capture.store.jobs import Job
from hl7capture.store.remedies import remedy
from hl7capture.store.scanning import StoredFile, scan
from hl7capture.store.session_folder import SessionFolder

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Moved:
    """How it went. left: sessions that are still where they were; problem: why, "" where nothing went wrong."""

    moved: int = 0
    left: int = 0
    problem: str = ""


def move(
    source: SessionFolder,
    target: SessionFolder,
    on_progress: Callable[[int, int], None] = lambda _done, _files: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Moved:
    """Copies each session durably, reads it again, and only then deletes it where it was.

    Whatever ends it in the middle, the next move goes on. A session that is in both folders and differs stays in both.
    """
    report = Moved()
    try:
        source.prepare()
        target.prepare()
        files = [file for file in scan(source.sessions) if is_session_id(file.stem)]
    except OSError as error:
        return Moved(problem=remedy(error, source.root))
    report.left = len(files)
    for number, file in enumerate(files):
        if is_cancelled():
            break
        on_progress(number, len(files))
        try:
            is_moved = _move_one(source, target, file)
        except OSError as error:
            report.problem = remedy(error, target.root)
            log.error("Session file %s could not be moved: %s", file.below(source.sessions), report.problem)
            break
        if is_moved:
            report.moved += 1
            report.left -= 1
        else:
            report.problem = f"{file.below(source.sessions)}: {target.root} has another one of this name; both stay."
    if not report.left:
        discard(source.root)
    return report


def _move_one(source: SessionFolder, target: SessionFolder, file: StoredFile) -> bool:
    old, new = file.below(source.sessions), file.below(target.sessions)
    data = old.read_bytes()
    if new.exists() or new.is_symlink():
        if new.is_symlink() or new.read_bytes() != data:
            return False
    else:
        if new.parent != target.sessions:
            make_private(new.parent)
        write_atomically(new, data)
        if new.read_bytes() != data:
            raise OSError(f"{new} is not what was written to it; look after the disk")
    old.unlink()
    sync_folder(old.parent)
    return True


class Mover(QObject):
    """Moves in the background, one folder at a time."""

    progressed = Signal(int, int)  # files done, files in all
    moved = Signal(object)  # Moved

    def __init__(self, pool: QThreadPool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self._is_cancelled = False

    def start(self, source: SessionFolder, target: SessionFolder) -> None:
        """`progressed`, then `moved`."""
        self._is_cancelled = False
        self._pool.start(Job(lambda: self._move(source, target)))

    def cancel(self) -> None:
        """After the session that is being moved."""
        self._is_cancelled = True

    def _move(self, source: SessionFolder, target: SessionFolder) -> None:
        report = move(source, target, self.progressed.emit, lambda: self._is_cancelled)
        source.release()
        self.moved.emit(report)

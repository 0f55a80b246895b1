"""The list of what is on disk: from the index where it knows a file, from the file where it does not.

Going through the list brings the index up to date: only files are read whose name, size or time it does not know.
"""

import logging
import sqlite3
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from hl7capture.hl7.findings.judgement import judge
from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.model.settings import Settings
from hl7capture.store.document import DocumentError
from hl7capture.store.index import Known, Row, SessionIndex, discard, text_of
from hl7capture.store.scanning import StoredFile, scan
from hl7capture.store.session_folder import SessionFolder
from hl7capture.turns import give_way

log = logging.getLogger(__name__)

_ROWS_AT_ONCE = 500
_TEXT_AT_ONCE = 16 << 20  # characters


@dataclass(slots=True, frozen=True)
class Unreadable:
    """A file that could not be read, and why; it stays where it is."""

    path: Path
    reason: str


@dataclass(slots=True)
class LoadReport:
    """How a load went: what stands on disk, what was listed of it, what could not be read."""

    files: int = 0
    loaded: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    problem: str = ""


@dataclass(slots=True, frozen=True)
class Listed:
    """A session on disk, and the file it is in."""

    file: StoredFile
    summary: SessionSummary


class Listing:
    """The sessions of a folder, newest first. A session of which there are copies is listed once.

    Whatever ails the index only makes it slow.
    """

    def __init__(
        self,
        folder: SessionFolder,
        report: LoadReport,
        settings: Settings | None = None,
        *,
        is_quiet: bool = False,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """settings: for judging what has to be read; without them nothing is judged.

        is_quiet: what cannot be read has been told of before, and does not go into the log again. is_cancelled: from
        the first True on nothing is listed; on a slow disk it takes seconds until it is known which files there are.
        """
        self._settings = settings
        self._is_cancelled = is_cancelled
        self._level = logging.DEBUG if is_quiet else logging.ERROR
        self._folder = folder
        self._report = report
        self._index = SessionIndex.open(folder.root)
        self._fresh: list[Row] = []
        self._fresh_text = 0

    def sessions(self, on_counted: Callable[[int], None] = lambda _files: None) -> Generator[Listed, None, None]:
        """Close the iterator where you leave early. on_counted: hears how many files there are. Raises OSError."""
        try:
            files = scan(self._folder.sessions, self._is_cancelled)
            if self._is_cancelled():
                return  # not all files are known: others would seem to be gone
            self._report.files = len(files)
            on_counted(len(files))
            yield from self._listed(files, self._known(files))
        finally:
            self._write()
            if self._index is not None:
                self._index.close()

    def _listed(self, files: list[StoredFile], known: dict[str, Known]) -> Iterator[Listed]:
        last = ""
        for file in files:
            give_way()
            if self._is_cancelled():
                return
            entry = known.pop(file.name, None)
            summary = _unpacked(entry) if entry is not None and entry.is_of(file) else None
            summary = summary or self._read(file)
            if summary is None or summary.session_id == last:
                continue
            last = summary.session_id
            self._report.loaded += 1
            self._folder.remember(file)
            yield Listed(file, summary)

    def _known(self, files: list[StoredFile]) -> dict[str, Known]:
        if self._index is None:
            return {}
        try:
            known = self._index.known(self._is_cancelled)
        except sqlite3.Error as error:
            log.warning("The index of %s is built anew: %s", self._folder.root, error)
            self._index.close()
            self._index = SessionIndex.open(self._folder.root) if discard(self._folder.root) else None
            return {}
        gone = known.keys() - {file.name for file in files}
        if gone:
            self._change(lambda index: index.remove(gone))
        return known

    def _read(self, file: StoredFile) -> SessionSummary | None:
        session = read_or_report(self._folder, file.below(self._folder.sessions), self._report, self._level)
        if session is None:
            return None
        if self._settings is not None:
            judge(session, None, self._settings)
        summary = summary_of(session)
        if self._index is not None:
            text = text_of(session.messages)
            self._fresh.append(Row(file, summary, text))
            self._fresh_text += len(text)
            if len(self._fresh) >= _ROWS_AT_ONCE or self._fresh_text >= _TEXT_AT_ONCE:
                self._write()
        return summary

    def _write(self) -> None:
        fresh, self._fresh, self._fresh_text = self._fresh, [], 0
        if fresh:
            self._change(lambda index: index.put(fresh))

    def _change(self, change: Callable[[SessionIndex], None]) -> None:
        """A change that does not come about is made by the next listing."""
        if self._index is None:
            return
        try:
            change(self._index)
        except sqlite3.Error as error:
            log.info("The index of %s stays behind: %s", self._folder.root, error)
            self._index.close()
            self._index = None


def read_or_report(folder: SessionFolder, path: Path, report: LoadReport, level: int = logging.ERROR) -> Session | None:
    """The session of a file; what cannot be read is logged, reported, and left as it is."""
    try:
        return folder.read(path)
    except FileNotFoundError:
        return None  # deleted meanwhile
    except (OSError, DocumentError) as error:
        reason = str(error) if isinstance(error, DocumentError) else error.strerror or "it cannot be read"
        report.unreadable.append(Unreadable(path, reason))
        log.log(level, "Session file %s cannot be read: %s", path, reason)
        return None


def _unpacked(entry: Known) -> SessionSummary | None:
    try:
        return entry.summary
    except msgspec.MsgspecError:
        return None  # damaged; the file tells

"""Sessions to files: one for all of them, or one each in a folder."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from hl7capture.hl7.privacy.sessions import Deidentification
from hl7capture.model.session import Session
from hl7capture.store.atomic import write_pieces_atomically
from hl7capture.store.document import DocumentError
from hl7capture.store.export.error import ExportError
from hl7capture.store.export.formats import Format, exported

# Session id → gives the session when its turn has come. Raises OSError, DocumentError.
Sessions = Mapping[str, Callable[[], Session]]


class CancelledError(Exception):
    """A person wanted the end."""


class FilesExistError(Exception):
    """Files would be overwritten, and nobody has said that they may be."""

    def __init__(self, paths: list[Path]) -> None:
        super().__init__(f"{paths[0]} exists" if len(paths) == 1 else f"{len(paths)} files exist, such as {paths[0]}")
        self.paths = paths


class Export:
    """One export; `run` is called once, and again where files exist that may be overwritten; `cancel` from any thread.

    target: the file, or the folder (`is_folder`) that gets a file for each session.
    deidentification: takes patients' data out; its report grows. It is of this export alone.
    """

    def __init__(
        self,
        to: Format,
        target: Path,
        *,
        is_folder: bool,
        overwrites: bool = False,
        deidentification: Deidentification | None = None,
    ) -> None:
        self.to = to
        self.target = target
        self.is_folder = is_folder
        self.overwrites = overwrites
        self.deidentification = deidentification
        self.written: list[Path] = []
        self.exported = 0  # sessions
        self.unreadable: dict[str, str] = {}  # session id → why
        self._is_cancelled = False

    def cancel(self) -> None:
        """Files that are written already stay; the one at hand is not made."""
        self._is_cancelled = True

    def run(self, sessions: Sessions, on_progress: Callable[[int], None]) -> None:
        """Writes. on_progress gets how many sessions are done.

        A session that cannot be read is left out, and stands in `unreadable`.
        Raises FilesExistError before anything is written; ExportError, CancelledError, OSError.
        """
        in_order = dict(sorted(sessions.items()))  # their ids sort by time
        paths = (
            [self.target / f"{self._name(session_id)}.{self.to}" for session_id in in_order]
            if self.is_folder
            else [self.target]
        )
        self._check(paths)
        if not self.is_folder:
            self._write(self.target, in_order, on_progress)
            return
        self.target.mkdir(parents=True, exist_ok=True)
        for number, (path, session_id) in enumerate(zip(paths, in_order, strict=True), 1):
            try:
                self._write(path, {session_id: in_order[session_id]}, lambda _done: None)
            except _NothingToWriteError:
                continue  # it stands in `unreadable`
            on_progress(number)

    def _name(self, session_id: str) -> str:
        """An id tells when the session began."""
        return session_id if self.deidentification is None else self.deidentification.pseudonyms.session_id(session_id)

    def _check(self, paths: list[Path]) -> None:
        existing = [path for path in paths if path.exists()]
        for path in existing:
            if not path.is_file():
                raise ExportError(f"{path} is not a file")
        if existing and not self.overwrites:
            raise FilesExistError(existing)

    def _write(self, path: Path, sessions: Sessions, on_progress: Callable[[int], None]) -> None:
        write_pieces_atomically(path, self._pieces(sessions, on_progress))
        self.written.append(path)

    def _pieces(self, sessions: Sessions, on_progress: Callable[[int], None]) -> Iterator[bytes]:
        before = self.exported
        for piece in exported(self._read(sessions, on_progress), self.to):
            self._look_whether_cancelled()
            yield piece
        if self.exported == before:
            raise _NothingToWriteError("none of the sessions can be read")

    def _read(self, sessions: Sessions, on_progress: Callable[[int], None]) -> Iterator[Session]:
        for number, (session_id, load) in enumerate(sessions.items(), 1):
            self._look_whether_cancelled()
            try:
                session = load()
            except FileNotFoundError:
                self.unreadable[session_id] = "there is no such session"
            except OSError as error:
                self.unreadable[session_id] = error.strerror or "it cannot be read"
            except DocumentError as error:
                self.unreadable[session_id] = str(error)
            else:
                yield session if self.deidentification is None else self.deidentification.session(session)
                self.exported += 1
            on_progress(number)

    def _look_whether_cancelled(self) -> None:
        if self._is_cancelled:
            raise CancelledError


class _NothingToWriteError(ExportError):
    """Not one session could be read."""

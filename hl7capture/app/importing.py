"""Session files from elsewhere into the folder of sessions. The files themselves are only read."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from hl7capture.model.session import Session
from hl7capture.store.document import DocumentError
from hl7capture.store.incoming import sessions_in
from hl7capture.store.session_store import SessionStore


@dataclass(slots=True, frozen=True)
class Outcome:
    """What became of one session of a file; `reason` says why it was not imported, and is "" where it was.

    session: None where it could not be read. is_known: it is kept already, so there was nothing to do.
    """

    path: Path
    session: Session | None = None
    reason: str = ""
    is_known: bool = False


class InTheWayError(Exception):
    """Another session is kept under the same id; the text says so."""


def is_kept(store: SessionStore, session: Session) -> bool:
    """Whether the session is on disk, with all its elements. Raises InTheWayError."""
    try:
        is_same = store.find(session.session_id).elements == session.elements
    except FileNotFoundError:
        return False
    except (OSError, DocumentError):
        raise InTheWayError(f"session {session.session_id} is there already, and cannot be read") from None
    if not is_same:
        raise InTheWayError(f"another session {session.session_id} is kept already, and is left as it is")
    return True


class Import:
    """One import; `run` is called once, `cancel` from any thread."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self.is_cancelled = False

    def cancel(self) -> None:
        """What has been imported stays."""
        self.is_cancelled = True

    def run(
        self, paths: Iterable[Path], on_outcome: Callable[[Outcome], None], on_progress: Callable[[int], None]
    ) -> None:
        """on_progress gets how many files are done. Raises OSError where the folder cannot be written to."""
        self._store.prepare()
        for number, path in enumerate(paths, 1):
            if self.is_cancelled:
                break
            for outcome in self._import(path):
                on_outcome(outcome)
            on_progress(number)

    def _import(self, path: Path) -> Iterator[Outcome]:
        try:
            for found in takewhile(lambda _found: not self.is_cancelled, sessions_in(path)):
                yield Outcome(path, None, str(found)) if isinstance(found, DocumentError) else self._keep(path, found)
        except OSError as error:
            yield Outcome(path, None, error.strerror or "it cannot be read")

    def _keep(self, path: Path, session: Session) -> Outcome:
        """Nothing that is kept is ever replaced."""
        try:
            if is_kept(self._store, session):
                return Outcome(path, session, "it is kept already", is_known=True)
        except InTheWayError as error:
            return Outcome(path, None, str(error))
        return self._written(path, session)

    def _written(self, path: Path, session: Session) -> Outcome:
        try:
            self._store.bring_in(session)
        except OSError as error:
            return Outcome(path, None, f"it cannot be saved in {self._store.folder.root}: {error.strerror}")
        return Outcome(path, session)

"""The folder that holds the sessions: one JSON file each, readable by their owner alone."""

import os
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QLockFile

from hl7capture.model.session import Session, is_session_id
from hl7capture.store import journal
from hl7capture.store.atomic import TEMPORARY_SUFFIX, make_private, sync_folder, write_pieces_atomically
from hl7capture.store.document import DocumentError, document_pieces, from_document
from hl7capture.store.scanning import StoredFile

LARGEST_FILE = 256 << 20
_DAY_MS = 86_400_000


class FolderInUseError(OSError):
    """Another program writes to the folder; the text says which."""


class SessionFolder:
    """The sessions below `root`; one program at a time may write to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sessions = root / "sessions"
        self.journals = root / "journal"
        self._lock: QLockFile | None = None
        self._preparing = threading.Lock()  # several threads of the store may be the first to write
        self._elsewhere: dict[str, Path] = {}  # sessions that lie in folders below

    def prepare(self) -> None:
        """Makes the folder and takes its lock. Raises OSError, FolderInUseError."""
        with self._preparing:
            self._prepare()

    def _prepare(self) -> None:
        is_there = self.sessions.is_dir() and self.journals.is_dir()
        if self._lock is not None and is_there:
            return
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_there:  # new, or removed by somebody: with the lock in it
            self.release()
        if self._lock is None:
            self._take_lock()
        for folder in (self.sessions, self.journals):
            make_private(folder)
            for leftover in folder.glob(f".*{TEMPORARY_SUFFIX}"):
                leftover.unlink(missing_ok=True)

    def release(self) -> None:
        """Gives the lock back."""
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def write(
        self, session: Session, retention_days: int, *, keep_until: float = 0, saved_at: float | None = None
    ) -> Path:
        """Makes the session durable; it is kept for `retention_days` from now. Raises OSError.

        keep_until: Unix milliseconds until which it is to be kept instead, where that is still to come.
        saved_at: when it was saved first, if it only comes back.
        """
        path = self.path_of(session.session_id)
        now = time.time() * 1000
        session.saved_at = saved_at or round(now, 3)
        session.persisted_until = keep_until if keep_until > now else int(now) + retention_days * _DAY_MS
        write_pieces_atomically(path, document_pieces(session))
        journal.remove(self.journal_of(session.session_id))  # the document has taken its place
        return path

    def has(self, session_id: str) -> bool:
        """True where the session's document is there."""
        return self.path_of(session_id).exists()

    def is_newer(self, session: Session) -> bool:
        """True where the document on disk was saved after `session` was."""
        try:
            return (self.read(self.path_of(session.session_id)).saved_at or 0) > (session.saved_at or 0)
        except (OSError, DocumentError):
            return False

    def take_over_marks(self, session: Session) -> None:
        """What a person has said of a session that is there already, its note and mark, stays with its new document.

        A capture that is read again gives the same sessions. Raises OSError.
        """
        if not self.has(session.session_id):
            return
        try:
            old = self.read(self.path_of(session.session_id))
        except DocumentError:
            return
        session.note = session.note or old.note
        session.pinned = session.pinned or old.pinned

    def read(self, path: Path) -> Session:
        """The session of a file. Raises OSError, DocumentError."""
        if path.stat().st_size > LARGEST_FILE:
            raise DocumentError(f"it is larger than {LARGEST_FILE >> 20} MB")
        session = from_document(path.read_bytes())
        if session.session_id != path.stem:
            raise DocumentError("its sessionId is not its file name")
        return session

    def delete(self, session_id: str) -> bool:
        """Deletes a session for good; False where it is not there. Raises OSError."""
        path = self.path_of(session_id)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        journal.forget(self.journal_of(session_id))
        sync_folder(path.parent)
        return True

    def path_of(self, session_id: str) -> Path:
        """Where a session lies. Raises ValueError for what is no session id."""
        if not is_session_id(session_id):
            raise ValueError(f"{session_id!r} is not a session id")
        return self._elsewhere.get(session_id) or self.sessions / f"{session_id}.json"

    def name_of(self, session_id: str) -> str:
        """Its file, relative to the sessions' folder, with `/`."""
        return self.path_of(session_id).relative_to(self.sessions).as_posix()

    def remember(self, file: StoredFile) -> None:
        """Where a session was seen; without being told, it is looked for in the folder itself."""
        if "/" in file.name:
            self._elsewhere[file.stem] = file.below(self.sessions)

    def journal_of(self, session_id: str) -> Path:
        """Where the journal of an open session lies. Raises ValueError for what is no session id."""
        return self.journals / f"{self.path_of(session_id).stem}.jsonl"

    def newest_first(self) -> Iterator[Path]:
        """The session files; their names sort by time. Raises OSError."""
        if not self.sessions.is_dir():
            return
        with os.scandir(self.sessions) as entries:
            names = [e.name for e in entries if e.name.endswith(".json") and e.is_file(follow_symlinks=False)]
        for name in sorted(names, reverse=True):
            yield self.sessions / name

    def _take_lock(self) -> None:
        path = self.root / ".lock"
        lock = QLockFile(str(path))
        lock.setStaleLockTime(0)  # a lock is stale when its holder is gone, never because it is old
        if lock.tryLock(0):
            self._lock = lock
            return
        if lock.error() == QLockFile.LockError.LockFailedError:
            pid, host, program = lock.getLockInfo()
            since = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
            who = f"{program or 'another program'} (process {pid} on {host})"
            raise FolderInUseError(f"{self.root} is in use by {who} since {since:%Y-%m-%d %H:%M}")
        raise PermissionError(f"{self.root} cannot be written to")

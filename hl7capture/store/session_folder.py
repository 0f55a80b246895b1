"""The folder that holds the sessions: one JSON file each, readable by their owner alone."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QLockFile

from hl7capture.model.session import Session, is_session_id
from hl7capture.store.atomic import TEMPORARY_SUFFIX, sync_folder, write_atomically
from hl7capture.store.document import DocumentError, from_document, to_document

LARGEST_FILE = 256 << 20
_DAY_MS = 86_400_000


class FolderInUseError(OSError):
    """Another program writes to the folder; the text says which."""


class SessionFolder:
    """The sessions below `root`; one program at a time may write to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sessions = root / "sessions"
        self._lock: QLockFile | None = None

    def prepare(self) -> None:
        """Makes the folder and takes its lock. Raises OSError, FolderInUseError."""
        if self._lock is not None and self.sessions.is_dir():
            return
        for folder in (self.root, self.sessions):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.name != "nt" and folder.stat().st_uid == os.geteuid():
                folder.chmod(0o700)
        if self._lock is None:
            self._take_lock()
        for leftover in self.sessions.glob(f".*{TEMPORARY_SUFFIX}"):
            leftover.unlink(missing_ok=True)

    def release(self) -> None:
        """Gives the lock back."""
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def write(self, session: Session, retention_days: int, *, keep_until: float = 0) -> Path:
        """Makes the session durable; it is kept for `retention_days` from now. Raises OSError.

        keep_until: Unix milliseconds until which it is to be kept instead, where that is still to come.
        """
        path = self.path_of(session.session_id)
        now = time.time() * 1000
        session.saved_at = round(now, 3)
        session.persisted_until = keep_until if keep_until > now else int(now) + retention_days * _DAY_MS
        write_atomically(path, to_document(session))
        return path

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
        sync_folder(self.sessions)
        return True

    def path_of(self, session_id: str) -> Path:
        """Where a session lies. Raises ValueError for what is no session id."""
        if not is_session_id(session_id):
            raise ValueError(f"{session_id!r} is not a session id")
        return self.sessions / f"{session_id}.json"

    def newest_first(self) -> Iterator[Path]:
        """The session files; their names sort by time. Raises OSError."""
        if not self.sessions.is_dir():
            return
        with os.scandir(self.sessions) as entries:
            names = [e.name for e in entries if e.name.endswith(".json") and e.is_file(follow_symlinks=False)]
        for name in sorted(names, reverse=True):
            yield self.sessions / name

    def _take_lock(self) -> None:
        lock = QLockFile(str(self.root / ".lock"))
        lock.setStaleLockTime(0)  # a lock is stale when its holder is gone, never because it is old
        if lock.tryLock(0):
            self._lock = lock
            return
        if lock.error() == QLockFile.LockError.LockFailedError:
            pid, host, program = lock.getLockInfo()
            raise FolderInUseError(f"{self.root} is in use by {program or 'another program'} (process {pid} on {host})")
        raise PermissionError(f"{self.root} cannot be written to")

"""The last resort: where sessions go that the output folder does not take, when there is no more memory for them.

A folder of this user's in the system's place for temporary files, one for each output folder. What lies there is
brought home as soon as the output folder takes it again, at the next start at the latest.
"""

import getpass
import hashlib
import os
import tempfile
import time
from pathlib import Path

from hl7capture.model.session import Session, is_session_id
from hl7capture.store.atomic import make_private, write_pieces_atomically
from hl7capture.store.document import document_pieces, from_document


class LastResort:
    """The place for the sessions of the output folder `root`."""

    def __init__(self, root: Path) -> None:
        user = str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()
        name = hashlib.blake2b(f"{user}|{root.absolute()}".encode(), digest_size=8).hexdigest()
        self.folder = Path(tempfile.gettempdir()) / f"hl7capture-{name}"

    def put(self, session: Session) -> None:
        """Writes a session there, as saved now. Raises OSError."""
        session.saved_at = round(time.time() * 1000, 3)
        self._check_owner()
        make_private(self.folder)
        self._check_owner()
        write_pieces_atomically(self.folder / f"{session.session_id}.json", document_pieces(session))

    def paths(self) -> list[Path]:
        """What lies there, oldest first. Raises OSError."""
        if not self.folder.is_dir() or self.folder.is_symlink():
            return []
        self._check_owner()
        return [
            path
            for path in sorted(self.folder.glob("*.json"))
            if is_session_id(path.stem) and path.is_file() and not path.is_symlink()
        ]

    def read(self, path: Path) -> Session:
        """One of `paths`. Raises OSError, DocumentError."""
        return from_document(path.read_bytes())

    def _check_owner(self) -> None:
        """The place for temporary files is everybody's; a folder that somebody else laid there is not ours."""
        if hasattr(os, "getuid") and self.folder.exists() and self.folder.lstat().st_uid != os.getuid():
            raise OSError(f"{self.folder} belongs to somebody else; remove it, or set TMPDIR to another folder")

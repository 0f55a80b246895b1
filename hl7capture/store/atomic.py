"""Writing files so that after a crash either the old or the new content is there, whole.

A temporary file beside it, fsync, rename over it, fsync of the folder (POSIX.1-2017 rename, fsync). Windows has no
fsync of a folder; there the rename is journalled by NTFS itself. A link in a file's place is replaced, never followed.
"""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TEMPORARY_SUFFIX = ".tmp"
_FLAGS = os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces `path` by a file with mode 0600 that holds `data`, durably. Raises OSError; the old file then stays."""
    write_pieces_atomically(path, (data,))


def write_pieces_atomically(path: Path, pieces: Iterable[bytes]) -> None:
    """The same with data that is made while it is written. Whatever `pieces` raises leaves the old file as it was."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
    try:
        _write(os.open(temporary, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600), pieces)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def append_durably(path: Path, data: bytes) -> None:
    """Puts `data` at the end of a file that is there.

    Raises OSError: what the file then ends with is unknown, for a failed fsync may have thrown away what was written.
    """
    _write(os.open(path, _FLAGS | os.O_APPEND), (data,))


def sync_folder(folder: Path) -> None:
    """Makes new, renamed and deleted names in a folder durable."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private(folder: Path) -> None:
    """A folder for its owner alone (0700). Raises OSError, also where a link stands in its place."""
    if not folder.is_symlink():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink():
        raise OSError(f"{folder} is a link: sessions are not written through links; put a real folder there")
    if os.name != "nt" and folder.stat().st_uid == os.geteuid():
        folder.chmod(0o700)


def _write(descriptor: int, pieces: Iterable[bytes]) -> None:
    with open(descriptor, "wb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())

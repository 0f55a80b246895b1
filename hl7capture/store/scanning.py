"""Which session files there are: the folder and all folders in it, newest session first. Links are not followed."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath

_DEEPEST = 16  # folders in folders: no tree of sessions is deeper


@dataclass(slots=True, frozen=True)
class StoredFile:
    """A file as the folder tells of it. name: relative to the sessions' folder, with `/`; time: mtime in ns."""

    name: str
    size: int
    time: int

    @property
    def stem(self) -> str:
        """The session's id, if the file is what its name says."""
        return self.name.rpartition("/")[2].removesuffix(".json")

    def below(self, folder: Path) -> Path:
        return folder.joinpath(*PurePosixPath(self.name).parts)


def scan(folder: Path, is_cancelled: Callable[[], bool] = lambda: False) -> list[StoredFile]:
    """All session files, newest first: their names sort by time. No folder: no files. Raises OSError.

    is_cancelled: asked again and again; from the first True on, what is left is not looked at.
    """
    if not folder.is_dir():
        return []
    files = list(takewhile(lambda _file: not is_cancelled(), _files(folder, "", _DEEPEST)))
    # Of two copies the one in the upper folder comes first.
    files.sort(key=lambda file: (file.stem, -file.name.count("/")), reverse=True)
    return files


def stored_file(folder: Path, path: Path) -> StoredFile:
    """A file of the folder as it is now. Raises OSError."""
    status = path.lstat()
    return StoredFile(path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns)


def _files(folder: Path, prefix: str, depth: int) -> Iterator[StoredFile]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth and not _is_junction(entry):
                    yield from _files(folder / entry.name, f"{prefix}{entry.name}/", depth - 1)
            elif entry.name.endswith(".json") and entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                yield StoredFile(prefix + entry.name, status.st_size, status.st_mtime_ns)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Windows' other kind of link to a folder, which passes for a folder."""
    return bool(getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def find_file(folder: Path, name: str) -> StoredFile | None:
    """The file of that name in the folder or a folder in it."""
    return next((file for file in scan(folder) if file.name.rpartition("/")[2] == name), None)

"""Capture files, pipes with a name, and standard input as sources; packed ones too."""

import os
import stat
import sys
import threading
from pathlib import Path
from typing import IO

from hl7capture.model.source import Source, SourceCutError, SourceError, SourceState
from hl7capture.sources.fifo import FifoSource
from hl7capture.sources.pipe import MOST_WAITING, PipeReader
from hl7capture.sources.unpacking import Unpacker

_PIECE = 4 << 20
_MOST_WAITING = 16 << 20  # bytes of standard input that is not live: whoever sends a file can wait
_LOOK_SECONDS = 0.2  # between two looks whether a file has grown


def file_source(path: Path, *, follow: bool = False) -> Source:
    """The source for what `path` names; follow: it goes on when the end is reached, until it is stopped."""
    try:
        is_pipe = os.name == "posix" and stat.S_ISFIFO(path.stat().st_mode)
    except OSError:
        is_pipe = False  # what is wrong is said when it is opened
    return FifoSource(path, follow=follow) if is_pipe else FileSource(path, follow=follow)


class FileSource:
    """A capture file, from its beginning to its end; follow: and then on, as it grows.

    A followed file that is replaced by another one, or becomes shorter, ends with SourceCutError.
    """

    def __init__(self, path: Path, *, follow: bool = False) -> None:
        self.name = path.name
        self.is_live = follow
        self._path = path
        self._file: IO[bytes] | None = None
        self._unpacker = Unpacker(self._read, str(path))
        self._done = 0
        self._size = 0
        self._is_replaced = False
        self._stopped = threading.Event()

    @property
    def state(self) -> SourceState:
        size = None if self.is_live else self._size
        return SourceState(done=self._done, size=size, is_stopped=self._stopped.is_set())

    def open(self) -> None:
        """Raises SourceError."""
        try:
            if self._path.is_dir():
                raise SourceError(f"{self._path} is a folder, not a capture file.")
            if self._path.is_fifo():
                raise SourceError(f"{self._path} is a pipe, and cannot be read together with files.")
            self._file = self._path.open("rb", buffering=0)
            self._size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise SourceError(f"{self._path} cannot be read: {error.strerror}.") from error

    def read(self, size: int = _PIECE) -> bytes | None:
        """See Source.read; size: at most about so many bytes."""
        return None if self._stopped.is_set() else self._unpacker.read(size)

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _read(self, size: int) -> bytes | None:
        """The file's own bytes."""
        assert self._file is not None
        try:
            data = self._file.read(size)
        except OSError as error:
            raise SourceError(f"{self._path} cannot be read further: {error.strerror}.") from error
        if data:
            self._done += len(data)
            return data
        if not self.is_live:
            return None
        return self._wait(self._file)

    def _wait(self, file: IO[bytes]) -> bytes | None:
        """At the end of a file that is followed."""
        if self._is_replaced:
            raise SourceCutError("The file was replaced, renamed or deleted; what it held until then has been read")
        here = os.fstat(file.fileno())
        if here.st_size < self._done:
            raise SourceCutError("The file has become shorter; what it held before has been read")
        try:
            there = self._path.stat()
            # What was written between the end that was met and the replacement is read first.
            self._is_replaced = (here.st_dev, here.st_ino) != (there.st_dev, there.st_ino)
        except OSError:
            self._is_replaced = True
        if not self._is_replaced:
            self._stopped.wait(_LOOK_SECONDS)
        return b""


class StdinSource:
    """A capture on standard input: `tcpdump -w - … | hl7capture read -`. live: its packets come as they happen."""

    name = "stdin"

    def __init__(self, *, live: bool = False) -> None:
        self.is_live = live
        self._reader: PipeReader | None = None
        self._unpacker = Unpacker(self._read, "Standard input")
        self._is_stopped = False
        self._done = 0

    @property
    def state(self) -> SourceState:
        return SourceState(done=self._done, is_stopped=self._is_stopped)

    def open(self) -> None:
        """Raises SourceError."""
        if sys.stdin is None or sys.stdin.isatty():
            raise SourceError(
                "Standard input is the keyboard; send a capture into it: tcpdump -w - | hl7capture read -",
                is_usage=True,
            )
        self._reader = PipeReader(sys.stdin.buffer, MOST_WAITING if self.is_live else _MOST_WAITING)

    def read(self) -> bytes | None:
        """See Source.read."""
        return None if self._is_stopped else self._unpacker.read()

    def stop(self) -> None:
        self._is_stopped = True

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()

    def _read(self, _size: int) -> bytes | None:
        assert self._reader is not None
        data = self._reader.read()
        self._done += len(data or b"")
        return data

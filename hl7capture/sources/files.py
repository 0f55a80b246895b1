"""Capture files and standard input as sources."""

import os
import sys
from pathlib import Path
from typing import IO

from hl7capture.model.source import SourceError, SourceState
from hl7capture.sources.pipe import PipeReader

_PIECE = 4 << 20


class FileSource:
    """A capture file, from its beginning to its end."""

    is_live = False

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._file: IO[bytes] | None = None
        self._done = 0
        self._size = 0
        self._is_stopped = False

    @property
    def state(self) -> SourceState:
        return SourceState(done=self._done, size=self._size)

    def open(self) -> None:
        """Raises SourceError."""
        try:
            if self._path.is_dir():
                raise SourceError(f"{self._path} is a folder, not a capture file.")
            self._file = self._path.open("rb")
            self._size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise SourceError(f"{self._path} cannot be read: {error.strerror}.") from error

    def read(self) -> bytes | None:
        """See Source.read."""
        assert self._file is not None
        if self._is_stopped:
            return None
        try:
            data = self._file.read(_PIECE)
        except OSError as error:
            raise SourceError(f"{self._path} cannot be read further: {error.strerror}.") from error
        self._done += len(data)
        return data or None

    def stop(self) -> None:
        self._is_stopped = True

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class StdinSource:
    """A capture on standard input: `tcpdump -w - … | hl7capture read -`."""

    is_live = False
    name = "stdin"

    def __init__(self) -> None:
        self._reader: PipeReader | None = None
        self._is_stopped = False
        self._done = 0

    @property
    def state(self) -> SourceState:
        return SourceState(done=self._done)

    def open(self) -> None:
        """Raises SourceError."""
        if sys.stdin.isatty():
            raise SourceError(
                "Standard input is the keyboard; send a capture into it: tcpdump -w - | hl7capture read -",
                is_usage=True,
            )
        self._reader = PipeReader(sys.stdin.buffer)

    def read(self) -> bytes | None:
        """See Source.read."""
        assert self._reader is not None
        if self._is_stopped:
            return None
        data = self._reader.read()
        self._done += len(data or b"")
        return data

    def stop(self) -> None:
        self._is_stopped = True

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()

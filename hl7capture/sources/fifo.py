"""A named pipe as a source: `mkfifo p; tcpdump -w p … &`, then `hl7capture read p`."""

import os
import select
import threading
import time
from pathlib import Path

from hl7capture.model.source import SourceError, SourceState
from hl7capture.sources.pipe import MOST_AT_ONCE, next_due, widen
from hl7capture.sources.unpacking import Unpacker

_PIECE = 1 << 20
_PATIENCE = 0.1  # seconds


class FifoSource:
    """Waits for a writer, and reads until the last one has closed the pipe. follow: its packets come as they happen.

    The pipe is never waited for in a system call that `stop` could not end.
    """

    def __init__(self, path: Path, *, follow: bool = False) -> None:
        self.name = path.name
        self.is_live = follow
        self._path = path
        self._pipe = -1
        self._unpacker = Unpacker(self._read, str(path))
        self._done = 0
        self._due = 0.0  # monotonic: the next piece, as in PipeReader
        self._stopped = threading.Event()

    @property
    def state(self) -> SourceState:
        return SourceState(done=self._done, is_stopped=self._stopped.is_set())

    def open(self) -> None:
        """Raises SourceError."""
        try:
            self._pipe = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            raise SourceError(f"{self._path} cannot be read: {error.strerror}.") from error
        widen(self._pipe)

    def read(self) -> bytes | None:
        """See Source.read."""
        return None if self._stopped.is_set() else self._unpacker.read()

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1

    def _read(self, _size: int) -> bytes | None:
        pieces: list[bytes] = []
        size = 0
        while size < MOST_AT_ONCE:
            try:
                piece = os.read(self._pipe, _PIECE)
            except BlockingIOError:
                if not pieces:
                    select.select([self._pipe], [], [], _PATIENCE)
                    return b""
                if not self._is_more():
                    break
                continue
            except OSError as error:
                raise SourceError(f"{self._path} cannot be read further: {error.strerror}.") from error
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
        if pieces:
            self._done += size
            self._due = next_due(size)
            return b"".join(pieces)
        if self._done:
            return None
        self._stopped.wait(_PATIENCE)  # there was no writer yet
        return b""

    def _is_more(self) -> bool:
        """Has more come before the next piece is due?"""
        rest = self._due - time.monotonic()
        return rest > 0 and not self._stopped.is_set() and bool(select.select([self._pipe], [], [], rest)[0])

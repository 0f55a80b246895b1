"""A pipe as a source of bytes: read on a thread of its own, so that waiting for it can end on every system."""

import os
import queue
import threading
from typing import IO

_PIECE = 1 << 20
_MOST_WAITING = 16  # pieces; beyond them the writer waits, and the kernel's buffer fills
_MOST_AT_ONCE = 4 << 20
_PATIENCE = 0.1  # seconds


class PipeReader:
    """Reads an unbuffered binary pipe until its end or `close`."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._pieces: queue.Queue[bytes] = queue.Queue(_MOST_WAITING)
        self._is_closed = False
        self._has_ended = False
        self._thread = threading.Thread(target=self._fill, name="pipe-reader", daemon=True)
        self._thread.start()

    def read(self) -> bytes | None:
        """What has come, joined; b"" where nothing came in a tenth of a second; None at the end."""
        if self._has_ended:
            return None
        try:
            pieces = [self._pieces.get(timeout=_PATIENCE)]
        except queue.Empty:
            return b""
        size = len(pieces[0])
        while pieces[-1] and size < _MOST_AT_ONCE:
            try:
                pieces.append(self._pieces.get_nowait())
            except queue.Empty:
                break
            size += len(pieces[-1])
        self._has_ended = not pieces[-1]
        data = b"".join(pieces)
        return None if self._has_ended and not data else data

    def close(self) -> None:
        """Nobody will read any more; the thread drains the pipe, so that its writer never hangs."""
        self._is_closed = True
        while True:
            try:
                self._pieces.get_nowait()
            except queue.Empty:
                return

    def _fill(self) -> None:
        while True:
            try:
                piece = os.read(self._pipe.fileno(), _PIECE)
            except (OSError, ValueError):
                piece = b""
            while not self._is_closed:
                try:
                    self._pieces.put(piece, timeout=_PATIENCE)
                    break
                except queue.Full:
                    continue
            if not piece:
                return

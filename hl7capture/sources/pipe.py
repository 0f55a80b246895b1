"""A pipe as a source of bytes: drained by a thread of its own into memory, whatever its reader is busy with.

Packets come in bursts, and what the pipe does not take the kernel drops at last. So the thread takes all that comes, up
to MOST_WAITING. Beyond that the pipe's writer waits, the kernel's buffer fills, and the kernel counts what it drops:
nothing is ever dropped here.

What is given is taken together for a moment, a longer one where much comes. A piece costs each connection in it as much
as some messages do, so that whoever captures from many would work twice as long for no use: what was found is shown
some times a second.
"""

import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import IO

MOST_WAITING = 256 << 20  # bytes
MOST_AT_ONCE = 4 << 20  # bytes of a piece, about
_GATHERED_SECONDS, _LONGER = 0.1, 0.2  # from one piece to the next, unless there is enough
_MUCH = 256 << 10  # bytes of a piece, from where on it is worth while to wait longer
_PIECE = 1 << 20
_ENOUGH = 1 << 20
_PATIENCE = 0.1  # seconds


class PipeReader:
    """Reads an unbuffered binary pipe until its end or `close`."""

    def __init__(self, pipe: IO[bytes], most_waiting: int = MOST_WAITING) -> None:
        self._pipe = pipe
        self._most_waiting = most_waiting
        self._pieces: deque[bytes] = deque()
        self._waiting = 0  # bytes in _pieces
        self._changed = threading.Condition()
        self._is_closed = False
        self._has_ended = False
        self._due = 0.0  # monotonic: the next piece
        widen(pipe)
        self._thread = threading.Thread(target=self._fill, name="pipe-reader", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Bytes that have come and were not read."""
        return self._waiting

    def read(self) -> bytes | None:
        """What has come, joined; b"" where nothing came in a tenth of a second; None at the end."""
        self._gather()
        with self._changed:
            if not self._pieces and not self._has_ended:
                self._changed.wait(_PATIENCE)
            if not self._pieces:
                return None if self._has_ended else b""
            pieces = []
            size = 0
            while self._pieces and size < MOST_AT_ONCE:
                pieces.append(self._pieces.popleft())
                size += len(pieces[-1])
            self._waiting -= size
            self._changed.notify_all()
        self._due = next_due(size)
        return b"".join(pieces)

    def _gather(self) -> None:
        """Asleep: whoever fills would wake one who waits with each packet."""
        rest = self._due - time.monotonic()
        if rest > 0 and self._waiting < min(_ENOUGH, self._most_waiting) and not self._has_ended:
            time.sleep(rest)

    def close(self) -> None:
        """Nobody will read any more; the thread drains the pipe, so that its writer never hangs."""
        with self._changed:
            self._is_closed = True
            self._pieces.clear()
            self._waiting = 0
            self._changed.notify_all()

    def _fill(self) -> None:
        while True:
            try:
                piece = os.read(self._pipe.fileno(), _PIECE)
            except (OSError, ValueError):
                piece = b""
            with self._changed:
                if piece and not self._is_closed:
                    self._pieces.append(piece)
                    self._waiting += len(piece)
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._waiting <= self._most_waiting or self._is_closed)
                if not piece:
                    self._has_ended = True
                    self._changed.notify_all()
                    return


def next_due(size: int) -> float:
    """When the next piece is to be read, by the monotonic clock, after one of so many bytes now."""
    return time.monotonic() + (_LONGER if size >= _MUCH else _GATHERED_SECONDS)


def widen(pipe: IO[bytes] | int) -> None:
    """Where the system can, the pipe holds more: its writer waits less often for this thread's turn."""
    with suppress(ImportError, OSError, ValueError, AttributeError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIECE)

"""Signals of the system (SIGTERM, SIGINT, SIGHUP) as a call in the event loop."""

import os
import signal
import socket
import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier, QTimer

_LOOK_MS = 200


class Termination(QObject):
    """Calls `ask_to_end` once for every signal that asks the program to end."""

    def __init__(self, ask_to_end: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask = ask_to_end
        # Python runs signal handlers between bytecodes of the main thread, which sits in Qt's event loop: the byte
        # that the interpreter writes on every signal wakes it. On Windows the timer does the same.
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno())
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(lambda: None)
        self._timer.start()
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._handle)

    def _wake(self) -> None:
        self._reader.recv(64)

    def _handle(self, _number: int, _frame: object) -> None:
        self._ask()


def leave(code: int, *, is_stuck: bool) -> int:
    """The exit code. is_stuck: a thread waits for a disk, say, and does not end; the end must not wait for it."""
    if is_stuck:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code

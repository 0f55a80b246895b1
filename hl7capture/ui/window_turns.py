"""Knows when the window has done all that waits for it, so that the other threads go on."""

import threading

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt

from hl7capture.turns import turns

_LAST = int(Qt.EventPriority.LowEventPriority.value) - 1  # behind what is to be painted
_DONE = QEvent.Type(QEvent.registerEventType())


class WindowTurns(QObject):
    """As long as it lives, the threads that capture and judge give way to the window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_posted = threading.Event()
        turns.end()  # tells them which thread is the window's
        turns.on_last = self._post
        parent.destroyed.connect(_stop)

    def _post(self) -> None:
        """From any thread."""
        if not self._is_posted.is_set():
            self._is_posted.set()
            QCoreApplication.postEvent(self, QEvent(_DONE), _LAST)

    def event(self, event: QEvent) -> bool:
        if event.type() is not _DONE:
            return super().event(event)
        self._is_posted.clear()
        turns.end()
        return True


def _stop() -> None:
    turns.on_last = None
    turns.end()

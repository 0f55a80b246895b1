"""Python's search for garbage in cycles, kept from stopping the window.

A full search looks at every object there is, and the window stands still meanwhile: 200 ms with 60 000 messages in the
list, growing with them. Sessions hold no cycles and go when nobody refers to them any more, search or not. So, while
sessions come, what is new is searched ten times a second, and then taken out of the search. Python itself would search
when more has come than gone by a certain number, which is late where sessions go as fast as they come: 80 000 objects,
50 ms. The price: a cycle that was alive at that moment is not found when it becomes garbage later; the window makes few
of them, and small ones.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

from hl7capture.app.controller import CaptureController, State

_INTERVAL_MS = 100


@contextmanager
def no_search() -> Iterator[None]:
    """For work that makes very many objects which stay: the searches would go over them again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class ShortSearches(QObject):
    """Keeps the searches short while the controller captures or reads."""

    def __init__(self, controller: CaptureController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self.settle)
        controller.state_changed.connect(self._on_state)
        controller.store.load_finished.connect(self.settle)

    def settle(self) -> None:
        """The young are searched; all that is left counts as old and is not looked at any more."""
        gc.collect(1)
        gc.freeze()

    def _on_state(self, state: State) -> None:
        self.settle()
        if state is State.IDLE:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

"""Work off the GUI's thread, and its result back on it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, Signal

from hl7capture.turns import behind_window


class _Told(QObject):
    """Lives until it has told, and goes in the thread that made it.

    What is told to a plain function is told through this object: were it destroyed by the pool's thread, as soon as the
    work is done, the other thread would now and then be in the middle of it.
    """

    done = Signal(object)
    failed = Signal(object)
    broken = Signal()

    def stay(self) -> None:
        """Connect everybody else before."""
        _alive.add(self)
        for end in (self.done, self.failed, self.broken):
            end.connect(self._leave, Qt.ConnectionType.QueuedConnection)

    def _leave(self) -> None:
        QTimer.singleShot(0, lambda: _alive.discard(self))  # not while its own signal is being delivered


_alive: set[_Told] = set()


class Background(QRunnable):
    """Runs `work`; `on_done` gets its result, `on_failed` the exception it expects, in the thread that made this.

    on_broken: called instead where nobody expected the exception, so that who waits for an end need not wait for ever.
    The exception itself goes on, to the report of the program's errors.
    """

    def __init__(
        self,
        work: Callable[[], Any],
        on_done: Callable[[Any], None],
        expected: type[Exception] | tuple[type[Exception], ...] = (),
        on_failed: Callable[[Any], None] | None = None,
        on_broken: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._work = work
        self._expected = expected
        self._told = _Told()
        self._told.done.connect(on_done, Qt.ConnectionType.QueuedConnection)
        if on_failed is not None:
            self._told.failed.connect(on_failed, Qt.ConnectionType.QueuedConnection)
        if on_broken is not None:
            self._told.broken.connect(on_broken, Qt.ConnectionType.QueuedConnection)
        self._told.stay()

    def start(self, pool: QThreadPool | None = None) -> None:
        """Begins as soon as a thread of the pool is free."""
        (pool or QThreadPool.globalInstance()).start(self)

    def run(self) -> None:
        try:
            with behind_window():
                result = self._work()
        except self._expected as error:
            self._told.failed.emit(error)
        except BaseException:
            self._told.broken.emit()
            raise
        else:
            self._told.done.emit(result)

"""Work off the GUI's thread, and its result back on it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal


class _Told(QObject):
    done = Signal(object)
    failed = Signal(object)


class Background(QRunnable):
    """Runs `work`; `on_done` gets its result, `on_failed` the exception it expects, in the thread that made this."""

    def __init__(
        self,
        work: Callable[[], Any],
        on_done: Callable[[Any], None],
        expected: type[Exception] | tuple[type[Exception], ...] = (),
        on_failed: Callable[[Any], None] | None = None,
    ) -> None:
        super().__init__()
        self._work = work
        self._expected = expected
        self._told = _Told()
        self._told.done.connect(on_done, Qt.ConnectionType.QueuedConnection)
        if on_failed is not None:
            self._told.failed.connect(on_failed, Qt.ConnectionType.QueuedConnection)

    def start(self, pool: QThreadPool | None = None) -> None:
        """Begins as soon as a thread of the pool is free."""
        (pool or QThreadPool.globalInstance()).start(self)

    def run(self) -> None:
        try:
            result = self._work()
        except self._expected as error:
            self._told.failed.emit(error)
        else:
            self._told.done.emit(result)

"""Work for a thread of the store's pool."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QRunnable

from hl7capture.turns import behind_window

log = logging.getLogger(__name__)


class Job(QRunnable):
    """Runs `work` once. The program may end before the job does: its signals then have nowhere to go."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        try:
            with behind_window():
                self._work()
        except RuntimeError as error:
            if "deleted" not in str(error):  # so the bindings say of an object of Qt's that is gone
                raise
            log.debug("The store was gone before its job ended", exc_info=True)

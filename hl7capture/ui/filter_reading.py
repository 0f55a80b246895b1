"""Reads the documents of sessions whose summaries leave open whether a filter lets them through, in the background."""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hl7capture.store.document import DocumentError
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.work_row import Job, Progress, WorkRow

if TYPE_CHECKING:
    from hl7capture.hl7.filter.evaluation import Filter

_TOLD_AT_ONCE = 100


class FilterReading(QObject):
    """One filter at a time. What cannot be read is not let through; the list tells of it elsewhere."""

    judged = Signal(object, object)  # Filter; dict[str, bool]: session ids, and whether they are let through
    finished = Signal(bool)  # False: a person cancelled it

    def __init__(self, store: SessionStore, row: WorkRow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._row = row
        self._cancelled = threading.Event()
        self._is_stopped = False

    @property
    def is_busy(self) -> bool:
        return self._row.is_working

    def start(self, session_ids: Sequence[str], wanted: "Filter") -> None:
        """Judges these sessions, the first ones first."""
        self._cancelled = cancelled = threading.Event()
        self._is_stopped = False
        ids = list(session_ids)
        job = Job(
            self.tr("Filtering: reading sessions"),
            lambda progress: self._judge(ids, wanted, cancelled, progress),
            cancelled.set,
            lambda _: self.finished.emit(self._is_stopped or not cancelled.is_set()),
            (OSError,),
            lambda _: self.finished.emit(True),
        )
        self._row.begin(job)

    def stop(self) -> None:
        """What was asked for is not wanted any more."""
        self._is_stopped = True
        self._cancelled.set()

    def _judge(self, ids: list[str], wanted: "Filter", cancelled: threading.Event, progress: Progress) -> None:
        verdicts: dict[str, bool] = {}
        for number, session_id in enumerate(ids):
            if cancelled.is_set():
                return
            try:
                verdicts[session_id] = wanted.matches(self._store.find(session_id))
            except (OSError, DocumentError, ValueError):
                verdicts[session_id] = False
            if len(verdicts) == _TOLD_AT_ONCE:
                self.judged.emit(wanted, verdicts)
                verdicts = {}
                progress(number, len(ids))
        self.judged.emit(wanted, verdicts)

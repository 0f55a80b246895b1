"""What goes on in the background by a person's wish: what it is, how far it is, and a way to cancel it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from hl7capture.ui.background import Background
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import PlainLabel
from hl7capture.ui.thin_bar import ThinBar

_LOOK_MS = 100

# Takes how much is done, and of how much.
Progress = Callable[[int, int], None]


@dataclass(slots=True, frozen=True)
class Job:
    """run: works in the background, and tells its progress; what it returns goes to `on_done`, in the GUI's thread.

    cancel: makes `run` end soon. expected: exceptions of `run` that go to `on_failed`; any other ends the job, too.
    """

    title: str
    run: Callable[[Progress], Any]
    cancel: Callable[[], None]
    on_done: Callable[[Any], None]
    expected: tuple[type[Exception], ...]
    on_failed: Callable[[Exception], None]


class WorkRow(QWidget):
    """Does one job after the other; seen while there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []  # the first one is being done
        self._progress = (0, 0)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._show_progress)
        self.label = PlainLabel()
        self.bar = ThinBar(self.tr("How far the work is"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.clicked.connect(self.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.addWidget(self.label)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel_button)
        self.hide()

    def begin(self, job: Job) -> None:
        """Does the job, when those before it are done."""
        self._jobs.append(job)
        if len(self._jobs) == 1:
            self._start()

    def cancel(self) -> None:
        """Ends the job at hand and drops those that wait."""
        del self._jobs[1:]
        if self._jobs:
            self._jobs[0].cancel()

    @property
    def is_working(self) -> bool:
        return bool(self._jobs)

    def _start(self) -> None:
        job = self._jobs[0]
        self._progress = (0, 0)
        self.label.setText(visible(job.title, 80))
        self._show_progress()
        self._look.start()
        self.show()
        work = Background(lambda: job.run(self._tell), self._on_done, job.expected, self._on_failed, self._on_broken)
        work.start()

    def _tell(self, done: int, total: int) -> None:
        """Runs in the background; the row looks now and then."""
        self._progress = (done, total)

    def _show_progress(self) -> None:
        done, total = self._progress
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _on_done(self, result: object) -> None:
        job = self._next()
        job.on_done(result)

    def _on_failed(self, error: Exception) -> None:
        job = self._next()
        job.on_failed(error)

    def _on_broken(self) -> None:
        self._next()

    def _next(self) -> Job:
        """The job that has ended; the next one begins."""
        ended = self._jobs.pop(0)
        if self._jobs:
            self._start()
        else:
            self._look.stop()
            self.hide()
        return ended

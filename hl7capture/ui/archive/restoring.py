"""Sessions from the archive back into those of this machine: asked for, done in the background, and told about."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from hl7capture.app.controller import CaptureController
from hl7capture.archive.address import archive_url
from hl7capture.archive.errors import ArchiveError
from hl7capture.model.session import Session
from hl7capture.ui.banner import Banner
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.work_row import Job, Progress, WorkRow

if TYPE_CHECKING:
    from hl7capture.archive.searching import Archived


@dataclass(slots=True)
class _Restored:
    """sessions: all that are on disk now; new: how many of them were not before; failed: why others are not."""

    sessions: list[Session] = field(default_factory=list)
    new: int = 0
    failed: list[str] = field(default_factory=list)


class Restoring(QObject):
    """For the window that is `parent`. restored: list[Session], they are on disk."""

    restored = Signal(list)

    def __init__(self, controller: CaptureController, banner: Banner, row: WorkRow, parent: QWidget) -> None:
        super().__init__(parent)
        self._controller = controller
        self._banner = banner
        self._row = row

    def begin(self, wanted: "Sequence[Archived | str]") -> None:
        """Restores sessions that were chosen, or are meant by their ids, in the background."""
        url = archive_url(self._controller.settings)
        cancelled = threading.Event()
        self._row.begin(
            Job(
                self.tr("Restoring from the archive"),
                lambda progress: self._restore(url, list(wanted), cancelled.is_set, progress),
                cancelled.set,
                self._on_restored,
                (ArchiveError, OSError),
                self._on_failed,
            )
        )

    def _restore(
        self, url: str, wanted: "list[Archived | str]", is_cancelled: Callable[[], bool], progress: Progress
    ) -> _Restored:
        """Runs in the background. Raises ArchiveError; OSError where the folder cannot be written to."""
        from hl7capture.app.restoring import RestoreError, choose, restore
        from hl7capture.archive.reading import Reader

        done = _Restored()
        with Reader(url) as reader:
            for number, one in enumerate(wanted):
                if is_cancelled():
                    break
                progress(number, len(wanted))
                try:
                    chosen = choose(reader, one) if isinstance(one, str) else one
                    session, is_new = restore(reader, self._controller.store, chosen)
                except RestoreError as error:
                    done.failed.append(str(error))
                    continue
                done.sessions.append(session)
                done.new += is_new
        return done

    def _on_restored(self, done: _Restored) -> None:
        text = self.tr("Sessions restored from the archive: {0}.").format(number_text(done.new))
        if known := len(done.sessions) - done.new:
            text += " " + self.tr("Kept already: {0}.").format(number_text(known))
        if done.failed:
            text += " " + self.tr("Not restored: {0}. The first: {1}").format(
                number_text(len(done.failed)), done.failed[0]
            )
        self._banner.say(text, is_error=bool(done.failed))
        if done.sessions:
            self.restored.emit(done.sessions)

    def _on_failed(self, error: Exception) -> None:
        reason = f"{error.strerror or error}." if isinstance(error, OSError) else str(error)
        self._banner.say(self.tr("Nothing more is restored. {0}").format(reason))

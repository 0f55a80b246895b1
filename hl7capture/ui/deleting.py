"""Deleting with a way back: sessions leave the list at once, their files a while later.

Until then nothing has happened on the disk, so whatever ends the program in between, a crash or a cut of the power,
leaves them where they are: they stand in the list again at the next start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from hl7capture.app.controller import CaptureController
from hl7capture.ui.banner import Banner, Remedy
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.question import agrees
from hl7capture.ui.session_model import SessionModel
from hl7capture.ui.session_row import SessionRow

PATIENCE_MS = 10_000  # in which a deletion can be undone
MOST_UNASKED = 1000  # sessions; a slip of the hand shall not cost more
_KEY = "deleted"  # of the banner


@dataclass(slots=True, eq=False)
class _Deletion:
    """What left the list with one keystroke. folder: where the files are."""

    rows: list[SessionRow]
    folder: Path
    timer: QTimer


class Deleting(QObject):
    """Takes sessions out of the list, and off the disk when nobody wanted them back."""

    def __init__(self, model: SessionModel, controller: CaptureController, banner: Banner, window: QWidget) -> None:
        super().__init__(window)
        self._model = model
        self._controller = controller
        self._banner = banner
        self._window = window
        self._waiting: list[_Deletion] = []  # the last one is undone first
        self._going: dict[str, SessionRow] = {}  # the store was told to delete these
        self.undo_action = QAction(self.tr("Undo deletion"), self)
        self.undo_action.setShortcut(QKeySequence.StandardKey.Undo)
        self.undo_action.setEnabled(False)
        self.undo_action.triggered.connect(self.undo)
        window.addAction(self.undo_action)
        controller.store.deleted.connect(self._on_deleted)
        controller.store.delete_failed.connect(self._on_failed)
        controller.settings_changed.connect(self._on_settings)
        controller.ending.connect(self.carry_out)

    def delete(self, session_ids: Sequence[str]) -> None:
        """Takes sessions out of the list; those that are still open stay. Asks only where they are very many."""
        if len(session_ids) > MOST_UNASKED and not self._is_meant(len(session_ids)):
            return
        rows = self._model.withdraw(session_ids)
        if not rows:
            return
        timer = QTimer(self, interval=PATIENCE_MS, singleShot=True)
        deletion = _Deletion(rows, self._controller.output_folder, timer)
        timer.timeout.connect(lambda: self._carry_out(deletion))
        self._waiting.append(deletion)
        timer.start()
        self._show()

    def undo(self) -> None:
        """What was deleted last, if its files are still there, comes back."""
        if self._waiting:
            deletion = self._waiting[-1]
            self._forget(deletion)
            self._model.restore(deletion.rows)

    def carry_out(self) -> None:
        """Now, whatever waits."""
        for deletion in list(self._waiting):
            self._carry_out(deletion)

    def _carry_out(self, deletion: _Deletion) -> None:
        self._forget(deletion)
        self._going |= {row.session_id: row for row in deletion.rows}
        self._controller.delete([row.session_id for row in deletion.rows])

    def _forget(self, deletion: _Deletion) -> None:
        deletion.timer.stop()
        deletion.timer.deleteLater()
        self._waiting.remove(deletion)
        self._show()

    def _on_deleted(self, session_ids: list[str]) -> None:
        for session_id in session_ids:
            self._going.pop(session_id, None)

    def _on_failed(self, _reason: str) -> None:
        """What could not be deleted is shown again. What another deletion takes meanwhile goes when that is told."""
        rows = list(self._going.values())
        self._going.clear()
        self._model.restore(rows)

    def _on_settings(self) -> None:
        """Another output folder: the files stay in the old one, and that is not passed over in silence."""
        left = [deletion for deletion in self._waiting if deletion.folder != self._controller.output_folder]
        for deletion in left:
            self._forget(deletion)
            self._model.forget_withdrawn(row.session_id for row in deletion.rows)
        if left:
            text = self.tr("Not deleted, for the output folder was changed before: sessions: {0}.")
            self._banner.say(text.format(number_text(sum(len(deletion.rows) for deletion in left))))

    def _show(self) -> None:
        self.undo_action.setEnabled(bool(self._waiting))
        if not self._waiting:
            self._banner.take_back(_KEY)
            return
        count = len(self._waiting[-1].rows)
        many = self.tr("{0} sessions deleted.").format(number_text(count))
        text = self.tr("1 session deleted.") if count == 1 else many
        self._banner.say(text, is_error=False, key=_KEY, remedy=Remedy(self.tr("Undo"), self.undo))

    def _is_meant(self, count: int) -> bool:
        text = self.tr("Delete {0} sessions?").format(number_text(count))
        return agrees(self._window, self.tr("Delete sessions"), text, self.tr("Delete"))

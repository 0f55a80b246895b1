"""Sessions go along when the output folder becomes another one, if the person wants it."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QProgressDialog, QWidget

from hl7capture.store.moving import Moved
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.banner import Banner
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.question import agrees

translate = QCoreApplication.translate  # by this name the collector of strings knows it


def ask_to_move(sessions: int, old: Path, new: Path, parent: QWidget) -> bool:
    """True where the sessions shall go along."""
    paths = translate("Moving", "From {0}\nto {1}\n\nEach is copied and read again before it is deleted where it was.")
    return agrees(
        parent,
        translate("Moving", "Output folder"),
        translate("Moving", "Take the sessions along to the new folder? There are {0}.").format(number_text(sessions)),
        translate("Moving", "Take along"),
        no=translate("Moving", "Leave there"),
        more=paths.format(visible(str(old)), visible(str(new))),
        is_harmless=True,
    )


class Moving(QObject):
    """A move that is going on: how far it is, a way to end it, and what came of it."""

    def __init__(self, store: SessionStore, old: Path, banner: Banner, parent: QWidget) -> None:
        super().__init__(parent)
        self._store = store
        self._old = old
        self._banner = banner
        self.dialog = QProgressDialog(self.tr("Moving sessions…"), self.tr("Cancel"), 0, 0, parent)
        self.dialog.setWindowTitle(self.tr("Output folder"))
        self.dialog.setMinimumDuration(0)
        self.dialog.setAutoClose(False)
        self.dialog.canceled.connect(store.cancel_move)
        store.move_progressed.connect(self._on_progressed)
        store.moved.connect(self._on_moved)
        store.move_from(old)
        self.dialog.show()

    def _on_progressed(self, done: int, files: int) -> None:
        self.dialog.setMaximum(files)
        self.dialog.setValue(done)

    def _on_moved(self, report: Moved) -> None:
        self.dialog.canceled.disconnect(self._store.cancel_move)
        self.dialog.close()
        self.dialog.deleteLater()
        if report.left or report.problem:
            text = self.tr("Sessions that were moved: {0}; that are still in {1}: {2}. {3}")
            shown = text.format(number_text(report.moved), self._old, number_text(report.left), report.problem)
            self._banner.say(shown, is_error=bool(report.problem))
        self._store.load()
        self.deleteLater()

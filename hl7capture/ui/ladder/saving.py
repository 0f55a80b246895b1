"""Saving the ladder as a picture: where a person says, for their eyes alone."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFileDialog, QWidget

from hl7capture.model.session import is_session_id
from hl7capture.store.atomic import write_atomically
from hl7capture.ui.background import Background
from hl7capture.ui.ladder.marks import Marks
from hl7capture.ui.ladder.picture import Picture, PictureError, PictureKind, picture
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.session_row import SessionRow


class LadderSaving(QObject):
    """Asks where to; paints and writes off the GUI's thread. told: how that ended, and whether that is an error."""

    told = Signal(str, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent

    def save(self, row: SessionRow, unfolded: frozenset[int], marks: Marks, font: QFont, start: int) -> None:
        """Saves with mode 0600; nothing happens where a person thinks better of it. start: see `picture`."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = f"ladder-{row.session_id}" if is_session_id(row.session_id) else "ladder"
        kinds = {
            self.tr("SVG picture (*.svg)"): PictureKind.SVG,
            self.tr("PNG picture (*.png)"): PictureKind.PNG,
        }
        suggested = str(Path(folder) / f"{name}{PictureKind.SVG}")
        chosen, kind = QFileDialog.getSaveFileName(self._window, self.tr("Export ladder"), suggested, ";;".join(kinds))
        if not chosen:
            return
        # A row of its own for the other thread, which reads messages into it.
        still = SessionRow(row.summary, row.document)
        path = Path(chosen)
        asked = kinds.get(kind, PictureKind.SVG)
        work = partial(_write, path, asked, partial(picture, still, unfolded, marks, QFont(font), start))
        Background(work, self._on_written, (OSError, PictureError), self._on_failed).start()

    def _on_written(self, written: tuple[Path, Picture]) -> None:
        path, made = written
        text = self.tr("Saved the ladder as {0}.").format(path)
        if not made.is_whole:
            part = self.tr(
                "The session is too long for one picture: elements {0} to {1} of {2} are in it. Scroll to others and "
                "export them as well."
            )
            text += " " + part.format(number_text(made.first), number_text(made.last), number_text(made.total))
        self.told.emit(text, False)

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, OSError):
            self.told.emit(self.tr("The ladder was not saved: {0}. Choose another folder.").format(error), True)
        else:
            self.told.emit(str(error), True)


def _write(path: Path, asked: PictureKind, paint: "partial[Picture]") -> tuple[Path, Picture]:
    """By the end of the name; one without gets that of the kind that was asked for."""
    suffix = path.suffix.lower()
    if suffix in tuple(PictureKind):
        kind = PictureKind(suffix)
    else:
        kind, path = asked, path.with_name(f"{path.name}{asked}")
        if path.exists():  # nobody was asked whether this one may be overwritten
            raise PictureError(f"{path} exists already: choose it by its whole name to overwrite it.")
    made = paint(kind)
    write_atomically(path, made.data)
    return path, made

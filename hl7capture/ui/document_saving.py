"""Saving a document out of a message: where a person says, under a name made here, for their eyes alone."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from hl7capture.hl7.documents import Document, DocumentError
from hl7capture.store.atomic import write_atomically
from hl7capture.ui.background import Background
from hl7capture.ui.locale_words import number_text


class DocumentSaving(QObject):
    """Asks where to, and writes off the GUI's thread. told: how that ended, and whether that is an error."""

    told = Signal(str, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent

    def save(self, document: Document) -> None:
        """Saves a document with mode 0600; nothing happens where a person thinks better of it."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        suggested = Path(folder) / f"document{document.kind.suffix}"
        chosen, _ = QFileDialog.getSaveFileName(self._window, self.tr("Save document"), str(suggested))
        if chosen:
            work = partial(_write, document, Path(chosen))
            Background(work, self._on_written, (OSError, DocumentError), self._on_failed).start()

    def _on_written(self, written: tuple[Path, int]) -> None:
        path, size = written
        self.told.emit(self.tr("Saved {0} bytes as {1}.").format(number_text(size), path), False)

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, OSError):
            text = self.tr("The document was not saved: {0}. Choose another folder.").format(error)
            self.told.emit(text, True)
        else:
            self.told.emit(str(error), True)


def _write(document: Document, path: Path) -> tuple[Path, int]:
    content = document.content()
    write_atomically(path, content)
    return path, len(content)

"""Sessions into the window from files, and out of it: asked for, done in the background, and told about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from hl7capture.app.controller import CaptureController
from hl7capture.app.export import CancelledError, Export, FilesExistError, Sessions
from hl7capture.app.importing import Import, Outcome
from hl7capture.hl7.privacy.rules import rules_of
from hl7capture.hl7.privacy.sessions import Deidentification
from hl7capture.model.session import Session
from hl7capture.store.export.error import ExportError
from hl7capture.store.incoming import session_files
from hl7capture.ui.banner import Banner
from hl7capture.ui.deidentification_report import DeidentificationReport
from hl7capture.ui.export_dialog import ExportDialog
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.question import agrees
from hl7capture.ui.work_row import Job, Progress, WorkRow


@dataclass(slots=True)
class _Imported:
    """What came of an import. sessions: to be shown, no more than the list holds; new: how many are kept now."""

    sessions: list[Session] = field(default_factory=list)
    new: int = 0
    known: int = 0
    failed: list[Outcome] = field(default_factory=list)
    is_cancelled: bool = False


class SessionFiles(QObject):
    """Imports and exports for the window that is `parent`."""

    imported = Signal(list)  # list[Session]: they are on disk

    def __init__(
        self,
        controller: CaptureController,
        banner: Banner,
        row: WorkRow,
        document_of: Callable[[str], Session | None],
        parent: QWidget,
    ) -> None:
        """document_of: gives a session by its id where its document is in memory."""
        super().__init__(parent)
        self._document_of = document_of
        self._window = parent
        self._controller = controller
        self._banner = banner
        self._row = row

    # -- in ----------------------------------------------------------------------------------------------------

    def ask_to_import(self) -> None:
        """Asks for session files, and imports them."""
        kinds = self.tr("Session files (*.json);;All files (*)")
        names, _ = QFileDialog.getOpenFileNames(self._window, self.tr("Import sessions"), "", kinds)
        if names:
            self.bring_in([Path(name) for name in names])

    def bring_in(self, paths: Sequence[Path]) -> None:
        """Imports session files into the output folder."""
        work = Import(self._controller.store)
        most = self._controller.settings.max_sessions_in_memory
        self._row.begin(
            Job(
                self.tr("Importing sessions"),
                lambda progress: _import(work, paths, most, progress),
                work.cancel,
                self._on_imported,
                (OSError,),
                lambda error: self._banner.say(self.tr("Nothing was imported: {0}.").format(_reason(error))),
            )
        )

    def _on_imported(self, result: _Imported) -> None:
        text = self.tr("Sessions imported: {0}.").format(number_text(result.new))
        if result.known:
            text += " " + self.tr("Kept already: {0}.").format(number_text(result.known))
        if result.failed:
            first = result.failed[0]
            text += " " + self.tr("Not imported: {0}. The first: {1}: {2}.").format(
                number_text(len(result.failed)), first.path.name, first.reason
            )
        if result.is_cancelled:
            text += " " + self.tr("Cancelled.")
        self._banner.say(text, is_error=bool(result.failed))
        self.imported.emit(result.sessions)

    # -- out ---------------------------------------------------------------------------------------------------

    def ask_to_export(self, session_ids: Sequence[str], is_deidentified: bool = False) -> None:
        """Asks for format and place, and exports the sessions as they are now. is_deidentified: is proposed."""
        if not session_ids:
            return
        settings = self._controller.settings
        dialog = ExportDialog(
            len(session_ids), self._window, deidentifies=is_deidentified or settings.mask_patient_data
        )
        if dialog.exec() == ExportDialog.DialogCode.Accepted:
            sessions = {session_id: self._reader_of(session_id) for session_id in session_ids}
            pseudonyms = dialog.pseudonyms
            self._export(
                sessions,
                Export(
                    dialog.format,
                    dialog.target,
                    is_folder=dialog.is_folder,
                    deidentification=Deidentification(rules_of(settings), pseudonyms) if pseudonyms else None,
                ),
            )
        dialog.deleteLater()

    def _reader_of(self, session_id: str) -> Callable[[], Session]:
        """From memory as it is now, for an open session goes on growing; else from the disk, when its turn has come."""
        document = self._document_of(session_id)
        if document is None:
            return lambda: self._controller.store.find(session_id)
        copy = replace(document, elements=list(document.elements), messages=list(document.messages))
        return lambda: copy

    def _export(self, sessions: Sessions, work: Export) -> None:
        def run(progress: Progress) -> int:
            work.run(sessions, lambda done: progress(done, len(sessions)))
            return work.exported

        def on_failed(error: Exception) -> None:
            if isinstance(error, FilesExistError):
                if self._may_overwrite(error):
                    work.overwrites = True  # nothing was done yet
                    self._export(sessions, work)
            elif isinstance(error, CancelledError):
                text = self.tr("Export cancelled. Files written before that: {0}.")
                self._banner.say(text.format(number_text(len(work.written))), is_error=False)
            else:
                self._banner.say(self.tr("Not exported: {0}.").format(_reason(error)))

        def on_done(exported: int) -> None:
            text = self.tr("Sessions exported to {0}: {1}.").format(visible(str(work.target)), number_text(exported))
            if work.unreadable:
                session_id, reason = next(iter(work.unreadable.items()))
                text += " " + self.tr("Left out: {0}. The first: {1}: {2}.").format(
                    number_text(len(work.unreadable)), session_id, reason
                )
            self._banner.say(text, is_error=bool(work.unreadable))
            if work.deidentification is not None:
                DeidentificationReport(work.deidentification.report, self._window).open()

        expected = (FilesExistError, CancelledError, ExportError, OSError)
        self._row.begin(Job(self.tr("Exporting sessions"), run, work.cancel, on_done, expected, on_failed))

    def _may_overwrite(self, error: FilesExistError) -> bool:
        text = self.tr("{0}. Overwrite?").format(visible(str(error)))
        return agrees(self._window, self.tr("Overwrite"), text, self.tr("Overwrite"))


def _import(work: Import, paths: Sequence[Path], most: int, progress: Progress) -> _Imported:
    """Runs in the background. Raises OSError where the output folder cannot be written to."""
    result = _Imported()
    files: list[Path] = []
    for path in paths:
        try:
            files += session_files(path)
        except OSError as error:
            result.failed.append(Outcome(path, None, error.strerror or "it cannot be read"))

    def tell(outcome: Outcome) -> None:
        if outcome.session is None:
            result.failed.append(outcome)
            return
        result.known += outcome.is_known
        result.new += not outcome.is_known
        if len(result.sessions) < most:
            result.sessions.append(outcome.session)

    work.run(files, tell, lambda done: progress(done, len(files)))
    result.is_cancelled = work.is_cancelled
    return result


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)

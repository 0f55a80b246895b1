"""What the store tells of sessions on disk, taken into the list."""

from PySide6.QtCore import QObject, QTimer, Signal

from hl7capture.app.controller import CaptureController
from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.store.loading import LoadReport
from hl7capture.ui.banner import Banner, Remedy
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.session_model import SessionModel
from hl7capture.ui.status import Status
from hl7capture.ui.unreadable_files import UnreadableFiles

_UNREADABLE = "unreadable"  # key of a banner that replaces itself
_COUNT_MS = 100


class SavedSessions(QObject):
    """Knows which sessions are on disk, as long as the folder stays the same."""

    listed = Signal()  # some are there
    complete = Signal()  # all are listed
    imported = Signal(str)  # session id: the first of those that a person brought in

    def __init__(
        self, controller: CaptureController, model: SessionModel, banner: Banner, status: Status, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._model = model
        self._banner = banner
        self._status = status
        self._ids: set[str] = set()
        self._folder = controller.output_folder
        self._count = QTimer(self, interval=_COUNT_MS, singleShot=True)
        self._count.timeout.connect(self.show_counts)
        store = controller.store
        store.listed.connect(self._on_listed)
        store.load_progressed.connect(status.show_loading)
        store.load_finished.connect(self._on_load_finished)
        store.saved.connect(self._on_saved)
        store.waiting_changed.connect(lambda waiting, _problem: status.show_waiting(waiting))
        store.deleted.connect(self._on_deleted)
        store.delete_failed.connect(lambda text: banner.say(self.tr("Not deleted: {0}").format(text)))
        store.keep_failed.connect(lambda text: banner.say(self.tr("Not changed: {0}").format(text)))
        model.rowsInserted.connect(self.show_counts)
        model.rowsRemoved.connect(self.show_counts)

    def __len__(self) -> int:
        return len(self._ids)

    def keep(self, session_ids: list[str], is_kept: bool) -> None:
        """For good, or not any more. An open session takes the mark along when it goes to the disk."""
        rows = list(filter(None, map(self._model.row_of, session_ids)))
        for row in rows:
            if row.document is not None and row.document.is_open:
                row.document.pinned = row.summary.pinned = is_kept
        self._controller.store.keep([row.session_id for row in rows if not row.summary.is_open], is_kept=is_kept)

    def take(self, sessions: list[Session]) -> None:
        """Sessions that a person brought in, who wants to see them."""
        self._ids.update(session.session_id for session in sessions)
        self._model.add(map(summary_of, sessions))
        self._model.add_documents(sessions)
        self.show_counts()
        if sessions:
            self.imported.emit(sessions[0].session_id)

    def follow_folder(self) -> None:
        """What is saved elsewhere leaves the list: it could not be deleted from here any more."""
        if self._controller.output_folder == self._folder:
            return
        self._folder = self._controller.output_folder
        self._model.remove(list(self._ids))
        self._ids.clear()
        self.show_counts()
        self._controller.store.load()

    def show_counts(self) -> None:
        """How many there are, and how many of them on disk."""
        self._status.show_sessions(self._model.rowCount(), len(self._ids))

    def _on_listed(self, summaries: list[SessionSummary]) -> None:
        self._ids.update(summary.session_id for summary in summaries)
        self._model.add(reversed(summaries))
        self.listed.emit()

    def _on_saved(self, session: Session) -> None:
        self._ids.add(session.session_id)
        self._model.session_saved(session)
        if not self._count.isActive():
            self._count.start()

    def _on_deleted(self, session_ids: list[str]) -> None:
        self._ids.difference_update(session_ids)
        self._model.remove(session_ids)

    def _on_load_finished(self, report: LoadReport) -> None:
        self._status.show_loading(0, 0)
        self._controller.store.start_cleaning()
        self.complete.emit()
        if report.problem:
            self._banner.say(self.tr("Sessions could not be loaded. {0}").format(report.problem))
        if report.unreadable:
            first = report.unreadable[0]
            text = self.tr("Session files that could not be read, and were left as they are: {0}. The first: {1}: {2}.")
            text = text.format(number_text(len(report.unreadable)), first.path.name, first.reason)
            window = self._banner.window()
            remedy = Remedy(self.tr("Show them…"), lambda: UnreadableFiles(report.unreadable, window).open())
            self._banner.say(text, is_error=False, key=_UNREADABLE, remedy=remedy)
        else:
            self._banner.take_back(_UNREADABLE)

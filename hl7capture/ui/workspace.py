"""Where sessions are looked at: the table, the ladder of the one that is chosen, the detail of one of its elements."""

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMainWindow

from hl7capture.hl7.findings.finding import Finding
from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.model.settings import Settings
from hl7capture.store.session_store import SessionStore
from hl7capture.turns import window_at_work
from hl7capture.ui.comparison.comparing import Comparing
from hl7capture.ui.deidentified_copy import DeidentifiedCopy
from hl7capture.ui.detail import Detail
from hl7capture.ui.ladder import Ladder
from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.notes import Notes
from hl7capture.ui.pane import Pane
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_model import SessionModel
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.session_table import SessionTable

if TYPE_CHECKING:
    from hl7capture.app.archive_view import ArchiveView


class Arrangement(StrEnum):
    """Where ladder and detail can be put at once: below the table, beside it, away. By hand, anywhere."""

    BELOW = "below"
    BESIDE = "beside"
    LIST = "list"


_PANES_SHARE = 0.6  # of the workspace, to begin with; the table has the rest
_SHARES = (0.44, 0.56)  # of ladder and detail, of what they have together
_VERSION = 1  # of the state of the panes
_PATIENCE_MS = 150  # most documents are read in less: what is shown stays as long, and the panes do not flicker


class SessionViews(QMainWindow):
    """What is chosen in the table is shown in the panes around it, as soon as its document is there."""

    told = Signal(str, bool)  # what to tell, and whether it is an error

    def __init__(
        self, store: "SessionStore | ArchiveView", model: SessionModel, table: SessionTable, copy: DeidentifiedCopy
    ) -> None:
        """store: where documents come from that are not in memory. table: of the sessions of `model`."""
        super().__init__()
        self._store = store
        self._model = model
        self._shown: SessionRow | None = None  # in the ladder
        self._wanted: SessionRow | None = None  # chosen; not shown yet where its document is being read
        self._patience = QTimer(self, interval=_PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(lambda: self._show_row(None))
        self.table = table
        self.comparing = Comparing(store, model, self)
        self.detail = Detail(copy, [self.comparing.choose, self.comparing.compare])
        self.ladder = Ladder()
        self.ladder.addActions([self.comparing.choose, self.comparing.compare])
        self._ladder_pane = Pane("ladder", self.tr("Ladder"), self.ladder, self)
        self.panes = (self._ladder_pane, Pane("detail", self.tr("Detail"), self.detail, self))
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setCentralWidget(self.table)
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self._unshared: Arrangement | None = None
        self.arrange(Arrangement.BELOW)
        self.table.session_selected.connect(self.show_session)
        self.table.open_wanted.connect(self._open)
        self.ladder.element_selected.connect(lambda number: self.detail.show_element(self._shown, number))
        self.ladder.told.connect(self.told)
        self.ladder.details_wanted.connect(lambda: self.detail.tabs.currentWidget().setFocus())
        self.detail.told.connect(self.told)
        self.detail.message_shown.connect(self.comparing.follow)
        self.comparing.told.connect(self.told)
        self.detail.element_wanted.connect(self.ladder.select)
        model.dataChanged.connect(self._on_rows_changed)
        store.fetched.connect(self._on_fetched)
        store.fetch_failed.connect(self._on_fetch_failed)

    def apply_settings(self, settings: Settings) -> None:
        """What is masked, how much stays in memory."""
        self._model.documents.most = settings.max_sessions_in_memory
        self._model.documents.trim()
        self.detail.apply_settings(settings)
        self.comparing.apply_settings(settings)

    def show_findings(self, session_id: str, verdict: str, findings: list[Finding]) -> None:
        """What there is to say of a session, if it is the one that is shown."""
        self.detail.findings.show_findings(session_id, verdict, findings)
        self.ladder.show_findings(session_id, verdict, findings)

    def arrange(self, arrangement: Arrangement) -> None:
        """Puts ladder and detail there, with the sizes to begin with, wherever they are now."""
        is_beside = arrangement is Arrangement.BESIDE
        area = Qt.DockWidgetArea.RightDockWidgetArea if is_beside else Qt.DockWidgetArea.BottomDockWidgetArea
        for pane in self.panes:
            pane.setFloating(False)
            self.addDockWidget(area, pane)
            pane.setVisible(arrangement is not Arrangement.LIST)
        along = Qt.Orientation.Vertical if is_beside else Qt.Orientation.Horizontal
        self.splitDockWidget(*self.panes, along)
        self._unshared = arrangement
        if self.isVisible():
            self._share_room()

    def kept_layout(self) -> bytes:
        """Where the panes are, for `restore_layout`."""
        return bytes(self.saveState(_VERSION).data())

    def restore_layout(self, kept: bytes) -> None:
        """Puts the panes where they were. Bytes that are none of `kept_layout` change nothing."""
        if self.restoreState(kept, _VERSION):
            self._unshared = None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self._share_room)  # its size follows

    def _share_room(self) -> None:
        """The sizes to begin with, once: they are shares of a room that is known when it is seen."""
        arrangement, self._unshared = self._unshared, None
        if arrangement is None or arrangement is Arrangement.LIST:
            return
        panes, level, upright = list(self.panes), Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        if arrangement is Arrangement.BESIDE:
            self.resizeDocks(panes, [round(self.width() * _PANES_SHARE)] * 2, level)
            self.resizeDocks(panes, [round(self.height() * share) for share in _SHARES], upright)
        else:
            self.resizeDocks(panes, [round(self.height() * _PANES_SHARE)] * 2, upright)
            self.resizeDocks(panes, [round(self.width() * share) for share in _SHARES], level)

    def show_session(self, session: SessionSummary | None) -> None:
        """A session of the list, whose document may have to be read first; None: nothing."""
        self._wanted = row = self._model.row_of(session.session_id) if session is not None else None
        if row is not None and row.document is None:
            self._hold()
            self._store.fetch(row.session_id)  # `_on_fetched` shows it
            self._patience.start()
        else:
            self._show_row(row)

    def _open(self, session_id: str) -> None:
        self.table.go_to(session_id)
        self._ladder_pane.show()  # asked for by name
        self.ladder.setFocus()

    def refresh_colours(self) -> None:
        """The theme has changed."""
        for pane in self.panes:
            pane.refresh_colours()
        self.detail.refresh_colours()
        self.comparing.refresh_colours()
        self.ladder.viewport().update()
        self.detail.hex.viewport().update()

    def _show_row(self, row: SessionRow | None) -> None:
        self._patience.stop()
        if row is not self._shown:
            self._shown = row
            self.ladder.show_session(row)
            if self.ladder.selected < 0:  # else it has told the detail
                self.detail.show_element(row, -1)
        self._hold()

    def _hold(self) -> None:
        """Keeps the documents in memory that are shown, or will be."""
        self._model.documents.looked_at = {row for row in (self._shown, self._wanted) if row is not None}

    @window_at_work()
    def _on_fetched(self, session: Session) -> None:
        self._model.add_documents([session])
        row = self._wanted
        if row is not None and row.session_id == session.session_id and row.document is not None:
            self._show_row(row)

    def _on_fetch_failed(self, session_id: str, reason: str) -> None:
        if self._wanted is not None and self._wanted.session_id == session_id:
            self._show_row(None)
        self.told.emit(self.tr("Session {0} cannot be shown: {1}.").format(session_id, reason), True)

    def _on_rows_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        row = self._shown
        if row is not None and any(self._model.row(n) is row for n in range(first.row(), last.row() + 1)):
            with window_at_work():
                self.ladder.grow()
                self.detail.show_element(row, self.ladder.selected)


class Workspace(SessionViews):
    """The sessions of this machine: a person may write notes to them."""

    def __init__(
        self,
        store: SessionStore,
        model: SessionModel,
        shown: SessionFilter,
        copy: DeidentifiedCopy,
        memory: LayoutMemory,
    ) -> None:
        super().__init__(store, model, SessionTable(shown, memory), copy)
        self.notes = Notes(store, model, self)
        self.notes.serve(self.detail.notes)
        store.loaded.connect(model.add_documents)

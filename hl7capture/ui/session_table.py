"""The list of sessions: it follows the newest until the person looks at something."""

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QMessageBox, QTableView, QWidget

from hl7capture.model.session_summary import SessionSummary
from hl7capture.ui.font_size import scaled
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_model import MESSAGES, NUMBER, START

_WIDTHS = (64, 190, 150, 150, 70, 0, 80, 150, 150, 56)

_ROW = 28  # pixels


class SessionTable(QTableView):
    """Rows are sessions; several may be selected."""

    session_selected = Signal(object)  # SessionSummary, or None
    copy_wanted = Signal(list)  # list[str]: ids of sessions whose messages go to the clipboard
    copy_deidentified_wanted = Signal(list)  # the same, without patients' data
    delete_wanted = Signal(list)  # list[str]: session ids
    keep_wanted = Signal(list, bool)  # list[str]: session ids; for good, or not any more
    export_wanted = Signal(list)  # list[str]: session ids

    def __init__(self, model: SessionFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = model
        self._was_at_end = True
        self.setAccessibleName(self.tr("Sessions"))
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        self.sortByColumn(START, Qt.SortOrder.AscendingOrder)  # numbers of a capture file begin at 1 again
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(scaled(_ROW))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate(_WIDTHS):
            if width:
                self.setColumnWidth(column, max(width, header.sectionSizeHint(column)))
        header.setSectionResizeMode(MESSAGES, QHeaderView.ResizeMode.Stretch)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self._delete = QAction(self.tr("Delete from disk…"), self)
        self._delete.setShortcut(QKeySequence.StandardKey.Delete)
        self._delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._delete.triggered.connect(self._ask_to_delete)
        self.addAction(self._delete)
        self._lost: list[str] = []  # were chosen when the list was shown anew
        model.rowsAboutToBeInserted.connect(self._remember_place)
        model.rowsInserted.connect(self._on_inserted)
        model.modelAboutToBeReset.connect(self._remember_chosen)
        model.settled.connect(self._choose_again)

    def go_to(self, session_id: str) -> None:
        """Selects a session and brings it into sight; nothing where the filter hides it."""
        row = self._filter.place_of(session_id)
        if row is not None:
            self.selectRow(row)
            self.scrollTo(self._filter.index(row, 0))

    def selected(self) -> list[SessionSummary]:
        """The selected sessions, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._filter.row(row).summary for row in rows]

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        chosen = self.selected()
        if chosen:
            self._lost = []
        self.session_selected.emit(chosen[0] if len(chosen) == 1 else None)

    def _remember_chosen(self) -> None:
        """A list that is shown anew forgets what was chosen, and tells nobody."""
        self._remember_place()
        self._lost = [session.session_id for session in self.selected()] or self._lost

    def _choose_again(self) -> None:
        """What the filter hides now may come back: it is remembered until something else is chosen."""
        places = [place for place in map(self._filter.place_of, self._lost) if place is not None]
        chosen = QItemSelection()
        for place in places:
            chosen.select(self._filter.index(place, 0), self._filter.index(place, self._filter.columnCount() - 1))
        if chosen:
            self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.Select)
            self.scrollTo(self._filter.index(places[0], 0))
        elif not self.selectionModel().hasSelection():
            self.session_selected.emit(None)
            self._follow()

    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        bar = self.verticalScrollBar()
        if not self._was_at_end and first <= bar.value() and bar.value() > 0:
            bar.setValue(bar.value() + last - first + 1)  # what somebody looks at stays in sight
        self._follow()

    def _remember_place(self) -> None:
        bar = self.verticalScrollBar()
        self._was_at_end = bar.value() >= bar.maximum() - 1

    def _follow(self) -> None:
        header = self.horizontalHeader()
        is_newest_last = header.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
        is_by_time = header.sortIndicatorSection() in (NUMBER, START)
        if self._was_at_end and is_newest_last and is_by_time and not self.selectionModel().hasSelection():
            self.scrollToBottom()

    def changeEvent(self, event: QEvent) -> None:
        """Larger letters need higher rows."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.verticalHeader().setDefaultSectionSize(scaled(_ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A banner above takes some of the room: who looked at the end goes on doing so."""
        self._remember_place()
        super().resizeEvent(event)
        self._follow()

    def _show_menu(self, place: QPoint) -> None:
        chosen = self.selected()
        if not chosen:
            return
        menu = QMenu(self)
        copy = menu.addAction(self.tr("Copy messages"))
        copy.setEnabled(any(session.message_count for session in chosen))
        copy.triggered.connect(lambda: self.copy_wanted.emit([session.session_id for session in chosen]))
        deidentified = menu.addAction(self.tr("Copy messages de-identified"))
        deidentified.setEnabled(copy.isEnabled())
        deidentified.triggered.connect(
            lambda: self.copy_deidentified_wanted.emit([session.session_id for session in chosen])
        )
        copy_id = menu.addAction(self.tr("Copy session id"))
        copy_id.triggered.connect(lambda: copy_text("\n".join(session.session_id for session in chosen)))
        export = menu.addAction(self.tr("Export…"))
        export.triggered.connect(lambda: self.export_wanted.emit([session.session_id for session in chosen]))
        menu.addSeparator()
        for title, is_kept in ((self.tr("Keep"), True), (self.tr("Do not keep"), False)):
            others = [
                session.session_id
                for session in chosen
                if session.pinned is not is_kept and (session.saved_at is not None or session.is_open)
            ]
            action = menu.addAction(title)
            action.setToolTip(self.tr("What is kept stays on disk when its days are over"))
            action.setEnabled(bool(others))
            action.triggered.connect(lambda _on=False, ids=others, kept=is_kept: self.keep_wanted.emit(ids, kept))
        menu.addSeparator()
        menu.addAction(self._delete)
        self._delete.setEnabled(any(not session.is_open for session in chosen))
        menu.exec(self.viewport().mapToGlobal(place))
        self._delete.setEnabled(True)

    def _ask_to_delete(self) -> None:
        chosen = [session for session in self.selected() if not session.is_open]
        if not chosen:
            return
        question = QMessageBox(self)
        question.setIcon(QMessageBox.Icon.Warning)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setWindowTitle(self.tr("Delete sessions"))
        one, many = self.tr("Delete this session for good?"), self.tr("Delete these {0} sessions for good?")
        question.setText(one if len(chosen) == 1 else many.format(len(chosen)))
        delete = question.addButton(self.tr("Delete"), QMessageBox.ButtonRole.DestructiveRole)
        question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(QMessageBox.StandardButton.Cancel)
        question.exec()
        if question.clickedButton() is delete:
            self.delete_wanted.emit([session.session_id for session in chosen])


def copy_text(text: str) -> None:
    """To the clipboard."""
    QGuiApplication.clipboard().setText(text)

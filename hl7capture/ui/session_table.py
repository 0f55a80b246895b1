"""The list of sessions: it follows the newest until the person looks at something."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from hl7capture.model.session_summary import SessionSummary
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_menu import SessionMenu
from hl7capture.ui.session_model import MESSAGES, NUMBER, START

_WIDTHS = (64, 190, 150, 150, 70, 0, 80, 150, 150, 56)


class SessionTable(QTableView):
    """Rows are sessions; several may be selected."""

    session_selected = Signal(object)  # SessionSummary, or None
    copy_wanted = Signal(list)  # list[str]: ids of sessions whose messages go to the clipboard
    copy_deidentified_wanted = Signal(list)  # the same, without patients' data
    delete_wanted = Signal(list)  # list[str]: session ids
    keep_wanted = Signal(list, bool)  # list[str]: session ids; for good, or not any more
    export_wanted = Signal(list, bool)  # list[str]: session ids; de-identified
    open_wanted = Signal(str)  # session id: the person wants to read it
    filter_wanted = Signal(str)  # a condition: the list is to show sessions like these alone
    compare_wanted = Signal(list)  # list[str]: the ids of two sessions

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
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate(_WIDTHS):
            if width:
                self.setColumnWidth(column, width)
        header.setSectionResizeMode(MESSAGES, QHeaderView.ResizeMode.Stretch)
        self.delete_action = QAction(self.tr("Delete"), self)
        self.delete_action.setShortcut(QKeySequence.StandardKey.Delete)
        self.delete_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.delete_action.triggered.connect(self._delete_chosen)
        self.addAction(self.delete_action)
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A banner above takes some of the room: who looked at the end goes on doing so."""
        self._remember_place()
        super().resizeEvent(event)
        self._follow()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the menu key it opens where the eye is: at the session, not at the mouse."""
        is_by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        self._show_menu(self._place_of_current() if is_by_key else self.viewport().mapFromGlobal(event.globalPos()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._show_menu(self._place_of_current())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are for the filter box; Qt would ask for the text of every row."""

    def _open(self) -> None:
        current = self.currentIndex()
        if current.isValid():
            self.open_wanted.emit(self._filter.row(current.row()).session_id)

    def _place_of_current(self) -> QPoint:
        return self.visualRect(self.currentIndex()).bottomLeft() if self.currentIndex().isValid() else QPoint()

    def _show_menu(self, place: QPoint) -> None:
        chosen = self.selected()
        if chosen:
            menu = SessionMenu(chosen, self)
            menu.exec(self.viewport().mapToGlobal(place))
            menu.deleteLater()

    def _delete_chosen(self) -> None:
        closed = [session.session_id for session in self.selected() if not session.is_open]
        if closed:
            self.delete_wanted.emit(closed)


def copy_text(text: str) -> None:
    """To the clipboard."""
    QGuiApplication.clipboard().setText(text)

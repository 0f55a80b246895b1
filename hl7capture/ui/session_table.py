"""The list of sessions: it follows the newest until the person looks at something."""

from collections.abc import Iterator
from itertools import islice

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from hl7capture.model.session_summary import SessionSummary
from hl7capture.turns import window_at_work
from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.line_delegate import LineDelegate
from hl7capture.ui.list_table import ListTable
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_groups import GroupedSessions
from hl7capture.ui.session_menu import SessionMenu
from hl7capture.ui.session_model import NUMBER, START, runs_of
from hl7capture.ui.session_order import Grouping
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.table_arrangement import TableArrangement

_MOST_REMEMBERED = 10_000  # chosen sessions, when the list is shown anew


class SessionTable(ListTable):
    """Lines are sessions, or stand above a group of them; several sessions may be selected."""

    session_selected = Signal(object)  # SessionSummary, or None
    copy_wanted = Signal(list)  # list[str]: ids of sessions whose messages go to the clipboard
    copy_deidentified_wanted = Signal(list)  # the same, without patients' data
    delete_wanted = Signal(list)  # list[str]: session ids
    keep_wanted = Signal(list, bool)  # list[str]: session ids; for good, or not any more
    export_wanted = Signal(list, bool)  # list[str]: session ids; de-identified
    open_wanted = Signal(str)  # session id: the person wants to read it
    filter_wanted = Signal(str)  # a condition: the list is to show sessions like these alone
    compare_wanted = Signal(list)  # list[str]: the ids of two sessions

    def __init__(self, sessions: SessionFilter, memory: LayoutMemory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sessions = sessions
        self.lines = GroupedSessions(sessions, self)
        self._was_at_end = True
        self._lost: list[str] = []  # were chosen when the list was shown anew
        self.setAccessibleName(self.tr("Sessions"))
        self.setModel(self.lines)
        self.setItemDelegate(LineDelegate(self, self.lines))
        self.setSortingEnabled(True)
        self.sortByColumn(START, Qt.SortOrder.AscendingOrder)  # numbers of a capture file begin at 1 again
        self.arrangement = self._arranged(memory)
        self.delete_action = QAction(self.tr("Delete"), self)
        self.delete_action.setShortcut(QKeySequence.StandardKey.Delete)
        self.delete_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.delete_action.triggered.connect(self._delete_chosen)
        self.addAction(self.delete_action)
        self.clicked.connect(self._on_clicked)
        self.lines.rowsAboutToBeInserted.connect(self._remember_place)
        self.lines.rowsInserted.connect(self._on_inserted)
        self.lines.modelAboutToBeReset.connect(self._remember_chosen)
        self.lines.settled.connect(self._choose_again)

    def _arranged(self, memory: LayoutMemory) -> TableArrangement:
        return TableArrangement(self, memory)

    def _menu_of(self, chosen: list[SessionSummary]) -> QMenu:
        return SessionMenu(chosen, self)

    @window_at_work()
    def go_to(self, session_id: str) -> None:
        """Selects a session and brings it into sight; nothing where the filter hides it."""
        line = self.lines.line_of(session_id)
        if line is not None:
            self.selectRow(line)
            self.scrollTo(self.lines.index(line, self.arrangement.first_shown))

    def selected(self) -> list[SessionSummary]:
        """The selected sessions, from top to bottom."""
        return [row.summary for row in self._chosen_rows()]

    def _chosen_rows(self) -> Iterator[SessionRow]:
        """One by one, for there may be a hundred thousand of them."""
        behind = 0
        for top, bottom in sorted({(part.top(), part.bottom()) for part in self.selectionModel().selection().toList()}):
            yield from self.lines.rows_between(max(top, behind), bottom)
            behind = max(behind, bottom + 1)

    @window_at_work()
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        first = list(islice(self._chosen_rows(), 2))
        if first:
            self._lost = []
        self.session_selected.emit(first[0].summary if len(first) == 1 else None)

    def _remember_chosen(self) -> None:
        """A list that is shown anew forgets what was chosen, and tells nobody."""
        self._remember_place()
        chosen = [row.session_id for row in islice(self._chosen_rows(), _MOST_REMEMBERED + 1)]
        self._lost = (chosen if len(chosen) <= _MOST_REMEMBERED else []) or self._lost

    def _choose_again(self) -> None:
        """What the filter hides now may come back: it is remembered until something else is chosen."""
        for session_id in self._lost:  # unfolds their groups
            self.lines.line_of(session_id)
        lines = sorted(line for line in map(self.lines.line_of, self._lost) if line is not None)
        chosen = QItemSelection()
        last_column = self.lines.columnCount() - 1
        for first, last in runs_of(lines):
            chosen.append(QItemSelectionRange(self.lines.index(first, 0), self.lines.index(last, last_column)))
        if chosen:
            self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.Select)
            self.scrollTo(self.lines.index(lines[0], self.arrangement.first_shown))
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
        """The newest; where sessions are grouped it is anywhere, and nobody wants to be thrown to and fro."""
        header = self.horizontalHeader()
        is_newest_last = header.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
        is_by_time = header.sortIndicatorSection() in (NUMBER, START)
        is_one_list = self.sessions.grouping is Grouping.NONE
        is_free = not self.selectionModel().hasSelection()
        if self._was_at_end and is_newest_last and is_by_time and is_one_list and is_free:
            self.scrollToBottom()

    def changeEvent(self, event: QEvent) -> None:
        """Larger letters need wider columns."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.arrangement.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A banner or a pane takes some of the room: who looked at the end, or at a row, goes on doing so."""
        current = self.currentIndex()
        is_seen = QRect(QPoint(), event.oldSize()).contains(self.visualRect(current).center())
        self._remember_place()
        super().resizeEvent(event)
        self.arrangement.fit()
        self._follow()
        if current.isValid() and is_seen:
            self.scrollTo(current)

    # -- keys and menu -----------------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the menu key it opens where the eye is: at the session, not at the mouse."""
        is_by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        self._show_menu(self._place_of_current() if is_by_key else self.viewport().mapFromGlobal(event.globalPos()))

    @window_at_work()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, line = event.key(), self.currentIndex().row()
        if key == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._show_menu(self._place_of_current())
        elif line >= 0 and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(line)
        elif line >= 0 and key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.sessions.grouping is not Grouping.NONE:
            self._fold_or_unfold(line, is_left=key == Qt.Key.Key_Left)
        elif line >= 0 and key == Qt.Key.Key_Space and self.lines.row(line) is None:
            self._toggle(line)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are for the filter box; Qt would ask for the text of every row."""

    def _open(self, line: int) -> None:
        row = self.lines.row(line)
        if row is None:
            self._toggle(line)
        else:
            self.open_wanted.emit(row.session_id)

    def _on_clicked(self, index: QModelIndex) -> None:
        if self.lines.row(index.row()) is None:
            self._toggle(index.row())

    def _toggle(self, line: int) -> None:
        self.lines.fold(line, is_folded=self.lines.group(line).is_unfolded)

    def _fold_or_unfold(self, line: int, *, is_left: bool) -> None:
        """As in a tree: from a session to the line above its group, and that folds it away."""
        if self.lines.row(line) is None:
            self.lines.fold(line, is_folded=is_left)
        elif is_left:
            self.setCurrentIndex(self.lines.index(self.lines.line_of_group(line), self.arrangement.first_shown))

    def _place_of_current(self) -> QPoint:
        return self.visualRect(self.currentIndex()).bottomLeft() if self.currentIndex().isValid() else QPoint()

    def _show_menu(self, place: QPoint) -> None:
        chosen = self.selected()
        if chosen:
            menu = self._menu_of(chosen)
            menu.exec(self.viewport().mapToGlobal(place))
            menu.deleteLater()

    def _delete_chosen(self) -> None:
        """What comes behind is chosen next, so that one after the other can be looked at and deleted."""
        closed = [session.session_id for session in self.selected() if not session.is_open]
        if not closed:
            return
        top = min(part.top() for part in self.selectionModel().selection().toList())
        self.delete_wanted.emit(closed)
        if self.lines.rowCount() and not self.selectionModel().hasSelection():
            self.selectRow(min(top, self.lines.rowCount() - 1))

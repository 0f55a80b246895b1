"""The list of sessions: it follows the newest until the person looks at something."""

from PySide6.QtCore import QItemSelection, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QMessageBox, QTableView, QWidget

from hl7capture.model.session import Session
from hl7capture.ui.session_model import MESSAGES, NUMBER, START, SessionFilter

_WIDTHS = (56, 170, 150, 150, 76, 0, 90, 170, 64)


class SessionTable(QTableView):
    """Rows are sessions; several may be selected."""

    session_selected = Signal(object)  # Session, or None
    delete_wanted = Signal(list)  # list[str]: session ids
    export_wanted = Signal(list)  # list[Session]

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
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self._delete = QAction(self.tr("Delete from disk…"), self)
        self._delete.setShortcut(QKeySequence.StandardKey.Delete)
        self._delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._delete.triggered.connect(self._ask_to_delete)
        self.addAction(self._delete)
        model.rowsAboutToBeInserted.connect(self._remember_place)
        model.rowsInserted.connect(self._follow)

    def go_to(self, session_id: str) -> None:
        """Selects a session and brings it into sight; nothing where the filter hides it."""
        for row in range(self._filter.rowCount()):
            if self._filter.row(row).session.session_id == session_id:
                self.selectRow(row)
                self.scrollTo(self._filter.index(row, 0))
                return

    def selected(self) -> list[Session]:
        """The selected sessions, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._filter.row(row).session for row in rows]

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        chosen = self.selected()
        self.session_selected.emit(chosen[0] if len(chosen) == 1 else None)

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

    def _show_menu(self, place: QPoint) -> None:
        chosen = self.selected()
        if not chosen:
            return
        menu = QMenu(self)
        copy = menu.addAction(self.tr("Copy messages"))
        copy.setEnabled(any(session.messages for session in chosen))
        copy.triggered.connect(lambda: _copy("\n\n".join(m.replace("\r", "\n") for s in chosen for m in s.messages)))
        copy_id = menu.addAction(self.tr("Copy session id"))
        copy_id.triggered.connect(lambda: _copy("\n".join(session.session_id for session in chosen)))
        export = menu.addAction(self.tr("Export…"))
        export.triggered.connect(lambda: self.export_wanted.emit(chosen))
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


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)

"""The list of archived sessions: the newest on top, and more of it as one goes down."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu

from hl7capture.model.session_summary import SessionSummary
from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_menu import SessionMenu
from hl7capture.ui.session_model import END, SAVED, SIZE, SOURCE, START
from hl7capture.ui.session_table import SessionTable
from hl7capture.ui.table_arrangement import TableArrangement

_AHEAD = 2  # heights of the view: so far before the end more is asked for


class ArchiveTable(SessionTable):
    """The archive keeps its order: only a part of it is here, and any other order would hide that."""

    restore_wanted = Signal(list)  # list[str]: names of sessions
    more_wanted = Signal()

    def __init__(self, sessions: SessionFilter, memory: LayoutMemory) -> None:
        super().__init__(sessions, memory)
        self.setAccessibleName(self.tr("Sessions of the archive"))
        self.sortByColumn(START, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(False)
        self.horizontalHeader().setSortIndicatorShown(True)
        self.delete_action.setEnabled(False)
        self.verticalScrollBar().valueChanged.connect(self.look_ahead)
        self.verticalScrollBar().rangeChanged.connect(self.look_ahead)

    def _arranged(self, memory: LayoutMemory) -> TableArrangement:
        return TableArrangement(self, memory, "archive", (SAVED, END, SOURCE, SIZE))

    def _menu_of(self, chosen: list[SessionSummary]) -> QMenu:
        return ArchiveMenu(chosen, self)

    def look_ahead(self) -> None:
        """Asks for more where the end is near."""
        height = self.viewport().height()
        last = self.rowAt(height - 1)
        in_sight = height // self.verticalHeader().defaultSectionSize()
        if last < 0 or last >= self.lines.rowCount() - _AHEAD * in_sight:
            self.more_wanted.emit()


class ArchiveMenu(SessionMenu):
    """What can be done with sessions that are elsewhere."""

    def _fill(self, chosen: Sequence[SessionSummary]) -> None:
        self._add_looking(chosen)
        self.addSeparator()
        self._add_copying(chosen)
        self.addSeparator()
        table = self._table
        assert isinstance(table, ArchiveTable)
        self._add(self.tr("Restore"), lambda: table.restore_wanted.emit(self._ids)).setToolTip(
            self.tr("Brings them back into the sessions of this machine, as they were")
        )

    def _copied_id(self, session_id: str) -> str:
        return session_id.partition("@")[0]

"""The session files that could not be read: which, and why."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from hl7capture.store.listing import Unreadable
from hl7capture.ui.plain import plain_tip, visible
from hl7capture.ui.statement import Statement

_MOST = 1000  # rows


class UnreadableFiles(Statement):
    """A table: the files were left as they are."""

    def __init__(self, files: Sequence[Unreadable], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Files that could not be read"))
        self.resize(900, 420)
        text = self.tr(
            "These files in the sessions' folder are no sessions that this version can read. They were left as "
            "they are, and are not shown, searched or cleaned up."
        )
        self.table = QTableWidget(min(len(files), _MOST), 2)
        self.table.setAccessibleName(self.windowTitle())
        self.table.setHorizontalHeaderLabels([self.tr("File"), self.tr("Reason")])
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for row, file in enumerate(files[:_MOST]):
            name = QTableWidgetItem(visible(file.path.name, 300))
            name.setToolTip(plain_tip(str(file.path), 1000))
            self.table.setItem(row, 0, name)
            self.table.setItem(row, 1, QTableWidgetItem(visible(file.reason, 1000)))
        self.table.resizeColumnToContents(0)
        self.table.setColumnWidth(0, min(self.table.columnWidth(0), 560))
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.state(text, self.table)

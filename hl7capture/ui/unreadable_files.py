"""The session files that could not be read: which, and why."""

from collections.abc import Sequence

from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QWidget

from hl7capture.store.listing import Unreadable
from hl7capture.ui.font_size import scaled
from hl7capture.ui.list_table import ListTable
from hl7capture.ui.plain import plain_tip, visible
from hl7capture.ui.statement import Statement

_MOST = 1000  # rows
_WIDEST = 560  # pixels, of a name


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
        self.table = ListTable()
        self.table.setAccessibleName(self.windowTitle())
        model = QStandardItemModel(0, 2, self.table)
        model.setHorizontalHeaderLabels([self.tr("File"), self.tr("Reason")])
        for file in files[:_MOST]:
            name = QStandardItem(visible(file.path.name, 300))
            name.setToolTip(plain_tip(str(file.path), 1000))
            model.appendRow([name, QStandardItem(visible(file.reason, 1000))])
        self.table.setModel(model)
        self.table.resizeColumnToContents(0)
        self.table.setColumnWidth(0, min(self.table.columnWidth(0), scaled(_WIDEST)))
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.state(text, self.table)

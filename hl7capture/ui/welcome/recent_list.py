"""The captures opened last, with their size and date; those that are gone say so."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from hl7capture.ui.icons import icon
from hl7capture.ui.locale_words import size_text
from hl7capture.ui.plain import plain_tip, visible
from hl7capture.ui.recent_files import FileFacts
from hl7capture.ui.welcome.two_lines import BELOW, IS_MUTED, TwoLines

_PATH = Qt.ItemDataRole.UserRole


class RecentList(QListWidget):
    """Enter opens, Delete takes from the list."""

    file_chosen = Signal(Path)
    forget_wanted = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Recent captures"))
        self.setAccessibleDescription(self.tr("Enter opens, Delete takes from this list"))
        self.setIconSize(QSize(18, 18))
        self.setItemDelegate(TwoLines(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemActivated.connect(lambda item: self.file_chosen.emit(Path(item.data(_PATH))))

    def show_files(self, paths: Sequence[Path], facts: Mapping[Path, FileFacts | None]) -> None:
        """facts: of those that were looked at; None where a file is not there any more."""
        row = self.currentRow()
        self.clear()
        for path in paths:
            fact = facts.get(path)
            is_gone = path in facts and fact is None
            item = QListWidgetItem(icon("incomplete" if is_gone else "file"), visible(path.name, 100))
            below = self.tr("not there any more") if is_gone else self._words(fact) if fact else ""
            item.setData(_PATH, str(path))
            item.setData(BELOW, below)
            item.setData(IS_MUTED, is_gone)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, (visible(path.name, 100), below))))
            item.setToolTip(plain_tip(str(path), 300))
            self.addItem(item)
        self.setCurrentRow(min(row, self.count() - 1))

    def refresh_colours(self) -> None:
        """After a change of theme."""
        for row in range(self.count()):
            item = self.item(row)
            item.setIcon(icon("incomplete" if item.data(IS_MUTED) else "file"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Delete and item is not None:
            self.forget_wanted.emit(Path(item.data(_PATH)))
        else:
            super().keyPressEvent(event)

    def _words(self, fact: FileFacts) -> str:
        date = QDateTime.fromSecsSinceEpoch(int(fact.changed))
        when = QLocale().toString(date, QLocale.FormatType.ShortFormat)
        return f"{size_text(fact.size)}   ·   {when}"

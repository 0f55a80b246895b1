"""The log of this run in a window of its own, that stays beside the other."""

import logging

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QColor, QHideEvent, QShowEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from hl7capture.ui import theme
from hl7capture.ui.clipboard import copy_text
from hl7capture.ui.trouble.log_memory import LogLine, LogMemory

_LOOK_MS = 300
_MOST_LINES = 5000
_SIZE = 860, 420  # pixels
_COLOURS = {logging.WARNING: "warning", logging.ERROR: "bad", logging.CRITICAL: "bad"}


class LogWindow(QDialog):
    """Follows the newest line as long as the end is in sight. It looks for new lines only while it is open."""

    def __init__(self, memory: LogMemory, parent: QWidget) -> None:
        super().__init__(parent)
        self._memory = memory
        self._shown = 0  # number of the newest line that was looked at
        self.setWindowTitle(self.tr("Log – HL7 Capture"))
        self.resize(*_SIZE)
        self.level = QComboBox()
        for title, least in (
            (self.tr("Everything"), logging.NOTSET),
            (self.tr("Warnings and errors"), logging.WARNING),
            (self.tr("Errors"), logging.ERROR),
        ):
            self.level.addItem(title, least)
        self.level.currentIndexChanged.connect(self._show_anew)
        level_title = QLabel(self.tr("&Show"))
        level_title.setBuddy(self.level)
        self.copy = QPushButton(self.tr("Copy"))
        self.copy.setToolTip(self.tr("Copy what is selected, or all lines"))
        self.copy.clicked.connect(self._copy)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setMaximumBlockCount(_MOST_LINES)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(theme.monospaced())
        self.text.setAccessibleName(self.tr("Lines of the log"))
        self.text.setPlaceholderText(self.tr("Nothing has been logged."))
        top = QHBoxLayout()
        top.addWidget(level_title)
        top.addWidget(self.level)
        top.addStretch()
        top.addWidget(self.copy)
        top.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 14)
        layout.addLayout(top)
        layout.addWidget(self.text, 1)
        for button in (self.copy, close):
            button.setAutoDefault(False)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def changeEvent(self, event: QEvent) -> None:
        """Another theme: the lines have its colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._shown:
            self._show_anew()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Closed, or put away by Escape."""
        self._timer.stop()
        super().hideEvent(event)

    def _show_anew(self) -> None:
        self._shown = 0
        self.text.clear()
        self._look()

    def _look(self) -> None:
        """Shows what has come."""
        new = self._memory.since(self._shown)
        if not new:
            return
        bar = self.text.verticalScrollBar()
        was_at_end = bar.value() >= bar.maximum()
        self._shown = new[-1].number
        least = self.level.currentData()
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for line in new:
            if line.level >= least:
                if not self.text.document().isEmpty():
                    cursor.insertBlock()
                cursor.insertText(line_text(line), _format_of(line))
        cursor.endEditBlock()
        if was_at_end:
            bar.setValue(bar.maximum())

    def _copy(self) -> None:
        chosen = self.text.textCursor().selection().toPlainText()
        copy_text(chosen or self.text.toPlainText())


def line_text(line: LogLine) -> str:
    """`10:15:30.123 WARNING  store.saving: …`; in English as the log's sentences are"""
    clock = f"{line.time:%H:%M:%S}.{line.time.microsecond // 1000:03d}"
    return f"{clock} {logging.getLevelName(line.level):<8} {line.name.removeprefix('hl7capture.')}: {line.text}"


def _format_of(line: LogLine) -> QTextCharFormat:
    made = QTextCharFormat()
    shade = _COLOURS.get(line.level)
    made.setForeground(QColor(theme.colour(shade)) if shade else theme.colour("text"))
    return made

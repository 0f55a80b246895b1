"""Text: the message as it reads, one segment a line."""

import re

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from hl7capture.hl7.split import lines
from hl7capture.ui.plain import visible
from hl7capture.ui.theme import colour, monospaced

_MOST = 200_000  # characters; a widget of lines without an end would stall
_NAME = re.compile(r"^[A-Z][A-Z0-9]{0,2}(?=\W|$)")
_SEPARATOR = re.compile(r"[|^~\\&]")


class TextView(QPlainTextEdit):
    """Read only, plain, monospaced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Message text"))
        self.setReadOnly(True)
        self.setFont(monospaced())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._highlighter = _Highlighter(self.document())

    def show_message(self, text: str) -> None:
        """Another message; "" for none."""
        shown = [visible(line, _MOST) for _, line in lines(text[:_MOST])]
        if len(text) > _MOST:
            shown.append(self.tr("… the first {0} of {1} characters").format(f"{_MOST:,}", f"{len(text):,}"))
        self.setPlainText("\n".join(shown))

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self._highlighter.rehighlight()


class _Highlighter(QSyntaxHighlighter):
    def highlightBlock(self, text: str) -> None:
        name = _NAME.match(text)
        if name:
            style = QTextCharFormat()
            style.setForeground(colour("accent"))
            style.setFontWeight(QFont.Weight.Bold)
            self.setFormat(0, name.end(), style)
        style = QTextCharFormat()
        style.setForeground(colour("muted"))
        for separator in _SEPARATOR.finditer(text[:20_000]):
            self.setFormat(separator.start(), 1, style)

"""Text: the message as it reads, one segment a line."""

import re

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from hl7capture.ui.plain import visible
from hl7capture.ui.theme import colour, monospaced

_MOST = 200_000  # characters
# A line of its own costs nothing until it is in sight; a line of 200 kB (a report as base64) stalls the window.
_PIECE = 2_000
_CONTINUED = "↳ "
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|$)")
# CR ends a segment and a record in both standards; any other end is a fault worth seeing.
_UNUSUAL_ENDS = {"\r\n": "␍␊", "\n": "␊"}
_NAME = re.compile(r"^[A-Z][A-Z0-9]{0,2}(?=\W|$)")
_SEPARATORS = re.compile(r"[|^~\\&]+")


def text_lines(text: str) -> list[str]:
    """The lines as they are shown: nothing invisible, nothing left out, long ones in pieces."""
    shown: list[str] = []
    for line, end in _LINE.findall(text):
        if not line and not end:
            continue  # after the last line
        whole = visible(line, _MOST) + _UNUSUAL_ENDS.get(end, "")
        shown.append(whole[:_PIECE])
        shown += [_CONTINUED + whole[at : at + _PIECE] for at in range(_PIECE, len(whole), _PIECE)]
    return shown


class TextView(QPlainTextEdit):
    """Read only, plain, monospaced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Message text"))
        self.setReadOnly(True)
        self.setAcceptDrops(False)  # files dropped here are for the window
        self.setFont(monospaced())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.document().setDocumentMargin(10)
        self._highlighter = _Highlighter(self.document())

    def show_message(self, text: str) -> None:
        """Another message; "" for none."""
        shown = text_lines(text[:_MOST])
        if len(text) > _MOST:
            shown.append(self.tr("… the first {0} of {1} characters").format(f"{_MOST:,}", f"{len(text):,}"))
        self.setPlainText("\n".join(shown))

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self._highlighter.refresh_colours()
        self._highlighter.rehighlight()


class _Highlighter(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._name = QTextCharFormat()
        self._name.setFontWeight(QFont.Weight.Bold)
        self._quiet = QTextCharFormat()
        self.refresh_colours()

    def refresh_colours(self) -> None:
        """Takes the theme's colours."""
        self._name.setForeground(colour("accent"))
        self._quiet.setForeground(colour("muted"))

    def highlightBlock(self, text: str) -> None:
        name = _NAME.match(text)
        if name:
            self.setFormat(0, name.end(), self._name)
        if text.startswith(_CONTINUED):
            self.setFormat(0, 1, self._quiet)
        for separators in _SEPARATORS.finditer(text):
            self.setFormat(separators.start(), len(separators.group()), self._quiet)

"""The colours of a message as text: names of segments, separators, escapes."""

import re

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from hl7capture.hl7.split import USUAL, Delimiters
from hl7capture.ui.shown_text import CONTINUED, column_in_utf16
from hl7capture.ui.theme import colour

_NAME = re.compile(r"^[A-Z][A-Z0-9]{0,2}(?=\W|_|$)")
_LONGEST_ESCAPE = 80  # characters: `\X0D0A…\`


class TextColours(QSyntaxHighlighter):
    """Separators and escapes are those that the message declares."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._name = QTextCharFormat()
        self._name.setFontWeight(QFont.Weight.Bold)
        self._escape = QTextCharFormat()
        self._quiet = QTextCharFormat()
        self._delimiters = USUAL
        self._parts = _pattern(USUAL)
        self._take_colours()

    def set_delimiters(self, delimiters: Delimiters) -> None:
        """Those of the text that is shown next."""
        if delimiters != self._delimiters:
            self._delimiters = delimiters
            self._parts = _pattern(delimiters)

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self._take_colours()
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        name = _NAME.match(text)
        if name:
            self.setFormat(0, name.end(), self._name)
        if text.startswith(CONTINUED):
            self.setFormat(0, 1, self._quiet)
        is_simple = text.isascii()
        for part in self._parts.finditer(text):
            start, end = part.span()
            if not is_simple:
                start, end = column_in_utf16(text, start), column_in_utf16(text, end)
            self.setFormat(start, end - start, self._escape if part.lastgroup == "escape" else self._quiet)

    def _take_colours(self) -> None:
        self._name.setForeground(colour("accent"))
        self._escape.setForeground(colour("accent"))
        self._quiet.setForeground(colour("muted"))


def _pattern(delimiters: Delimiters) -> "re.Pattern[str]":
    """Escapes, then any of the separators."""
    signs = "".join(re.escape(sign) for sign in delimiters if sign)
    escape, field = re.escape(delimiters.escape), re.escape(delimiters.field)
    parts = [rf"(?P<escape>{escape}[^{escape}{field}]{{1,{_LONGEST_ESCAPE}}}{escape})"] if escape else []
    return re.compile("|".join([*parts, f"[{signs}]+"] if signs else ["(?!)"]))

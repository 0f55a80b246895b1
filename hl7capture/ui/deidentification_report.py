"""What an export replaced, for the person who is about to give it away."""

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from hl7capture.hl7.privacy.report import Report
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.statement import Statement
from hl7capture.ui.theme import monospaced


class DeidentificationReport(Statement):
    """Counts by place, to read and to copy."""

    def __init__(self, report: Report, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("De-identified export"))
        self.resize(560, 460)
        text = self.tr(
            "Values replaced: {0}, in {1} sessions. What stays, and why, is in docs/privacy.md; look at the file "
            "before you give it away."
        )
        self.lines = QPlainTextEdit("\n".join(visible(line) for line in report.lines()))
        self.lines.setReadOnly(True)
        self.lines.setFont(monospaced())
        self.lines.setAccessibleName(self.tr("What was replaced, by place"))
        self.state(text.format(number_text(report.replaced), number_text(report.sessions)), self.lines)

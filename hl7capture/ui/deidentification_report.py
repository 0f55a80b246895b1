"""What an export replaced, for the person who is about to give it away."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from hl7capture.hl7.privacy.report import Report
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.theme import monospaced


class DeidentificationReport(QDialog):
    """Counts by place, to read and to copy."""

    def __init__(self, report: Report, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("De-identified export"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 460)
        said = QLabel(
            self.tr(
                "Values replaced: {0}, in {1} sessions. What stays, and why, is in docs/privacy.md; look at the file "
                "before you give it away."
            ).format(number_text(report.replaced), number_text(report.sessions))
        )
        said.setTextFormat(Qt.TextFormat.PlainText)
        said.setWordWrap(True)
        self.lines = QPlainTextEdit("\n".join(visible(line) for line in report.lines()))
        self.lines.setReadOnly(True)
        self.lines.setFont(monospaced())
        self.lines.setAccessibleName(self.tr("What was replaced, by place"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(said)
        layout.addWidget(self.lines, 1)
        layout.addWidget(buttons)

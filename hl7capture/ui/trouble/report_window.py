"""The report about errors of the program, to be read and copied. Nothing is sent anywhere."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from hl7capture.ui import theme
from hl7capture.ui.clipboard import copy_text

_SIZE = 760, 480  # pixels


class ReportWindow(QDialog):
    """Stays beside the window; work goes on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Report – HL7 Capture"))
        self.resize(*_SIZE)
        about = QLabel(
            self.tr(
                "For the makers of the program. It says where in the program something went wrong, and holds no "
                "patient data, no addresses and no messages. Nothing is sent: copy it and pass it on as you like."
            )
        )
        about.setWordWrap(True)
        about.setProperty("muted", True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(theme.monospaced())
        self.text.setAccessibleName(self.tr("Report"))
        self.copy = QPushButton(self.tr("Copy report"))
        self.copy.setProperty("primary", True)
        self.copy.clicked.connect(lambda: copy_text(self.text.toPlainText()))
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.copy)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(12)
        layout.addWidget(about)
        layout.addWidget(self.text, 1)
        layout.addLayout(buttons)
        self.copy.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_report(self, text: str) -> None:
        """Brings it to the front."""
        self.text.setPlainText(text)
        self.show()
        self.raise_()
        self.activateWindow()

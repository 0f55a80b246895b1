"""A dialog with nothing to decide: a sentence, what it speaks of, and Close."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from hl7capture.ui.plain_label import PlainLabel


class Statement(QDialog):
    """Open it and forget it: it goes when it is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def state(self, text: str, content: QWidget) -> None:
        """Fills the dialog; call it once. text: plain."""
        said = PlainLabel(text, wraps=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(said)
        layout.addWidget(content, 1)
        layout.addWidget(buttons)

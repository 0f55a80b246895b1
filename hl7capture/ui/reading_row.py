"""How far the reading of a capture file is."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from hl7capture.model.source import SourceState
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import PlainLabel
from hl7capture.ui.thin_bar import ThinBar

_STEPS = 1000


class ReadingRow(QWidget):
    """A line with a bar and a button; hidden while nothing is read."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = ThinBar(self.tr("How far the file is read"))
        self.label = PlainLabel()
        self.cancel = QPushButton(self.tr("Cancel"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.addWidget(self.label)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        self.hide()

    def show_progress(self, name: str, state: SourceState) -> None:
        """name: of the file."""
        self.label.setText(self.tr("Reading {0}").format(visible(name, 80)))
        self.bar.setRange(0, _STEPS if state.size else 0)
        self.bar.setValue(int(_STEPS * state.done / state.size) if state.size else 0)

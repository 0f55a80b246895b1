"""The page of the archive: a filter, how it stands, and the sessions with their ladder and detail."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from hl7capture.ui import theme
from hl7capture.ui.archive.model import ArchiveModel
from hl7capture.ui.filter_box import FilterBox
from hl7capture.ui.filter_values import known_values
from hl7capture.ui.font_size import scaled
from hl7capture.ui.icons import icon
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import PlainLabel
from hl7capture.ui.thin_bar import ThinBar
from hl7capture.ui.workspace import SessionViews

_ICON = 16  # pixels
_MARGINS = (12, 8, 12, 8)
_NARROWEST = 260  # pixels, of the filter
_BAR = 90  # pixels


class ArchivePage(QWidget):
    """shown: whether somebody looks at it. refresh_wanted, cancel_wanted, restore_wanted: what a person asks for."""

    shown = Signal(bool)
    refresh_wanted = Signal()
    cancel_wanted = Signal()
    restore_wanted = Signal()

    def __init__(self, model: ArchiveModel, views: SessionViews) -> None:
        super().__init__()
        self.views = views
        self.box = FilterBox(lambda: known_values(model.rows()))
        self.box.setMinimumWidth(_NARROWEST)
        self.box.setAccessibleName(self.tr("Filter of the archive"))
        self.box.setPlaceholderText(self.tr("Filter the archive (Ctrl+F)"))
        self.mistake = self.box.mistake
        self.mistake.setContentsMargins(14, 0, 14, 6)
        self.counts = PlainLabel()
        self.counts.setProperty("muted", True)
        self.bar = ThinBar(self.tr("The archive is searched"))
        self.bar.setRange(0, 0)
        self.bar.setFixedWidth(_BAR)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.cancel_wanted)
        self.refresh = QToolButton()
        self.refresh.setText(self.tr("Refresh"))
        self.refresh.setToolTip(self.tr("Read the archive anew (F5)"))
        self.refresh.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.refresh.clicked.connect(self.refresh_wanted)
        self.restore = QPushButton(self.tr("Restore"))
        self.restore.setToolTip(self.tr("Brings the chosen sessions back into the sessions of this machine"))
        self.restore.setEnabled(False)
        self.restore.clicked.connect(self.restore_wanted)
        self._state_icon = QLabel()
        self.state = PlainLabel(wraps=True)
        self._state_row = QWidget()
        state = QHBoxLayout(self._state_row)
        state.setContentsMargins(14, 0, 14, 8)
        state.addWidget(self._state_icon)
        state.addWidget(self.state, 1)
        self._state = ("", "notice", "muted")
        head = QHBoxLayout()
        head.setContentsMargins(*_MARGINS)
        head.setSpacing(10)
        title = QLabel(self.tr("Archive"))
        title.setProperty("section", True)
        head.addWidget(title)
        head.addWidget(self.box, 1)
        for widget in (self.counts, self.bar, self.cancel, self.refresh, self.restore):
            head.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.mistake)
        layout.addWidget(self._state_row)
        layout.addWidget(views, 1)
        self.box.left.connect(views.table.setFocus)
        self.show_working(False)
        self.show_state("")
        self.refresh_colours()

    def show_state(self, text: str, picture: str = "notice", colour: str = "muted") -> None:
        """How it stands with the archive, in words; "": as it should."""
        self._state = (text, picture, colour)
        self.state.setText(visible(text))
        self._state_row.setVisible(bool(text))
        self._paint_state()

    def show_working(self, is_working: bool) -> None:
        """Something is being looked for."""
        self.bar.setVisible(is_working)
        self.cancel.setVisible(is_working)

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self.refresh.setIcon(icon("refresh"))
        self._paint_state()
        self.views.refresh_colours()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._paint_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown.emit(False)

    def _paint_state(self) -> None:
        _, picture, colour = self._state
        size = scaled(_ICON)
        self._state_icon.setPixmap(
            icon(picture, getattr(theme.colours(), colour)).pixmap(QSize(size, size), self.devicePixelRatioF())
        )

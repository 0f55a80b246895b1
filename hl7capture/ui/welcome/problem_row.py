"""What is missing, and what mends it: as a button, or as a command to copy."""

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hl7capture.sources.capture_helper import pkexec
from hl7capture.sources.remedies import commands_in, link_in
from hl7capture.ui import theme
from hl7capture.ui.clipboard import copy_text
from hl7capture.ui.icons import icon
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import PlainLabel

_ICON = 20  # pixels


class ProblemRow(QFrame):
    """Hidden while nothing is wrong. administrator_wanted: capture with the rights of one, this time."""

    administrator_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_notice = False
        self._picture = QLabel()
        self.text = PlainLabel(wraps=True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.copy = QPushButton()
        self.copy.clicked.connect(self._copy)
        self.link = QPushButton()
        self.link.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(link_in(self.text.text()))))
        self.mend = QPushButton(self.tr("Capture with administrator rights"))
        self.mend.setToolTip(self.tr("Asks for an administrator's password; the capture helper alone gets the rights"))
        self.mend.clicked.connect(self.administrator_wanted)
        buttons = QHBoxLayout()
        for button in (self.mend, self.copy, self.link):
            buttons.addWidget(button)
        buttons.addStretch()
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(self.text)
        words.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.hide()

    def show_problem(self, text: str, *, is_notice: bool = False, lacks_rights: bool = False) -> None:
        """is_notice: nobody asked for what cannot be done yet."""
        self._is_notice = is_notice
        self.text.setText("\n".join(visible(line) for line in text.splitlines()))
        commands = commands_in(text)
        one, several = self.tr("Copy command"), self.tr("Copy commands")
        self.copy.setText(self.tr("Copy") if not commands else one if len(commands) == 1 else several)
        address = link_in(text)
        self.link.setVisible(bool(address))
        self.link.setText(self.tr("Open {0}").format(address.removeprefix("https://")))
        self.mend.setVisible(lacks_rights and pkexec() is not None)
        self.text.setAccessibleName(self.tr("Notice") if is_notice else self.tr("Error"))
        self.text.setAccessibleDescription(text)
        self.setProperty("banner", "notice" if is_notice else "error")
        self.style().unpolish(self)
        self.style().polish(self)
        self.refresh_colours()
        self.setVisible(bool(text))

    def refresh_colours(self) -> None:
        """After a change of theme."""
        now = theme.colours()
        picture = icon("notice", now.warning) if self._is_notice else icon("incomplete", now.bad)
        self._picture.setPixmap(picture.pixmap(_ICON, _ICON))

    def _copy(self) -> None:
        text = self.text.text()
        copy_text("\n".join(commands_in(text)) or text)

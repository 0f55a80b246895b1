"""One finding as a card: how bad it is, what is wrong, how one can see it, what to do."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hl7capture.hl7.findings.finding import Finding
from hl7capture.ui.icons import icon
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import CopyableLabel
from hl7capture.ui.severity import BADGES, Badge, severity_word
from hl7capture.ui.theme import colours

LONGEST = 2000  # characters of one sentence
_MOST_LINKS = 24
_COLUMNS = 2
_ICON = 18  # pixels
_SHOWN_NOW = "▸ "


class ElementLink(NamedTuple):
    """number: of the element in the ladder, from 0. label: what it is called there."""

    number: int
    label: str


class FindingCard(QFrame):
    """element_wanted: the number, from 0, of an element that a person wants to see."""

    element_wanted = Signal(int)

    def __init__(self, finding: Finding, links: Sequence[ElementLink], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        word = severity_word(finding.severity)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        layout.addLayout(_head(finding, word))
        text = CopyableLabel(visible(finding.text, LONGEST))
        text.setProperty("section", True)
        layout.addWidget(text)
        for sentence in finding.evidence:
            layout.addWidget(CopyableLabel(visible(sentence, LONGEST)))
        layout.addWidget(CopyableLabel(f"→ {visible(finding.advice, LONGEST)}"))
        self.links = [LinkButton(link, self) for link in links[:_MOST_LINKS]]
        grid = QGridLayout()
        grid.setSpacing(4)
        grid.setColumnStretch(_COLUMNS, 1)
        for place, link in enumerate(self.links):
            link.clicked.connect(lambda _checked=False, number=link.number: self.element_wanted.emit(number))
            grid.addWidget(link, *divmod(place, _COLUMNS))
        layout.addLayout(grid)
        if len(links) > _MOST_LINKS:
            more = CopyableLabel(self.tr("… and {0} more elements").format(number_text(len(links) - _MOST_LINKS)))
            more.setProperty("muted", True)
            layout.addWidget(more)
        self.setAccessibleName(f"{word}: {visible(finding.text, LONGEST)}")

    def mark(self, number: int) -> None:
        """Says which of the links leads to the element that is shown now; -1: none."""
        for link in self.links:
            link.mark(link.number == number)


class LinkButton(QPushButton):
    """Leads to an element; Enter and the space bar press it."""

    def __init__(self, link: ElementLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = link.number
        self._label = link.label
        self.setProperty("link", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Show {0} in the ladder").format(link.label))
        self.mark(False)

    def mark(self, is_shown: bool) -> None:
        """Whether its element is the one that is shown."""
        # An ampersand would underline the letter behind it.
        self.setText(((_SHOWN_NOW if is_shown else "") + self._label).replace("&", "&&"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def badge_labels(badge: Badge, word: str) -> tuple[QLabel, QLabel]:
    """The icon, and a word in the same colour."""
    picture = CopyableLabel()
    picture.setPixmap(icon(badge.icon, getattr(colours(), badge.colour)).pixmap(QSize(_ICON, _ICON)))
    label = CopyableLabel(word)
    label.setProperty(badge.colour, True)
    label.setWordWrap(False)
    return picture, label


def _head(finding: Finding, word: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for label in badge_labels(BADGES[finding.severity], word):
        row.addWidget(label)
    name = CopyableLabel(finding.code)
    name.setProperty("muted", True)
    row.addWidget(name, 1)
    return row

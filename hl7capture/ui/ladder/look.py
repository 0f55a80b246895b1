"""How the ladder looks: colours, fonts, and the sizes that follow from them."""

from dataclasses import dataclass
from functools import cache, cached_property

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QFont, QFontMetrics
from PySide6.QtSvg import QSvgRenderer

from hl7capture.ui.ladder.layout import Sizes
from hl7capture.ui.resources import resources
from hl7capture.ui.theme import Colours

_WIDEST_TIME = "00000.000 ms"
_ABOVE_AND_BELOW = 6  # pixels
_BESIDE_TIMES = 30
_ARROW = 11  # below the text of a small row
_SMALLER = 0.9  # what is less important


@dataclass(frozen=True)
class Look:
    """Colours and font, of the screen or of a picture."""

    colours: Colours
    font: QFont

    def colour(self, name: str) -> QColor:
        return QColor(getattr(self.colours, name))

    @cached_property
    def bold(self) -> QFont:
        font = QFont(self.font)
        font.setBold(True)
        return font

    @cached_property
    def small(self) -> QFont:
        font = QFont(self.font)
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * _SMALLER)
        else:
            font.setPixelSize(max(round(font.pixelSize() * _SMALLER), 1))
        return font

    @cached_property
    def metrics(self) -> QFontMetrics:
        return QFontMetrics(self.font)

    @cached_property
    def small_metrics(self) -> QFontMetrics:
        return QFontMetrics(self.small)

    @cached_property
    def line(self) -> int:
        """Height of a line of text."""
        return self.metrics.height()

    @cached_property
    def sizes(self) -> Sizes:
        """Two lines beside a message's arrow; one above a control byte's."""
        return Sizes(2 * self.line + _ABOVE_AND_BELOW, self.line + _ARROW)

    @cached_property
    def head(self) -> int:
        """Height of the heads of the rails: two lines."""
        return 2 * self.line + 2 * _ABOVE_AND_BELOW

    @cached_property
    def times(self) -> int:
        """Width of the column with the times."""
        return self.metrics.horizontalAdvance(_WIDEST_TIME) + _BESIDE_TIMES

    @cached_property
    def icon(self) -> int:
        """Width and height of a small picture."""
        return self.line + 1


def drawn(name: str, colour: str) -> QSvgRenderer:
    """An icon in a colour, made of lines, so that a picture can keep them. Raises OSError."""
    svg = (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(svg.encode()))


drawn_once = cache(drawn)  # for the GUI's thread

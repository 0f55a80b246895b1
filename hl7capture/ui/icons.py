"""Icons from resources/icons, drawn in the colours of the theme."""

from functools import cache

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from hl7capture.ui.resources import resources
from hl7capture.ui.theme import colours

_SIZES = (16, 20, 24, 32, 48)


def icon(name: str, colour: str | None = None) -> QIcon:
    """An icon in `colour`, or in the text's; muted where the action is not possible. Raises OSError."""
    now = colours()
    return _icon(name, colour or now.text, now.muted)


def app_icon() -> QIcon:
    """The program's own."""
    return QIcon(str(resources() / "icons" / "app.svg"))


@cache  # the table asks for one with every cell it paints
def _icon(name: str, colour: str, disabled: str) -> QIcon:
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_drawn(name, colour, size), QIcon.Mode.Normal)
        made.addPixmap(_drawn(name, disabled, size), QIcon.Mode.Disabled)
    return made


def _drawn(name: str, colour: str, size: int) -> QPixmap:
    svg = (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    return pixmap

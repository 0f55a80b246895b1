"""What is written along an arrow: from where it starts on (near), and from where it ends back (far)."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtSvg import QSvgRenderer

from hl7capture.ui.ladder.look import Look
from hl7capture.ui.ladder.marks import Mark
from hl7capture.ui.severity import BADGES

APART = 10  # pixels between two things on one line
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_BORDER = 2  # pixels around a text, which may be wider than its metrics say
_LEAST = 5  # characters; where there is less room nothing is written
Pictures = Callable[[str, str], QSvgRenderer]


def write(
    painter: QPainter, box: QRectF, text: str, ink: QColor, align: Qt.AlignmentFlag, metrics: QFontMetrics
) -> None:
    """One line of plain text in the middle of a box, cut short where that is too narrow."""
    painter.setPen(ink)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


class Line:
    """The room that is still free on it gets less with everything that is written. The painter's font is used."""

    def __init__(
        self,
        painter: QPainter,
        look: Look,
        pictures: Pictures,
        room: QRectF,
        metrics: QFontMetrics,
        *,
        starts_left: bool,
    ) -> None:
        self._painter = painter
        self._look = look
        self._pictures = pictures
        self._room = QRectF(room)
        self._metrics = metrics
        self._starts_left = starts_left

    def skip(self, width: float) -> None:
        """Leaves space at the near end."""
        self._take(width, at_start=True)

    def near(self, text: str, colour: str) -> None:
        """Text at the beginning of what is free."""
        self._put(text, colour, at_start=True)

    def far(self, text: str, colour: str) -> None:
        """Text at the end of what is free, whole or not at all: a number cut short says something else."""
        if self._metrics.horizontalAdvance(text) + 2 * _BORDER <= self._room.width():
            self._put(text, colour, at_start=False)

    def flags(self, text: str) -> None:
        """What is odd."""
        if text:
            self.near(f"⚑ {text}", "warning")

    def badge(self, mark: Mark | None) -> None:
        """The findings at the far end: how bad, and which; the words leave half of the line to others."""
        if mark is None:
            return
        name, colour = BADGES[mark.severity]
        size = self._look.icon
        box = self._take(size, at_start=False)
        picture = self._pictures(name, getattr(self._look.colours, colour))
        picture.render(self._painter, QRectF(box.x(), box.center().y() - size / 2, size, size))
        self._take(_BORDER, at_start=False)
        words = ", ".join(mark.codes)
        half = self._room.width() / 2
        if half > size:
            width = min(self._metrics.horizontalAdvance(words) + 2 * _BORDER, half)
            self._write(self._take(width, at_start=False), words, colour, at_start=False)
        self._take(APART, at_start=False)

    def _put(self, text: str, colour: str, *, at_start: bool) -> None:
        if not text or self._room.width() < self._metrics.averageCharWidth() * _LEAST:
            return
        width = self._metrics.horizontalAdvance(text) + 2 * _BORDER
        self._write(self._take(width, at_start=at_start), text, colour, at_start=at_start)
        self._take(APART, at_start=at_start)

    def _write(self, box: QRectF, text: str, colour: str, *, at_start: bool) -> None:
        side = LEFT if at_start is self._starts_left else RIGHT
        write(self._painter, box, text, self._look.colour(colour), side, self._metrics)

    def _take(self, width: float, *, at_start: bool) -> QRectF:
        width = min(max(width, 0.0), self._room.width())
        room = QRectF(self._room)
        if at_start is self._starts_left:
            self._room.setLeft(room.left() + width)
            return QRectF(room.left(), room.top(), width, room.height())
        self._room.setRight(room.right() - width)
        return QRectF(room.right() - width, room.top(), width, room.height())

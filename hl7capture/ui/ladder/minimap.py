"""The whole of a long session beside the ladder: where messages, silences and findings are; a click goes there."""

from bisect import bisect_left
from collections.abc import Hashable

from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from hl7capture.model.elements import Direction
from hl7capture.ui.ladder.layout import Layout
from hl7capture.ui.ladder.marks import Marks
from hl7capture.ui.ladder.words import colour_of
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.severity import BADGES
from hl7capture.ui.theme import colour, colours

WIDTH = 34  # pixels
_SIDE = 4  # pixels left and right of what is painted
_TICK = 7  # width of a finding's mark, at the right
_TICK_HEIGHT = 3
_SAMPLES = 4  # elements that stand for all in a line of pixels
_LEAST_WINDOW = 6  # pixels: where the session is so long that what is in sight is thinner
_FRESH_MS = 250  # how long what was drawn is good enough while the session grows
_IMPORTANCE = ("muted", "good", "accent", "warning", "bad")

Run = tuple[int, int, str]  # the first line of pixels, the one behind the last, and the colour's name


class Minimap(QWidget):
    """moved: the height of the session, in the ladder's pixels, that is to be in the middle of what is in sight."""

    moved = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Overview of the session"))
        self.setToolTip(self.tr("The whole session: click or drag to go there"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._row: SessionRow | None = None
        self._layout: Layout | None = None
        self._marks = Marks()
        self._window = (0.0, 0.0)
        self._drawn = QPixmap()
        self._drawn_for: Hashable = None
        self._age = QElapsedTimer()
        self._redraw = QTimer(self, interval=_FRESH_MS, singleShot=True)
        self._redraw.timeout.connect(self.update)

    def show_layout(self, row: SessionRow | None, layout: Layout | None, marks: Marks) -> None:
        """Another session, or other findings."""
        self._row, self._layout, self._marks = row, layout, marks
        self._drawn_for = None
        self.update()

    def show_window(self, top: float, height: float) -> None:
        """What is in sight, in the ladder's pixels; called also when the session has grown."""
        self._window = (top, height)
        self.update()

    # -- Qt's own ----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the ladder scrolls

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._layout is None or not self._layout.height:
            return
        layout, ratio = self._layout, self.devicePixelRatio()
        drawn_for = (layout.count, layout.height, len(layout.session.messages), self.size(), ratio, colours())
        is_fresh = self._age.isValid() and self._age.elapsed() < _FRESH_MS and self._drawn.size() == self.size() * ratio
        if drawn_for != self._drawn_for and self._drawn_for is not None and is_fresh:
            self._redraw.start()  # a session that grows changes many times a second
        elif drawn_for != self._drawn_for:
            self._drawn_for = drawn_for
            self._age.start()
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._draw()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        scale = self.height() / layout.height
        height = max(self._window[1] * scale, _LEAST_WINDOW)
        top = min(self._window[0] * scale, self.height() - height)
        veil = colour("accent")
        veil.setAlphaF(0.14)
        painter.setBrush(veil)
        painter.setPen(QPen(colour("accent"), 1))
        painter.drawRect(QRectF(0.5, top + 0.5, self.width() - 1, height - 1))

    def _go(self, event: QMouseEvent) -> None:
        if self._layout is not None and self.height():
            self.moved.emit(event.position().y() / self.height() * self._layout.height)

    # -- painting ----------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        """Line by line of pixels, so that a long session takes no longer than a short one."""
        self._drawn.fill(colour("window"))
        layout, row = self._layout, self._row
        if layout is None or row is None or not layout.count:
            return
        painter = QPainter(self._drawn)
        room = self.width() - 2 * _SIDE - _TICK
        sides = {Direction.DEVICE_TO_LIS: _SIDE, Direction.LIS_TO_DEVICE: _SIDE + room // 2}
        scale = layout.height / self.height()
        columns: dict[int, list[Run]] = {}  # where they begin, in pixels
        ticks = []
        for y in range(self.height()):
            first, end, is_silent = self._between(layout, y * scale, (y + 1) * scale)
            mark = self._marks.among(first, end - first)
            if mark is not None:
                ticks.append((y, BADGES[mark.severity].colour))
            if is_silent:
                painter.fillRect(0, y, self.width() - _TICK, 1, colour("muted"))
                continue
            best: dict[Direction, str] = {}
            for number in range(first, end, max((end - first) // _SAMPLES, 1)):
                element = layout.session.elements[number]
                name = colour_of(row, element)
                before = best.get(element.direction, name)
                best[element.direction] = max(before, name, key=_IMPORTANCE.index)
            for direction, name in best.items():
                _lengthen(columns.setdefault(sides[direction], []), y, name)
        for x, runs in columns.items():
            for first, end, name in runs:
                painter.fillRect(x, first, room // 2 - 1, end - first, colour(name))
        for y, name in ticks:
            painter.fillRect(self.width() - _TICK, y, _TICK, _TICK_HEIGHT, colour(name))
        painter.end()

    @staticmethod
    def _between(layout: Layout, top: float, bottom: float) -> tuple[int, int, bool]:
        """First element and the one behind the last that stand between two heights; is there a silence among them?"""
        start, end = layout.row(layout.place_at(top)), layout.row(layout.place_at(bottom))
        first_step = start.place.step + (top >= start.top)  # below the space that is before it
        silence = bisect_left(layout.silences, first_step)
        is_silent = silence < len(layout.silences) and layout.silences[silence] <= end.place.step
        whole = layout.size_of(start.place.step) if start.frames is not None and not start.frames.is_open else 1
        return start.number, max(end.number, start.number + whole), is_silent


def _lengthen(runs: list[Run], y: int, name: str) -> None:
    """By a line: what is painted at once asks Python but once."""
    if runs and runs[-1][1:] == (y, name):
        runs[-1] = runs[-1][0], y + 1, name
    else:
        runs.append((y, y + 1, name))

"""Paints the ladder: the same for the screen and for pictures."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from hl7capture.model.elements import Direction, Element, ElementType, Flag
from hl7capture.ui.ladder.frames import Frames
from hl7capture.ui.ladder.layout import Layout, Place, Row
from hl7capture.ui.ladder.line import APART, LEFT, RIGHT, Line, Pictures, write
from hl7capture.ui.ladder.look import Look
from hl7capture.ui.ladder.marks import Marks
from hl7capture.ui.ladder.scale import is_silence
from hl7capture.ui.ladder.words import (
    answers_to,
    colour_of,
    flags_text,
    label_at,
    mark_at,
    silence_text,
    time_text,
    translate,
)
from hl7capture.ui.locale_words import since_text
from hl7capture.ui.plain import visible
from hl7capture.ui.session_row import SessionRow

MARGIN = 28  # pixels, left and right of the rails
LEAST_RUNG = 120  # pixels between the rails, however narrow the window is
_ARROW = QPointF(8, 4.5)
_INSET = 14  # of what is written along an arrow
_UNDER = 9  # an arrow's distance from the bottom of its row
_TRIANGLE = 4.0  # half its width
_ZIGZAG = 4.0


def rails(look: Look, width: int) -> tuple[int, int]:
    """Where the device's and the LIS's rails stand, in pixels from the left."""
    left = look.times + MARGIN
    return left, max(width - MARGIN, left + LEAST_RUNG)


def triangle_of(look: Look, width: int, row: Row, direction: Direction) -> tuple[float, float]:
    """The middle of the triangle that folds the frames of a row: x, and y in the layout's pixels."""
    left, right = rails(look, width)
    x = left + _INSET if direction is Direction.DEVICE_TO_LIS else right - _INSET
    return x, row.top + look.line / 2 + 4


class Painting:
    """One session on one surface. pictures: gives an icon by its name and colour, in this thread."""

    def __init__(
        self,
        painter: QPainter,
        look: Look,
        width: int,
        row: SessionRow,
        layout: Layout,
        marks: Marks,
        pictures: Pictures,
    ) -> None:
        self._painter = painter
        self._look = look
        self._width = width
        self._session = row
        self._layout = layout
        self._marks = marks
        self._pictures = pictures
        self.left, self.right = rails(look, width)

    def heads(self) -> None:
        """The names of the rails, from 0 down."""
        painter, look = self._painter, self._look
        painter.fillRect(QRectF(0, 0, self._width, look.head), look.colour("panel"))
        painter.setPen(look.colour("line"))
        painter.drawLine(QPointF(0, look.head - 0.5), QPointF(self._width, look.head - 0.5))
        half = (self.right - self.left) / 2 + MARGIN - APART / 2
        session = self._session.session
        for x, align, title, address in (
            (self.left - MARGIN, LEFT, translate("Ladder", "Device"), session.device),
            (self._width - half - APART, RIGHT, translate("Ladder", "LIS"), session.lis),
        ):
            painter.setFont(look.bold)
            self._write(QRectF(x, 5, half, look.line), title, "text", align, QFontMetrics(look.bold))
            painter.setFont(look.font)
            self._write(QRectF(x, 5 + look.line, half, look.line), visible(address, 80), "muted", align, look.metrics)

    def rows(self, top: float, bottom: float, selected: Place | None = None, *, has_focus: bool = False) -> None:
        """What stands between two heights of the layout."""
        painter, look = self._painter, self._look
        rows = list(self._layout.rows(top, bottom))
        end = min(bottom, float(self._layout.height))
        for row in rows:
            if row.place == selected:
                self._paint_choice(row, has_focus=has_focus)
        painter.setPen(QPen(look.colour("line"), 2))
        for x in (self.left, self.right):
            painter.drawLine(QPointF(x, top), QPointF(x, end))
        for row in rows:
            if is_silence(row.since) and row.space:
                self._paint_silence(row)
            if row.frames is not None:
                self._paint_frames(row, row.frames)
            else:
                self._paint_element(row)

    # -- what stands in a row ----------------------------------------------------------------------------------

    def _paint_choice(self, row: Row, *, has_focus: bool) -> None:
        painter, look = self._painter, self._look
        painter.setPen(QPen(look.colour("accent"), 1) if has_focus else Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("selection"))
        painter.drawRoundedRect(QRectF(6.5, row.top + 1.5, self._width - 13, row.height - 3), 6, 6)

    def _paint_silence(self, row: Row) -> None:
        """The rails are broken, and it is said for how long."""
        painter, look = self._painter, self._look
        middle = row.top - row.space / 2
        for x in (self.left, self.right):
            painter.fillRect(QRectF(x - 2, middle - _ZIGZAG, 4, 2 * _ZIGZAG), look.colour("panel"))
            painter.setPen(QPen(look.colour("muted"), 1.4))
            for y in (middle - _ZIGZAG, middle + _ZIGZAG):
                points = [QPointF(x - 6, y + 2), QPointF(x - 2, y - 2), QPointF(x + 2, y + 2), QPointF(x + 6, y - 2)]
                painter.drawPolyline(QPolygonF(points))
        painter.setFont(look.small)
        place = QRectF(self.left + _INSET, row.top - row.space, self.right - self.left - 2 * _INSET, row.space)
        self._write(place, silence_text(row.since), "muted", Qt.AlignmentFlag.AlignHCenter, look.small_metrics)

    def _paint_frames(self, row: Row, frames: Frames) -> None:
        """The frames of a message as one; the triangle shows them."""
        painter, look = self._painter, self._look
        element = self._element(row)
        self._paint_times(row, element, is_tall=True)
        to_lis = element.direction is Direction.DEVICE_TO_LIS
        if not frames.is_open:  # else each frame has its own arrow
            is_cut = Flag.TRUNCATED in frames.flags
            self._paint_arrow(row, element, look.colour("bad" if is_cut else "accent"), 2, is_odd=is_cut)
        x, y = triangle_of(look, self._width, row, element.direction)
        a, b = _TRIANGLE, _TRIANGLE * 0.6
        if frames.is_open:
            points = [QPointF(x - a, y - b), QPointF(x + a, y - b), QPointF(x, y + a)]
        else:
            tip = a if to_lis else -a
            points = [QPointF(x - tip, y - a), QPointF(x - tip, y + a), QPointF(x + tip, y)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("muted"))
        painter.drawPolygon(QPolygonF(points))
        line = self._line(row, to_lis, indent=APART + 2)
        line.badge(mark_at(row, self._marks))
        line.near(label_at(self._session, self._layout, row, self._marks).text, "text")
        line.far(answers_to(frames), "bad" if frames.naks else "good")
        if not frames.is_open:  # else they stand at the frames
            line.flags(flags_text(frames.flags))

    def _paint_element(self, row: Row) -> None:
        element = self._element(row)
        is_tall = row.height >= self._look.sizes.tall
        self._paint_times(row, element, is_tall=is_tall)
        name = colour_of(self._session, element)
        is_odd = element.type is ElementType.OTHER or Flag.TRUNCATED in element.flags
        is_message = element.type is ElementType.MESSAGE
        self._paint_arrow(row, element, self._look.colour(name), 2 if is_message else 1.4, is_odd=is_odd)
        line = self._line(row, element.direction is Direction.DEVICE_TO_LIS, is_small=not is_tall)
        line.badge(mark_at(row, self._marks))
        label = label_at(self._session, self._layout, row, self._marks)
        ink = "text" if is_message and name in ("accent", "good") else name
        line.near(label.text, "warning" if label.is_late and name == "good" else ink)
        line.flags(flags_text(element.flags))

    def _paint_times(self, row: Row, element: Element, *, is_tall: bool) -> None:
        """Since the beginning; at messages also since what came before."""
        look = self._look
        self._painter.setFont(look.font if is_tall else look.small)
        metrics = look.metrics if is_tall else look.small_metrics
        since = since_text(element.timestamp - self._session.session.start_time)
        box = QRectF(8, row.top + 3, look.times - 16, look.line)
        self._write(box, since, "text" if is_tall else "muted", RIGHT, metrics)
        if is_tall and row.number:
            self._painter.setFont(look.small)
            box.translate(0, look.line)
            self._write(box, f"+{time_text(max(row.since, 0.0))}", "muted", RIGHT, look.small_metrics)

    def _paint_arrow(self, row: Row, element: Element, ink: QColor, width: float, *, is_odd: bool) -> None:
        painter = self._painter
        to_lis = element.direction is Direction.DEVICE_TO_LIS
        start, end = (self.left, self.right) if to_lis else (self.right, self.left)
        y = row.bottom - _UNDER
        pen = QPen(ink, width)
        if is_odd:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        back = -_ARROW.x() if to_lis else _ARROW.x()
        painter.drawLine(QPointF(start, y), QPointF(end + back, y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        corners = [QPointF(end, y), QPointF(end + back, y - _ARROW.y()), QPointF(end + back, y + _ARROW.y())]
        painter.drawPolygon(QPolygonF(corners))

    # -- text --------------------------------------------------------------------------------------------------

    def _line(self, row: Row, to_lis: bool, *, is_small: bool = False, indent: int = 0) -> Line:
        look = self._look
        height = row.height - _UNDER - 3
        place = QRectF(self.left + _INSET, row.top + 2, self.right - self.left - 2 * _INSET, height)
        self._painter.setFont(look.small if is_small else look.font)
        metrics = look.small_metrics if is_small else look.metrics
        line = Line(self._painter, self._look, self._pictures, place, metrics, starts_left=to_lis)
        line.skip(indent)
        return line

    def _write(self, box: QRectF, text: str, colour: str, align: Qt.AlignmentFlag, metrics: QFontMetrics) -> None:
        write(self._painter, box, text, self._look.colour(colour), align, metrics)

    def _element(self, row: Row) -> Element:
        return self._layout.session.elements[row.number]

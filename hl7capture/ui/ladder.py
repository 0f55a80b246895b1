"""The ladder: a session as a sequence diagram between the device and the LIS."""

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from hl7capture.hl7.summary import Summary
from hl7capture.model.elements import Direction, Element, ElementType, Flag
from hl7capture.ui.font_size import scaled
from hl7capture.ui.locale_words import duration_text, since_text, size_text
from hl7capture.ui.plain import visible
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.theme import colour

_HEAD, _ROW, _TIMES = 46, 38, 128  # pixels, with letters of the normal size
_MARGIN = 28  # pixels
_ARROW = 8
_CONTROL = {ElementType.START: "ENQ", ElementType.ACK: "ACK", ElementType.NAK: "NAK", ElementType.END: "EOT"}
_ACCEPTING = ("AA", "CA")  # HL7 table 0008
_COLOURS = {
    ElementType.START: "muted",
    ElementType.END: "muted",
    ElementType.ACK: "good",
    ElementType.NAK: "bad",
    ElementType.MESSAGE: "accent",
    ElementType.FRAME: "accent",
    ElementType.OTHER: "warning",
}


def label_of(row: SessionRow, element: Element) -> str:
    """What an arrow says: `ORU^R01 · MSG00001 · 1.2 kB`, `ENQ`, `Frame 3 · 240 B`."""
    if element.type in _CONTROL:
        return _CONTROL[element.type]
    size = size_text(len(element.data))
    if element.type is ElementType.OTHER:
        return QCoreApplication.translate("Ladder", "{0} that fit nothing").format(size)
    if element.type is ElementType.FRAME:
        number = chr(element.data[1]) if element.data[1:2].isdigit() else "?"
        return QCoreApplication.translate("Ladder", "Frame {0} · {1}").format(number, size)
    summary = _summary(row, element)
    message = QCoreApplication.translate("Ladder", "Message")
    parts = [summary.kind or message, summary.control_id, summary.ack_code] if summary else [message]
    return visible(" · ".join(part for part in (*parts, size) if part), 200)


def colour_of(row: SessionRow, element: Element) -> str:
    """Name of an arrow's colour: what accepts is good; what refuses, and what was cut, is bad."""
    if Flag.TRUNCATED in element.flags:
        return "bad"
    summary = _summary(row, element)
    if summary is not None and summary.ack_code:
        return "good" if summary.ack_code in _ACCEPTING else "bad"
    return _COLOURS[element.type]


def _summary(row: SessionRow, element: Element) -> Summary | None:
    if element.message is None or element.message >= len(row.summaries):
        return None
    return row.summaries[element.message]


class Ladder(QAbstractScrollArea):
    """Paints what is in sight; arrows are chosen by mouse or keys."""

    element_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ladder")
        self.setAccessibleName(self.tr("Ladder: what device and LIS said, in order"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._row: SessionRow | None = None
        self._count = 0
        self._selected = -1
        self._fit_letters()

    def show_session(self, row: SessionRow | None) -> None:
        """Another session; its first message is chosen."""
        self._row = row
        self._selected = -1
        self._measure()
        self.verticalScrollBar().setValue(0)
        self._describe()
        if row is not None and row.session.elements:
            with_message = (n for n, element in enumerate(row.session.elements) if element.message is not None)
            self.select(next(with_message, 0))
        self.viewport().update()

    def grow(self) -> None:
        """The session has more elements now; who looked at its end goes on doing so."""
        bar = self.verticalScrollBar()
        was_at_end = bar.value() >= bar.maximum()
        before = self._count
        self._measure()
        if was_at_end and self._count > before:
            bar.setValue(bar.maximum())
        if self._selected < 0 and self._count:
            self.select(0)
        self._describe()
        self.viewport().update()

    @property
    def selected(self) -> int:
        """Index of the chosen element; -1: none."""
        return self._selected

    def select(self, number: int) -> None:
        """Chooses an element and brings it into sight."""
        if not 0 <= number < self._count or number == self._selected:
            return
        self._selected = number
        bar = self.verticalScrollBar()
        top, height = number * self._row_height, self.viewport().height() - self._head_height
        if top < bar.value():
            bar.setValue(top)
        elif top + self._row_height > bar.value() + height:
            bar.setValue(top + self._row_height - height)
        self.viewport().update()
        self._describe()
        self.element_selected.emit(number)

    # -- Qt's own ----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def changeEvent(self, event: QEvent) -> None:
        """Larger letters need more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_letters()
            self._measure()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max((self.viewport().height() - self._head_height) // self._row_height - 1, 1)
        target = {
            Qt.Key.Key_Down: self._selected + 1,
            Qt.Key.Key_Up: self._selected - 1,
            Qt.Key.Key_PageDown: min(self._selected + page, self._count - 1),
            Qt.Key.Key_PageUp: max(self._selected - page, 0),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self._count - 1,
        }.get(Qt.Key(event.key()))
        if target is None:
            super().keyPressEvent(event)
        else:
            self.select(target)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        y = event.position().y()
        if y >= self._head_height:
            self.select(int(y - self._head_height + self.verticalScrollBar().value()) // self._row_height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.viewport().width(), self.viewport().height()
        row = self._row
        if row is None:
            painter.setPen(colour("muted"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Choose one session above"))
            return
        left, right = self._times_width + _MARGIN, max(width - _MARGIN - 20, self._times_width + 2 * _MARGIN + 120)
        offset = self.verticalScrollBar().value()
        painter.setClipRect(QRect(0, self._head_height, width, height - self._head_height))
        bottom = min(height, self._head_height + self._count * self._row_height - offset + 12)
        painter.setPen(QPen(colour("line"), 2))
        for x in (left, right):
            painter.drawLine(x, self._head_height, x, bottom)
        first = offset // self._row_height
        last = min((offset + height - self._head_height) // self._row_height + 1, self._count)
        for number in range(first, last):
            self._paint_element(
                painter, row, number, self._head_height + number * self._row_height - offset, left, right
            )
        painter.setClipping(False)
        self._paint_heads(painter, row, left, right, width)

    # -- painting ----------------------------------------------------------------------------------------------

    def _paint_heads(self, painter: QPainter, row: SessionRow, left: int, right: int, width: int) -> None:
        painter.fillRect(0, 0, width, self._head_height, colour("panel"))
        painter.setPen(colour("line"))
        painter.drawLine(0, self._head_height - 1, width, self._head_height - 1)
        middle = (left + right) // 2
        half = middle - left + _MARGIN
        for x, align, title, address in (
            (left - _MARGIN, Qt.AlignmentFlag.AlignLeft, self.tr("Device"), row.session.device),
            (middle, Qt.AlignmentFlag.AlignRight, self.tr("LIS"), row.session.lis),
        ):
            bold = QFont(self.font())
            bold.setBold(True)
            painter.setFont(bold)
            painter.setPen(colour("text"))
            painter.drawText(QRect(x, scaled(5), half, scaled(18)), align | Qt.AlignmentFlag.AlignVCenter, title)
            painter.setFont(self.font())
            painter.setPen(colour("muted"))
            painter.drawText(QRect(x, scaled(23), half, scaled(18)), align | Qt.AlignmentFlag.AlignVCenter, address)

    def _paint_element(self, painter: QPainter, row: SessionRow, number: int, top: int, left: int, right: int) -> None:
        elements = row.session.elements
        element = elements[number]
        if number == self._selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("selection"))
            painter.drawRoundedRect(QRectF(6, top + 1, self.viewport().width() - 12, self._row_height - 2), 6, 6)
        painter.setFont(self.font())
        metrics = QFontMetrics(self.font())
        since = element.timestamp - row.session.start_time
        before = element.timestamp - elements[number - 1].timestamp if number else 0.0
        painter.setPen(colour("text"))
        box = QRect(14, top, self._times_width - 22, self._row_height // 2 + 1)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, since_text(since))
        painter.setPen(colour("muted"))
        box.translate(0, self._row_height // 2)
        if number:
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, f"+{duration_text(before)}")
        ink = colour(colour_of(row, element))
        y = top + self._row_height - 11
        to_lis = element.direction is Direction.DEVICE_TO_LIS
        start, end = (left, right) if to_lis else (right, left)
        pen = QPen(ink, 2 if element.message is not None else 1.4)
        if element.type is ElementType.OTHER or Flag.TRUNCATED in element.flags:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        back = -_ARROW if to_lis else _ARROW
        painter.drawLine(QPointF(start, y), QPointF(end + back, y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF([QPointF(end, y), QPointF(end + back, y - 4.5), QPointF(end + back, y + 4.5)]))
        label = label_of(row, element)
        flags = ", ".join(flag.replace("-", " ") for flag in element.flags)
        room = right - left - 28
        place = QRect(left + 14, top + 4, room, self._row_height - 16)
        align = Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignLeft if to_lis else Qt.AlignmentFlag.AlignRight)
        text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
        painter.setPen(ink if element.type is not ElementType.MESSAGE else colour("text"))
        painter.drawText(place, align, text)
        if flags:
            used = metrics.horizontalAdvance(text) + 12
            place = place.adjusted(used, 0, 0, 0) if to_lis else place.adjusted(0, 0, -used, 0)
            painter.setPen(colour("warning"))
            painter.drawText(
                place, align, metrics.elidedText(f"⚑ {visible(flags)}", Qt.TextElideMode.ElideRight, place.width())
            )

    def _fit_letters(self) -> None:
        self._head_height, self._row_height, self._times_width = scaled(_HEAD), scaled(_ROW), scaled(_TIMES)

    def _measure(self) -> None:
        self._count = len(self._row.session.elements) if self._row else 0
        room = self.viewport().height() - self._head_height
        bar = self.verticalScrollBar()
        bar.setRange(0, max(self._count * self._row_height + 12 - room, 0))
        bar.setPageStep(max(room, 1))
        bar.setSingleStep(self._row_height)

    def _describe(self) -> None:
        """For screen readers: the chosen arrow in words."""
        if self._row is None or not 0 <= self._selected < self._count:
            self.setAccessibleDescription("")
            return
        element = self._row.session.elements[self._selected]
        way = self.tr("device to LIS") if element.direction is Direction.DEVICE_TO_LIS else self.tr("LIS to device")
        self.setAccessibleDescription(f"{self._selected + 1}/{self._count}: {label_of(self._row, element)}, {way}")

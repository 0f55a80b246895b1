"""What the ladder is painted on: it scrolls, paints what is in sight, and lays out what comes in small pieces."""

from PySide6.QtCore import QElapsedTimer, QEvent, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from hl7capture.turns import window_at_work
from hl7capture.ui import theme
from hl7capture.ui.ladder import minimap
from hl7capture.ui.ladder.layout import Layout, Place, Row
from hl7capture.ui.ladder.look import Look, drawn_once
from hl7capture.ui.ladder.marks import Marks
from hl7capture.ui.ladder.painting import Painting, triangle_of
from hl7capture.ui.ladder.words import mark_at, mark_text
from hl7capture.ui.session_row import SessionRow

_SLICE = 500  # elements that are laid out at once
_SLICE_MS = 8  # then the window has its turn
_BELOW = 12  # pixels below the last row
_LONG = 2  # pages; a longer session has a minimap
_TRIANGLE = 12  # pixels from its middle in which a click folds


class Surface(QAbstractScrollArea):
    """Shows a session; `chosen` says which place of it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.row: SessionRow | None = None
        self.layout_: Layout | None = None  # `layout` is Qt's
        self.marks = Marks()
        self._look = Look(theme.colours(), self.font())
        self._follows = False
        self._more = QTimer(self, interval=0, singleShot=True)
        self._more.timeout.connect(self._advance)
        self.minimap = minimap.Minimap(self)
        self.minimap.hide()
        self.minimap.moved.connect(self.centre)
        self.verticalScrollBar().valueChanged.connect(self._show_window)

    # -- for those who build on it -----------------------------------------------------------------------------

    def chosen(self) -> Place | None:
        """The place that is painted as chosen."""
        return None

    def has_grown(self) -> None:
        """More elements have their place now."""

    def begin(self, row: SessionRow | None) -> None:
        """Another session, from its beginning."""
        self.row = row
        self._follows = False
        self.layout_ = Layout(row.session, self._look.sizes) if row is not None else None
        self.set_marks(Marks())
        self.verticalScrollBar().setValue(0)
        self._advance()

    def go_on(self) -> None:
        """The session has more elements; who looked at its end goes on doing so."""
        bar = self.verticalScrollBar()
        if not self._more.isActive():
            self._follows = bar.value() >= bar.maximum()
        self._advance()

    def set_marks(self, marks: Marks) -> None:
        """Other findings."""
        self.marks = marks
        self.minimap.show_layout(self.row, self.layout_, marks)
        self.viewport().update()

    def reveal(self, row: Row) -> None:
        """Brings a row into sight."""
        bar, room = self.verticalScrollBar(), self.room
        if row.top - row.space < bar.value():
            bar.setValue(row.top - row.space)
        elif row.bottom > bar.value() + room:
            bar.setValue(row.bottom - room)
        self.viewport().update()

    def centre(self, y: float) -> None:
        """Brings a height of the session, in pixels, to the middle of what is in sight."""
        self.verticalScrollBar().setValue(round(y - self.room / 2))

    def row_under(self, y: float) -> Row | None:
        """What is painted there, in the viewport's pixels."""
        below = y - self._look.head + self.verticalScrollBar().value()
        if y < self._look.head or self.layout_ is None or not 0 <= below < self.layout_.height:
            return None
        return self.layout_.row(self.layout_.place_at(below))

    def is_triangle(self, x: float, row: Row) -> bool:
        """Does a click there, in the viewport's pixels, fold the row's frames?"""
        if row.frames is None:
            return False
        middle, _ = triangle_of(self._look, self.viewport().width(), row, row.frames.direction)
        return abs(x - middle) <= _TRIANGLE

    @property
    def room(self) -> int:
        """Height of what is below the heads, in pixels."""
        return max(self.viewport().height() - self._look.head, 1)

    def measure(self) -> None:
        """The session is longer or shorter than before."""
        height = self.layout_.height + _BELOW if self.layout_ and self.layout_.count else 0
        room = self.room
        is_long = height > _LONG * room
        if is_long is self.minimap.isHidden():
            self.minimap.setVisible(is_long)
            self.setViewportMargins(0, 0, minimap.WIDTH if is_long else 0, 0)
        place, head = self.viewport().geometry(), self._look.head
        self.minimap.setGeometry(place.right() + 1, place.top() + head, minimap.WIDTH, max(place.height() - head, 0))
        bar = self.verticalScrollBar()
        bar.setRange(0, max(height - room, 0))
        bar.setPageStep(room)
        bar.setSingleStep(self._look.sizes.tall)
        self._show_window()
        self.viewport().update()

    # -- Qt's own ----------------------------------------------------------------------------------------------

    def viewportEvent(self, event: QEvent) -> bool:
        """The tool tip says what the badge of a finding means, without anything that was on the wire."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            row = self.row_under(event.pos().y())
            mark = mark_at(row, self.marks) if row is not None else None
            QToolTip.showText(event.globalPos(), mark_text(mark) if mark else "", self.viewport())
            return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self._look.font != self.font():
            self._look = Look(theme.colours(), self.font())
            if self.layout_ is not None:
                self.layout_ = Layout(self.layout_.session, self._look.sizes, self.layout_.unfolded)
                self.set_marks(self.marks)
                self._advance()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.measure()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.viewport().width(), self.viewport().height()
        if self._look.colours is not theme.colours():
            self._look = Look(theme.colours(), self.font())
        look = self._look
        if self.row is None or self.layout_ is None:
            painter.setPen(look.colour("muted"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Choose one session above"))
            return
        painting = Painting(painter, look, width, self.row, self.layout_, self.marks, drawn_once)
        offset = self.verticalScrollBar().value()
        painter.save()
        painter.setClipRect(0, look.head, width, height - look.head)
        painter.translate(0, look.head - offset)
        painting.rows(offset, offset + height - look.head, self.chosen(), has_focus=self.hasFocus())
        painter.restore()
        painting.heads()

    # -- inside ------------------------------------------------------------------------------------------------

    @window_at_work()
    def _advance(self) -> None:
        """Lays out what is new, for some milliseconds, and the rest a moment later."""
        self._more.stop()
        if self.layout_ is None:
            self.measure()
            return
        clock = QElapsedTimer()
        clock.start()
        is_done = self.layout_.grow(_SLICE)
        while not is_done and clock.elapsed() < _SLICE_MS:
            is_done = self.layout_.grow(_SLICE)
        if not is_done:
            self._more.start()
        self.measure()
        if self._follows:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self.has_grown()

    def _show_window(self) -> None:
        self.minimap.show_window(self.verticalScrollBar().value(), self.room)

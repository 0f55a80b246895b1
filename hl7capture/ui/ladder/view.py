"""The ladder as a widget: only what is in sight is painted; chosen by mouse and keys."""

from PySide6.QtCore import QElapsedTimer, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from hl7capture.hl7.findings.finding import Finding
from hl7capture.ui import theme
from hl7capture.ui.ladder import minimap
from hl7capture.ui.ladder.layout import Layout, Place, Row
from hl7capture.ui.ladder.look import Look, drawn_once
from hl7capture.ui.ladder.marks import Marks
from hl7capture.ui.ladder.painting import Painting, triangle_of
from hl7capture.ui.ladder.saving import LadderSaving
from hl7capture.ui.ladder.words import mark_at, mark_text, spoken
from hl7capture.ui.session_row import SessionRow

_SLICE = 500  # elements that are laid out at once
_SLICE_MS = 8  # then the window has its turn
_BELOW = 12  # pixels below the last row
_LONG = 2  # pages; a longer session has a minimap
_TRIANGLE = 12  # pixels from its middle in which a click folds


class Ladder(QAbstractScrollArea):
    """element_selected: its index in the session. details_wanted: Enter was pressed.

    told: how an export ended, and whether that is an error.
    """

    element_selected = Signal(int)
    details_wanted = Signal()
    told = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ladder")
        self.setAccessibleName(self.tr("Ladder: what device and LIS said, in order"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._row: SessionRow | None = None
        self._look = Look(theme.colours(), self.font())
        self._layout: Layout | None = None
        self._marks = Marks()
        self._selected = -1
        self._is_whole = True  # the frames of the chosen message, not one of them
        self._wanted = -1  # to be chosen as soon as it has its place
        self._follows = False
        self._more = QTimer(self, interval=0, singleShot=True)
        self._more.timeout.connect(self._advance)
        self.minimap = minimap.Minimap(self)
        self.minimap.hide()
        self.minimap.moved.connect(self._centre)
        self.verticalScrollBar().valueChanged.connect(self._show_window)
        self._saving = LadderSaving(self)
        self._saving.told.connect(self.told)
        self._make_actions()

    def _make_actions(self) -> None:
        self.export_action = QAction(self.tr("Export ladder…"), self)
        self.export_action.triggered.connect(self.export)
        self.export_action.setEnabled(False)
        unfold = QAction(self.tr("Unfold all frames"), self)
        unfold.triggered.connect(lambda: self.unfold_all(is_open=True))
        fold = QAction(self.tr("Fold all frames"), self)
        fold.triggered.connect(lambda: self.unfold_all(is_open=False))
        following = QAction(self.tr("Next finding"), self)
        following.setShortcut(QKeySequence("N"))
        following.triggered.connect(lambda: self._go_to_finding(self._marks.after(self._selected)))
        previous = QAction(self.tr("Previous finding"), self)
        previous.setShortcut(QKeySequence("Shift+N"))
        previous.triggered.connect(lambda: self._go_to_finding(self._marks.before(self._selected)))
        for action in (following, previous):
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setEnabled(False)
        self._finding_actions = (following, previous)
        self.addActions([self.export_action, unfold, fold, following, previous])
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    # -- what it shows -----------------------------------------------------------------------------------------

    def show_session(self, row: SessionRow | None) -> None:
        """Another session; its first message is chosen."""
        self._row = row
        self._selected = self._wanted = -1
        self._is_whole = True
        self._follows = False
        self._layout = Layout(row.session, self._look.sizes) if row is not None else None
        self.export_action.setEnabled(row is not None)
        self._set_marks(Marks())
        self.verticalScrollBar().setValue(0)
        self._advance()
        if row is not None and row.session.elements:
            with_message = (n for n, element in enumerate(row.session.elements) if element.message is not None)
            self.select(next(with_message, 0))
        self._describe()

    def grow(self) -> None:
        """The session has more elements now; who looked at its end goes on doing so."""
        bar = self.verticalScrollBar()
        if not self._more.isActive():
            self._follows = bar.value() >= bar.maximum()
        self._advance()
        if self._selected < 0 and self._wanted < 0:
            self.select(0)
        self._describe()

    def show_findings(self, session_id: str, _verdict: str, findings: list[Finding]) -> None:
        """What is wrong in a session, unless another one has been chosen meanwhile."""
        if self._row is not None and self._row.session_id == session_id:
            self._set_marks(Marks(self._row.session.elements, findings))
            self._describe()

    @property
    def selected(self) -> int:
        """Index of the chosen element; -1: none."""
        return self._selected

    def select(self, number: int) -> None:
        """Chooses an element and brings it into sight: unfolds its message, where it is not the first frame of it."""
        layout = self._layout
        if layout is None or not 0 <= number < len(layout.session.elements):
            return
        if number >= layout.count:
            self._wanted = number
            return
        self._wanted = -1
        place = layout.place_of(number)
        if layout.row(place).number != number:
            self._unfold(place.step, is_open=True)
            place = layout.place_of(number)
        self._choose(place)

    def unfold_all(self, *, is_open: bool) -> None:
        """Shows all frames, or none."""
        if self._layout is not None:
            chosen = self._place()
            self._layout.unfold_all(is_open)
            self._after_folding(chosen)

    def export(self) -> None:
        """Asks where to, and writes the session as a picture."""
        if self._row is not None and self._layout is not None:
            top = self._layout.first_at(self.verticalScrollBar().value())
            self._saving.save(self._row, self._layout.unfolded, self._marks, self.font(), top)

    # -- choosing ----------------------------------------------------------------------------------------------

    def _place(self) -> Place | None:
        if self._layout is None or not 0 <= self._selected < self._layout.count:
            return None
        return self._layout.place_of(self._selected, is_whole=self._is_whole)

    def _choose(self, place: Place | None) -> None:
        if place is None or self._layout is None:
            return
        row = self._layout.row(place)
        is_other = row.number != self._selected
        self._selected, self._is_whole = row.number, place.inner is None
        self._reveal(row)
        self.viewport().update()
        self._describe()
        if is_other:
            self.element_selected.emit(row.number)

    def _reveal(self, row: Row) -> None:
        bar = self.verticalScrollBar()
        room = self._room()
        if row.top - row.space < bar.value():
            bar.setValue(row.top - row.space)
        elif row.bottom > bar.value() + room:
            bar.setValue(row.bottom - room)

    def _unfold(self, step: int, *, is_open: bool) -> None:
        if self._layout is not None:
            chosen = self._place()
            if self._layout.unfold(step, is_open):
                self._after_folding(chosen)

    def _after_folding(self, chosen: Place | None) -> None:
        """Who had chosen a frame that is not seen any more has its message."""
        layout = self._layout
        if layout is None:
            return
        self._measure()
        if chosen is not None and chosen.inner is not None:
            frames = layout.frames_of(chosen)
            if frames is not None and not frames.is_open:
                self._choose(Place(chosen.step))
        self._describe()

    def _go_to_finding(self, number: int | None) -> None:
        if number is not None:
            self.select(number)

    def _page(self, way: int) -> Place | None:
        """One page up (-1) or down (1) from what is chosen."""
        layout, place = self._layout, self._place()
        if layout is None or place is None:
            return None
        page = max(self._room() - layout.sizes.tall, layout.sizes.tall)
        return layout.place_at(min(max(layout.row(place).top + way * page, 0), layout.height - 1))

    # -- Qt's own ----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        layout, place = self._layout, self._place()
        if layout is None or place is None:
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Down:
                self._choose(layout.after(place))
            case Qt.Key.Key_Up:
                self._choose(layout.before(place))
            case Qt.Key.Key_PageDown:
                self._choose(self._page(1))
            case Qt.Key.Key_PageUp:
                self._choose(self._page(-1))
            case Qt.Key.Key_Home:
                self._choose(layout.first())
            case Qt.Key.Key_End:
                self._choose(layout.last())
            case Qt.Key.Key_Left:
                if place.inner is None:
                    self._unfold(place.step, is_open=False)
                else:
                    self._choose(Place(place.step))
            case Qt.Key.Key_Right:
                frames = layout.frames_of(place)
                if frames is not None and frames.is_open and place.inner is None:
                    self._choose(layout.after(place))
                else:
                    self._unfold(place.step, is_open=True)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.details_wanted.emit()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_under(event.position().y())
        if row is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._choose(row.place)
        if row.frames is not None and self._is_triangle(event.position().x(), row):
            self._unfold(row.place.step, is_open=not row.frames.is_open)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self._row_under(event.position().y())
        if row is not None and row.frames is not None and event.button() is Qt.MouseButton.LeftButton:
            self._unfold(row.place.step, is_open=not row.frames.is_open)

    def viewportEvent(self, event: QEvent) -> bool:
        """The tool tip says what the badge of a finding means, without anything that was on the wire."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            row = self._row_under(event.pos().y())
            mark = mark_at(row, self._marks) if row is not None else None
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
            row, selected = self._row, self._selected
            if row is not None:
                marks = self._marks
                self.show_session(row)
                self._set_marks(marks)
                self.select(selected)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.viewport().width(), self.viewport().height()
        if self._look.colours is not theme.colours():
            self._look = Look(theme.colours(), self.font())
        look = self._look
        if self._row is None or self._layout is None:
            painter.setPen(look.colour("muted"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Choose one session above"))
            return
        painting = Painting(painter, look, width, self._row, self._layout, self._marks, drawn_once)
        offset = self.verticalScrollBar().value()
        painter.save()
        painter.setClipRect(0, look.head, width, height - look.head)
        painter.translate(0, look.head - offset)
        painting.rows(offset, offset + height - look.head, self._place(), has_focus=self.hasFocus())
        painter.restore()
        painting.heads()

    # -- inside ------------------------------------------------------------------------------------------------

    def _advance(self) -> None:
        """Lays out what is new, for some milliseconds, and the rest a moment later."""
        layout = self._layout
        if layout is None:
            self._more.stop()
            self._measure()
            return
        clock = QElapsedTimer()
        clock.start()
        is_done = layout.grow(_SLICE)
        while not is_done and clock.elapsed() < _SLICE_MS:
            is_done = layout.grow(_SLICE)
        if not is_done:
            self._more.start()
        self._measure()
        if self._follows:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        if 0 <= self._wanted < layout.count:
            self.select(self._wanted)

    def _room(self) -> int:
        """Height of what is below the heads."""
        return max(self.viewport().height() - self._look.head, 1)

    def _measure(self) -> None:
        height = self._layout.height + _BELOW if self._layout and self._layout.count else 0
        room = self._room()
        is_long = height > _LONG * room
        if is_long is self.minimap.isHidden():
            self.minimap.setVisible(is_long)
            self.setViewportMargins(0, 0, minimap.WIDTH if is_long else 0, 0)
        place = self.viewport().geometry()
        head = self._look.head
        self.minimap.setGeometry(place.right() + 1, place.top() + head, minimap.WIDTH, max(place.height() - head, 0))
        bar = self.verticalScrollBar()
        bar.setRange(0, max(height - room, 0))
        bar.setPageStep(room)
        bar.setSingleStep(self._look.sizes.tall)
        self._show_window()
        self.viewport().update()

    def _show_window(self) -> None:
        self.minimap.show_window(self.verticalScrollBar().value(), self._room())

    def _centre(self, y: float) -> None:
        self.verticalScrollBar().setValue(round(y - self._room() / 2))

    def _set_marks(self, marks: Marks) -> None:
        self._marks = marks
        self.minimap.show_layout(self._row, self._layout, marks)
        for action in self._finding_actions:
            action.setEnabled(bool(marks.by_number))
        self.viewport().update()

    def _row_under(self, y: float) -> Row | None:
        """What is painted there, in the viewport's pixels."""
        below = y - self._look.head + self.verticalScrollBar().value()
        if y < self._look.head or self._layout is None or not 0 <= below < self._layout.height:
            return None
        return self._layout.row(self._layout.place_at(below))

    def _is_triangle(self, x: float, row: Row) -> bool:
        if self._layout is None or row.frames is None:
            return False
        middle, _ = triangle_of(self._look, self.viewport().width(), row, row.frames.direction)
        return abs(x - middle) <= _TRIANGLE

    def _describe(self) -> None:
        """For screen readers: the chosen arrow in words."""
        place = self._place()
        if self._row is None or self._layout is None or place is None:
            self.setAccessibleDescription("")
            return
        text = spoken(self._row, self._layout, self._layout.row(place), self._marks)
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            if self.hasFocus():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

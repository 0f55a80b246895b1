"""The ladder as a widget: elements are chosen by mouse and keys, messages unfold, findings are gone to."""

from PySide6.QtCore import Qt, QThreadPool, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QWidget

from hl7capture.hl7.findings.finding import Finding
from hl7capture.turns import window_at_work
from hl7capture.ui.announcing import describe
from hl7capture.ui.background import Background
from hl7capture.ui.ladder.keys import target_of
from hl7capture.ui.ladder.layout import Place
from hl7capture.ui.ladder.marks import Marks
from hl7capture.ui.ladder.saving import LadderSaving
from hl7capture.ui.ladder.surface import Surface
from hl7capture.ui.ladder.words import spoken
from hl7capture.ui.session_row import SessionRow


class Ladder(Surface):
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
        self._selected = -1
        self._is_whole = True  # the frames of the chosen message, not one of them
        self._wanted = -1  # to be chosen as soon as it has its place
        self._marking = QThreadPool(self)
        self._marking.setMaxThreadCount(1)  # so that the latest findings come last
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
        self.next_finding = QAction(self.tr("Next finding"), self)
        self.next_finding.setShortcut(QKeySequence("N"))
        self.next_finding.triggered.connect(lambda: self._go_to_finding(self.marks.after(self._selected)))
        self.previous_finding = QAction(self.tr("Previous finding"), self)
        self.previous_finding.setShortcut(QKeySequence("Shift+N"))
        self.previous_finding.triggered.connect(lambda: self._go_to_finding(self.marks.before(self._selected)))
        for action in (self.next_finding, self.previous_finding):
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setEnabled(False)
        self.addActions([self.next_finding, self.previous_finding, unfold, fold, self.export_action])
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    # -- what it shows -----------------------------------------------------------------------------------------

    @window_at_work()
    def show_session(self, row: SessionRow | None) -> None:
        """Another session; its first message is chosen."""
        self._selected = self._wanted = -1
        self._is_whole = True
        self.begin(row)
        self.export_action.setEnabled(row is not None)
        if row is not None and row.session.elements:
            with_message = (n for n, element in enumerate(row.session.elements) if element.message is not None)
            self.select(next(with_message, 0))
        self._describe()

    def grow(self) -> None:
        """The session has more elements now; who looked at its end goes on doing so."""
        self.go_on()
        if self._selected < 0 and self._wanted < 0:
            self.select(0)

    @window_at_work()
    def show_findings(self, session_id: str, _verdict: str, findings: list[Finding]) -> None:
        """What is wrong in a session, unless another one has been chosen meanwhile."""
        row = self.row
        if row is not None and row.session_id == session_id and row.document is not None:
            elements = row.document.elements
            Background(lambda: (row, Marks(elements, findings)), self._take_marks).start(self._marking)

    def _take_marks(self, made: tuple[SessionRow, Marks]) -> None:
        row, marks = made
        if self.row is row:
            self.set_marks(marks)

    @window_at_work()
    def set_marks(self, marks: Marks) -> None:
        super().set_marks(marks)
        for action in (self.next_finding, self.previous_finding):
            action.setEnabled(bool(marks.by_number))
        self._describe()

    @property
    def selected(self) -> int:
        """Index of the chosen element; -1: none."""
        return self._selected

    def select(self, number: int) -> None:
        """Chooses an element and brings it into sight: unfolds its message, where it is not the first frame of it."""
        layout = self.layout_
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
        if self.layout_ is not None:
            before = self.chosen()
            self.layout_.unfold_all(is_open)
            self._after_folding(before)

    def export(self) -> None:
        """Asks where to, and writes the session as a picture."""
        if self.row is not None and self.layout_ is not None:
            top = self.layout_.first_at(self.verticalScrollBar().value())
            self._saving.save(self.row, self.layout_.unfolded, self.marks, self.font(), top)

    # -- choosing ----------------------------------------------------------------------------------------------

    def chosen(self) -> Place | None:
        if self.layout_ is None or not 0 <= self._selected < self.layout_.count:
            return None
        return self.layout_.place_of(self._selected, is_whole=self._is_whole)

    def has_grown(self) -> None:
        if self.layout_ is not None and 0 <= self._wanted < self.layout_.count:
            self.select(self._wanted)
        self._describe()

    def _choose(self, place: Place) -> None:
        if self.layout_ is None:
            return
        row = self.layout_.row(place)
        is_other = row.number != self._selected
        self._selected, self._is_whole = row.number, place.inner is None
        self.reveal(row)
        self._describe()
        if is_other:
            self.element_selected.emit(row.number)

    def _unfold(self, step: int, *, is_open: bool) -> None:
        if self.layout_ is not None:
            before = self.chosen()
            if self.layout_.unfold(step, is_open):
                self._after_folding(before)

    def _after_folding(self, before: Place | None) -> None:
        """Who had chosen a frame that is not seen any more has its message."""
        self.measure()
        if before is not None and before.inner is not None and self.layout_ and not self.layout_.is_open(before.step):
            self._choose(Place(before.step))
        self._describe()

    def _go_to_finding(self, number: int | None) -> None:
        """With what was said around it."""
        if number is not None:
            before = self.verticalScrollBar().value()
            self.select(number)
            place = self.chosen()
            if self.layout_ is not None and place is not None and self.verticalScrollBar().value() != before:
                self.centre(self.layout_.row(place).top)

    # -- Qt's own ----------------------------------------------------------------------------------------------

    @window_at_work()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self.chosen()
        if self.layout_ is None or place is None:
            super().keyPressEvent(event)
            return
        target = target_of(event.key(), self.layout_, place, self.room)
        if target is not None:
            self._choose(target)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._unfold(place.step, is_open=event.key() == Qt.Key.Key_Right)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.details_wanted.emit()
        elif event.key() not in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            super().keyPressEvent(event)

    @window_at_work()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_under(event.position().y())
        if row is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._choose(row.place)
        if row.frames is not None and self.is_triangle(event.position().x(), row):
            self._unfold(row.place.step, is_open=not row.frames.is_open)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self.row_under(event.position().y())
        if row is not None and row.frames is not None and event.button() is Qt.MouseButton.LeftButton:
            self._unfold(row.place.step, is_open=not row.frames.is_open)

    def _describe(self) -> None:
        """For screen readers: the chosen arrow in words."""
        place = self.chosen()
        if self.row is None or self.layout_ is None or place is None:
            describe(self, "")
        else:
            describe(self, spoken(self.row, self.layout_, self.layout_.row(place), self.marks))

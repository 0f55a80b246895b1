"""The box in which a filter is typed: reads it, completes it, says what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import PlainLabel

_PATIENCE_MS = 500  # nobody wants to hear of a mistake in the middle of a word


class FilterBox(QLineEdit):
    """What is no filter changes nothing: the last one goes on. mistake: what is wrong in it, in words, while it is.

    The language is loaded with the first letter, not before the window is there.
    """

    left = Signal()  # a person has done with the box: Enter, or Escape where nothing stands in it
    filter_changed = Signal(object)  # Filter, or None where nothing is asked for
    mistake_changed = Signal(str)  # in words, with its place; "" where there is none

    def __init__(self, known: Callable[[], Mapping[str, Sequence[str]]], parent: QWidget | None = None) -> None:
        """known: values that could be wanted, by the names of the language."""
        super().__init__(parent)
        self._known = known
        self._mistake = ""
        self._options = QStringListModel(self)
        self.popup = QCompleter(self._options, self)
        self.popup.setWidget(self)
        self.popup.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.popup.activated.connect(self._insert)
        self._place = (0, 0)  # of what a suggestion takes the place of
        self._patience = QTimer(self, interval=_PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(lambda: self.mistake_changed.emit(self._mistake))
        self.textChanged.connect(self._read)
        self.textEdited.connect(self.suggest)
        self.setAccessibleName(self.tr("Filter"))
        self.setPlaceholderText(self.tr("Filter (Ctrl+F)"))
        self.setToolTip(
            self.tr(
                'Words that must all be found, or conditions: device = 10.0.0.5 and type = ORU and PID-3.1 ~ "4711"\n'
                "Ctrl+Space says what could be typed."
            )
        )
        self.setAcceptDrops(False)  # files dropped here are for the window
        self.setClearButtonEnabled(True)
        self.mistake = PlainLabel(wraps=True)
        self.mistake.hide()
        self.mistake_changed.connect(self._show_mistake)
        self.returnPressed.connect(self.left)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        leave.setContext(Qt.ShortcutContext.WidgetShortcut)
        leave.activated.connect(self._leave)

    def take_focus(self) -> None:
        """The person wants to type."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def add_condition(self, condition: str) -> None:
        """Asks for this as well; Ctrl+Z in the box takes it back."""
        from hl7capture.ui.filter_by import with_condition

        text = with_condition(self.text(), condition)
        self.selectAll()
        self.insert(text)

    def suggest(self) -> None:
        """Shows what could be typed here, if there is anything."""
        from hl7capture.hl7.filter.completion import suggestions

        found = suggestions(self.text(), self.cursorPosition(), self._known())
        self._place = (found.start, found.end)
        self._options.setStringList([option.text for option in found.options])
        shown = self.popup.popup()
        assert shown is not None
        if not found.options:
            shown.hide()
            return
        place = self.cursorRect()
        place.setWidth(shown.sizeHintForColumn(0) + 30)
        self.popup.complete(place)

    def _insert(self, option: str) -> None:
        start, end = self._place
        before, behind = self.text()[:start], self.text()[end:]
        space = "" if behind[:1] in (" ", ")", ",") else " "
        self.setText(before + option + space + behind)
        self.setCursorPosition(len(before + option + space))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.suggest()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        """Escape: first the words go, then the focus."""
        if self.text():
            self.clear()
        else:
            self.left.emit()

    def _show_mistake(self, text: str) -> None:
        self.mistake.setText(visible(text))
        self.mistake.setVisible(bool(text))
        self.setAccessibleDescription(text)

    def _read(self, text: str) -> None:
        from hl7capture.hl7.filter.errors import FilterError
        from hl7capture.hl7.filter.evaluation import Filter

        try:
            made: Filter | None = Filter.of(text) if text.strip() else None
        except FilterError as error:
            shown = str(error)
            self._mistake = f"{shown[0].upper()}{shown[1:]}."
            self._patience.start()
            return
        self._mistake = ""
        self._patience.stop()
        self.mistake_changed.emit("")
        self.filter_changed.emit(made)

"""A list of which one is chosen, while what is in it changes."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

Value = TypeVar("Value")


class ChoiceBox(QComboBox, Generic[Value]):
    """The first one stays. Values are kept here: Qt would make lists of tuples."""

    chosen_changed = Signal()

    def __init__(self, name: str, first: tuple[str, Value], parent: QWidget | None = None) -> None:
        """name: for screen readers, and as tool tip. first: its text and value."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._items = [first]
        self.addItem(first[0])
        self.currentIndexChanged.connect(lambda _row: self.chosen_changed.emit())

    @property
    def chosen(self) -> Value:
        return self._items[max(self.currentIndex(), 0)][1]

    def choose(self, value: Value) -> None:
        """As a person would; the first one where there is no such value."""
        self.setCurrentIndex(next((row for row, (_, known) in enumerate(self._items) if known == value), 0))

    def offer(self, items: Sequence[tuple[str, Value]]) -> None:
        """Other ones behind the first. The chosen one stays, also where it is not among them any more."""
        row = max(self.currentIndex(), 0)
        wanted = [self._items[0], *items]
        if self._items[row] not in wanted:
            wanted.append(self._items[row])
        if wanted == self._items or self.view().isVisible():
            return
        chosen = self._items[row]
        self.blockSignals(True)
        self._items = wanted
        self.clear()
        self.addItems([text for text, _ in wanted])
        self.setCurrentIndex(wanted.index(chosen))
        self.blockSignals(False)

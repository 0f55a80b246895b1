"""The places of two messages, one a row."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Qt

from hl7capture.hl7.difference.comparison import Kind
from hl7capture.ui.comparison.work import Compared, Place
from hl7capture.ui.flat_table import FlatTable, Index
from hl7capture.ui.icons import icon
from hl7capture.ui.plain import visible
from hl7capture.ui.theme import colour, colours

WHAT, FIELD, NAME, BEFORE, AFTER = range(5)
_MOST_SHOWN = 2000  # characters of a value
_WORDS = {
    Kind.CHANGED: str(QT_TRANSLATE_NOOP("Comparison", "changed")),
    Kind.ADDED: str(QT_TRANSLATE_NOOP("Comparison", "added")),
    Kind.REMOVED: str(QT_TRANSLATE_NOOP("Comparison", "removed")),
    Kind.REWRITTEN: str(QT_TRANSLATE_NOOP("Comparison", "same")),
    Kind.SAME: str(QT_TRANSLATE_NOOP("Comparison", "same")),
    Kind.IGNORED: str(QT_TRANSLATE_NOOP("Comparison", "ignored")),
}
_LOOKS = {
    Kind.CHANGED: ("difference-changed", "warning"),
    Kind.ADDED: ("difference-added", "good"),
    Kind.REMOVED: ("difference-removed", "bad"),
}
_NOTHING = Compared(0, [], [])


class ComparisonModel(FlatTable):
    """All places, or those that differ."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._compared = _NOTHING
        self._only_differences = False
        self._titles = (
            self.tr("Difference"),
            self.tr("Field"),
            self.tr("Name"),
            self.tr("First message"),
            self.tr("Second message"),
        )

    def show_places(self, compared: Compared | None) -> None:
        """Others; None: nothing."""
        self.beginResetModel()
        self._compared = compared or _NOTHING
        self.endResetModel()

    def set_only_differences(self, only_differences: bool) -> None:
        self.beginResetModel()
        self._only_differences = only_differences
        self.endResetModel()

    @property
    def difference_count(self) -> int:
        return len(self._compared.differing)

    def place(self, row: int) -> Place:
        return self._compared.places[self._compared.differing[row] if self._only_differences else row]

    def row_of_difference(self, number: int) -> int:
        """The row of the difference with this number, from 0."""
        return number if self._only_differences else self._compared.differing[number]

    def difference_at(self, row: int) -> int | None:
        """Which difference the row is, from 0; None where it is none."""
        if not 0 <= row < self.rowCount():
            return None
        if self._only_differences:
            return row
        number = bisect_left(self._compared.differing, row)
        is_there = number < self.difference_count and self._compared.differing[number] == row
        return number if is_there else None

    def difference_beside(self, row: int, *, is_next: bool) -> int | None:
        """The next one below the row, or above it; round the end. -1: no row."""
        count = self.difference_count
        if not count:
            return None
        rows = range(count) if self._only_differences else self._compared.differing
        return (bisect_right(rows, row) if is_next else bisect_left(rows, row) - 1) % count

    def places(self) -> Sequence[Place]:
        """All that are shown."""
        if not self._only_differences:
            return self._compared.places
        return [self._compared.places[number] for number in self._compared.differing]

    def _count(self) -> int:
        return self.difference_count if self._only_differences else len(self._compared.places)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = self.place(index.row())
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return cells_of(place)[column]
        look = _LOOKS.get(place.kind)
        if role == Qt.ItemDataRole.DecorationRole and column == WHAT and look is not None:
            return icon(look[0], getattr(colours(), look[1]))
        if role == Qt.ItemDataRole.ForegroundRole:
            if look is not None and column in (WHAT, BEFORE, AFTER):
                return colour(look[1])
            return colour("muted") if place.kind is Kind.IGNORED or column in (WHAT, NAME) else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._titles[column]}: {cells_of(place)[column]}"
        return None


def cells_of(place: Place) -> tuple[str, str, str, str, str]:
    """What the cells of a row say; nothing of the wire is interpreted."""
    return (
        QCoreApplication.translate("Comparison", _WORDS[place.kind]),
        visible(place.path, 160),
        visible(place.name, 200),
        visible(place.before, _MOST_SHOWN),
        visible(place.after, _MOST_SHOWN),
    )


def text_of(places: Iterable[Place]) -> str:
    """Rows as text, their cells with tabs between them."""
    return "\n".join("\t".join(cells_of(place)) for place in places)

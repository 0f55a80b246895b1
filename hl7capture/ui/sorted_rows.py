"""Rows in the order of their keys, as a table model that puts what comes or goes in its place by halving."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject

from hl7capture.ui.flat_table import Index
from hl7capture.ui.session_model import runs_of
from hl7capture.ui.session_order import GROUP, ID, ROW, Key
from hl7capture.ui.session_row import SessionRow

_MOST_RUNS = 50  # what is scattered wider is shown anew


class SortedRows(QAbstractTableModel):
    """Groups follow one another, and rows that are told to have come or gone at once are of one group.

    Who derives from it says which rows there are; their keys stand in a list, ascending whatever the view shows, so
    that to turn the order round costs nothing.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys: list[Key] = []
        self._shown: set[str] = set()  # ids of the rows in `_keys`
        self._is_ascending = True

    def row(self, number: int) -> SessionRow:
        """The row at a place of the view."""
        return self._keys[self._turned(number)][ROW]

    def rows(self) -> list[SessionRow]:
        """All that are shown, ascending."""
        return [key[ROW] for key in self._keys]

    def shows(self, session_id: str) -> bool:
        """The session is among them."""
        return session_id in self._shown

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._keys)

    @property
    def is_ascending(self) -> bool:
        """Else the groups stand in descending order as well as the rows in them."""
        return self._is_ascending

    def group_at(self, number: int) -> Any:
        """The group of the row at a place."""
        return self._keys[self._turned(number)][GROUP]

    def groups(self) -> Iterator[tuple[Any, int]]:
        """Each group, ascending, and how many of its rows are shown. A step costs as much as a search by halving."""
        start = 0
        while start < len(self._keys):
            group = self._keys[start][GROUP]
            end = bisect_left(self._keys, True, start, key=lambda key, group=group: key[GROUP] != group)  # type: ignore[misc]
            yield group, end - start
            start = end

    # -- changes -----------------------------------------------------------------------------------------------

    def _insert(self, keys: list[Key]) -> None:
        """These have come."""
        if not keys:
            return
        keys = sorted(keys)
        places = [bisect_left(self._keys, key) for key in keys]
        starts = [
            n
            for n, place in enumerate(places)
            if n == 0 or place != places[n - 1] or keys[n][GROUP] != keys[n - 1][GROUP]
        ]
        if len(starts) > _MOST_RUNS:
            self.beginResetModel()
            self._keys = sorted(self._keys + keys)
            self._shown.update(key[ID] for key in keys)
            self.endResetModel()
            return
        for start, end in reversed(list(zip(starts, [*starts[1:], len(keys)], strict=True))):
            place = places[start]
            first = place if self._is_ascending else len(self._keys) - place
            self.beginInsertRows(QModelIndex(), first, first + end - start - 1)
            self._keys[place:place] = keys[start:end]
            self._shown.update(key[ID] for key in keys[start:end])
            self.endInsertRows()

    def _remove(self, keys: list[Key]) -> None:
        """These have gone; all of them were shown."""
        places = [bisect_left(self._keys, key) for key in sorted(keys)]
        for start, end in reversed(list(self._runs_in_groups(places))):
            self.beginRemoveRows(QModelIndex(), *sorted((self._turned(start), self._turned(end))))
            self._shown.difference_update(key[ID] for key in self._keys[start : end + 1])
            del self._keys[start : end + 1]
            self.endRemoveRows()

    def _move(self, place: int, key: Key) -> int:
        """To where its new key belongs; that is in the same group."""
        target = bisect_left(self._keys, key)
        if target > place:
            target -= 1  # it leaves a place before
        if target != place:
            source, goal = self._turned(place), self._turned(target)
            # Qt counts the goal while the row still stands at its old place.
            self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), goal + (goal > source))
        del self._keys[place]
        self._keys.insert(target, key)
        if target != place:
            self.endMoveRows()
        return target

    def _turned(self, place: int) -> int:
        """From a place in the lists to one in the view, and back."""
        return place if self._is_ascending else len(self._keys) - 1 - place

    def _runs_in_groups(self, places: list[int]) -> Iterator[tuple[int, int]]:
        """First and last of each run of consecutive places in one group; they come sorted."""
        for first, last in runs_of(places):
            start = first
            for place in range(first + 1, last + 1):
                if self._keys[place][GROUP] != self._keys[start][GROUP]:
                    yield start, place - 1
                    start = place
            yield start, last

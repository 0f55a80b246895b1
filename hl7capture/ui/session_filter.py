"""The sessions that the filter box lets through, sorted; fast enough for a hundred thousand of them.

Qt's own proxy model asks for two values a comparison, and everything anew for every row: seconds, from Python. Here the
rows stand in a list sorted by keys that are made once; what comes, goes or changes is put in its place by halving. A
filter looks at the rows a few milliseconds at a time, so that typing goes on meanwhile.
"""

import time
from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, QTimer, Signal

from hl7capture.ui.session_model import SAVED, START, Index, SessionModel, runs_of
from hl7capture.ui.session_row import SessionRow

if TYPE_CHECKING:
    from hl7capture.hl7.filter.evaluation import Filter

_SLICE_SECONDS = 0.01
_MOST_RUNS = 50  # what is scattered wider is shown anew

Key = tuple[Any, str]


class SessionFilter(QAbstractTableModel):
    """What the table shows. Its rows are those of `model` that the filter lets through.

    Where neither the summary nor the index tells, and the document is not in memory, a row is `undecided`, and hidden
    until somebody has judged it.
    """

    settled = Signal()  # the filter has looked at all rows

    def __init__(self, model: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.wanted: Filter | None = None  # else all
        self._found: Mapping[str, Container[str]] | None = None
        self._verdicts: dict[str, bool] = {}
        self._undecided: dict[str, None] = {}
        self._column = START
        self._is_ascending = True
        self._keys: list[Key] = []  # ascending, whatever the order of the view
        self._rows: list[SessionRow] = []  # beside them
        self._key_of: dict[str, Key] = {}
        self._ordered: list[SessionRow] | None = None  # all rows, as long as none came or went
        self._pending: list[SessionRow] = []  # to be looked at, from the end
        self._slices = QTimer(self, interval=0, singleShot=True)
        self._slices.timeout.connect(self._look_on)
        model.rowsInserted.connect(self._on_inserted)
        model.rowsAboutToBeRemoved.connect(self._on_removed)
        model.dataChanged.connect(self._on_changed)
        model.modelReset.connect(self._on_reset)

    # -- the filter --------------------------------------------------------------------------------------------

    def set_filter(self, wanted: "Filter | None") -> None:
        """None lets all through."""
        self.wanted = wanted
        self._verdicts = {}
        self._found = None
        self._show_anew()

    def set_found(self, found: Mapping[str, Container[str]]) -> None:
        """For texts of the filter the sessions on disk with them in a message: some of them may pass, too."""
        self._found = found
        self._look_again(self._undecided)

    def set_verdicts(self, wanted: "Filter", verdicts: Mapping[str, bool]) -> None:
        """Whether sessions are let through whose documents somebody has read."""
        if wanted is self.wanted:
            self._verdicts |= verdicts
            self._look_again(verdicts)

    @property
    def is_searched(self) -> bool:
        """What an index knows is known here."""
        return self.wanted is None or not self.wanted.texts or self._found is not None

    @property
    def undecided(self) -> list[str]:
        """The ids of sessions whose documents tell, in the order of their beginning, the newest first."""
        return sorted(self._undecided, reverse=True)

    # -- rows --------------------------------------------------------------------------------------------------

    def row(self, number: int) -> SessionRow:
        """The row at a place of the filtered list."""
        return self._rows[self._turned(number)]

    def place_of(self, session_id: str) -> int | None:
        """Where a session stands; None where the filter hides it."""
        key = self._key_of.get(session_id)
        return None if key is None else self._turned(bisect_left(self._keys, key))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return self._model.columnCount(parent)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self._model.headerData(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self._model.shown(self.row(index.row()), index.column(), role)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; what is chosen stays chosen."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        ids = [self.row(index.row()).session_id for index in before]
        self._column, self._is_ascending = column, order is Qt.SortOrder.AscendingOrder
        self._ordered = None
        self._fill(self._rows)
        after = [self.index(self.place_of(i) or 0, index.column()) for i, index in zip(ids, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    # -- what the model tells ----------------------------------------------------------------------------------

    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._ordered = None
        rows = self._model.rows()[first : last + 1]
        self._insert([row for row in rows if self._passes(row)])

    def _on_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._ordered = None
        gone = [row.session_id for row in self._model.rows()[first : last + 1]]
        for session_id in gone:
            self._undecided.pop(session_id, None)
        keys = sorted(self._key_of.pop(session_id) for session_id in gone if session_id in self._key_of)
        for start, end in reversed(list(runs_of(bisect_left(self._keys, key) for key in keys))):
            self.beginRemoveRows(QModelIndex(), *sorted((self._turned(start), self._turned(end))))
            del self._keys[start : end + 1], self._rows[start : end + 1]
            self.endRemoveRows()

    def _on_changed(self, first: Index, last: Index) -> None:
        for row in self._model.rows()[first.row() : last.row() + 1]:
            key = self._key_of.get(row.session_id)
            if key is None:
                self._insert([row] if self._passes(row) else [])
                continue
            place = bisect_left(self._keys, key)
            if row.document is not None and not self._passes(row):
                self._remove(place)
                continue
            new = self._key(row)
            if new != key:
                place = self._move(place, new)
            self.dataChanged.emit(self.index(self._turned(place), 0), self.index(self._turned(place), SAVED))

    def _on_reset(self) -> None:
        self._ordered = None
        self._show_anew()

    def _show_anew(self) -> None:
        self._pending = []
        self._undecided = {}
        self.beginResetModel()
        self._fill([] if self.wanted is not None else self._model.rows())
        self.endResetModel()
        if self.wanted is not None:
            self._look_at(self._in_order())
        else:
            self.settled.emit()

    # -- the rest ----------------------------------------------------------------------------------------------

    def _passes(self, row: SessionRow) -> bool:
        if self.wanted is None:
            return True
        answer = self._verdicts.get(row.session_id) if row.document is None else None
        if answer is None:
            answer = self.wanted.decide(row.summary, row.document, self._found)
        if answer is None:
            self._undecided[row.session_id] = None
        else:
            self._undecided.pop(row.session_id, None)
        return bool(answer)

    def _key(self, row: SessionRow) -> Key:
        return self._model.sort_key(row, self._column), row.session_id

    def _turned(self, place: int) -> int:
        """From a place in the lists to one in the view, and back."""
        return place if self._is_ascending else len(self._rows) - 1 - place

    def _fill(self, rows: Iterable[SessionRow]) -> None:
        """Takes these rows for those that are shown."""
        self._rows = sorted(rows, key=self._key)
        self._keys = list(map(self._key, self._rows))
        self._key_of = {key[1]: key for key in self._keys}

    def _in_order(self) -> list[SessionRow]:
        """All rows of the model, ascending, sorted once for all the letters of a filter."""
        if self._ordered is None:
            self._ordered = sorted(self._model.rows(), key=self._key)
        return self._ordered

    def _look_again(self, session_ids: Iterable[str]) -> None:
        """At these, before those that wait to be looked at."""
        found = map(self._model.row_of, list(session_ids))
        rows = sorted((row for row in found if row is not None), key=self._key, reverse=self._is_ascending)
        self._pending += rows
        self._look_on()

    def _look_at(self, rows: list[SessionRow]) -> None:
        """Ascending rows; the first in view is looked at first."""
        self._pending = rows[::-1] if self._is_ascending else rows[:]
        self._look_on()

    def _look_on(self) -> None:
        deadline = time.monotonic() + _SLICE_SECONDS
        passed: list[SessionRow] = []
        while self._pending and time.monotonic() < deadline:
            row = self._pending.pop()
            is_there = self._model.row_of(row.session_id) is row and row.session_id not in self._key_of
            if is_there and self._passes(row):
                passed.append(row)
        self._insert(passed)
        if self._pending:
            self._slices.start()
        else:
            self.settled.emit()

    def _insert(self, rows: list[SessionRow]) -> None:
        if not rows:
            return
        rows = sorted(rows, key=self._key)
        keys = list(map(self._key, rows))
        places = [bisect_left(self._keys, key) for key in keys]
        starts = [n for n, place in enumerate(places) if n == 0 or place != places[n - 1]]
        if len(starts) > _MOST_RUNS:
            self.beginResetModel()
            self._fill(self._rows + rows)
            self.endResetModel()
            return
        self._key_of |= {key[1]: key for key in keys}
        for start, end in reversed(list(zip(starts, [*starts[1:], len(rows)], strict=True))):
            place = places[start]
            first = place if self._is_ascending else len(self._rows) - place
            self.beginInsertRows(QModelIndex(), first, first + end - start - 1)
            self._keys[place:place] = keys[start:end]
            self._rows[place:place] = rows[start:end]
            self.endInsertRows()

    def _remove(self, place: int) -> None:
        self.beginRemoveRows(QModelIndex(), self._turned(place), self._turned(place))
        del self._key_of[self._rows[place].session_id], self._keys[place], self._rows[place]
        self.endRemoveRows()

    def _move(self, place: int, key: Key) -> int:
        """To where its new key belongs."""
        target = bisect_left(self._keys, key)
        if target > place:
            target -= 1  # it leaves a place before
        if target != place:
            source, goal = self._turned(place), self._turned(target)
            # Qt counts the goal while the row still stands at its old place.
            self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), goal + (goal > source))
        row = self._rows.pop(place)
        del self._keys[place]
        self._rows.insert(target, row)
        self._keys.insert(target, key)
        self._key_of[key[1]] = key
        if target != place:
            self.endMoveRows()
        return target

"""The sessions that the filter box lets through, sorted; fast enough for a hundred thousand of them.

Qt's own proxy model asks for two values a comparison, and everything anew for every row: seconds, from Python. Here the
rows stand in lists sorted by keys that are made once; what comes, goes or changes is put in its place by halving. A
filter looks at the rows a few milliseconds at a time, and another order is made in such slices, too, so that typing
goes on meanwhile.
"""

import time
from bisect import bisect_left, insort
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal

from hl7capture.ui.flat_table import Index
from hl7capture.ui.session_model import LAST_COLUMN, START, SessionModel
from hl7capture.ui.session_order import ID, ROW, Grouping, Key, Order, Ordering
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.sorted_rows import SortedRows

if TYPE_CHECKING:
    from hl7capture.hl7.filter.evaluation import Filter

_SLICE_SECONDS = 0.01
_MOST_SINGLE = 100  # keys that are put into a list, or taken out of it, one by one


class SessionFilter(SortedRows):
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
        self._order = Order(START, Grouping.NONE, model.sort_key)
        self._all: list[Key] = []  # of the model; ascending, whatever the order of the view
        self._key_of: dict[str, Key] = {}  # of all
        self._pending: list[SessionRow] = []  # to be looked at, from the end
        self._slices = QTimer(self, interval=0, singleShot=True)
        self._slices.timeout.connect(self._look_on)
        self._ordering: Ordering | None = None  # the order to come
        self._order_slices = QTimer(self, interval=0, singleShot=True)
        self._order_slices.timeout.connect(self._order_on)
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

    def place_of(self, session_id: str) -> int | None:
        """Where a session stands; None where the filter hides it."""
        if session_id not in self._shown:
            return None
        return self._turned(bisect_left(self._keys, self._key_of[session_id]))

    def columnCount(self, parent: Index | None = None) -> int:
        return self._model.columnCount(parent)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self._model.headerData(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self.shown(self.row(index.row()), index.column(), role)

    def shown(self, row: SessionRow, column: int, role: int) -> Any:
        """What a cell shows."""
        return self._model.shown(row, column, role)

    # -- order -------------------------------------------------------------------------------------------------

    @property
    def grouping(self) -> Grouping:
        """By what the rows are grouped now."""
        return self._order.grouping

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column, at once or in a while; what is chosen stays chosen."""
        is_ascending = order is Qt.SortOrder.AscendingOrder
        self._order_by(Order(column, self._wanted_order.grouping, self._model.sort_key), is_ascending)

    def group_by(self, grouping: Grouping) -> None:
        """Puts sessions together, at once or in a while; the list is shown anew then."""
        now = self._wanted_order
        is_ascending = self._ordering.is_ascending if self._ordering is not None else self._is_ascending
        self._order_by(Order(now.column, grouping, now.sort_key), is_ascending)

    @property
    def _wanted_order(self) -> Order:
        return self._ordering.order if self._ordering is not None else self._order

    def _order_by(self, order: Order, is_ascending: bool) -> None:
        self._ordering = None
        if order == self._order:
            with self._rows_changing_places():
                self._is_ascending = is_ascending
            return
        self._ordering = Ordering(order, list(self._model.rows()), is_ascending=is_ascending)
        self._order_on()

    def _order_on(self) -> None:
        ordering = self._ordering
        if ordering is None:
            return
        if not ordering.advance(_SLICE_SECONDS):
            self._order_slices.start()
            return
        self._ordering = None
        if ordering.order.grouping is self._order.grouping:
            with self._rows_changing_places():
                self._take(ordering)
        else:
            self.beginResetModel()
            self._take(ordering)
            self.endResetModel()
            self.settled.emit()

    def _take(self, ordering: Ordering) -> None:
        self._order, self._is_ascending = ordering.order, ordering.is_ascending
        keys, key_of = ordering.keys, ordering.key_of
        if ordering.touched:
            now = [self._key_of[i][ROW] for i in ordering.touched if i in self._key_of]
            keys = [key for key in keys if key[ID] not in ordering.touched]
            keys += map(self._order.key, now)
            keys.sort()
            key_of = {key[ID]: key for key in keys}
        self._all, self._key_of = keys, key_of
        is_all = len(self._shown) == len(keys)
        self._keys = list(keys) if is_all else [key for key in keys if key[ID] in self._shown]

    @contextmanager
    def _rows_changing_places(self) -> Iterator[None]:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        ids = [self.row(index.row()).session_id for index in before]
        yield
        after = [self.index(self.place_of(i) or 0, index.column()) for i, index in zip(ids, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    # -- what the model tells ----------------------------------------------------------------------------------

    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        keys = list(map(self._order.key, self._model.rows()[first : last + 1]))
        self._touch(key[ID] for key in keys)
        self._key_of |= {key[ID]: key for key in keys}
        if len(keys) > _MOST_SINGLE:
            self._all += keys
            self._all.sort()
        else:
            for key in keys:
                insort(self._all, key)
        self._insert([key for key in keys if self._passes(key[ROW])])

    def _on_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        gone = [row.session_id for row in self._model.rows()[first : last + 1]]
        self._touch(gone)
        for session_id in gone:
            self._undecided.pop(session_id, None)
        self._remove([self._key_of[session_id] for session_id in gone if session_id in self._shown])
        if len(gone) > _MOST_SINGLE:
            left_out = set(gone)
            self._all = [key for key in self._all if key[ID] not in left_out]
        for session_id in gone:
            key = self._key_of.pop(session_id)
            if len(gone) <= _MOST_SINGLE:
                del self._all[bisect_left(self._all, key)]

    def _on_changed(self, first: Index, last: Index) -> None:
        stayed: list[int] = []  # places of rows that have none but other values
        for row in self._model.rows()[first.row() : last.row() + 1]:
            self._touch((row.session_id,))
            old, new = self._key_of[row.session_id], self._order.key(row)
            place = bisect_left(self._keys, old) if row.session_id in self._shown else None
            if new != old:
                del self._all[bisect_left(self._all, old)]
                insort(self._all, new)
                self._key_of[row.session_id] = new
            is_shown = self._passes(row) if place is None or row.document is not None else True
            if place is not None and is_shown and new == old:
                stayed.append(place)
                continue
            self._tell_changed(stayed)  # before their places are others
            stayed = []
            if place is None:
                self._insert([new] if is_shown else [])
            elif not is_shown:
                self._remove([old])
            else:
                stayed.append(self._move(place, new))
        self._tell_changed(stayed)

    def _tell_changed(self, places: list[int]) -> None:
        """Run by run; `createIndex`, for `index` asks Python for the numbers of rows and columns, each time."""
        for start, end in self._runs_in_groups(sorted(places)):
            first, last = sorted((self._turned(start), self._turned(end)))
            self.dataChanged.emit(self.createIndex(first, 0), self.createIndex(last, LAST_COLUMN))

    def _on_reset(self) -> None:
        rows = {row.session_id: row for row in self._model.rows()}
        keys = [key for key in self._all if rows.get(key[ID]) is key[ROW]]  # in order already
        known = {key[ID] for key in keys}
        keys += [self._order.key(row) for session_id, row in rows.items() if session_id not in known]
        keys.sort()
        self._touch((*self._key_of, *(key[ID] for key in keys)))
        self._all = keys
        self._key_of = {key[ID]: key for key in keys}
        self._show_anew()

    def _show_anew(self) -> None:
        self._pending = []
        self._undecided = {}
        self.beginResetModel()
        self._keys = [] if self.wanted is not None else list(self._all)
        self._shown = set() if self.wanted is not None else set(self._key_of)
        self.endResetModel()
        if self.wanted is not None:
            rows = [key[ROW] for key in self._all]
            self._pending = rows[::-1] if self._is_ascending else rows  # the first in view is looked at first
            self._look_on()
        else:
            self.settled.emit()

    # -- the rest ----------------------------------------------------------------------------------------------

    def _touch(self, session_ids: Iterable[str]) -> None:
        if self._ordering is not None:
            self._ordering.touched.update(session_ids)

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

    def _look_again(self, session_ids: Iterable[str]) -> None:
        """At these, before those that wait to be looked at."""
        keys = sorted((self._key_of[i] for i in session_ids if i in self._key_of), reverse=self._is_ascending)
        self._pending += [key[ROW] for key in keys]
        self._look_on()

    def _look_on(self) -> None:
        deadline = time.monotonic() + _SLICE_SECONDS
        passed: list[Key] = []
        while self._pending and time.monotonic() < deadline:
            row = self._pending.pop()
            key = self._key_of.get(row.session_id)
            if key is not None and key[ROW] is row and key[ID] not in self._shown and self._passes(row):
                passed.append(key)
        self._insert(passed)
        if self._pending:
            self._slices.start()
        else:
            self.settled.emit()

"""The filtered list with a line above the sessions of each group, under which they can be folded away.

One flat list, for a tree view asks for the children of every row it lays out, and a hundred thousand answers from
Python take seconds. Where each group begins is known from the numbers of rows in them; of the sessions nothing is kept
but what the line says about all of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from hl7capture.ui.flat_table import Index
from hl7capture.ui.group_facts import GroupFacts, GroupsFacts
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_order import Grouping, group_of
from hl7capture.ui.session_row import SessionRow


class Group:
    """Sessions that stand together. facts: None where nothing stands above them."""

    __slots__ = ("count", "facts", "is_unfolded", "key")

    def __init__(self, key: Any, count: int, facts: GroupFacts | None, *, is_unfolded: bool) -> None:
        self.key = key
        self.count = count
        self.facts = facts
        self.is_unfolded = is_unfolded

    @property
    def head(self) -> int:
        """Lines above the sessions: one, or none."""
        return self.facts is not None

    @property
    def lines(self) -> int:
        """In the view."""
        return self.head + (self.count if self.is_unfolded else 0)


class GroupedSessions(QAbstractTableModel):
    """What the view shows. Without grouping it is one group, and nothing stands above it."""

    settled = Signal()  # after a change of the filter, or of the grouping

    def __init__(self, sessions: SessionFilter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sessions = sessions
        self._groups: list[Group] = []  # ascending by their keys, whatever the order of the sessions
        self._keys: list[Any] = []  # beside them
        self._folded: set[Any] = set()  # also of groups that the filter hides now
        self._starts: list[int] | None = None  # in the view, of each group, and of what comes behind the last
        self._firsts: list[int] | None = None  # the same, of their sessions, counted ascending
        self._arrived = (0, 0)  # place and number of sessions that are in the list already, and not counted here yet
        self._going: tuple[int, list[SessionRow]] = (0, [])  # a group, and sessions of it that go
        self._is_telling = False  # rows go or move, and the view knows
        self._before: list[tuple[QModelIndex, Any, str | None]] = []
        self._facts = GroupsFacts(self)
        self._facts.changed.connect(self._tell_facts)
        sessions.rowsInserted.connect(self._on_inserted)
        sessions.rowsAboutToBeRemoved.connect(self._before_removed)
        sessions.rowsRemoved.connect(self._on_removed)
        sessions.rowsAboutToBeMoved.connect(self._before_moved)
        sessions.rowsMoved.connect(self._on_moved)
        sessions.dataChanged.connect(self._on_changed)
        sessions.layoutAboutToBeChanged.connect(self._before_layout)
        sessions.layoutChanged.connect(self._on_layout)
        sessions.modelAboutToBeReset.connect(self.beginResetModel)
        sessions.modelReset.connect(self._on_reset)
        sessions.settled.connect(self.settled)
        self._count_anew()

    # -- groups ------------------------------------------------------------------------------------------------

    def row(self, line: int) -> SessionRow | None:
        """The session on a line; None where it is the line of a group."""
        number, place = self._locate(line)
        if place < 0:
            return None
        place += self._source_start(number)
        first, count = self._arrived
        return self._sessions.row(place + count if place >= first else place)

    def shown(self, row: SessionRow, column: int, role: int) -> Any:
        """What a cell shows of a session."""
        return self._sessions.shown(row, column, role)

    def rows_between(self, first: int, last: int) -> Iterator[SessionRow]:
        """The sessions on these lines, one by one: there may be a hundred thousand of them."""
        line = first
        while line <= last:
            number, place = self._locate(line)
            group = self._groups[number]
            end = min(last + 1, self._line_starts()[number + 1])
            start = self._source_start(number) + max(place, 0)
            for place in range(start, start + end - max(line, self._line_starts()[number] + group.head)):
                yield self._sessions.row(place)
            line = end

    def group(self, line: int) -> Group:
        """The group that a line belongs to."""
        return self._groups[self._locate(line)[0]]

    def line_of_group(self, line: int) -> int:
        """The line above the sessions among which this one is."""
        return self._line_starts()[self._locate(line)[0]]

    def line_of(self, session_id: str) -> int | None:
        """Where a session stands; None where the filter hides it. Its group is unfolded."""
        place = self._sessions.place_of(session_id)
        if place is None:
            return None
        number = bisect_left(self._keys, self._sessions.group_at(place))
        self.fold(self._line_starts()[number], is_folded=False)
        return self._line_starts()[number] + self._groups[number].head + place - self._source_start(number)

    def fold(self, line: int, *, is_folded: bool) -> None:
        """Folds away the sessions of the group that a line belongs to, or shows them."""
        number = self._locate(line)[0]
        group = self._groups[number]
        if not group.head or group.is_unfolded is not is_folded:
            return
        first = self._line_starts()[number] + group.head
        last = first + group.count - 1
        if is_folded:
            self._folded.add(group.key)
            self.beginRemoveRows(QModelIndex(), first, last)
        else:
            self._folded.discard(group.key)
            self.beginInsertRows(QModelIndex(), first, last)
        group.is_unfolded = not is_folded
        self._forget_starts()
        if is_folded:
            self.endRemoveRows()
        else:
            self.endInsertRows()
        self._tell_group(number)

    def fold_all(self, *, is_folded: bool) -> None:
        """All groups."""
        self.beginResetModel()
        self._folded = set(self._keys) if is_folded else set()
        for group in self._groups:
            group.is_unfolded = not (is_folded and group.head)
        self._forget_starts()
        self.endResetModel()
        self.settled.emit()

    # -- what the view asks ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._line_starts()[-1]

    def columnCount(self, parent: Index | None = None) -> int:
        return self._sessions.columnCount(parent)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self._sessions.headerData(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row())
        if row is not None:
            return self.shown(row, index.column(), role)
        group = self.group(index.row())
        is_asked = role == Qt.ItemDataRole.AccessibleTextRole or (
            role == Qt.ItemDataRole.DisplayRole and index.column() == 0
        )
        if is_asked and group.facts is not None:
            return f"{group.facts.title}: {group.facts.text}"
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts the sessions of each group; the groups stay where they are."""
        self._sessions.sort(column, order)

    # -- what the list of sessions tells -----------------------------------------------------------------------

    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        key, count = self._sessions.group_at(first), last - first + 1
        self._arrived = (first, count)
        number = bisect_left(self._keys, key)
        if number == len(self._keys) or self._keys[number] != key:
            group = self._made(key, count, first)
            start = self._line_starts()[number]
            self.beginInsertRows(QModelIndex(), start, start + group.lines - 1)
            self._groups.insert(number, group)
            self._keys.insert(number, key)
            self._arrived = (0, 0)
            self._forget_starts()
            self.endInsertRows()
        else:
            group = self._groups[number]
            start = self._line_starts()[number] + group.head + first - self._source_start(number)
            if group.is_unfolded:
                self.beginInsertRows(QModelIndex(), start, start + count - 1)
            group.count += count
            self._arrived = (0, 0)
            self._forget_starts()
            if group.is_unfolded:
                self.endInsertRows()
        self._note(number, first, last)

    def _before_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        number = bisect_left(self._keys, self._sessions.group_at(first))
        group, count = self._groups[number], last - first + 1
        self._going = (number, [self._sessions.row(place) for place in range(first, last + 1)])
        start = self._line_starts()[number]
        is_whole = count == group.count
        self._is_telling = is_whole or group.is_unfolded
        if is_whole:
            self.beginRemoveRows(QModelIndex(), start, start + group.lines - 1)
        elif group.is_unfolded:
            start += group.head + first - self._source_start(number)
            self.beginRemoveRows(QModelIndex(), start, start + count - 1)

    def _on_removed(self) -> None:
        number, gone = self._going
        self._going = (0, [])
        group = self._groups[number]
        group.count -= len(gone)
        if not group.count:
            del self._groups[number], self._keys[number]
        self._forget_starts()
        if self._is_telling:
            self.endRemoveRows()
        if group.facts is not None:
            self._facts.forget(group.facts, gone)
            self._told_count(group)

    def _before_moved(self, _parent: QModelIndex, first: int, _last: int, _goal: QModelIndex, place: int) -> None:
        number = bisect_left(self._keys, self._sessions.group_at(first))
        group = self._groups[number]
        self._is_telling = group.is_unfolded
        if self._is_telling:
            start = self._line_starts()[number] + group.head - self._source_start(number)
            self.beginMoveRows(QModelIndex(), start + first, start + first, QModelIndex(), start + place)

    def _on_moved(self) -> None:
        if self._is_telling:
            self.endMoveRows()

    def _on_changed(self, first: Index, last: Index) -> None:
        number = bisect_left(self._keys, self._sessions.group_at(first.row()))
        group = self._groups[number]
        if group.is_unfolded:
            start = self._line_starts()[number] + group.head - self._source_start(number)
            top, bottom = start + first.row(), start + last.row()
            self.dataChanged.emit(self.createIndex(top, first.column()), self.createIndex(bottom, last.column()))
        self._note(number, first.row(), last.row())

    def _before_layout(self) -> None:
        """Sessions change their places within their groups; no line of a group does."""
        self.layoutAboutToBeChanged.emit()
        self._before = []
        for index in self.persistentIndexList():
            row = self.row(index.row())
            self._before.append((index, self.group(index.row()).key, row.session_id if row is not None else None))

    def _on_layout(self) -> None:
        self._forget_starts()  # descending, they count from the other end
        after = []
        for index, key, session_id in self._before:
            line = self._line_starts()[bisect_left(self._keys, key)] if session_id is None else self.line_of(session_id)
            after.append(self.index(line or 0, index.column()))
        self.changePersistentIndexList([index for index, _, _ in self._before], after)
        self.layoutChanged.emit()

    def _on_reset(self) -> None:
        self._count_anew()
        self.endResetModel()

    # -- the rest ----------------------------------------------------------------------------------------------

    def _count_anew(self) -> None:
        self._facts.clear()
        self._groups = []
        first = 0
        for key, count in self._sessions.groups():
            place = first if self._sessions.is_ascending else self._sessions.rowCount() - 1 - first
            self._groups.append(self._made(key, count, place))
            first += count
        self._keys = [group.key for group in self._groups]
        self._forget_starts()
        grouping = self._sessions.grouping
        if grouping is not Grouping.NONE:
            facts = {group.key: group.facts for group in self._groups}
            self._facts.read(
                self._sessions.rows(),
                lambda row: facts.get(group_of(row, grouping)) if self._sessions.shows(row.session_id) else None,
            )

    def _made(self, key: Any, count: int, place: int) -> Group:
        grouping = self._sessions.grouping
        facts = None
        if grouping is not Grouping.NONE:
            facts = GroupFacts(self._sessions.row(place).summary, grouping, count)
        return Group(key, count, facts, is_unfolded=facts is None or key not in self._folded)

    def _note(self, number: int, first: int, last: int) -> None:
        group = self._groups[number]
        if group.facts is not None:
            self._facts.note(group.facts, [self._sessions.row(place) for place in range(first, last + 1)])
            self._told_count(group)

    def _told_count(self, group: Group) -> None:
        """Behind the lines that came or went: the one above them must not change with them."""
        if group.facts is not None and group.facts.sessions != group.count:
            group.facts.sessions = group.count
            if group.count:
                self._tell_group(bisect_left(self._keys, group.key))

    def _tell_facts(self, changed: set[GroupFacts]) -> None:
        for number, group in enumerate(self._groups):
            if group.facts in changed:
                self._tell_group(number)

    def _tell_group(self, number: int) -> None:
        if self._groups[number].head:
            line = self._line_starts()[number]
            self.dataChanged.emit(self.index(line, 0), self.index(line, self.columnCount() - 1))

    def _forget_starts(self) -> None:
        self._starts = self._firsts = None

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = list(accumulate((group.lines for group in self._groups), initial=0))
        return self._starts

    def _source_start(self, number: int) -> int:
        """The place of the first session of a group in the list of sessions."""
        if self._firsts is None:
            self._firsts = list(accumulate((group.count for group in self._groups), initial=0))
        if self._sessions.is_ascending:
            return self._firsts[number]
        return self._firsts[-1] - self._firsts[number + 1]

    def _locate(self, line: int) -> tuple[int, int]:
        """The group of a line, and which of its sessions stands there; -1 is the line above them."""
        starts = self._line_starts()
        number = bisect_right(starts, line) - 1
        return number, line - starts[number] - self._groups[number].head

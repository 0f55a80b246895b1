"""The sessions as a table that grows while they happen."""

from collections.abc import Iterable, Iterator
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    QTimer,
)

from hl7capture.model.elements import Framing
from hl7capture.model.events import Event, Notice
from hl7capture.model.session import Session
from hl7capture.ui.icons import icon
from hl7capture.ui.plain import visible
from hl7capture.ui.session_row import SessionRow, state_of, terms_of
from hl7capture.ui.theme import colour, colours

Index = QModelIndex | QPersistentModelIndex

_FLUSH_MS = 100
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
SORT_ROLE = Qt.ItemDataRole.UserRole + 1

NUMBER, START, DEVICE, LIS, FRAMING, MESSAGES, DURATION, STATE, SAVED = range(9)


class SessionModel(QAbstractTableModel):
    """One row a session, in the order of their coming. Events are gathered and shown ten times a second."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[SessionRow] = []
        self._index: dict[str, int] = {}
        self._new: dict[str, SessionRow] = {}
        self._changed: set[str] = set()
        self._titles = (
            self.tr("No."),
            self.tr("Start"),
            self.tr("Device"),
            self.tr("LIS"),
            self.tr("Framing"),
            self.tr("Messages"),
            self.tr("Duration"),
            self.tr("State"),
            self.tr("Saved"),
        )
        self._timer = QTimer(self, interval=_FLUSH_MS, singleShot=True)
        self._timer.timeout.connect(self.flush)

    # -- filling -----------------------------------------------------------------------------------------------

    def take(self, events: Iterable[Event]) -> None:
        """What happened; shown with the next flush."""
        for event in events:
            if not isinstance(event, Notice):
                self._note(event.session)
        self._timer.start() if not self._timer.isActive() else None

    def add(self, sessions: Iterable[Session]) -> None:
        """Sessions from the disk; those that are in the list already stay as they are."""
        for session in sessions:
            if session.session_id not in self._index:
                self._note(session)
        self.flush()

    def session_saved(self, session: Session) -> None:
        """The session is on disk now."""
        if session.session_id in self._index:
            self._changed.add(session.session_id)
            self._timer.start() if not self._timer.isActive() else None

    def remove(self, session_ids: Iterable[str]) -> None:
        """These are gone."""
        self.flush()
        gone = sorted(self._index[i] for i in session_ids if i in self._index)
        for first, last in reversed(list(_runs(gone))):
            self.beginRemoveRows(QModelIndex(), first, last)
            for row in self._rows[first : last + 1]:
                del self._index[row.session.session_id]
            del self._rows[first : last + 1]
            # Before anybody hears of it: who listens asks for rows by their ids.
            for number, row in enumerate(self._rows[first:], first):
                self._index[row.session.session_id] = number
            self.endRemoveRows()

    def clear(self) -> None:
        """Empties the list but for sessions that are still open."""
        self.flush()
        self.beginResetModel()
        self._rows = [row for row in self._rows if row.session.is_open]
        self._reindex()
        self.endResetModel()

    def flush(self) -> None:
        """Shows what has gathered."""
        self._timer.stop()
        if self._new:
            first = len(self._rows)
            fresh = list(self._new.values())
            self._new = {}
            for row in fresh:
                row.refresh()
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._rows += fresh
            for number, row in enumerate(fresh, first):
                self._index[row.session.session_id] = number
            self.endInsertRows()
        changed = sorted(self._index[session_id] for session_id in self._changed if session_id in self._index)
        self._changed.clear()
        for number in changed:
            self._rows[number].refresh()
        # In runs: the filter looks again at every row that is named, and there may be thousands between two.
        for first, last in _runs(changed):
            self.dataChanged.emit(self.index(first, 0), self.index(last, SAVED))

    def _note(self, session: Session) -> None:
        if session.session_id in self._index:
            self._changed.add(session.session_id)
        elif session.session_id not in self._new:
            self._new[session.session_id] = SessionRow(session)

    def _reindex(self) -> None:
        self._index = {row.session.session_id: number for number, row in enumerate(self._rows)}

    # -- what the view asks ------------------------------------------------------------------------------------

    def row(self, number: int) -> SessionRow:
        return self._rows[number]

    def row_of(self, session_id: str) -> SessionRow | None:
        number = self._index.get(session_id)
        return None if number is None else self._rows[number]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == SORT_ROLE:
            return self._sort_key(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (NUMBER, DURATION):
            return _RIGHT
        if column == STATE:
            state = state_of(row.session)
            if role == Qt.ItemDataRole.DecorationRole:
                return icon(state.icon, getattr(colours(), state.colour))
            if role == Qt.ItemDataRole.ForegroundRole:
                return colour(state.colour)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._titles[column]}: {self._text(row, column)}"
        return None

    def _text(self, row: SessionRow, column: int) -> str:
        session = row.session
        match column:
            case 0:  # NUMBER
                return str(session.number)
            case 1:
                return row.start
            case 2:
                return session.device
            case 3:
                return session.lis
            case 4:
                return self.tr("none") if session.framing is Framing.NONE else session.framing.upper()
            case 5:
                return visible(row.messages, 200)
            case 6:
                return row.duration
            case 7:
                return state_of(session).word
            case _:
                return self.tr("yes") if session.saved_at is not None else ""

    def _sort_key(self, row: SessionRow, column: int) -> Any:
        session = row.session
        if column == NUMBER:
            return session.number
        if column == START:
            return session.start_time
        if column == DURATION:
            return session.end_time - session.start_time
        if column == MESSAGES:
            return len(session.messages)
        return self._text(row, column)


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers; they come sorted."""
    first = last = -1
    for number in numbers:
        if number != last + 1 or first < 0:
            if first >= 0:
                yield first, last
            first = number
        last = number
    if first >= 0:
        yield first, last


class SessionFilter(QSortFilterProxyModel):
    """The sessions that the filter box lets through, sorted."""

    def __init__(self, model: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._terms: list[str] = []
        self._model = model
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)

    def set_filter(self, text: str) -> None:
        """Words that must all be found; nothing lets all through."""
        self.beginFilterChange()
        self._terms = terms_of(text)
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, _source_parent: Index) -> bool:
        return not self._terms or self._model.row(source_row).matches(self._terms)

    def row(self, number: int) -> SessionRow:
        """The row at a place in the filtered list."""
        return self._model.row(self.mapToSource(self.index(number, 0)).row())

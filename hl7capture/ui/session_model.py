"""The sessions as a table that grows while they happen."""

import time
from collections.abc import Iterable, Iterator
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer

from hl7capture.hl7.session_summary import opening_of
from hl7capture.model.elements import Framing
from hl7capture.model.events import Event, Notice
from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.turns import window_at_work
from hl7capture.ui.flat_table import FlatTable, Index
from hl7capture.ui.held_documents import HeldDocuments
from hl7capture.ui.icons import icon
from hl7capture.ui.locale_words import moment_text, size_text
from hl7capture.ui.plain import plain_tip, visible
from hl7capture.ui.session_row import SessionRow, state_of
from hl7capture.ui.severity import BADGES, severity_word
from hl7capture.ui.theme import colour, colours

_FLUSH_MS = 100
_SLICE_SECONDS = 0.006  # of looking at what is new; then the window has its turn
_AT_ONCE = 1000  # elements or messages that are looked at between two looks at the clock: some milliseconds
_MOST_RUNS = 50  # of rows that go; where they are scattered wider the list is shown anew
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

NUMBER, START, DEVICE, LIS, FRAMING, MESSAGES, DURATION, STATE, FINDINGS, SAVED, END, PROBE, SOURCE, SIZE = range(14)
LAST_COLUMN = SIZE
_SEVERITIES = ("", "note", "warning", "error")


class SessionModel(FlatTable):
    """One row a session, in the order of their coming. Events are gathered and shown ten times a second.

    Where more comes than can be looked at in a moment, the rows are there at once, and their numbers follow.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[SessionRow] = []
        self._index: dict[str, int] = {}
        self._new: dict[str, SessionRow] = {}
        self._changed: dict[str, None] = {}  # who has waited longest comes first
        self._withdrawn: dict[str, SessionRow] = {}
        self.documents = HeldDocuments()
        self._titles = (
            self.tr("No."),
            self.tr("Start"),
            self.tr("Device"),
            self.tr("LIS"),
            self.tr("Framing"),
            self.tr("Messages"),
            self.tr("Duration"),
            self.tr("State"),
            self.tr("Findings"),
            self.tr("Saved"),
            self.tr("Last packet"),
            self.tr("Probe"),
            self.tr("Source"),
            self.tr("Size"),
        )
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.flush)

    # -- filling -----------------------------------------------------------------------------------------------

    def take(self, events: Iterable[Event]) -> None:
        """What happened; shown with the next flush."""
        for event in events:
            if not isinstance(event, Notice):
                self._note(event.session)
        self._flush_soon()

    def add(self, summaries: Iterable[SessionSummary]) -> None:
        """Sessions on disk; those that are in the list already stay as they are."""
        for summary in summaries:
            if self._known(summary.session_id) is None:
                self._new[summary.session_id] = SessionRow(summary)
        self.flush()

    def add_documents(self, sessions: Iterable[Session]) -> None:
        """Documents of sessions in the list, read from the disk."""
        for session in sessions:
            row = self.row_of(session.session_id)
            if row is not None and row.document is None:
                row.document = session
                self.documents.hold(row)
        self.documents.trim()

    def session_saved(self, session: Session) -> None:
        """The session is on disk now, or anew."""
        row = self._known(session.session_id)
        if row is None:
            return
        row.summary.saved_at, row.summary.persisted_until = session.saved_at, session.persisted_until
        row.summary.pinned = session.pinned
        if row.document is None:  # else that has what was typed last
            row.summary.has_note = bool(session.note)
        if row.document is not None:
            row.document.pinned = session.pinned
            row.document.saved_at, row.document.persisted_until = session.saved_at, session.persisted_until
            if session.session_id not in self._withdrawn:
                self.documents.hold(row)
        self._changed[session.session_id] = None
        self._flush_soon()

    def session_judged(self, sessions: Iterable[Session]) -> None:
        """What is wrong with these is known now."""
        for session in sessions:
            row = self._known(session.session_id)
            if row is not None:
                row.summary.findings = session.findings
                self._changed[session.session_id] = None
        self._flush_soon()

    def withdraw(self, session_ids: Iterable[str]) -> list[SessionRow]:
        """Takes sessions that are not open any more out of the list; they may come back with `restore`."""
        self.flush()
        found = [row for row in map(self.row_of, session_ids) if row is not None and not row.summary.is_open]
        self.remove([row.session_id for row in found])
        self._withdrawn |= {row.session_id: row for row in found}
        return found

    def restore(self, rows: Iterable[SessionRow]) -> None:
        """What was withdrawn stands in the list again, if nobody has removed it since."""
        back = [row for row in rows if self._withdrawn.pop(row.session_id, None) is row]
        self._new |= {row.session_id: row for row in back}
        self.flush()
        for row in back:
            if row.document is not None and row.summary.saved_at is not None:
                self.documents.hold(row)

    def forget_withdrawn(self, session_ids: Iterable[str]) -> None:
        """These do not come back."""
        for session_id in session_ids:
            self._withdrawn.pop(session_id, None)

    def remove(self, session_ids: Iterable[str]) -> None:
        """These are gone."""
        self.flush()
        session_ids = list(session_ids)
        self.forget_withdrawn(session_ids)
        gone = sorted(self._index[i] for i in session_ids if i in self._index)
        for number in gone:
            self.documents.forget(self._rows[number])
        runs = list(runs_of(gone))
        if len(runs) > _MOST_RUNS:
            self.beginResetModel()
            left_out = set(gone)
            self._rows = [row for number, row in enumerate(self._rows) if number not in left_out]
            self._reindex()
            self.endResetModel()
            return
        for first, last in reversed(runs):
            self.beginRemoveRows(QModelIndex(), first, last)
            for row in self._rows[first : last + 1]:
                del self._index[row.session_id]
            del self._rows[first : last + 1]
            # Before anybody hears of it: who listens asks for rows by their ids.
            for number, row in enumerate(self._rows[first:], first):
                self._index[row.session_id] = number
            self.endRemoveRows()

    def clear(self) -> None:
        """Empties the list but for sessions that are still open."""
        self.flush()
        self.beginResetModel()
        self._rows = [row for row in self._rows if row.summary.is_open]
        self.documents.clear()
        self._reindex()
        self.endResetModel()

    @window_at_work()
    def flush(self) -> None:
        """Shows what has gathered; all rows, and what can be looked at of them in a moment."""
        self._timer.stop()
        deadline = time.monotonic() + _SLICE_SECONDS
        if self._new:
            first = len(self._rows)
            fresh = list(self._new.values())
            self._new = {}
            self._changed |= {row.session_id: None for row in fresh if not self._refresh(row, deadline)}
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._rows += fresh
            for number, row in enumerate(fresh, first):
                self._index[row.session_id] = number
            self.endInsertRows()
        changed: list[int] = []
        while self._changed and (not changed or time.monotonic() < deadline):
            session_id = next(iter(self._changed))
            del self._changed[session_id]
            if session_id in self._index:
                changed.append(self._index[session_id])
                if not self._refresh(self._rows[changed[-1]], deadline):
                    self._changed[session_id] = None
        # In runs: the filter looks again at every row that is named, and there may be thousands between two.
        for first, last in runs_of(sorted(changed)):
            self.dataChanged.emit(self.createIndex(first, 0), self.createIndex(last, LAST_COLUMN))
        is_trimmed = self.documents.trim(deadline)
        if self._changed or not is_trimmed:
            self._timer.start(0)

    def _flush_soon(self) -> None:
        """Not later for what comes meanwhile."""
        if not self._timer.isActive():
            self._timer.start(_FLUSH_MS)

    def _refresh(self, row: SessionRow, deadline: float) -> bool:
        """False where time was over before all of the row was looked at."""
        while not row.refresh(_AT_ONCE):
            if time.monotonic() >= deadline:
                return False
        if row.document is not None and row.summary.saved_at is not None:
            self.documents.hold(row)
        return True

    def _known(self, session_id: str) -> SessionRow | None:
        """In the list, about to come into it, or withdrawn."""
        return self.row_of(session_id) or self._new.get(session_id) or self._withdrawn.get(session_id)

    def _note(self, session: Session) -> None:
        if session.session_id in self._index:
            self._changed[session.session_id] = None
        elif self._known(session.session_id) is None:
            self._new[session.session_id] = SessionRow(opening_of(session), session)

    def _reindex(self) -> None:
        self._index = {row.session_id: number for number, row in enumerate(self._rows)}

    # -- what the view asks ------------------------------------------------------------------------------------

    def row(self, number: int) -> SessionRow:
        return self._rows[number]

    def row_of(self, session_id: str) -> SessionRow | None:
        number = self._index.get(session_id)
        return None if number is None else self._rows[number]

    def document_of(self, session_id: str) -> Session | None:
        """The session where its document is in memory."""
        row = self.row_of(session_id)
        return row.document if row is not None else None

    def _count(self) -> int:
        return len(self._rows)

    def rows(self) -> list[SessionRow]:
        """All of them, in the order of their coming."""
        return self._rows

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self.shown(self._rows[index.row()], index.column(), role)

    def shown(self, row: SessionRow, column: int, role: int) -> Any:
        """What a cell shows."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (NUMBER, DURATION, SIZE):
            return _RIGHT
        if column == STATE:
            state = state_of(row.summary)
            if role == Qt.ItemDataRole.DecorationRole:
                return icon(state.icon, getattr(colours(), state.colour))
            if role == Qt.ItemDataRole.ForegroundRole:
                return colour(state.colour)
        if column == FINDINGS and row.summary.findings:
            badge = BADGES[row.summary.worst]
            if role == Qt.ItemDataRole.DecorationRole:
                return icon(badge.icon, getattr(colours(), badge.colour))
            if role == Qt.ItemDataRole.ToolTipRole:
                findings = row.summary.findings
                return plain_tip("\n".join(f"{severity_word(severity)}: {code}" for code, severity in findings))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._titles[column]}: {self._text(row, column)}"
        return None

    def sort_key(self, row: SessionRow, column: int) -> Any:
        """What a column is sorted by."""
        session = row.summary
        if column == NUMBER:
            return session.number
        if column == START:
            return session.start_time
        if column == DURATION:
            return session.end_time - session.start_time
        if column == MESSAGES:
            return session.message_count
        if column == END:
            return session.end_time
        if column == SIZE:
            return session.size
        if column == FINDINGS:
            return _SEVERITIES.index(session.worst), session.findings_text
        return self._text(row, column)

    def _text(self, row: SessionRow, column: int) -> str:
        session = row.summary
        match column:
            case 0:  # NUMBER
                return str(session.number)
            case 1:
                return row.start
            case 2:
                return visible(session.device, 200)
            case 3:
                return visible(session.lis, 200)
            case 4:
                return self.tr("none") if session.framing is Framing.NONE else session.framing.upper()
            case 5:
                return visible(session.kinds_text, 200)
            case 6:
                return row.duration
            case 7:
                return session.state_word
            case 8:
                return visible(session.findings_text, 200)
            case 9:
                return self._saved(session)
            case 10:
                return moment_text(session.end_time)
            case 11:
                return visible(session.probe, 200)
            case 12:
                return visible(session.source, 200)
            case _:
                return size_text(session.size)

    def _saved(self, session: SessionSummary) -> str:
        if session.saved_at is None:
            return ""
        return self.tr("kept") if session.pinned else self.tr("yes")


def runs_of(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
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

"""The links as a table, those in trouble first."""

from typing import Any

from PySide6.QtCore import QObject, Qt

from hl7capture.hl7.findings.finding import Finding
from hl7capture.hl7.statistics.links import Condition, LinkState
from hl7capture.hl7.statistics.series import Link
from hl7capture.ui.dashboard.words import span_text
from hl7capture.ui.flat_table import FlatTable, Index
from hl7capture.ui.icons import icon
from hl7capture.ui.locale_words import moment_text
from hl7capture.ui.plain import visible
from hl7capture.ui.severity import BADGES, Badge, severity_word
from hl7capture.ui.theme import colour, colours

DEVICE, LIS, STATE, MESSAGE, FINDING, CONNECTIONS = range(6)
_LONGEST = 80  # characters
_CONDITIONS = {
    Condition.WAITING: Badge("waiting", "warning"),
    Condition.RESET: Badge("incomplete", "warning"),
    Condition.SILENT: Badge("silent", "warning"),
    Condition.CONNECTED: Badge("connected", "good"),
    Condition.CLOSED: Badge("stopped", "muted"),
    Condition.NOT_WATCHED: Badge("pause", "muted"),
    Condition.UNHEARD: Badge("notice", "warning"),
}


class LinkModel(FlatTable):
    """One row a link. `show_states` replaces them; times in words are those of that moment."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._states: list[LinkState] = []
        self._now = 0.0
        self._titles = (
            self.tr("Device"),
            self.tr("LIS"),
            self.tr("State"),
            self.tr("Last message"),
            self.tr("Last finding"),
            self.tr("Connections"),
        )
        self._words = {
            Condition.WAITING: self.tr("waiting for an acknowledgement for {0}"),
            Condition.RESET: self.tr("connection reset {0} ago"),
            Condition.SILENT: self.tr("silent for {0}"),
            Condition.CONNECTED: self.tr("connected, heard {0} ago"),
            Condition.CLOSED: self.tr("disconnected for {0}"),
            Condition.NOT_WATCHED: self.tr("not listening; heard {0} ago"),
            Condition.UNHEARD: self.tr("no session"),
        }

    def show_states(self, states: list[LinkState], now: float) -> None:
        """now: Unix milliseconds."""
        is_same = [state.link for state in states] == [state.link for state in self._states]
        if not is_same:
            self.beginResetModel()
        self._states, self._now = states, now
        if not is_same:
            self.endResetModel()
        elif states:
            self.dataChanged.emit(self.index(0, 0), self.index(len(states) - 1, CONNECTIONS))

    def link(self, row: int) -> Link:
        return self._states[row].link

    def connections(self, row: int) -> tuple[Finding, ...]:
        """What is wrong with connections without a session."""
        return self._states[row].connections

    def row_of(self, link: Link) -> int | None:
        """None where there is no such link any more."""
        return next((row for row, state in enumerate(self._states) if state.link == link), None)

    # -- what the view asks ------------------------------------------------------------------------------------

    def _count(self) -> int:
        return len(self._states)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        state, column = self._states[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(state, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._titles[column]}: {self._text(state, column)}"
        badge = _badge(state, column)
        if badge is not None and role == Qt.ItemDataRole.DecorationRole:
            return icon(badge.icon, getattr(colours(), badge.colour))
        if badge is not None and role == Qt.ItemDataRole.ForegroundRole:
            return colour(badge.colour)
        return None

    def _text(self, state: LinkState, column: int) -> str:
        match column:
            case 0:  # DEVICE
                return visible(state.link.device_ip, _LONGEST)
            case 1:
                return visible(state.link.lis, _LONGEST)
            case 2:
                return self._words[state.condition].format(span_text(self._now - state.since))
            case 3:
                if state.message is None:
                    return ""
                time, kind = state.message
                return f"{self._clock(time)} {visible(kind, _LONGEST)}"
            case 5:  # CONNECTIONS
                return ", ".join(f"{severity_word(one.severity)}: {one.code}" for one in state.connections)
            case _:
                if state.finding is None:
                    return ""
                time, code, severity = state.finding
                return f"{severity_word(severity)}: {code}, {self._clock(time)}"

    def _clock(self, time: float) -> str:
        return moment_text(time, self._now, has_milliseconds=False)


def _badge(state: LinkState, column: int) -> Badge | None:
    """A finding of an earlier session than the last is muted."""
    if column == STATE:
        badge = _CONDITIONS[state.condition]
        return badge._replace(colour="bad") if state.is_late else badge
    if column == FINDING and state.finding is not None:
        badge = BADGES[state.finding[2]]
        return badge if state.has_finding else badge._replace(colour="muted")
    if column == CONNECTIONS and state.connections:
        return BADGES[state.connections[0].severity]
    return None

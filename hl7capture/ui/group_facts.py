"""What the line above a group of sessions says about all of them, kept up to date a session at a time."""

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from hl7capture.model.session_summary import SessionSummary
from hl7capture.ui.locale_words import moment_text, number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.session_order import Grouping
from hl7capture.ui.session_row import SessionRow

_SLICE_SECONDS = 0.01
_TELL_MS = 200
_LONGEST_TITLE = 120
translate = QCoreApplication.translate  # by this name the collector of strings knows it

Said = tuple[bool, str | None]  # of a session: whether it is open; its worst finding, None while it was not judged


class GroupFacts:
    """open: sessions that go on; worst: how many sessions there are of each worst finding; last: when the last one was
    heard, Unix milliseconds, also where the filter or a person took it away since."""

    __slots__ = ("last", "open", "sessions", "title", "worst")

    def __init__(self, first: SessionSummary, grouping: Grouping, sessions: int) -> None:
        """first: any of its sessions."""
        device = first.device_ip or translate("GroupFacts", "unknown device")
        lis = first.lis_ip or translate("GroupFacts", "unknown LIS")
        link = f"{device} → {lis}:{first.lis_port}"
        self.title = visible(device if grouping is Grouping.DEVICE else link, _LONGEST_TITLE)
        self.sessions = sessions
        self.open = 0
        self.worst: dict[str | None, int] = {}
        self.last = 0.0

    def count(self, said: Said, number: int) -> None:
        """A session more, or one less (-1)."""
        self.open += said[0] * number
        self.worst[said[1]] = self.worst.get(said[1], 0) + number

    @property
    def severity(self) -> str:
        """The worst of all: `error`, `warning`, `note`; "" where there is none."""
        return next((severity for severity in ("error", "warning", "note") if self.worst.get(severity)), "")

    @property
    def text(self) -> str:
        """`1,234 sessions · 2 open · 12 with errors · last 14:03:22`"""
        parts = [
            translate("GroupFacts", "1 session")
            if self.sessions == 1
            else translate("GroupFacts", "{0} sessions").format(number_text(self.sessions))
        ]
        for count, words in (
            (self.open, translate("GroupFacts", "{0} open")),
            (self.worst.get("error", 0), translate("GroupFacts", "{0} with errors")),
            (self.worst.get("warning", 0), translate("GroupFacts", "{0} with warnings")),
            (self.worst.get("note", 0), translate("GroupFacts", "{0} with notes")),
        ):
            if count:
                parts.append(words.format(number_text(count)))
        if self.worst.get("", 0) == self.sessions:
            parts.append(translate("GroupFacts", "nothing found to be wrong"))
        if self.last:
            parts.append(translate("GroupFacts", "last {0}").format(moment_text(self.last)))
        return " · ".join(parts)


class GroupsFacts(QObject):
    """Counts for all groups what their sessions say; a whole list in slices, so that the window goes on meanwhile."""

    changed = Signal(set)  # set[GroupFacts]; some times a second

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._said: dict[str, Said] = {}
        self._kinds: dict[Said, Said] = {}  # there are few: a hundred thousand sessions share them
        self._pending: list[SessionRow] = []
        self._facts_of: Callable[[SessionRow], GroupFacts | None] = lambda _row: None
        self._changed: set[GroupFacts] = set()
        self._slices = QTimer(self, interval=0, singleShot=True)
        self._slices.timeout.connect(self._read_on)
        self._tell = QTimer(self, interval=_TELL_MS, singleShot=True)
        self._tell.timeout.connect(self._tell_now)

    def clear(self) -> None:
        """Forgets all of them."""
        self._said = {}
        self._pending = []
        self._changed = set()

    def read(self, rows: list[SessionRow], facts_of: Callable[[SessionRow], GroupFacts | None]) -> None:
        """Counts these, of which nothing is known, the last first. facts_of: None for what has gone meanwhile."""
        self._pending, self._facts_of = rows, facts_of
        self._read_on()

    def note(self, facts: GroupFacts, rows: Iterable[SessionRow]) -> None:
        """These have come into a group, or changed in it."""
        for row in rows:
            session = row.summary
            said = (session.is_open, session.worst if session.findings is not None else None)
            said = self._kinds.setdefault(said, said)
            old = self._said.get(row.session_id)
            if old != said:
                if old is not None:
                    facts.count(old, -1)
                facts.count(said, 1)
                self._said[row.session_id] = said
            facts.last = max(facts.last, session.end_time)
        self._will_tell(facts)

    def forget(self, facts: GroupFacts, rows: Iterable[SessionRow]) -> None:
        """These go out of a group."""
        for row in rows:
            said = self._said.pop(row.session_id, None)
            if said is not None:
                facts.count(said, -1)
        self._will_tell(facts)

    def _read_on(self) -> None:
        deadline = time.monotonic() + _SLICE_SECONDS
        while self._pending and time.monotonic() < deadline:
            row = self._pending.pop()
            facts = self._facts_of(row) if row.session_id not in self._said else None
            if facts is not None:
                self.note(facts, (row,))
        if self._pending:
            self._slices.start()

    def _will_tell(self, facts: GroupFacts) -> None:
        self._changed.add(facts)
        if not self._tell.isActive():
            self._tell.start()

    def _tell_now(self) -> None:
        changed, self._changed = self._changed, set()
        self.changed.emit(changed)

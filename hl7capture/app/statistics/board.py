"""Board: what the dashboard asks for, worked out on threads of its own; nobody waits for it."""

import threading
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from hl7capture.app.controller import CaptureController, State
from hl7capture.app.link_watch import LinkFindings
from hl7capture.app.statistics.live import LIVE, LiveStatistics
from hl7capture.app.statistics.past import read_past
from hl7capture.hl7.statistics.series import DAY, Link, Series, Totals
from hl7capture.model.events import Event, Notice
from hl7capture.model.session import Session
from hl7capture.store.jobs import Job
from hl7capture.turns import step_back

_EVERY_MS = 1000
_LINKS_LENGTH = 7 * DAY  # milliseconds: whoever was heard in this time stands among the links
_END_MS = 200


@dataclass(slots=True, frozen=True)
class Wanted:
    """length: milliseconds up to now; LIVE: by the second; None: all. link, kind: None: all of them."""

    length: float | None = LIVE
    link: Link | None = None
    kind: str | None = None


@dataclass(slots=True, frozen=True)
class View:
    """What was wanted, as it stands at `now`, Unix milliseconds."""

    wanted: Wanted
    now: float
    series: Series
    totals: Totals
    links: list[Link]
    kinds: list[str]


class Board(QObject):
    """Follows the controller from the beginning; looks once a second while `set_visible`."""

    shown = Signal(object)  # View
    states_shown = Signal(list, float)  # list[LinkState], those in trouble first; when, Unix milliseconds
    progressed = Signal(int, int)  # sessions read, of how many; 0, 0: done, or cancelled

    def __init__(self, controller: CaptureController, parent: QObject | None = None) -> None:
        super().__init__(parent or controller)
        self._controller = controller
        self._live = LiveStatistics()
        self._wanted = Wanted()
        self._lock = threading.Lock()
        self._grown: dict[str, Session] = {}
        self._judged: dict[str, Session] = {}
        self._is_working = False
        self._is_visible = False
        self._is_closing = False
        self._has_links = False
        self._reading = 0  # the number of the reading that is wanted
        self._folder = controller.output_folder
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._past_pool = QThreadPool(self)
        self._past_pool.setMaxThreadCount(1)
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        controller.happened.connect(self._on_happened)
        controller.judge.judged.connect(self._on_judged)
        controller.links.found.connect(self._on_links)
        controller.state_changed.connect(self._on_state)
        controller.settings_changed.connect(self._on_settings)
        controller.store.load_finished.connect(self._on_loaded)
        controller.store.deleted.connect(self._on_deleted)
        controller.shut_down.connect(self._close)

    @property
    def wanted(self) -> Wanted:
        return self._wanted

    @property
    def late(self) -> float:
        """Milliseconds after which an answer is late."""
        return self._controller.settings.late_answer_seconds * 1000

    def set_visible(self, is_visible: bool) -> None:
        """Nothing is read and looked at for nobody; what happens is counted all the same."""
        self._is_visible = is_visible
        if is_visible and not self._has_links:
            self._read()
        self.look()

    def want(self, wanted: Wanted) -> None:
        """`shown` soon; a past that has to be read first is told of by `progressed`."""
        is_other_time = wanted.length != self._wanted.length
        self._wanted = wanted
        if is_other_time:
            self._read()
        self.look()

    def cancel(self) -> None:
        """What is being read is not wanted any more; what was read so far is not shown."""
        self._reading += 1
        self.progressed.emit(0, 0)

    def look(self) -> None:
        """Works on what has come, and shows it, in the background."""
        with self._lock:
            is_idle = not self._grown and not self._judged and not self._is_visible
            if self._is_working or self._is_closing or is_idle:
                return
            self._is_working = True
        self._pool.start(Job(self._work))

    # -- what the controller tells -----------------------------------------------------------------------------

    def _on_happened(self, events: list[Event]) -> None:
        source = self._controller.source
        if source is None or not source.is_live:
            return  # sessions of files are counted when they are judged
        with self._lock:
            for event in events:
                if not isinstance(event, Notice):
                    self._grown[event.session.session_id] = event.session

    def _on_judged(self, sessions: list[Session]) -> None:
        with self._lock:
            self._judged.update((session.session_id, session) for session in sessions)

    def _on_links(self, found: list[LinkFindings]) -> None:
        self._live.note_connections({one.link: one.findings for one in found})
        self.look()

    def _on_state(self, state: State) -> None:
        source = self._controller.source
        if state is State.STARTING:
            self._live.watch(source is not None and source.is_live)
        elif state is State.IDLE:
            self._live.watch(False)

    def _on_settings(self, _settings: object) -> None:
        if self._controller.output_folder != self._folder:
            self._folder = self._controller.output_folder
            self._live.forget()
            self._on_stored_otherwise()

    def _on_loaded(self, _report: object) -> None:
        """The index may have been behind, or was built just now."""
        self._on_stored_otherwise()

    def _on_deleted(self, session_ids: list[str]) -> None:
        self._live.deleted(session_ids)
        self._on_stored_otherwise()

    def _on_stored_otherwise(self) -> None:
        self._has_links = False
        if self._is_visible:
            self._read()

    def _close(self, _unsaved: object) -> None:
        with self._lock:
            self._is_closing = True
        self._reading += 1
        self._timer.stop()
        for pool in (self._pool, self._past_pool):
            pool.waitForDone(_END_MS)

    # -- in the pools ------------------------------------------------------------------------------------------

    def _work(self) -> None:
        step_back()
        with self._lock:
            grown, self._grown = self._grown, {}
            judged, self._judged = self._judged, {}
        now = time.time() * 1000
        try:
            self._live.grow(grown.values(), now)
            self._live.judged(judged.values())
            if self._is_visible:
                wanted = self._wanted
                looked = self._live.look(now, wanted.length, wanted.link, wanted.kind)
                if looked is not None:
                    self.shown.emit(View(wanted, now, *looked))
                self.states_shown.emit(self._live.states(now, self.late), now)
        finally:
            with self._lock:
                self._is_working = False

    def _read(self) -> None:
        self._reading += 1
        number, length = self._reading, self._wanted.length
        if length == LIVE and self._has_links:
            self.progressed.emit(0, 0)
            return
        self._past_pool.start(Job(lambda: self._read_past(number, length)))

    def _read_past(self, number: int, length: float | None) -> None:
        past = read_past(
            self._controller.store,
            time.time() * 1000,
            _LINKS_LENGTH if length == LIVE else length,
            skip=self._live.known(),
            is_wanted=lambda: number == self._reading,
            on_progress=lambda done, total: self.progressed.emit(done, max(total, done + 1)),
        )
        if past is None:
            return
        if length == LIVE:
            self._live.note_links(past)
        else:
            self._live.set_past(past, length)
        self._has_links = True
        if number == self._reading:
            self.progressed.emit(0, 0)
            self.look()

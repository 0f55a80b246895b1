"""The thread that captures: it reads its sources, and never waits for the disk or the window."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThread, Signal

from hl7capture.app.intake import Intake, Piece
from hl7capture.app.merging import MergedFiles
from hl7capture.app.raw_packets import RawPackets
from hl7capture.app.reading import Reading
from hl7capture.capture.engine import Engine
from hl7capture.hl7.session_summary import note_messages
from hl7capture.model.events import Counters, Event, Notice, SessionCompleted, SessionOpened
from hl7capture.model.settings import Settings
from hl7capture.model.source import Source, SourceCutError, SourceError, total
from hl7capture.store.session_store import SessionStore
from hl7capture.turns import behind_window, give_way, turns

log = logging.getLogger(__name__)

_PROGRESS_INTERVAL = 0.2  # seconds
_TELL_INTERVAL = 0.05  # each telling costs the window some turns
_TROUBLES_INTERVAL = 1.0


@dataclass(slots=True)
class _Part:
    """One source of the capture; its sessions have nothing to do with those of the others."""

    reading: Reading
    raw: "RawPackets | None"
    problem: str = ""  # of the raw packets, as far as it was told

    @property
    def engine(self) -> Engine:
        return self.reading.engine


class CaptureThread(QThread):
    """Captures from `sources`, side by side, until the last one has ended, or `stop`.

    persist: the store gets completed sessions. first_number: of the first session; the store's own numbers go on where
    they are higher. raw: for each source, where a copy of its packets goes; empty: there is none.
    """

    started_capture = Signal()
    happened = Signal(list)  # list[Event]
    progressed = Signal(object, object)  # SourceState, Counters: of all sources together
    troubled = Signal(list)  # list[LinkTrouble]: all that is known, when it is something else
    failed = Signal(str, bool)  # a sentence; whether it was the person's asking that cannot be
    lacks_rights = Signal()  # this user may not capture, an administrator may; `failed` follows

    def __init__(
        self,
        sources: Sequence[Source | MergedFiles],
        settings: Settings,
        probe: str,
        store: SessionStore,
        first_number: int,
        *,
        persist: bool,
        raw: Sequence[RawPackets] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._sources = sources
        self._settings = settings
        self._probe = probe
        self._store = store
        self._persist = persist
        self._raw = raw
        self._parts: list[_Part] = []
        self._paused = threading.Event()
        self._ignored: set[str] = set()  # sessions that began during a pause
        self.next_number = first_number
        self._shown_at = 0.0
        self._happened: list[Event] = []  # that nobody was told of yet
        self._told_at = 0.0
        self._troubles_noted = 0
        self._troubles_told_at = 0.0

    def apply(self, settings: Settings) -> None:
        """New settings count from the next piece on."""
        self._settings = settings

    def set_paused(self, paused: bool) -> None:
        """While paused, sessions that begin are neither shown nor kept; those that are open go on to their end."""
        if paused:
            self._paused.set()
        else:
            self._paused.clear()

    def stop(self) -> None:
        """Asks for the end; what has been captured is still worked through."""
        for source in self._sources:
            source.stop()

    def run(self) -> None:
        """The thread's work."""
        try:
            self._capture()
        except SourceError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person is told, and the program goes on
            log.error("The capture ended by an error of the program: %s", type(error).__name__)
            self.failed.emit(f"The capture ended by an error of the program ({type(error).__name__}).", False)
        finally:
            for source in self._sources:
                source.close()
            for raw in self._raw:
                raw.close()
            self._tell_about_raw()
            self._tell(at_once=True)
            self._show_progress(at_once=True)

    def _capture(self) -> None:
        for raw in self._raw:
            raw.open()
        for source in self._sources:
            source.open()
        self.started_capture.emit()
        self.next_number = max(self.next_number, self._store.newest_number() + 1)
        for number, source in enumerate(self._sources):
            engine = Engine(self._settings, probe=self._probe, source=source.name)
            engine.between = give_way
            raw_packets = self._raw[number] if self._raw else None
            self._parts.append(_Part(Reading(source, engine), raw_packets))
        intake = Intake(self._sources)
        try:
            for number, piece in intake:
                with behind_window():
                    self._take(self._parts[number], piece)
                    self._tell()
                    self._show_progress()
        finally:
            intake.close()

    def _take(self, part: _Part, piece: Piece) -> None:
        engine = part.engine
        engine.settings = self._settings
        engine.next_number = self.next_number
        try:
            if piece is None:
                self._deliver(part.reading.finish(), engine)
            elif isinstance(piece, SourceError):
                self._end(part, piece)
            else:
                if part.raw is not None and isinstance(piece, bytes):
                    part.raw.put(piece)
                self._deliver(part.reading.take(piece), engine)
        except SourceError as error:  # what was read is no capture
            self._end(part, error)

    def _end(self, part: _Part, error: SourceError) -> None:
        """One source has failed; the others go on."""
        part.reading.source.stop()
        self._deliver(part.reading.finish(error), part.engine)
        if not isinstance(error, SourceCutError):
            self._fail(error)

    def _tell(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if self._happened and (at_once or now - self._told_at >= _TELL_INTERVAL):
            told, self._happened = self._happened, []
            self._told_at = now
            for event in told:
                if not isinstance(event, Notice):
                    note_messages(event.session)  # list, dashboard and judge ask for the same
            turns.call()
            self.happened.emit(told)

    def _fail(self, error: SourceError) -> None:
        self._tell(at_once=True)  # what was there before
        if error.lacks_rights:
            self.lacks_rights.emit()
        self.failed.emit(str(error), error.is_usage)

    def _deliver(self, events: list[Event], engine: Engine) -> None:
        is_paused = self._paused.is_set()
        if self._ignored and not is_paused:
            events = events + engine.roll(self._ignored)
        self.next_number = engine.next_number
        wanted = [event for event in events if self._is_wanted(event, is_paused)]
        if self._persist:
            self._keep(wanted)
        self._happened += wanted

    def _keep(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, SessionCompleted):
                self._store.save(event.session)
            elif not isinstance(event, Notice) and event.session.is_open:
                self._store.note(event.session)

    def _is_wanted(self, event: Event, is_paused: bool) -> bool:
        if isinstance(event, Notice):
            return True
        session_id = event.session.session_id
        if isinstance(event, SessionOpened) and is_paused:
            self._ignored.add(session_id)
        if session_id not in self._ignored:
            return True
        if isinstance(event, SessionCompleted):
            self._ignored.discard(session_id)
        return False

    def _show_progress(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if not at_once and now - self._shown_at < _PROGRESS_INTERVAL:
            return
        self._shown_at = now
        self._tell_about_raw()
        self._tell_about_links(now, at_once=at_once)
        counters = Counters.sum(part.engine.counters for part in self._parts)
        counters.not_in_raw_file = sum(raw.left_out for raw in self._raw)
        turns.call()
        self.progressed.emit(total(source.state for source in self._sources), counters)

    def _tell_about_links(self, now: float, *, at_once: bool) -> None:
        noted = sum(part.engine.troubles_noted for part in self._parts)
        if noted != self._troubles_noted and (at_once or now - self._troubles_told_at >= _TROUBLES_INTERVAL):
            self._troubles_noted, self._troubles_told_at = noted, now
            self.troubled.emit([trouble for part in self._parts for trouble in part.engine.link_troubles()])

    def _tell_about_raw(self) -> None:
        for part in self._parts:
            if part.raw is not None and part.raw.problem != part.problem:
                part.problem = part.raw.problem
                self._happened.append(Notice(part.problem or f"Raw packets are written again to {part.raw.path}"))

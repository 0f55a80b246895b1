"""The thread that captures: it reads one source, and never waits for the disk or the window."""

import logging
import threading
import time
from pathlib import Path
from typing import IO

from PySide6.QtCore import QObject, QThread, Signal

from hl7capture.app.reading import read_events
from hl7capture.capture.engine import Engine
from hl7capture.model.events import Event, Notice, SessionCompleted, SessionOpened
from hl7capture.model.settings import Settings
from hl7capture.model.source import Source, SourceError
from hl7capture.store.session_store import SessionStore

log = logging.getLogger(__name__)

_PROGRESS_INTERVAL = 0.2  # seconds


class CaptureThread(QThread):
    """Captures from `source` until its end or `stop`.

    persist: the store gets completed sessions. first_number: of the first session; the store's own numbers go on where
    they are higher. raw: a copy of the capture's bytes goes there.
    """

    started_capture = Signal()
    happened = Signal(list)  # list[Event]
    progressed = Signal(object, object)  # SourceState, Counters
    failed = Signal(str, bool)  # a sentence; whether it was the person's asking that cannot be

    def __init__(
        self,
        source: Source,
        settings: Settings,
        probe: str,
        store: SessionStore,
        first_number: int,
        *,
        persist: bool,
        raw: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._settings = settings
        self._probe = probe
        self._store = store
        self._persist = persist
        self._raw_path = raw
        self._raw: IO[bytes] | None = None
        self._paused = threading.Event()
        self._ignored: set[str] = set()  # sessions that began during a pause
        self.next_number = first_number
        self._shown_at = 0.0

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
        self._source.stop()

    def run(self) -> None:
        """The thread's work."""
        try:
            self._capture()
        except SourceError as error:
            self.failed.emit(str(error), error.is_usage)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person is told, and the program goes on
            log.error("The capture ended by an error of the program: %s", type(error).__name__)
            self.failed.emit(f"The capture ended by an error of the program ({type(error).__name__}).", False)
        finally:
            self._source.close()
            if self._raw is not None:
                self._raw.close()

    def _capture(self) -> None:
        if self._raw_path is not None:
            self._open_raw(self._raw_path)
        self._source.open()
        self.started_capture.emit()
        self.next_number = max(self.next_number, self._store.newest_number() + 1)
        engine = Engine(self._settings, probe=self._probe, source=self._source.name, first_number=self.next_number)
        try:
            for events in read_events(self._source, engine, self._write_raw if self._raw else None):
                engine.settings = self._settings
                self._deliver(events, engine)
                self._show_progress(engine)
        finally:
            self.next_number = engine.next_number
            self._show_progress(engine, at_once=True)

    def _deliver(self, events: list[Event], engine: Engine) -> None:
        is_paused = self._paused.is_set()
        if self._ignored and not is_paused:
            events = events + engine.roll(self._ignored)
        wanted = [event for event in events if self._is_wanted(event, is_paused)]
        if self._persist:
            for event in wanted:
                if isinstance(event, SessionCompleted):
                    self._store.save(event.session)
        if wanted:
            self.happened.emit(wanted)

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

    def _show_progress(self, engine: Engine, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if at_once or now - self._shown_at >= _PROGRESS_INTERVAL:
            self._shown_at = now
            self.progressed.emit(self._source.state, engine.counters.copy())

    def _open_raw(self, path: Path) -> None:
        try:
            self._raw = path.open("wb")
        except OSError as error:
            raise SourceError(f"{path} cannot be written: {error.strerror}.") from error

    def _write_raw(self, data: bytes) -> None:
        if self._raw is None:
            return
        try:
            self._raw.write(data)
            self._raw.flush()
        except OSError as error:
            self._raw = None  # capturing goes on without the copy
            log.error("%s cannot be written any more: %s", self._raw_path, error.strerror)
            self.happened.emit([Notice(f"{self._raw_path} cannot be written any more: {error.strerror}")])

"""CaptureController: the capture, the store and the settings as one; the window and the command line are its faces."""

import logging
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, QThreadPool, QTimer, Signal

from hl7capture.app.archiving import Archiving
from hl7capture.app.capture_thread import CaptureThread
from hl7capture.app.judging import Judge
from hl7capture.app.link_watch import LinkWatch
from hl7capture.app.merging import MergedFiles
from hl7capture.app.probe import probe_name
from hl7capture.app.raw_packets import MEGABYTE, RawPackets, Ring, file_name_of
from hl7capture.model.events import Event, Notice, SessionCompleted
from hl7capture.model.settings import Settings
from hl7capture.model.source import Source
from hl7capture.store.session_store import SessionStore
from hl7capture.store.settings_file import SettingsFile, output_folder

log = logging.getLogger(__name__)

RAW_FOLDER = "raw"  # in the output folder
_SHUTDOWN_SECONDS = 6  # for what waits to be written
_ARCHIVE_SECONDS = 1  # and then for it to be archived; the next start does what is left
_LAST_SECONDS = 2  # then, for what the disk did not take to be put aside
_JUDGING_MS = 200
_SETTINGS_MS = 800  # and for the settings: ten seconds in all
_ASK_AGAIN_MS = 50
_LONGEST_MS = 10_000


class State(Enum):
    """What the controller is doing."""

    IDLE = "idle"
    STARTING = "starting"
    CAPTURING = "capturing"
    PAUSED = "paused"
    STOPPING = "stopping"


class CaptureController(QObject):
    """Start, stop, pause, resume, clear; settings that apply at once; an orderly end.

    output: folder for sessions, instead of what the settings say. persist: False keeps nothing, whatever they say.
    """

    state_changed = Signal(object)  # State
    happened = Signal(list)  # list[Event]
    progressed = Signal(object, object)  # SourceState, Counters
    failed = Signal(str, bool)  # a sentence for a person; whether it was their asking that cannot be
    lacks_rights = Signal()  # this user may not capture, an administrator may; `failed` follows
    capture_ended = Signal()
    cleared = Signal()
    settings_changed = Signal(object)  # Settings
    ending = Signal()  # the program ends: what somebody put off is to be done now
    shut_down = Signal(list)  # list[str]: ids of sessions that could not be written
    _settings_unsaved = Signal(str)

    def __init__(
        self,
        settings_file: SettingsFile | None = None,
        *,
        output: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._file = settings_file or SettingsFile()
        loaded = self._file.load()
        self.settings_problems = loaded.problems
        self._settings = loaded.settings
        self._output = output
        self.store = SessionStore(self._settings, output_folder(self._settings, output), self)
        self.judge = Judge(self._settings, self.store.neighbours, self.store.find, self)
        self.judge.judged.connect(self.store.judged)
        self.links = LinkWatch(self._settings, self)
        self.archiving = Archiving(self._settings, self.store, self)
        self.judge.judged.connect(self.archiving.judged)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)  # one after the other: the last settings stay
        self._settings_unsaved.connect(lambda text: self.failed.emit(text, False))
        self.probe = probe_name()
        self.sources: tuple[Source | MergedFiles, ...] = ()  # of the capture that is going on, or of the last one
        self._thread: CaptureThread | None = None
        self._state = State.IDLE
        self._next_number = 1
        self._is_shutting_down = False
        self.is_stuck = False  # after `shut_down`: the disk does not answer, and its threads cannot be waited for
        self._patience = self._archive_patience = 0

    @property
    def state(self) -> State:
        return self._state

    @property
    def is_shutting_down(self) -> bool:
        """The end has begun: nothing new is taken."""
        return self._is_shutting_down

    @property
    def source(self) -> Source | MergedFiles | None:
        """The first of `sources`: all of them are live, or it is the only one."""
        return self.sources[0] if self.sources else None

    @property
    def source_names(self) -> str:
        """`eth0, eth1`"""
        return ", ".join(source.name for source in self.sources)

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def settings_path(self) -> Path:
        return self._file.path

    @property
    def output_folder(self) -> Path:
        return self.store.folder.root

    # -- capturing ---------------------------------------------------------------------------------------------

    def start(
        self, *sources: Source | MergedFiles, persist: bool = True, raw: Sequence[RawPackets] | None = None
    ) -> None:
        """Begins to capture from `sources`, side by side. persist: completed sessions go to the store.

        raw: for each source, where a copy of its packets goes; None: what the settings say.
        """
        if self._thread is not None:
            raise RuntimeError("a capture is running already")
        if raw is None:
            raw = self._raw_by_settings(sources) if persist else ()
        self.sources = sources
        self._thread = CaptureThread(
            sources, self._settings, self.probe, self.store, self._next_number, persist=persist, raw=raw, parent=self
        )
        self._thread.started_capture.connect(self._on_started)
        self._thread.happened.connect(self._on_happened)
        self._thread.progressed.connect(self.progressed)
        self._thread.troubled.connect(self.links.judge)
        self._thread.failed.connect(self.failed)
        self._thread.lacks_rights.connect(self.lacks_rights)
        self._thread.finished.connect(self._on_finished)
        self.links.begin()
        self._set_state(State.STARTING)
        self._thread.start()

    def stop(self) -> None:
        """Ends the capture; open sessions are completed as `stopped`. `capture_ended` tells when that is done."""
        if self._thread is not None and self._state is not State.STOPPING:
            self._set_state(State.STOPPING)
            self._thread.stop()

    def pause(self) -> None:
        """Sessions that begin from now on are neither shown nor kept; those that are open go on to their end."""
        if self._thread is not None and self._state is State.CAPTURING:
            self._thread.set_paused(True)
            self._set_state(State.PAUSED)

    def resume(self) -> None:
        """Takes new sessions again."""
        if self._thread is not None and self._state is State.PAUSED:
            self._thread.set_paused(False)
            self._set_state(State.CAPTURING)

    def clear(self) -> None:
        """Empties the list of sessions; what is on disk stays there."""
        self.cleared.emit()

    def delete(self, session_ids: Sequence[str]) -> None:
        """Deletes sessions from the disk for good."""
        self.store.delete(session_ids)

    # -- settings ----------------------------------------------------------------------------------------------

    def change_settings(self, **values: Any) -> None:
        """Applies and saves new values (attribute names or camelCase keys). Raises SettingsError."""
        self.apply_settings(self._settings.changed(**values))

    def apply_settings(self, settings: Settings) -> None:
        """Settings count at once, also for the capture that is running; they are saved in the background."""
        self._settings = self.judge.settings = self.links.settings = settings
        self.store.apply(settings, output_folder(settings, self._output))
        self.archiving.apply(settings)
        if self._thread is not None:
            self._thread.apply(settings)
        self.settings_changed.emit(settings)
        self._pool.start(lambda: self._save(settings))

    def _save(self, settings: Settings) -> None:
        try:
            self._file.save(settings)
        except OSError as error:
            self._settings_unsaved.emit(f"Settings {self._file.path} cannot be saved: {error.strerror}.")

    # -- the end -----------------------------------------------------------------------------------------------

    def shutdown(self) -> None:
        """Stops the capture and writes what waits, in ten seconds at the most; then `shut_down`. Returns at once."""
        if self._is_shutting_down:
            return
        self._is_shutting_down = True
        self.ending.emit()
        self._patience = _SHUTDOWN_SECONDS * 1000 // _ASK_AGAIN_MS
        self._archive_patience = _ARCHIVE_SECONDS * 1000 // _ASK_AGAIN_MS
        self.stop()
        QTimer.singleShot(0, self._look_whether_done)  # whoever asks has ended its own work first

    def shutdown_now(self) -> None:
        """The same, and returns when it is done: the system logs off, and ends the program when this returns."""
        loop = QEventLoop()
        self.shut_down.connect(loop.quit)
        QTimer.singleShot(_LONGEST_MS, loop.quit)
        self.shutdown()
        loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def _look_whether_done(self) -> None:
        self._patience -= 1
        unsaved = self.store.flush(0) if self._thread is None else []
        is_hopeless = bool(unsaved and self.store.problem)
        if self._patience > 0 and (self._thread is not None or (unsaved and not is_hopeless)):
            QTimer.singleShot(_ASK_AGAIN_MS, self._look_whether_done)
            return
        self.archiving.finish()
        if self._archive_patience > 0 and not self.archiving.is_finished:
            self._archive_patience -= 1
            QTimer.singleShot(_ASK_AGAIN_MS, self._look_whether_done)
            return
        self.archiving.stop()
        unsaved = self.store.unsaved()
        self.judge.close(_JUDGING_MS)
        self.links.close(_JUDGING_MS)
        self.is_stuck = not self.store.close(_LAST_SECONDS)
        unsaved = [session_id for session_id in unsaved if not self.store.folder.has(session_id)]
        for session_id in unsaved:
            log.error("Session %s could not be saved before the end: %s", session_id, self.store.problem)
        self.is_stuck |= not self._pool.waitForDone(_SETTINGS_MS)
        self.shut_down.emit(unsaved)

    def _raw_by_settings(self, sources: Sequence[Source | MergedFiles]) -> list[RawPackets]:
        is_wanted = self._settings.keep_raw_packets and self._settings.enable_persistence
        if not is_wanted or not all(source.is_live for source in sources):
            return []
        folder = self.output_folder / RAW_FOLDER
        ring = Ring.of_folder(folder, self._settings.raw_packets_megabytes * MEGABYTE, writers=len(sources))
        return [RawPackets(folder / f"{file_name_of(source.name)}.pcap", ring) for source in sources]

    def _on_happened(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, SessionCompleted):
                self.judge.take(event.session)
        self.links.take(event.session for event in events if not isinstance(event, Notice))
        self.happened.emit(events)

    def _on_started(self) -> None:
        if self._state is State.STARTING:
            self._set_state(State.CAPTURING)

    def _on_finished(self) -> None:
        assert self._thread is not None
        self._next_number = self._thread.next_number
        self._thread.deleteLater()
        self._thread = None
        self._set_state(State.IDLE)
        self.capture_ended.emit()

    def _set_state(self, state: State) -> None:
        self._state = state
        self.state_changed.emit(state)

"""Cleaning up: at the start, every `cleanupIntervalHours`, and when somebody asks for it; in the background."""

import logging
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from hl7capture.model.settings import Settings
from hl7capture.store import clock
from hl7capture.store.jobs import Job
from hl7capture.store.remedies import remedy
from hl7capture.store.retention import CleanUp, Held, clean_up, nothing_held, planned
from hl7capture.store.session_folder import FolderInUseError, SessionFolder

log = logging.getLogger(__name__)

_HOUR_MS = 3_600_000
OFF = "Saving sessions is switched off (enablePersistence); nothing is cleaned up."


class Cleaner(QObject):
    """Deletes sessions whose time is over, if the clock is to be believed."""

    cleaned = Signal(object)  # CleanUp, also where it deleted nothing
    planned = Signal(object)  # CleanUp, as it would be

    def __init__(
        self,
        settings: Settings,
        folder: Callable[[], SessionFolder],
        pool: QThreadPool,
        on_gone: Callable[[CleanUp], None],
        parent: QObject | None = None,
    ) -> None:
        """on_gone: hears of what was deleted, in the thread that did it."""
        super().__init__(parent)
        self._settings = settings
        self._folder = folder
        self._pool = pool
        self._on_gone = on_gone
        self._is_cancelled = False
        self.held: Callable[[], Held] = lambda: nothing_held  # what the archive does not have yet
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.clean_up)

    def apply(self, settings: Settings) -> None:
        """New settings; where the interval has changed, it begins anew."""
        is_other = settings.cleanup_interval_hours != self._settings.cleanup_interval_hours
        self._settings = settings
        if is_other and self._timer.isActive():
            self.start_timer()

    def start(self) -> None:
        """Cleans up now, and then again and again."""
        self.start_timer()
        self.clean_up()

    def start_timer(self) -> None:
        self._timer.start(self._settings.cleanup_interval_hours * _HOUR_MS)

    def stop(self) -> None:
        """What is under way ends early."""
        self._is_cancelled = True
        self._timer.stop()

    def clean_up(self, *, is_clock_confirmed: bool = False) -> None:
        """In the background: `cleaned`. is_clock_confirmed: a person says that the clock is right."""
        if self._settings.enable_persistence:
            self._pool.start(Job(lambda: self.cleaned.emit(self.clean_up_now(is_clock_confirmed=is_clock_confirmed))))

    def plan(self) -> None:
        """What a clean-up would delete, in the background: `planned`."""
        self._pool.start(Job(lambda: self.planned.emit(self.plan_now())))

    def plan_now(self) -> CleanUp:
        """The same in the calling thread."""
        if not self._settings.enable_persistence:
            return CleanUp(problem=OFF, is_idle=True)
        folder = self._folder()
        now = _now()
        try:
            plan = planned(folder, now, self.held())
        except OSError as error:
            return CleanUp(problem=remedy(error, folder.root))
        plan.clock = clock.doubt(now, clock.last_time(folder.root))
        return plan

    def clean_up_now(self, *, is_clock_confirmed: bool = False) -> CleanUp:
        """Cleans up in the calling thread."""
        if not self._settings.enable_persistence:
            return CleanUp(problem=OFF, is_idle=True)
        folder = self._folder()
        now = _now()
        if not folder.sessions.is_dir():
            return CleanUp()
        doubt = "" if is_clock_confirmed else clock.doubt(now, clock.last_time(folder.root))
        if doubt:
            log.warning("Nothing is cleaned up. %s", doubt)
            return CleanUp(clock=doubt)
        try:
            done = clean_up(folder, now, lambda: self._is_cancelled, self.held())
        except FolderInUseError as error:
            log.info("Nothing is cleaned up: %s", error)
            return CleanUp(problem=f"{error}; that one cleans up.", is_idle=True)
        except OSError as error:
            log.error("Sessions cannot be cleaned up: %s", remedy(error, folder.root))
            return CleanUp(problem=remedy(error, folder.root))
        clock.remember(folder.root, now)
        self._on_gone(done)
        return done


def _now() -> float:
    return time.time() * 1000

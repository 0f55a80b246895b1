"""Trouble that comes with every session, as that of a broken disk does: told when it begins, changes and is over."""

import logging
import threading
import time
from collections.abc import Callable

MINUTE = 60.0
_MOST_REASONS = 10  # that are told at once; a disk has no more


class TroubleLog:
    """A line when trouble begins, one for each new reason, at most one a minute while it lasts, one when it is over.

    What comes and goes all the time begins and ends once a minute, too. May be used from any thread.
    """

    def __init__(self, log: logging.Logger, what: str, well: str, clock: Callable[[], float] = time.monotonic) -> None:
        """what: `Sessions cannot be saved`; well: `Sessions are saved`; clock: seconds."""
        self._log = log
        self._what = what
        self._well = well
        self._clock = clock
        self._lock = threading.Lock()
        self._is_told = False  # that there is trouble, and not yet that it is over
        self._latest = -MINUTE  # when a line was written
        self._reasons: set[str] = set()
        self._failures = 0

    def failed(self, name: str, reason: str) -> None:
        """It failed once more. name: of what, as `session 20261121T…`; reason: why, and what to do, in sentences."""
        with self._lock:
            self._failures += 1
            now = self._clock()
            if now - self._latest >= MINUTE:
                self._reasons.clear()
            elif reason in self._reasons or len(self._reasons) >= _MOST_REASONS:
                return
            self._reasons.add(reason)
            self._latest = now
            count = f"{self._failures:,} times so far, the latest" if self._failures > 1 else "the first"
            still = " still" if self._is_told else ""
            self._log.error("%s%s (%s: %s): %s", self._what, still, count, name, reason)
            self._is_told = True

    def over(self) -> None:
        """It went well."""
        with self._lock:
            if self._is_told:
                times = "once" if self._failures == 1 else f"{self._failures:,} times"
                self._log.warning("%s again; they were not, %s", self._well, times)
                self._is_told = False
                self._failures = 0

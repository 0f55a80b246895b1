"""Hears that sessions came into the archive; where that cannot be heard, it asks now and then.

LISTEN does not reach through every pooler (pgbouncer in its transaction mode swallows it), a replica refuses it, and a
connection may die unnoticed: so whoever shows the archive is told to look again every `POLL_SECONDS`, whatever was
heard.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from hl7capture.archive.connecting import connect, driver, in_words
from hl7capture.archive.errors import ArchiveError

if TYPE_CHECKING:
    from hl7capture.archive.connecting import Connection

log = logging.getLogger(__name__)

CHANNEL = "hl7capture_sessions"
POLL_SECONDS = 10.0
_STEP_SECONDS = 0.5  # how soon it notices that it is to stop
_GATHERED_SECONDS = 1.0  # many probes send at once: one look for all
_PAUSE_SECONDS = 1.0  # before a connection that broke is made anew


class Listener:
    """A thread with a connection of its own.

    on_news: something may have come. on_away: why the archive cannot be reached; "" when it can be again. Both are
    called on this thread.
    """

    def __init__(self, url: str, on_news: Callable[[], None], on_away: Callable[[str], None]) -> None:
        self._url = url
        self._on_news = on_news
        self._on_away = on_away
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="archive listener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns at once; nothing is told any more soon after."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        is_lost = False
        while not self._stopped.is_set():
            try:
                connection = connect(self._url)
            except ArchiveError as error:
                is_lost = True
                self._on_away(str(error))
                self._stopped.wait(POLL_SECONDS)
                continue
            if is_lost:
                is_lost = False
                self._on_away("")
                self._on_news()
            with closing(connection):
                try:
                    self._listen(connection)
                except driver().Error as error:
                    is_lost = True
                    log.info("The archive's news are not heard any more: %s", in_words(error))
                    self._stopped.wait(_PAUSE_SECONDS)

    def _listen(self, connection: "Connection") -> None:
        """Raises psycopg.Error when the connection breaks."""
        can_hear = _can_hear(connection)
        told = time.monotonic()
        while not self._stopped.is_set():
            heard = can_hear and bool(list(connection.notifies(timeout=_STEP_SECONDS, stop_after=1)))
            if not can_hear:
                self._stopped.wait(_STEP_SECONDS)
            elif heard:
                self._stopped.wait(_GATHERED_SECONDS)
                list(connection.notifies(timeout=0))
            if heard or time.monotonic() - told > POLL_SECONDS:
                connection.execute("SELECT 1")  # it is still there
                told = time.monotonic()
                if not self._stopped.is_set():
                    self._on_news()


def _can_hear(connection: "Connection") -> bool:
    """Raises psycopg.Error when the connection breaks."""
    try:
        connection.execute(f"LISTEN {CHANNEL}")
    except driver().Error as error:
        if connection.closed:
            raise
        log.info("The archive's news cannot be heard, so it is asked for them: %s", in_words(error))
        return False
    return True

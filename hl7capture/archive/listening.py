"""Hears that sessions came into the archive; where that cannot be heard, it asks now and then.

LISTEN does not reach through every pooler (pgbouncer in its transaction mode swallows it), and a connection may die
unnoticed: so whoever shows the archive is told to look again every `POLL_SECONDS`, whatever was heard.
"""

import logging
import threading
import time
from collections.abc import Callable
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
        is_away = False
        while not self._stopped.is_set():
            try:
                connection = connect(self._url)
            except ArchiveError as error:
                is_away = True
                self._on_away(str(error))
                self._stopped.wait(POLL_SECONDS)
                continue
            try:
                connection.execute(f"LISTEN {CHANNEL}")
                if is_away:
                    is_away = False
                    self._on_away("")
                    self._on_news()
                self._listen(connection)
            except driver().Error as error:
                log.info("The archive's news are not heard any more: %s", in_words(error))
            finally:
                connection.close()

    def _listen(self, connection: "Connection") -> None:
        """Raises psycopg.Error when the connection breaks."""
        told = time.monotonic()
        while not self._stopped.is_set():
            heard = bool(list(connection.notifies(timeout=_STEP_SECONDS, stop_after=1)))
            if heard:
                self._stopped.wait(_GATHERED_SECONDS)
                list(connection.notifies(timeout=0))
            if heard or time.monotonic() - told > POLL_SECONDS:
                connection.execute("SELECT 1")  # it is still there
                told = time.monotonic()
                if not self._stopped.is_set():
                    self._on_news()

"""The archiver: a thread that takes to the archive what is not in it yet, and never gets in the way of the capture.

The session files are its queue. It may be killed at any time, and the archive may be away for as long as it likes: what
is sent twice is there once, and what was not sent is found again.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from hl7capture.archive.connecting import in_words
from hl7capture.archive.delivery import Delivery, waiting_files
from hl7capture.archive.errors import ArchiveError, ReaderError
from hl7capture.archive.marks import Marks
from hl7capture.archive.pauses import Pauses
from hl7capture.archive.queue import Queue
from hl7capture.archive.state import ArchiveState, Condition
from hl7capture.model.session import Codes
from hl7capture.model.settings import Settings
from hl7capture.store.session_folder import SessionFolder
from hl7capture.store.trouble_log import TroubleLog
from hl7capture.turns import behind_window

log = logging.getLogger(__name__)

_GATHERED_SECONDS = 1.0  # sessions of one moment go together, and the index has judged them by then
_IDLE_SECONDS = 60.0  # without anything to send a connection is given back
_LOOK_AGAIN_SECONDS = 3600.0  # for files that somebody else has put there
_TOLD_SECONDS = 1.0  # how often it is told, while the archive is away, how many wait
_LONGEST_REST = 5.0  # seconds


@dataclass(slots=True, frozen=True)
class Place:
    """Where sessions lie and where they go. machine: this one's name. settings: for judging."""

    url: str
    root: Path
    machine: str
    settings: Settings

    @property
    def where(self) -> tuple[str, Path]:
        """What makes it another place."""
        return self.url, self.root


class Archiver:
    """`note`, `try_now`, `finish` and `stop` may be called from any thread, and return at once.

    on_state: hears how it stands, on the archiver's thread. share: how long it rests after some work, as a share of the
    time that this took: capturing comes first.
    """

    def __init__(self, place: Place, on_state: Callable[[ArchiveState], None], *, share: float = 1.0) -> None:
        self.state = ArchiveState(Condition.CONNECTING)
        self._place = place
        self._folder = SessionFolder(place.root)
        self._on_state = on_state
        self._share = share
        self._queue = Queue()
        self._pauses = Pauses()
        self._trouble = TroubleLog(log, "Sessions cannot be archived, they wait", "Sessions are archived")
        self._marks: Marks | None = None
        self._delivery: Delivery | None = None
        self._away_since: float | None = None
        self._refused = 0
        self._is_stopping = False
        self._is_finishing = False
        self._is_look_due = False
        self._wake = threading.Event()  # there is something to do
        self._hurry = threading.Event()  # and that even while the archive is away
        self._thread = threading.Thread(target=self._run, name="archiver", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def note(self, name: str, codes: Codes | None = None) -> None:
        """A file, by its name below the sessions' folder, is new, or has changed, or was judged anew.

        codes: of its findings, where they are known.
        """
        self._queue.add(name, codes)
        self._wake.set()

    def look(self) -> None:
        """There may be new files in the folder."""
        self._is_look_due = True
        self._wake.set()

    def try_now(self) -> None:
        """Somebody thinks that the archive is back."""
        self._hurry.set()
        self._wake.set()

    def finish(self) -> None:
        """Ends as soon as nothing waits, or the archive is away."""
        self._is_finishing = True
        self.try_now()

    def stop(self) -> None:
        """Ends now; what is under way is not in the archive, or is, and the next start finds out."""
        self._is_stopping = True
        self.try_now()
        delivery = self._delivery
        if delivery is not None:
            delivery.hang_up()

    def wait(self, seconds: float) -> bool:
        """True where the thread has ended within that time."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    # -- on its thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._is_stopping:
                try:
                    with behind_window():
                        self._look()
                        self._serve()
                except Exception as error:  # noqa: BLE001 - whatever it is, the capture goes on, and this as well
                    self._failed(error)
                if self._is_finishing:
                    break
        finally:
            self._end()

    def _serve(self) -> None:
        """Sends until nothing has come for a while; then waits, without a connection, until something does."""
        self._tell(Condition.CONNECTING if self._away_since is None else Condition.AWAY)
        assert self._marks is not None
        place = self._place
        delivery = Delivery(place.url, self._folder, place.machine, place.settings, self._queue, self._marks)
        with closing(delivery):
            self._delivery = delivery
            try:
                self._send(delivery)
            finally:
                self._delivery = None
                self._marks = delivery.marks
        self._pause(_LOOK_AGAIN_SECONDS)

    def _send(self, delivery: Delivery) -> None:
        idle_since = time.monotonic()
        is_indexing = True
        while not self._is_stopping:
            began = time.monotonic()
            sent = delivery.send_some()
            self._well()
            if self._is_look_due:
                self._look()
            if sent is None:
                is_indexing = is_indexing and not self._is_finishing and delivery.index_texts()
            if sent or (sent is None and is_indexing):
                self._tell(Condition.SENDING if len(self._queue) else Condition.READY)
                self._rest((time.monotonic() - began) * self._share)
                idle_since = time.monotonic()
                is_indexing = True
            elif sent is None:
                self._refused = len(delivery.marks.refusals())
                self._tell(Condition.READY if not len(self._queue) else Condition.SENDING)
                if self._is_finishing or time.monotonic() - idle_since > _IDLE_SECONDS:
                    return
                if self._pause(_IDLE_SECONDS):
                    self._rest(_GATHERED_SECONDS)

    def _look(self) -> None:
        """What of the folder is not in the archive. Raises OSError."""
        self._is_look_due = False
        if self._marks is None:
            self._marks = Marks.open(self._place.root)
        try:
            self._queue.fill(waiting_files(self._folder, self._marks))
            self._refused = len(self._marks.refusals())
        except sqlite3.Error as error:
            log.warning("What was archived of %s is asked anew: %s", self._place.root, error)
            self._marks.close()
            self._marks = Marks.in_memory()
            self._queue.fill(waiting_files(self._folder, self._marks))

    def _well(self) -> None:
        self._pauses.over()
        self._trouble.over()
        self._away_since = None

    def _failed(self, error: Exception) -> None:
        if self._is_stopping:
            return
        if isinstance(error, ReaderError):
            self._well()
            self._tell(Condition.READING, str(error))
            if not self._is_finishing:
                self._hurry.wait(_LOOK_AGAIN_SECONDS)  # it may be made a probe
                self._hurry.clear()
            return
        if self._away_since is None:
            self._away_since = time.time()
        reason = _reason(error)
        self._trouble.failed(f"{len(self._queue)} sessions", reason)
        self._tell(Condition.AWAY, reason)
        deadline = time.monotonic() + self._pauses.next()
        while not (self._is_stopping or self._is_finishing or self._hurry.is_set()):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            self._hurry.wait(min(left, _TOLD_SECONDS))
            if len(self._queue) != self.state.waiting:
                self._tell(Condition.AWAY)
        self._hurry.clear()

    def _tell(self, condition: Condition, reason: str = "") -> None:
        reason = reason or (self.state.reason if condition is Condition.AWAY else "")
        self.state = ArchiveState(condition, len(self._queue), self._refused, self._away_since, reason)
        self._on_state(self.state)

    def _pause(self, seconds: float) -> bool:
        """Waits, until something happens at the most; True where it did."""
        if self._is_stopping or self._is_finishing:
            return True
        happened = self._wake.wait(seconds)
        self._wake.clear()
        return happened

    def _rest(self, seconds: float) -> None:
        """Waits, whatever happens but the end."""
        deadline = time.monotonic() + min(seconds, _LONGEST_REST)
        while not self._is_stopping and not self._is_finishing:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.05))

    def _end(self) -> None:
        if self._marks is None:
            return
        with suppress(sqlite3.Error):
            # What was judged anew has a mark of what was said before; with none the next start finds it.
            self._marks.forget(name.rpartition("/")[2].removesuffix(".json") for name in self._queue.judged())
        self._marks.close()


def _reason(error: Exception) -> str:
    if isinstance(error, ArchiveError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}."
    if isinstance(error, sqlite3.Error):
        return f"What was archived cannot be remembered: {error}."
    if hasattr(error, "sqlstate"):  # the driver's; it may not even be installed
        return in_words(error)
    return f"An error of the program ({type(error).__name__})."

"""The archive as somebody looks at it: lists, documents, news, all read in the background."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal, SignalInstance

from hl7capture.archive.errors import ArchiveError
from hl7capture.archive.listening import Listener
from hl7capture.archive.reading import CancelledError, Reader
from hl7capture.archive.searching import Archived, Key
from hl7capture.store.document import DocumentError

if TYPE_CHECKING:
    from hl7capture.hl7.filter.evaluation import Filter

_TOLD_SECONDS = 0.2  # what was found is told so often


class Ended(NamedTuple):
    """A search is over. is_all: there is nothing behind. reason: why it failed; "" where it did not."""

    number: int
    is_all: bool = False
    is_cancelled: bool = False
    reason: str = ""


class ArchiveView(QObject):
    """Everything returns at once, and is told later, on the thread that made this.

    Searches have numbers: what is told of one that is not wanted any more can be left aside. Sessions are named
    `20261121T101530.123Z-5f1c9a2e@3`: by their id and the number of their probe, for several may have the same id.
    """

    found = Signal(int, list)  # number of the search; list[Archived]: some more
    progressed = Signal(int, float)  # number of the search; how far back it has come, Unix ms
    ended = Signal(object)  # Ended
    fetched = Signal(object)  # Session, under its name here
    fetch_failed = Signal(str, str)  # name; why
    opened = Signal(bool)  # whether this login sees the sessions of all probes
    news = Signal()  # sessions have come, perhaps
    away = Signal(str)  # why the archive cannot be reached; "" when it can be again

    def __init__(self, url: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._url = url
        self._lists = _Line(url)
        self._documents = _Line(url)
        self._number = 0
        self._archived: dict[str, Archived] = {}
        self._listener: Listener | None = None

    # -- lists -------------------------------------------------------------------------------------------------

    def search(self, wanted: "Filter | None", after: Key | None, most: int) -> int:
        """Looks for the next `most` sessions behind `after`; its number. What goes on is cut short."""
        self.cancel()
        self._number += 1
        number = self._number
        self._lists.begin(lambda reader: self._search(reader, number, wanted, after, most), self._on_failed(number))
        return number

    def cancel(self) -> None:
        """Ends the search; nothing is told of it but its end."""
        self._lists.cancel()

    def _search(self, reader: Reader, number: int, wanted: "Filter | None", after: Key | None, most: int) -> None:
        some: list[Archived] = []
        count, told = 0, time.monotonic()
        for archived in reader.search(wanted, after, lambda moment: _tell(self.progressed, number, moment)):
            some.append(archived)
            count += 1
            if time.monotonic() - told > _TOLD_SECONDS:
                _tell(self.found, number, some)
                some, told = [], time.monotonic()
            if count == most:
                break
        _tell(self.found, number, some)
        _tell(self.ended, Ended(number, count < most))

    def _on_failed(self, number: int) -> Callable[[str], None]:
        return lambda reason: _tell(self.ended, Ended(number, is_cancelled=not reason, reason=reason))

    def remember(self, found: Sequence[Archived]) -> None:
        """These may be fetched by their names."""
        self._archived |= {name_of(archived): archived for archived in found}

    def forget(self) -> None:
        """Nothing that was found before is wanted any more."""
        self._archived = {}

    def archived(self, name: str) -> Archived:
        """A session that is remembered."""
        return self._archived[name]

    # -- documents ---------------------------------------------------------------------------------------------

    def fetch(self, name: str) -> None:
        """Reads one session that is remembered: `fetched`, or `fetch_failed`."""
        archived = self._archived.get(name)
        if archived is not None:
            self._documents.begin(
                lambda reader: self._fetch(reader, name, archived),
                lambda reason: _tell(self.fetch_failed, name, reason),
            )

    def _fetch(self, reader: Reader, name: str, archived: Archived) -> None:
        session = reader.documents([archived]).get((archived.probe_id, archived.summary.session_id))
        if session is None:
            _tell(self.fetch_failed, name, "it is not in the archive any more")
        elif isinstance(session, DocumentError):
            _tell(self.fetch_failed, name, str(session))
        else:
            session.session_id = name
            session.findings = archived.summary.findings
            _tell(self.fetched, session)

    # -- news --------------------------------------------------------------------------------------------------

    def listen(self) -> None:
        """Tells of news from now on: `opened`, `news`, `away`."""
        if self._listener is None:
            self._documents.begin(lambda reader: _tell(self.opened, reader.sees_all()), lambda _reason: None)
            self._listener = Listener(self._url, lambda: _tell(self.news), lambda reason: _tell(self.away, reason))
            self._listener.start()

    def rest(self) -> None:
        """Nobody looks: no news any more."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    def close(self) -> None:
        """Ends all that goes on; nothing is told any more."""
        self.blockSignals(True)
        self.rest()
        self._lists.close()
        self._documents.close()


def name_of(archived: Archived) -> str:
    """How a session of the archive is called here."""
    return f"{archived.summary.session_id}@{archived.probe_id}"


class _Line:
    """A connection of its own, made when it is needed, and one thing at a time.

    On threads that nobody waits for: the program ends at once, whatever the network does.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._turn = threading.Lock()  # whose it is may use the reader
        self._reader: Reader | None = None
        self._lock = threading.Lock()
        self._wanted = 0  # things that were begun before do not count any more
        self._busy: Reader | None = None

    def begin(self, work: Callable[[Reader], None], on_failed: Callable[[str], None]) -> None:
        """on_failed: gets the reason, "" where it was cancelled."""
        wanted = self._wanted
        _start(lambda: self._run(work, on_failed, wanted))

    def cancel(self) -> None:
        """What is being done, or waits, is given up."""
        with self._lock:
            self._wanted += 1
            reader = self._busy
            if reader is not None:
                reader.abandon()  # nobody else gets it
        if reader is not None:
            _start(reader.cancel)  # it asks the server, which may take a second

    def close(self) -> None:
        """The same, for good."""
        self.cancel()
        _start(self._close)

    def _close(self) -> None:
        with self._turn:
            if self._reader is not None:
                self._reader.close()

    def _run(self, work: Callable[[Reader], None], on_failed: Callable[[str], None], wanted: int) -> None:
        with self._turn:
            try:
                if wanted != self._wanted:
                    raise CancelledError("Cancelled.")
                reader = self._ready()
                with self._lock:
                    if wanted != self._wanted:
                        raise CancelledError("Cancelled.")
                    self._busy = reader
                try:
                    work(reader)
                finally:
                    with self._lock:
                        self._busy = None
            except CancelledError:
                on_failed("")
            except ArchiveError as error:
                on_failed(str(error))

    def _ready(self) -> Reader:
        if self._reader is None or not self._reader.is_usable:
            if self._reader is not None:
                self._reader.close()
            self._reader = None
            self._reader = Reader(self._url)
        return self._reader


def _start(do: Callable[[], None]) -> None:
    threading.Thread(target=do, name="archive", daemon=True).start()


def _tell(signal: SignalInstance, *values: object) -> None:
    """The window may have gone before the thread."""
    with suppress(RuntimeError):
        signal.emit(*values)

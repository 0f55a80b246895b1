"""One connection, and the sessions that go over it."""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING

from hl7capture.archive import schema, sending
from hl7capture.archive.connecting import connect, driver, hang_up, in_words, is_of_a_value, watched
from hl7capture.archive.marks import Marks
from hl7capture.archive.outgoing import Outgoing, codes_by_index, file_of, known_of, read
from hl7capture.archive.queue import Queue
from hl7capture.model.settings import Settings
from hl7capture.store.scanning import StoredFile, scan
from hl7capture.store.session_folder import SessionFolder

if TYPE_CHECKING:
    from hl7capture.archive.connecting import Connection

log = logging.getLogger(__name__)

_MOST_BYTES = 8 << 20  # of documents in a batch
_ASKED_AT_ONCE = 2_000
_PATIENCE = 30.0  # seconds that the server may take beyond its own limits


class Delivery:
    """Takes sessions to the archive. Everything but `close` and `hang_up` raises ArchiveError, psycopg.Error, OSError.

    Marks that cannot be written are kept in memory: `marks` may become others.
    """

    def __init__(
        self, url: str, folder: SessionFolder, machine: str, settings: Settings, queue: Queue, marks: Marks
    ) -> None:
        self.marks = marks
        self._folder = folder
        self._settings = settings
        self._queue = queue
        self._connection: Connection = connect(url)
        try:
            with self._watched():
                schema.check(self._connection)
                self._probe = sending.registered(self._connection, machine)
                sending.prepare(self._connection)
            self._is_indexing = self._probe.has_index
            if not self.marks.belong_to(self._probe.archive, self._probe.number):
                self._mark_what_is_in()
                queue.fill(waiting_files(folder, self.marks))
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def hang_up(self) -> None:
        """Whoever waits for the server waits no longer; from any thread, and at once. The server rolls back."""
        hang_up(self._connection)

    def send_some(self) -> int | None:
        """Sends a batch of what waits. How many sessions that were; None where nothing waits."""
        batch, looked_at = self._gather()
        if not looked_at:
            return None
        names = [out.file.name for out in batch]
        size = sum(out.rows.size for out in batch)
        try:
            with self._watched(size):
                refusals = self._send(batch)
        except BaseException as error:
            if _is_by_chance(error):
                self._queue.put_back(names)
            else:
                self._queue.failed(names)
            raise
        self._queue.done(names)
        self._mark([(out.file, out.codes, refusals.get(out.file.name, "")) for out in batch])
        return len(batch)

    def index_texts(self) -> bool:
        """Puts some texts into the archive's index; False where all are in it, or it has none."""
        if not self._is_indexing:
            return False
        try:
            with self._watched():
                return sending.index_texts(self._connection, self._probe)
        except driver().Error as error:
            if error.sqlstate is None:
                raise  # the connection is lost
            log.info("Texts in the archive are not indexed for now: %s", in_words(error))
            self._is_indexing = False
            return False

    def _watched(self, size: int = 0) -> AbstractContextManager[None]:
        """size: bytes that are sent."""
        return watched(self._connection, _PATIENCE + sending.longest(size) / 1000)

    # -- gathering ---------------------------------------------------------------------------------------------

    def _gather(self) -> tuple[list[Outgoing], int]:
        """What is to be sent, and how many names were looked at."""
        names: list[str] = []
        while len(names) < self._queue.most and (name := self._queue.take()) is not None:
            names.append(name)
        known = known_of(self._folder, names)
        batch: dict[str, Outgoing] = {}
        size = 0
        for at, name in enumerate(names):
            if size >= _MOST_BYTES:
                self._queue.put_back(names[at:])
                break
            file = file_of(self._folder, name)
            if file is None or file.stem in batch:
                continue
            codes = self._queue.codes_of(name)
            if codes is None:
                codes = codes_by_index(known.get(name), file)
            try:
                out = read(self._folder, file, codes, self.marks.of(file.stem), self._settings)
            except FileNotFoundError:
                continue
            except OSError as error:
                log.warning("Session file %s cannot be archived: %s", name, error.strerror)
                continue
            if out is None:
                self._queue.done([name])
            else:
                batch[file.stem] = out
                size += out.rows.size
        return sorted(batch.values(), key=lambda out: out.file.stem), len(names)

    # -- sending -----------------------------------------------------------------------------------------------

    def _send(self, batch: Sequence[Outgoing]) -> dict[str, str]:
        """The names of those that the archive does not take, and why."""
        if not batch:
            return {}
        psycopg = driver()
        try:
            sending.send(self._connection, self._probe, [out.rows for out in batch])
        except (psycopg.Error, ValueError, OverflowError) as error:
            if not _is_of_the_document(error):
                raise
            if len(batch) == 1:
                reason = in_words(error)
                log.error("Session %s cannot be archived: %s", batch[0].file.stem, reason)
                return {batch[0].file.name: reason}
            middle = len(batch) // 2
            return self._send(batch[:middle]) | self._send(batch[middle:])
        return {}

    # -- marks -------------------------------------------------------------------------------------------------

    def _mark(self, marks: list[tuple[StoredFile, str, str]]) -> None:
        try:
            self.marks.put(marks)
        except sqlite3.Error as error:
            log.warning("What was archived of %s cannot be remembered: %s", self._folder.root, error)
            self.marks.close()
            self.marks = Marks.in_memory()
            self.marks.belong_to(self._probe.archive, self._probe.number)
            self.marks.put(marks)

    def _mark_what_is_in(self) -> None:
        """Asks the archive, as far as the index knows when files were saved; all others are sent again."""
        files = scan(self._folder.sessions)
        for at in range(0, len(files), _ASKED_AT_ONCE):
            some = files[at : at + _ASKED_AT_ONCE]
            known = known_of(self._folder, [file.name for file in some])
            with self._watched():
                there = sending.saved_when(self._connection, self._probe, [file.stem for file in some])
            found = []
            for file in some:
                entry = known.get(file.name)
                if file.stem in there and entry is not None and entry.is_of(file):
                    saved_at, codes = there[file.stem]
                    with suppress(ValueError):  # the index is damaged
                        if entry.summary.saved_at == saved_at:
                            found.append((file, codes, ""))
            self._mark(found)


def waiting_files(folder: SessionFolder, marks: Marks) -> list[str]:
    """The names of files that the archive does not have as they are, oldest first. Raises OSError, sqlite3.Error.

    Marks of files that are gone are forgotten.
    """
    if not folder.sessions.is_dir():
        return []
    files = scan(folder.sessions)
    known = marks.all()
    names = []
    for file in reversed(files):
        mark = known.pop(file.stem, None)
        if mark is None or not mark.is_of(file):
            names.append(file.name)
    if known:
        marks.forget(known)
    return names


def _is_by_chance(error: BaseException) -> bool:
    """The server has said why, and no session is to blame: its disk is full, it is read-only, it ends, it is locked.

    Without a word from it (a lost connection), out of memory, out of time or in trouble with itself, one may be.
    """
    state: str | None = getattr(error, "sqlstate", None)
    return state is not None and state not in ("53200", "57014", "57P02") and state[:2] != "XX"


def _is_of_the_document(error: Exception) -> bool:
    psycopg = driver()
    state: str | None = getattr(error, "sqlstate", None)
    if state is not None:
        return is_of_a_value(state)
    return not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)  # those: the connection is lost

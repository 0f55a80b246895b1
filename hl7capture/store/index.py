"""The index: what is in the session files, so that lists and searches need not read them. Derived; the files are true.

One SQLite file in the output folder, for its owner alone. It may be deleted at any time, and is built anew where it is
missing, damaged or of another version. Readers work beside a writer (write-ahead log). In a folder that cannot be
written an index that is there is read, and where there is none the files are.

Texts are found by their trigrams (SQLite FTS5, "trigram" tokenizer, SQLite 3.34 or later) and then looked at
themselves, so any part of a text is found, whatever signs are in it.
"""

import errno
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from sys import intern
from typing import Self
from urllib.parse import quote

import msgspec

from hl7capture.model.session_summary import SessionSummary
from hl7capture.store.scanning import StoredFile

log = logging.getLogger(__name__)

FILE = "index.sqlite"
_VERSION = 4  # of the tables and of SessionSummary: another one means building anew
_ROOM = 64 << 20  # bytes that must be free on the disk: the last ones are for sessions
_PATIENCE = 5.0  # seconds to wait for another writer
_TRIGRAM = 3
_SECURE_FTS = (3, 42, 0)  # from this SQLite on FTS5 takes deleted words out of its lists at once

_TABLES = (
    "CREATE TABLE sessions (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, id TEXT NOT NULL, "
    "size INTEGER NOT NULL, time INTEGER NOT NULL, summary BLOB NOT NULL)",
    "CREATE INDEX sessions_by_id ON sessions (id)",
)
_TEXTS = "CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'trigram case_sensitive 1', detail = none)"

_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(SessionSummary)


@dataclass(slots=True, frozen=True)
class Row:
    """What is known of a file. text: the messages, casefolded."""

    file: StoredFile
    summary: SessionSummary
    text: str


@dataclass(slots=True, frozen=True)
class Known:
    """What the index says of a file; `summary` unpacks it."""

    size: int
    time: int
    packed: bytes

    def is_of(self, file: StoredFile) -> bool:
        return (self.size, self.time) == (file.size, file.time)

    @property
    def summary(self) -> SessionSummary:
        """Raises msgspec.MsgspecError where the index is damaged."""
        summary = _decoder.decode(self.packed)
        # A hundred thousand sessions of twenty devices: their names need not be in memory more than once.
        summary.probe, summary.source = intern(summary.probe), intern(summary.source)
        summary.device_ip, summary.lis_ip = intern(summary.device_ip), intern(summary.lis_ip)
        summary.kinds = _shared(summary.kinds)
        summary.latencies = None  # no list shows them; statistics take them from `between`
        return summary


@lru_cache(maxsize=1000)
def _shared(kinds: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    return kinds


class SessionIndex:
    """One connection to the index; for one thread at a time. Everything raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        query = "SELECT count(*) FROM sqlite_master WHERE name = 'texts'"
        self.has_texts = bool(connection.execute(query).fetchone()[0])

    # -- opening -----------------------------------------------------------------------------------------------

    @classmethod
    def open(cls, root: Path) -> Self | None:
        """The index of an output folder, to read and write, or to read alone; None where neither can be."""
        path = root / FILE
        if not os.path.isdir(root) or os.path.islink(path):  # noqa: PTH112, PTH114 - of these two nothing is raised
            return None
        for _attempt in range(2):
            try:
                return cls._to_write(path)
            except (sqlite3.OperationalError, OSError) as error:  # read-only, locked for long, no such kind of file
                log.info("The index %s cannot be written: %s", path, error)
                break
            except (sqlite3.DatabaseError, _OtherVersionError) as error:
                log.warning("The index %s is built anew: %s", path, error)
                if not discard(root):
                    break
        return cls.to_read(root)

    @classmethod
    def to_read(cls, root: Path) -> Self | None:
        """The index to read alone, however read-only the folder; None where there is none that can be read."""
        path = root / FILE
        if os.path.islink(path) or not os.path.isfile(path):  # noqa: PTH113, PTH114 - as above
            return None
        # immutable: without the files of the write-ahead log, which a folder that cannot be written cannot hold
        for how in ("mode=ro", "immutable=1"):
            try:
                connection = _connect(f"{_uri(path)}?{how}", uri=True)
                if _version_of(connection) == _VERSION:
                    return cls(connection)
                connection.close()
            except sqlite3.Error as error:
                log.info("The index %s cannot be read: %s", path, error)
        return None

    @classmethod
    def _to_write(cls, path: Path) -> Self:
        if shutil.disk_usage(path.parent).free < _ROOM:
            raise OSError(errno.ENOSPC, "the disk is nearly full")
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        connection = _connect(os.fspath(path))
        try:
            _prepare(connection)
            return cls(connection)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    # -- reading -----------------------------------------------------------------------------------------------

    def known(self, is_cancelled: Callable[[], bool] = lambda: False) -> dict[str, Known]:
        """What the index holds, by the files' names; as much of it as was read when it was cancelled."""
        rows = self._connection.execute("SELECT name, size, time, summary FROM sessions")
        wanted = takewhile(lambda _row: not is_cancelled(), rows)
        return {name: Known(size, time, packed) for name, size, time, packed in wanted}

    def known_of(self, names: Iterable[str]) -> dict[str, Known]:
        """The same of some files."""
        query = "SELECT size, time, summary FROM sessions WHERE name = ?"
        rows = ((name, self._connection.execute(query, (name,)).fetchone()) for name in names)
        return {name: Known(*row) for name, row in rows if row is not None}

    def between(self, first: str, last: str) -> Iterator[SessionSummary]:
        """The sessions whose ids are from `first` to `last`; what is damaged is left out."""
        query = "SELECT summary FROM sessions WHERE id BETWEEN ? AND ?"
        for (packed,) in self._connection.execute(query, (first, last)):
            with suppress(msgspec.MsgspecError):
                yield _decoder.decode(packed)

    def count_from(self, first: str) -> int:
        """How many sessions there are whose ids are `first` or later."""
        number: int = self._connection.execute("SELECT count(*) FROM sessions WHERE id >= ?", (first,)).fetchone()[0]
        return number

    def first_id(self) -> str | None:
        """The id of the oldest session; None where there is none."""
        first: str | None = self._connection.execute("SELECT min(id) FROM sessions").fetchone()[0]
        return first

    def find(self, term: str) -> Iterator[str]:
        """The ids of the sessions with `term`, casefolded, in a message; any part of any length."""
        term = storable(term)
        where, values = "instr(text, ?)", [term]
        if len(term) >= _TRIGRAM:
            where, values = f"texts MATCH ? AND {where}", [_trigrams(term), term]
        query = f"SELECT id FROM sessions WHERE number IN (SELECT rowid FROM texts WHERE {where})"  # noqa: S608 - no value is in it
        for (session_id,) in self._connection.execute(query, values):
            yield session_id

    # -- writing -----------------------------------------------------------------------------------------------

    def put(self, rows: Iterable[Row]) -> None:
        """New and changed files, in one transaction."""
        with _Transaction(self._connection) as connection:
            for row in rows:
                self._remove(connection, row.file.name)
                file = row.file
                number = connection.execute(
                    "INSERT INTO sessions (name, id, size, time, summary) VALUES (?, ?, ?, ?, ?)",
                    (file.name, row.summary.session_id, file.size, file.time, _encode(row.summary)),
                ).lastrowid
                if self.has_texts:
                    connection.execute("INSERT INTO texts (rowid, text) VALUES (?, ?)", (number, row.text))

    def remove(self, names: Iterable[str]) -> None:
        """Files that are gone, in one transaction."""
        with _Transaction(self._connection) as connection:
            for name in names:
                self._remove(connection, name)

    def _remove(self, connection: sqlite3.Connection, name: str) -> None:
        found = connection.execute("SELECT number FROM sessions WHERE name = ?", (name,)).fetchone()
        if found is not None:
            connection.execute("DELETE FROM sessions WHERE number = ?", found)
            if self.has_texts:
                connection.execute("DELETE FROM texts WHERE rowid = ?", found)


def text_of(messages: Iterable[str]) -> str:
    """The messages as they are searched; one by one, for two megabytes at once hold Python for 20 ms."""
    return "\n".join(map(searched, messages))


def discard(root: Path) -> bool:
    """Deletes the index; False where that cannot be."""
    try:
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal"):
            (root / name).unlink(missing_ok=True)
    except OSError as error:
        log.warning("The index %s cannot be deleted: %s", root / FILE, error.strerror)
        return False
    return True


class _OtherVersionError(Exception):
    """The index was made by another version of the program."""


class _Transaction:
    """BEGIN IMMEDIATE … COMMIT: another writer is waited for at its beginning, not in its middle."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def __exit__(self, kind: object, *_rest: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")


def _uri(path: Path) -> str:
    """As SQLite wants it: no server stands behind `file://`, also where the path begins with one (Windows)."""
    name = path.absolute().as_posix()
    return "file://" + quote(os.fsencode(name if name.startswith("/") else f"/{name}"), safe="/:")


def _connect(name: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(name, _PATIENCE, isolation_level=None, check_same_thread=False, uri=uri)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")  # some network drives cannot; then it stays as it was
    connection.execute("PRAGMA synchronous = NORMAL")  # a crash may cost the last rows; the next start reads them again
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA journal_size_limit = 0")
    if _version_of(connection) == _VERSION:
        return
    with _Transaction(connection):
        if _version_of(connection) == _VERSION:  # another program was quicker
            return
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise _OtherVersionError("it is of another version")
        for statement in _TABLES:
            connection.execute(statement)
        _make_texts(connection)
        connection.execute(f"PRAGMA user_version = {_VERSION}")


def _version_of(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _make_texts(connection: sqlite3.Connection) -> None:
    try:
        connection.execute(_TEXTS)
    except sqlite3.OperationalError as error:
        log.warning(
            "This SQLite (%s) has no trigram index; searching reads the files: %s", sqlite3.sqlite_version, error
        )
        return
    if sqlite3.sqlite_version_info >= _SECURE_FTS:
        connection.execute("INSERT INTO texts (texts, rank) VALUES ('secure-delete', 1)")


def searched(text: str) -> str:
    """A text as it is searched, here and in the archive: casefolded, U+0000 as U+FFFD."""
    return storable(text.casefold())


def storable(text: str) -> str:
    """Without what SQLite takes for an end (NUL), and what has no UTF-8 (a lone surrogate, which JSON can spell)."""
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if text.isascii() else text.encode(errors="replace").decode()


def _trigrams(term: str) -> str:
    """An FTS5 query for texts that have all trigrams of the term. In quotes, so nothing in it is an operator."""
    parts = dict.fromkeys(term[at : at + _TRIGRAM] for at in range(len(term) - _TRIGRAM + 1))
    return " AND ".join('"' + part.replace('"', '""') + '"' for part in parts)

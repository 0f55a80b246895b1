"""Marks: which session files are in the archive, as they are now. An SQLite file beside the index, and not part of it:
the index may be built anew at any time.

It may be deleted, too: the archive is asked then what it has. Where it cannot be written marks live in memory, and the
next run asks the archive.
"""

import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self

from hl7capture.model.session import Codes
from hl7capture.store.scanning import StoredFile

log = logging.getLogger(__name__)

FILE = "archived.sqlite"
_VERSION = 1
_PATIENCE = 5.0  # seconds to wait for another writer
_TABLES = (
    "CREATE TABLE files (session_id TEXT PRIMARY KEY, size INTEGER NOT NULL, time INTEGER NOT NULL, "
    "codes TEXT NOT NULL, refusal TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE archive (id TEXT NOT NULL, probe INTEGER NOT NULL)",
)


class Mark(NamedTuple):
    """What is in the archive of a file. size, time: of the file then. codes: of its findings.

    refusal: why the archive does not take it; "" where it has.
    """

    size: int
    time: int
    codes: str
    refusal: str

    def is_of(self, file: StoredFile) -> bool:
        return (self.size, self.time) == (file.size, file.time)


def codes_in_short(codes: Codes) -> str:
    """As marks keep them."""
    return ",".join(f"{code}:{severity}" for code, severity in codes)


class Marks:
    """One connection; for one thread at a time. Everything raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, root: Path) -> Self:
        """Those of an output folder; in memory alone where its own cannot be written."""
        path = root / FILE
        if not root.is_dir():  # nothing has been kept here yet
            return cls.in_memory()
        try:
            return cls._of(path)
        except sqlite3.DatabaseError as error:
            log.warning("What was archived of %s is asked anew: %s", root, error)
            if not isinstance(error, sqlite3.OperationalError):  # it is damaged
                for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
                    with suppress(OSError):
                        (root / name).unlink(missing_ok=True)
                with suppress(sqlite3.Error, OSError):
                    return cls._of(path)
        except OSError as error:
            log.warning("What was archived of %s cannot be remembered: %s", root, error.strerror)
        return cls.in_memory()

    @classmethod
    def in_memory(cls) -> Self:
        """Nothing is known, and nothing is kept."""
        return cls(_prepared(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)))

    @classmethod
    def _of(cls, path: Path) -> Self:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        connection = sqlite3.connect(path, _PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            return cls(_prepared(connection))
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def belong_to(self, archive: str, probe: int) -> bool:
        """From now on they are of this archive; True where they were already. Those of another are forgotten."""
        if self._connection.execute("SELECT id, probe FROM archive").fetchall() == [(archive, probe)]:
            return True
        with self._transaction():
            self._connection.execute("DELETE FROM files")
            self._connection.execute("DELETE FROM archive")
            self._connection.execute("INSERT INTO archive VALUES (?, ?)", (archive, probe))
        return False

    def all(self) -> dict[str, Mark]:
        """By session ids."""
        rows = self._connection.execute("SELECT session_id, size, time, codes, refusal FROM files")
        return {session_id: Mark(*rest) for session_id, *rest in rows}

    def of(self, session_id: str) -> Mark | None:
        row = self._connection.execute(
            "SELECT size, time, codes, refusal FROM files WHERE session_id = ?", (session_id,)
        ).fetchone()
        return row and Mark(*row)

    def refusals(self) -> list[tuple[str, str]]:
        """Session ids, and why the archive does not take them."""
        return self._connection.execute(
            "SELECT session_id, refusal FROM files WHERE refusal != '' ORDER BY session_id"
        ).fetchall()

    def put(self, marks: Iterable[tuple[StoredFile, str, str]]) -> None:
        """Files, the codes of their findings, and why they were refused."""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)",
                ((file.stem, file.size, file.time, codes, refusal) for file, codes, refusal in marks),
            )

    def clear(self) -> None:
        """All are sent again."""
        self._connection.execute("DELETE FROM files")

    def forget(self, session_ids: Iterable[str]) -> None:
        """They are sent again, if they are there."""
        with self._transaction():
            self._connection.executemany("DELETE FROM files WHERE session_id = ?", ((name,) for name in session_ids))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def archived(root: Path) -> dict[str, Mark]:
    """What is in the archive of a folder's files, as far as it is remembered; nothing where that cannot be read."""
    if not (root / FILE).is_file():
        return {}
    try:
        with closing(Marks.open(root)) as marks:
            return {name: mark for name, mark in marks.all().items() if not mark.refusal}
    except sqlite3.Error as error:
        log.warning("What was archived of %s cannot be read: %s", root, error)
        return {}


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # a crash may cost the last marks: their sessions are sent again
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != _VERSION:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                connection.execute(f'DROP TABLE "{name}"')
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.execute("COMMIT")
    return connection

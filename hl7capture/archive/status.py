"""What there is to say of the archive when somebody asks."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hl7capture.archive import schema
from hl7capture.archive.connecting import connect, driver, in_words, watched
from hl7capture.archive.delivery import waiting_files
from hl7capture.archive.errors import ArchiveError
from hl7capture.archive.marks import Marks
from hl7capture.archive.state import grouped
from hl7capture.model.archive_url import without_options
from hl7capture.store.session_folder import SessionFolder

_PATIENCE = 90.0  # seconds


@dataclass(slots=True)
class Status:
    """problem: why the archive cannot be used, "" where it can. server: its version, version: that of the tables.

    probe: this login's number, None where it is none of a probe. archived: sessions of this probe that it has, or of
    all where it is none. waiting: sessions here that it does not have; refused: those that it does not take, and why.
    """

    url: str
    problem: str = ""
    server: str = ""
    is_encrypted: bool = False
    version: int = 0
    probe: int | None = None
    archived: int = 0
    waiting: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """For people."""
        said = [self.problem or f"The archive {self.url} can be used: PostgreSQL {self.server}, {self._way}."]
        if not self.problem:
            whose = "of this probe" if self.probe is not None else "of all probes; this login is none of a probe"
            said.append(f"Sessions in it, {whose}: {grouped(self.archived)}.")
        said.append(f"Sessions here that it does not have yet: {grouped(self.waiting)}.")
        said += [f"It does not take session {session_id}: {reason}" for session_id, reason in self.refused]
        return said

    @property
    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            "url": self.url,
            "isReachable": not self.problem,
            "problem": self.problem,
            "server": self.server,
            "isEncrypted": self.is_encrypted,
            "version": self.version,
            "probe": self.probe,
            "archived": self.archived,
            "waiting": self.waiting,
            "refused": [{"sessionId": session_id, "reason": reason} for session_id, reason in self.refused],
        }

    @property
    def _way(self) -> str:
        return "encrypted" if self.is_encrypted else "not encrypted"


def status_of(url: str, root: Path | None = None) -> Status:
    """Connects, and looks through the output folder `root`, if any; changes nothing in the archive. Never raises."""
    status = Status(without_options(url))
    try:
        with closing(connect(url)) as connection, watched(connection, _PATIENCE):
            info = connection.info
            status.server = info.parameter_status("server_version") or ""
            status.is_encrypted = bool(info.pgconn.ssl_in_use)
            status.version = schema.version_of(connection)
            schema.check(connection)
            row = connection.execute(
                "SELECT hl7capture.current_probe(), (SELECT count(*) FROM hl7capture.sessions)"
            ).fetchone()
            assert row is not None
            status.probe, status.archived = row
    except ArchiveError as error:
        status.problem = str(error)
    except driver().Error as error:
        status.problem = f"The archive cannot be used: {in_words(error)}"
    if root is not None and root.is_dir():
        _look(root, status)
    return status


def _look(root: Path, status: Status) -> None:
    try:
        with closing(Marks.open(root)) as marks:
            status.waiting = len(waiting_files(SessionFolder(root), marks))
            status.refused = marks.refusals()
    except (OSError, sqlite3.Error) as error:
        status.problem = status.problem or f"{root} cannot be read: {error}."

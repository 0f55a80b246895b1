"""Folders of sessions that go to an archive, and what arrived there."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from hl7capture.archive.archiver import Archiver, Place
from hl7capture.archive.state import ArchiveState
from hl7capture.archive.texts import from_jsonb
from hl7capture.model.settings import Settings
from tests.support.postgres import Database
from tests.support.stored import message_of, put, session_of

PATIENCE = 60.0  # seconds


def archiver_of(
    root: Path, url: str, on_state: Callable[[ArchiveState], None] = lambda _state: None, machine: str = "lab-pc-3"
) -> Archiver:
    """It does not rest."""
    return Archiver(Place(url, root, machine, Settings()), on_state, share=0)


def archive_all(root: Path, url: str) -> ArchiveState:
    """Takes all that waits to the archive; how it stood then."""
    archiver = archiver_of(root, url)
    archiver.finish()
    archiver.start()
    assert archiver.wait(PATIENCE)
    return archiver.state


def documents_in(archive: Database, probe: str = "") -> dict[str, bytes]:
    """All documents as they would be restored, by session ids; of one probe's login, or of all."""
    rows = archive.ask(
        "SELECT session_id, document::text FROM hl7capture.sessions JOIN hl7capture.probes USING (probe_id) "
        "WHERE role = %s OR %s = '' ORDER BY 1",
        probe,
        probe,
    )
    assert len({session_id for session_id, _ in rows}) == len(rows)
    return {session_id: from_jsonb(document.encode()) for session_id, document in rows}


def put_some(root: Path, count: int, first: int = 0, *, size: int = 0) -> dict[str, bytes]:
    """Sessions on disk; their documents by their ids. size: characters of each one's message, about."""
    numbers = range(first, first + count)
    sessions = (session_of(number, message_of(f"MRN-{number:06d}", size)) for number in numbers)
    paths = [put(root / "sessions", session) for session in sessions]
    return {path.stem: path.read_bytes() for path in paths}


def same(ours: dict[str, bytes], theirs: dict[str, bytes]) -> bool:
    """Whether documents say the same; numbers to the last digit."""
    return _values(ours) == _values(theirs)


def _values(documents: dict[str, bytes]) -> dict[str, Any]:
    return {name: json.loads(text, parse_int=Decimal, parse_float=Decimal) for name, text in documents.items()}

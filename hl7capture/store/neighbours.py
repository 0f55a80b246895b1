"""Sessions around one, of the same device and LIS: what is wrong with it may show in them."""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from hl7capture.model.session import Session
from hl7capture.store.document import DocumentError
from hl7capture.store.index import SessionIndex
from hl7capture.store.session_folder import SessionFolder

log = logging.getLogger(__name__)

_AROUND = 3_600_000  # milliseconds
_MOST = 25  # before it, and behind it


def neighbours(folder: SessionFolder, session: Session) -> Sequence[Session]:
    """Sessions on disk that began within an hour of this one, the nearest 25 on either side, itself among them.

    In the order of their beginning. Without an index, which would take reading every file, it stands alone.
    """
    index = SessionIndex.to_read(folder.root)
    if index is None:
        return [session]
    first, last = (id_at(session.start_time + off) for off in (-_AROUND, _AROUND))
    try:
        summaries = sorted(index.between(first, last), key=lambda summary: summary.start_time)
    except sqlite3.Error as error:
        log.info("The index of %s cannot be read: %s", folder.root, error)
        return [session]
    finally:
        index.close()
    ids = [
        summary.session_id
        for summary in summaries
        if (summary.device_ip, summary.lis_ip) == (session.device_ip, session.lis_ip)
    ]
    before = [session_id for session_id in ids if session_id < session.session_id][-_MOST:]
    behind = [session_id for session_id in ids if session_id > session.session_id][:_MOST]
    return [*_read(folder, before), session, *_read(folder, behind)]


def _read(folder: SessionFolder, ids: Sequence[str]) -> list[Session]:
    sessions = []
    for session_id in ids:
        with suppress(OSError, DocumentError, ValueError):  # the list tells of it
            sessions.append(folder.read(folder.path_of(session_id)))
    return sessions


def id_at(milliseconds: float) -> str:
    """What ids of that moment begin with."""
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y%m%dT%H%M%S}"
    except (OverflowError, ValueError, OSError):
        return ""

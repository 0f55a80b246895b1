"""Retention: sessions whose time is over are deleted. What is kept by hand, and what is not a session, stays.

Nothing outside the folders of sessions and journals is touched, and no link is followed: the list of files has none
(store/scanning.py), and a folder that is a link is refused (SessionFolder.prepare).
"""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from hl7capture.model.session_summary import SessionSummary
from hl7capture.store import journal
from hl7capture.store.atomic import sync_folder
from hl7capture.store.listing import Listed, Listing, LoadReport
from hl7capture.store.scanning import StoredFile, stored_file
from hl7capture.store.session_folder import SessionFolder

log = logging.getLogger(__name__)

_LEAST_ROOM = 1 << 30  # bytes
_LEAST_SHARE = 0.05  # of a small disk


@dataclass(slots=True)
class CleanUp:
    """What a clean-up deleted, or would delete. size: bytes of files; oldest, newest: when sessions began, Unix ms.

    clock: why the clock is not believed, so that nothing was deleted; "" where it is. problem: what went wrong.
    is_idle: there was nothing to do here, as `problem` says: saving is off, or another program has the folder.
    held: sessions whose time is over, and which stay until the archive has them. unarchived: those of the deleted that
    it does not have: the disk was nearly full.
    """

    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # files below the folder of sessions
    size: int = 0
    oldest: float | None = None
    newest: float | None = None
    clock: str = ""
    problem: str = ""
    is_idle: bool = False
    held: int = 0
    unarchived: int = 0

    @property
    def files(self) -> int:
        return len(self.names)

    def add(self, listed: Listed) -> None:
        start = listed.summary.start_time
        self.ids.append(listed.summary.session_id)
        self.names.append(listed.file.name)
        self.size += listed.file.size
        self.oldest = start if self.oldest is None else min(self.oldest, start)
        self.newest = start if self.newest is None else max(self.newest, start)


def is_expired(session: SessionSummary, now: float) -> bool:
    """now: Unix milliseconds. A session that says nothing of its end, or is kept by hand, has none."""
    return session.persisted_until is not None and session.persisted_until < now and not session.pinned


def expired(sessions: Iterable[Listed], now: float) -> Iterator[Listed]:
    """Those whose time is over."""
    return (listed for listed in sessions if is_expired(listed.summary, now))


Held = Callable[[StoredFile], bool]  # whether a file is to stay, because the archive does not have it yet


def nothing_held(_file: StoredFile) -> bool:
    """Where there is no archive."""
    return False


def is_full(root: Path) -> bool:
    """The disk has so little room left that new sessions come before old ones."""
    usage = shutil.disk_usage(root)
    return usage.free < min(_LEAST_ROOM, usage.total * _LEAST_SHARE)


def planned(folder: SessionFolder, now: float, is_held: Held = nothing_held) -> CleanUp:
    """What a clean-up would delete; nothing is changed. Raises OSError."""
    plan = CleanUp()
    with closing(Listing(folder, LoadReport(), is_quiet=True).sessions()) as sessions:
        for listed in expired(sessions, now):
            if is_held(listed.file):
                plan.held += 1
            else:
                plan.add(listed)
    return plan


def clean_up(
    folder: SessionFolder,
    now: float,
    is_cancelled: Callable[[], bool] = lambda: False,
    is_held: Held = nothing_held,
) -> CleanUp:
    """Deletes what has expired. Raises OSError, FolderInUseError; one file that cannot be deleted stops no other.

    What is held goes last, the oldest first, and only as long as the disk is nearly full.
    """
    folder.prepare()
    listing = Listing(folder, LoadReport(), is_quiet=True, is_cancelled=is_cancelled)
    with closing(listing.sessions()) as sessions:
        due = list(expired(sessions, now))
    held = [listed for listed in reversed(due) if is_held(listed.file)]
    names = {listed.file.name for listed in held}
    due = [listed for listed in due if listed.file.name not in names]
    done = CleanUp()
    touched: set[Path] = set()
    for listed in [*due, *held]:
        if is_cancelled():
            break
        is_needed = listed.file.name in names
        if is_needed and not is_full(folder.root):
            done.held += 1
            continue
        path = listed.file.below(folder.sessions)
        try:
            if stored_file(folder.sessions, path) != listed.file:
                continue  # it was saved again since the list was made: the next time will tell
            path.unlink()
            journal.forget(folder.journal_of(listed.summary.session_id))
        except FileNotFoundError:
            continue
        except OSError as error:
            log.error("Session file %s has expired and cannot be deleted: %s", path, error.strerror)
            done.problem = f"{path}: {error.strerror}."
            continue
        touched.add(path.parent)
        done.add(listed)
        done.unarchived += is_needed
    for parent in touched:
        sync_folder(parent)
    if done.held:
        log.info("Clean-up: %d expired sessions stay until they are archived", done.held)
    if done.unarchived:
        log.error("Clean-up: %d deleted sessions are in no archive: the disk is nearly full", done.unarchived)
    if done.files:
        log.info("Clean-up: %d expired sessions deleted, %d bytes", done.files, done.size)
    return done

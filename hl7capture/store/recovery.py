"""Recovery: journals that a crash left behind become sessions that ended as `recovered`."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hl7capture.model.session import is_session_id
from hl7capture.store import journal
from hl7capture.store.document import DocumentError
from hl7capture.store.session_folder import SessionFolder

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Recovery:
    """How it went: ids of the sessions that are whole documents now, and journals that could not be read, and why."""

    recovered: list[str] = field(default_factory=list)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)


def recover_journals(folder: SessionFolder, retention_days: int, *, is_open: Callable[[str], bool]) -> Recovery:
    """Makes documents of the journals in a folder whose lock is ours. Raises OSError.

    is_open: tells by its id whether a session is one of this run's, whose journal is in use.
    A journal whose document is there has served; one that cannot be read stays where it is.
    """
    done = Recovery()
    for path in sorted(folder.journals.glob("*.jsonl")):
        if path.is_symlink() or not is_session_id(path.stem) or is_open(path.stem):
            continue
        if folder.has(path.stem):
            journal.remove(path)
            continue
        try:
            recovered = journal.recover(path)
        except DocumentError as error:
            log.error("Journal %s cannot be read: %s", path, error)
            done.unreadable.append((path, str(error)))
            continue
        if not recovered.is_whole:
            damaged = path.replace(path.with_name(path.name + journal.DAMAGED_SUFFIX))
            log.error("Journal %s is damaged; what comes before the damage was recovered", damaged)
            done.unreadable.append((damaged, "it is damaged; what comes before the damage was recovered"))
        folder.write(recovered.session, retention_days)
        log.warning("Session %s was recovered from its journal", path.stem)
        done.recovered.append(path.stem)
    for leftover in folder.journals.glob(f"*{journal.INDEX_SUFFIX}"):
        if not leftover.with_name(leftover.name.removesuffix(journal.INDEX_SUFFIX) + ".jsonl").exists():
            leftover.unlink()
    return done

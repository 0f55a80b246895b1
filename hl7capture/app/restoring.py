"""Sessions of the archive back into the folder of sessions."""

from hl7capture.app.importing import InTheWayError, is_kept
from hl7capture.archive.reading import Reader
from hl7capture.archive.searching import Archived
from hl7capture.model.session import Session
from hl7capture.store.document import DocumentError
from hl7capture.store.session_store import SessionStore


class RestoreError(Exception):
    """A session cannot be restored; the text is a sentence that says which, and why."""


def choose(reader: Reader, session_id: str, probe: str = "") -> Archived:
    """The session of the archive with this id. Raises RestoreError, ArchiveError.

    probe: the machine, or login, of the one that is meant, where several probes have seen the same conversation.
    """
    found = reader.find(session_id)
    probes = reader.probes()
    named = [one for one in found if one.probe_id in probes and probe in ("", *probes[one.probe_id])]
    if not found:
        raise RestoreError(f"There is no session {session_id} in the archive, or this login may not see it.")
    if len(named) != 1:
        names = ", ".join(sorted(probes[one.probe_id].role for one in found if one.probe_id in probes))
        raise RestoreError(f"Session {session_id} is in the archive more than once: say of which probe ({names}).")
    return named[0]


def restore(reader: Reader, store: SessionStore, chosen: Archived) -> tuple[Session, bool]:
    """The session as it is on disk now; False: it was there already. In the calling thread.

    Raises RestoreError, ArchiveError, and OSError where the folder cannot be written to.
    """
    session_id = chosen.summary.session_id
    session = reader.documents([chosen]).get((chosen.probe_id, session_id))
    if session is None:
        raise RestoreError(f"Session {session_id} is not in the archive any more.")
    if isinstance(session, DocumentError):
        raise RestoreError(f"Session {session_id} cannot be restored: {session}.")
    try:
        if is_kept(store, session):
            return session, False
    except InTheWayError as error:
        raise RestoreError(f"Session {session_id} is not restored: {error}.") from error
    store.bring_in(session, is_back=True)
    return session, True

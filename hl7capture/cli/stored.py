"""The sessions on disk that a filter lets through, read one by one."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hl7capture.cli.output import complain, fail
from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.store.document import DocumentError
from hl7capture.store.session_store import SessionStore

if TYPE_CHECKING:
    from hl7capture.hl7.filter.evaluation import Filter
    from hl7capture.store.loading import LoadReport


def let_through(
    store: SessionStore, summaries: Iterable[SessionSummary], wanted: "Filter"
) -> Iterator[tuple[SessionSummary, Session | None]]:
    """By what summaries and the index know, and by the documents of those they leave open, which are given along."""
    try:
        found = store.search_now(wanted.texts) if wanted.texts else None
    except OSError as error:
        fail(f"Sessions cannot be searched: {error.strerror or error}.")
    for summary in summaries:
        answer = wanted.decide(summary, found=found)
        session = None
        if answer is None:
            session = read_if_there(store, summary.session_id)
            answer = session is not None and wanted.matches(session)
        if answer:
            yield summary, session


def read_if_there(store: SessionStore, session_id: str) -> Session | None:
    """The session; None where it cannot be read, which is said, or was deleted meanwhile."""
    try:
        return store.find(session_id)
    except FileNotFoundError:
        return None
    except (OSError, DocumentError) as error:
        complain(f"Session {session_id} cannot be read: {error}.")
        return None


def tell_unreadable(report: "LoadReport") -> bool:
    """Says what of the list could not be read; True where there is such a thing."""
    if report.problem:
        complain(report.problem)
    if report.unreadable:
        complain(f"{len(report.unreadable)} files could not be read; they were left as they are.")
    return bool(report.problem or report.unreadable)

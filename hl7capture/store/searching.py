"""Searching the messages of all sessions on disk: in the index, or in the files themselves where it has no texts."""

import logging
import sqlite3
from collections.abc import Callable, Sequence

from hl7capture.store.document import DocumentError
from hl7capture.store.index import SessionIndex, storable, text_of
from hl7capture.store.scanning import scan
from hl7capture.store.session_folder import SessionFolder

log = logging.getLogger(__name__)

Found = dict[str, set[str]]


def search_messages(folder: SessionFolder, terms: Sequence[str], is_cancelled: Callable[[], bool]) -> Found:
    """For each term, casefolded, the ids of the sessions with it in a message. Raises OSError.

    The index is asked as it is: of a session saved a moment ago it may not know yet.
    """
    index = SessionIndex.to_read(folder.root)
    if index is not None:
        try:
            if index.has_texts:
                return {term: set(index.find(term)) for term in terms}
        except sqlite3.Error as error:
            log.warning("The index of %s cannot be searched, the files are: %s", folder.root, error)
        finally:
            index.close()
    return _search_files(folder, terms, is_cancelled)


def _search_files(folder: SessionFolder, terms: Sequence[str], is_cancelled: Callable[[], bool]) -> Found:
    found: Found = {term: set() for term in terms}
    for file in scan(folder.sessions):
        if is_cancelled():
            break
        try:
            session = folder.read(file.below(folder.sessions))
        except (OSError, DocumentError):
            continue  # the list tells of it
        text = text_of(session.messages)
        for term in terms:
            if storable(term) in text:
                found[term].add(session.session_id)
    return found

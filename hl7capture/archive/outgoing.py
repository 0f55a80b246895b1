"""Session files on their way to the archive: read, judged, made to rows."""

import logging
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import NamedTuple

from hl7capture.archive.marks import Mark, codes_in_short
from hl7capture.archive.rows import Rows, rows_of
from hl7capture.hl7.findings.judgement import judge
from hl7capture.model.session import Codes, Session
from hl7capture.model.settings import Settings
from hl7capture.store.document import DocumentError, from_document
from hl7capture.store.index import Known, SessionIndex
from hl7capture.store.scanning import StoredFile
from hl7capture.store.session_folder import LARGEST_FILE, SessionFolder

log = logging.getLogger(__name__)


class Outgoing(NamedTuple):
    """A file as it was read. codes: of its findings, in short."""

    file: StoredFile
    codes: str
    rows: Rows


def file_of(folder: SessionFolder, name: str) -> StoredFile | None:
    """The file as it is now; None where it is gone."""
    try:
        status = os.lstat(f"{folder.sessions}/{name}")
    except OSError:
        return None
    return StoredFile(name, status.st_size, status.st_mtime_ns)


def known_of(folder: SessionFolder, names: Iterable[str]) -> dict[str, Known]:
    """What the index knows of files."""
    index = SessionIndex.to_read(folder.root)
    if index is None:
        return {}
    try:
        with closing(index):
            return index.known_of(names)
    except sqlite3.Error as error:
        log.info("The index of %s cannot be read: %s", folder.root, error)
        return {}


def read(
    folder: SessionFolder, file: StoredFile, codes: Codes | None, mark: Mark | None, settings: Settings
) -> Outgoing | None:
    """None where nothing is to be sent: the archive has it as it is, or it is no session. Raises OSError.

    codes: of its findings; None where they are not known yet.
    """
    if mark is not None and mark.is_of(file) and (codes is None or mark.codes == codes_in_short(codes)):
        return None
    if file.size > LARGEST_FILE:
        return None  # as for all others: it is no session
    document = file.below(folder.sessions).read_bytes()
    try:
        session = from_document(document)
    except DocumentError as error:
        log.debug("Session file %s is not archived: %s", file.name, error)  # the list has told of it
        return None
    if session.session_id != file.stem:
        return None
    codes = _judged(session, settings) if codes is None else codes
    return Outgoing(file, codes_in_short(codes), rows_of(session, document, codes))


def codes_by_index(known: Known | None, file: StoredFile) -> Codes | None:
    """As the window shows them: the index has heard of answers in other sessions."""
    if known is None or not known.is_of(file):
        return None
    try:
        return known.summary.findings
    except ValueError:
        return None  # damaged


def _judged(session: Session, settings: Settings) -> Codes:
    judge(session, None, settings)
    return session.findings or ()

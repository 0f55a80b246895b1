"""Files that somebody gives us with sessions in them: our own documents, one or many, or those of the Electron app."""

from collections.abc import Iterator
from pathlib import Path

from hl7capture.model.session import EndReason, Session
from hl7capture.store.document import DocumentError, from_values, values_of
from hl7capture.store.electron import from_electron, is_electron
from hl7capture.store.session_folder import LARGEST_FILE

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SUFFIX = ".json"


def is_session_file_name(path: Path) -> bool:
    """Whether a file is named as session files are."""
    return path.suffix.lower() == _SUFFIX


def session_files(path: Path) -> list[Path]:
    """The path itself, or the session files of the folder that it is. Raises OSError."""
    return sorted(entry for entry in path.iterdir() if is_session_file_name(entry)) if path.is_dir() else [path]


def sessions_in(path: Path) -> Iterator[Session | DocumentError]:
    """The sessions of a file, one by one, or why one of them cannot be read. Raises OSError.

    A file holds one JSON object, on as many lines as it likes, or one on each line (as `export --format json` writes).
    """
    with path.open("rb") as file:
        first = file.readline(LARGEST_FILE + 1).removeprefix(_BYTE_ORDER_MARK)
        if not _is_whole(first):
            yield _session(first + file.read(LARGEST_FILE + 1))
            return
        line = first
        while line:
            if line.strip():
                yield _session(line)
            line = file.readline(LARGEST_FILE + 1)


def _is_whole(line: bytes) -> bool:
    try:
        values_of(line)
    except DocumentError:
        return False
    return True


def _session(data: bytes) -> Session | DocumentError:
    if len(data) > LARGEST_FILE:
        return DocumentError(f"it is larger than {LARGEST_FILE >> 20} MB")
    try:
        values = values_of(data)
        session = from_electron(values) if is_electron(values) else from_values(values)
    except DocumentError as error:
        return error
    if session.is_open:  # its program will not go on with it here
        session.end_reason = EndReason.STOPPED
    return session

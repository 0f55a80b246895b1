"""A message as a person names it: in a file of text, in a capture, in a session on disk, or from standard input."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from hl7capture.capture.text import decode
from hl7capture.cli.captures import Captures
from hl7capture.cli.output import complain, fail
from hl7capture.hl7.texts import messages_in
from hl7capture.model.session import Session, is_session_id
from hl7capture.model.settings import Settings
from hl7capture.model.source import Source, SourceError, SourceState
from hl7capture.sources.files import StdinSource, file_source

_NUMBERED = re.compile(r"(.+):(\d{1,9})")
_LARGEST_TEXT = 256 << 20
_ENOUGH = 1024  # bytes, to see what a file is


def named(text: str) -> tuple[str, int | None]:
    """`NAME:3` is NAME and 3; a file whose very name that is goes first."""
    match = _NUMBERED.fullmatch(text)
    if match is None or os.path.exists(text):  # noqa: PTH110 - Path.exists raises for names that are too long
        return text, None
    return match[1], int(match[2])


def message_named(text: str, settings: Settings, output_folder: Path | None) -> str:
    """The message; its number counts from 1, without one it is the first. Ends the command where there is none."""
    name, number = named(text)
    messages = _stored(name, output_folder) if is_session_id(name) else _read(name, settings)
    return chosen(messages, 1 if number is None else number, name)


def chosen(messages: list[str], number: int, name: str) -> str:
    """The message with this number, from 1; ends the command where there is none."""
    if not 1 <= number <= len(messages):
        count = "1 message" if len(messages) == 1 else f"{len(messages):,} messages"
        fail(f"{name} has {count if messages else 'no message'}; there is no message {number}.")
    return messages[number - 1]


def _stored(session_id: str, output_folder: Path | None) -> list[str]:
    """Of a session on disk. Qt is imported here: files do not need it."""
    from hl7capture.cli.store import find_session, opened_store

    with opened_store(output_folder) as store:
        return find_session(store, session_id).messages


def _read(name: str, settings: Settings) -> list[str]:
    """Of a text, or of a capture: those of its sessions in the order of their numbers."""
    source: Source = StdinSource() if name == "-" else file_source(Path(name))
    captures = Captures(settings)
    try:
        source.open()
    except SourceError as error:
        fail(str(error), usage=error.is_usage)
    try:
        begun = _Begun(source)
        if messages_in(decode(begun.first)):
            return messages_in(decode(begun.rest()))
        sessions = sorted(captures.sessions_of(begun), key=_number)
    except SourceError as error:
        fail(f"{error} A message as text begins with MSH, or with H and its delimiters.")
    finally:
        source.close()
    for notice in captures.notices:
        complain(notice.text)
    return [message for session in sessions for message in session.messages]


def _number(session: Session) -> int:
    return session.number


class _Begun:
    """An open source of which the first bytes were read to see what it is."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self.is_live = source.is_live
        self._source = source
        self._pieces = self._read_on()
        self._is_begun = False
        self.first = b""
        for piece in self._pieces:  # a pipe may give byte by byte
            self.first += piece
            if len(self.first) >= _ENOUGH:
                break

    @property
    def state(self) -> SourceState:
        return self._source.state

    def open(self) -> None:
        """It is open."""

    def read(self) -> bytes | None:
        if not self._is_begun:
            self._is_begun = True
            return self.first or None
        return next(self._pieces, None)

    def rest(self) -> bytes:
        """All of it. Raises SourceError where that is too much for a text."""
        data = bytearray(self.first)
        for piece in self._pieces:
            data += piece
            if len(data) > _LARGEST_TEXT:
                raise SourceError(
                    f"{self.name} is larger than {_LARGEST_TEXT >> 20} MB, too large for messages as text."
                )
        return bytes(data)

    def stop(self) -> None:
        self._source.stop()

    def close(self) -> None:
        self._source.close()

    def _read_on(self) -> Iterator[bytes]:
        while (piece := self._source.read()) is not None:
            if piece:
                yield piece

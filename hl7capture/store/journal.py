"""The journal of an open session: what has been seen of it so far, in a file that only grows.

`{sessionId}.jsonl` begins with a line that holds the fields of the session document without its elements and messages.
Then comes one line an event, in the order of things:

    {"element": {...}}    an element; one with an `id` that was there before takes its place
    {"message": "..."}    the text of the next message
    {"session": {...}}    fields of the first line that have changed

`{sessionId}.index.json` is derived from it: how many events there are, and where some of them begin (checkpoints), so
that a reader need not start at the beginning. A last line that was cut by a crash does not count.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import compress, count
from operator import is_not
from pathlib import Path
from typing import Any

import msgspec

from hl7capture.model.elements import Element
from hl7capture.model.session import EndReason, Session
from hl7capture.store.atomic import append_durably, write_atomically
from hl7capture.store.document import DocumentError, element_values, encode, from_values, head_values, values_of
from hl7capture.turns import give_way

LARGEST_JOURNAL = 512 << 20
INDEX_SUFFIX = ".index.json"
DAMAGED_SUFFIX = ".damaged"  # behind the name of a journal that could be recovered in part only
_VERSION = 1
_EVENTS_A_CHECKPOINT = 256


class Index(msgspec.Struct, rename="camel"):
    """Where the events of a journal lie. size: bytes of the journal that it speaks of."""

    session_id: str
    events: int = 0
    size: int = 0
    checkpoints: list[tuple[int, int]] = []  # number of an event, and the byte at which its line begins
    version: int = msgspec.field(default=_VERSION, name="_version")

    def add(self, lines: Sequence[bytes]) -> None:
        """Events that stand at the journal's end now."""
        for line in lines:
            if self.events % _EVENTS_A_CHECKPOINT == 0:
                self.checkpoints.append((self.events, self.size))
            self.events += 1
            self.size += len(line)


@dataclass(slots=True)
class Snapshot:
    """A session as it was at one moment; copied in the wink in which nobody else can change it."""

    session: Session
    head: dict[str, Any]
    elements: list[Element]
    messages: list[str]

    @classmethod
    def of(cls, session: Session) -> "Snapshot":
        # Messages first: an element may speak of a message that is not there yet, never of one that was left out.
        messages = session.messages.copy()
        return cls(session, head_values(session), session.elements.copy(), messages)


@dataclass(slots=True)
class Journal:
    """Writes the journal of one session, each time what is new in it."""

    path: Path
    _written: Snapshot | None = None
    _index: Index = field(default_factory=lambda: Index(""))

    @property
    def index_path(self) -> Path:
        return index_of(self.path)

    def write(self, snapshot: Snapshot) -> bool:
        """Makes durable what is new; False where nothing is. Raises OSError; next time all of it is written anew."""
        is_new = self._written is None or not self.path.exists()
        lines = _news(None if is_new else self._written, snapshot)
        if not is_new and not lines:
            return False
        try:
            if is_new:
                self._begin(snapshot, lines)
            else:
                append_durably(self.path, b"".join(lines))
                self._index.add(lines)
        except OSError:
            self._written = None
            raise
        self._written = snapshot
        with suppress(OSError):  # it is derived, and made again where it is missing
            write_atomically(self.index_path, encode(self._index))
        return True

    def remove(self) -> None:
        """The session needs it no more. Raises OSError."""
        remove(self.path)

    def _begin(self, snapshot: Snapshot, lines: list[bytes]) -> None:
        first = encode(snapshot.head) + b"\n"
        write_atomically(self.path, b"".join((first, *lines)))  # with one call, not one for every few lines
        self._index = Index(snapshot.session.session_id, size=len(first))
        self._index.add(lines)


def index_of(path: Path) -> Path:
    """The index of the journal at `path`."""
    return path.with_suffix(INDEX_SUFFIX)


def remove(path: Path) -> None:
    """Deletes a journal and its index. Raises OSError."""
    path.unlink(missing_ok=True)
    index_of(path).unlink(missing_ok=True)


def forget(path: Path) -> None:
    """Deletes all that is left of a session's journal, also what was damaged. Raises OSError."""
    remove(path)
    path.with_name(path.name + DAMAGED_SUFFIX).unlink(missing_ok=True)


@dataclass(slots=True)
class Recovered:
    """What a journal that was left behind tells. is_whole: no line but the last one was damaged."""

    session: Session
    is_whole: bool


def recover(path: Path) -> Recovered:
    """The session of a journal, ended as `recovered`. Raises OSError; DocumentError where its head is not there."""
    if path.stat().st_size > LARGEST_JOURNAL:
        raise DocumentError(f"it is larger than {LARGEST_JOURNAL >> 20} MB")
    with path.open("rb") as file:
        values = values_of(file.readline())
    elements: dict[int, Any] = {}
    messages: list[Any] = []
    is_whole = True
    try:
        for event in events(path):
            if isinstance(element := event.get("element"), dict):
                elements[element["id"]] = element
            elif "message" in event:
                messages.append(event["message"])
            elif isinstance(head := event.get("session"), dict):
                values |= head
    except (DocumentError, KeyError, TypeError):
        is_whole = False  # what comes before is good
    values |= {"endReason": EndReason.RECOVERED, "isComplete": False}
    values |= {"elements": list(elements.values()), "messages": messages}
    session = from_values(values)
    if session.session_id != path.stem:
        raise DocumentError("its sessionId is not its file name")
    session.elements = [_without_unfinished(element, len(messages)) for element in session.elements]
    session.end_time = max([session.end_time, *(element.timestamp for element in session.elements)])
    return Recovered(session, is_whole)


def events(path: Path, first: int = 0) -> Iterator[dict[str, Any]]:
    """The events of a journal from number `first` on, found by its index.

    Reading ends before a last line that was cut. Raises OSError; DocumentError at a damaged line in between.
    """
    index = read_index(path)
    number, offset = max((mark for mark in index.checkpoints if mark[0] <= first), default=(0, _header_size(path)))
    with path.open("rb") as file:
        file.seek(offset)
        while line := file.readline():
            if number >= first:
                try:
                    event = values_of(line)
                except DocumentError:
                    if not file.readline():
                        return
                    raise
                yield event
            number += 1


def read_index(path: Path) -> Index:
    """The index of a journal; made from the journal where it is missing, damaged or behind. Raises OSError."""
    size = path.stat().st_size
    with suppress(OSError, msgspec.MsgspecError):
        index = msgspec.json.decode(index_of(path).read_bytes(), type=Index)
        if index.version == _VERSION and index.session_id == path.stem and index.size == size:
            return index
    index = Index(path.stem, size=_header_size(path))
    with path.open("rb") as file:
        file.seek(index.size)
        for line in file:
            if line.endswith(b"\n"):
                index.add([line])
    return index


def _header_size(path: Path) -> int:
    with path.open("rb") as file:
        return len(file.readline())


def _news(written: Snapshot | None, snapshot: Snapshot) -> list[bytes]:
    """The lines that lead from what is written to the snapshot."""
    old = written.elements if written else []
    known = len(written.messages) if written else 0
    replaced = compress(count(), map(is_not, old, snapshot.elements))
    lines = [_line("element", element_values(snapshot.elements[number])) for number in replaced]
    for element in snapshot.elements[len(old) :]:
        give_way()
        # A message stands before the elements that carry it: what a crash leaves of a journal then fits together.
        end = known if element.message is None else max(known, element.message + 1)
        lines += [_line("message", text) for text in snapshot.messages[known:end]]
        lines.append(_line("element", element_values(element)))
        known = end
    lines += [_line("message", text) for text in snapshot.messages[known:]]
    if written is not None:
        changed = {key: value for key, value in snapshot.head.items() if written.head.get(key) != value}
        # What is not there any more, as a mark or note that was taken back, is told as nothing: false, "".
        changed |= {key: type(value)() for key, value in written.head.items() if key not in snapshot.head}
        changed.pop("endTime", None)  # the last element tells it
        if changed:
            lines.append(_line("session", changed))
    return lines


def _line(key: str, value: Any) -> bytes:
    return encode({key: value}) + b"\n"


def _without_unfinished(element: Element, messages: int) -> Element:
    """A message that was still being put together from frames is none; its bytes are in the elements."""
    return element._replace(message=None) if element.message is not None and element.message >= messages else element

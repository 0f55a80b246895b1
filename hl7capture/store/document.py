"""The session document, version 1: what stands in a session's file and on each line of `--json` output.

Unknown fields survive a load and save. A newer version is not touched, for its meaning is not known.
"""

import re
from binascii import hexlify
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from hl7capture.model.elements import Direction, Element, ElementType, Framing
from hl7capture.model.session import EndReason, Session, is_session_id
from hl7capture.store.connection_document import ConnectionDocument, connection_facts, connection_values
from hl7capture.turns import give_way

VERSION = 1

encode = msgspec.json.Encoder().encode

_PIECE = 1 << 20  # bytes of elements or characters of messages that are encoded together

_Item = TypeVar("_Item")
Port = Annotated[int, Meta(ge=0, le=65_535)]


class DocumentError(ValueError):
    """Not a session document that this version can read; the text says why, and never quotes contents."""


class ElementDocument(msgspec.Struct, rename="camel"):
    """One element; `hexData` holds its exact bytes on the wire."""

    id: int
    timestamp: float
    direction: Direction
    type: ElementType
    hex_data: str
    message: Annotated[int, Meta(ge=0)] | None = None
    flags: tuple[str, ...] = ()


class SessionDocument(msgspec.Struct, rename="camel"):
    """One session."""

    version: int = msgspec.field(name="_version")
    session_id: str
    number: int
    probe: str
    source: str
    device_ip: str = msgspec.field(name="deviceIP")
    device_port: Port
    lis_ip: str = msgspec.field(name="lisIP")
    lis_port: Port
    framing: Framing
    start_time: float
    end_time: float
    is_complete: bool
    end_reason: EndReason | None
    elements: list[ElementDocument]
    messages: list[str]
    connection: ConnectionDocument | None = None
    saved_at: float | None = msgspec.field(default=None, name="_saved_at")
    persisted_until: float | None = None
    pinned: bool = False
    note: Any = ""  # a text; anything else under this name is another program's, and survives


SESSION_KEYS = frozenset(SessionDocument.__struct_encode_fields__)
ELEMENT_KEYS = frozenset(ElementDocument.__struct_encode_fields__)


def to_document(session: Session) -> bytes:
    """The session as one line of JSON in UTF-8, without a line end."""
    return b"".join(document_pieces(session))


def document_pieces(session: Session) -> Iterator[bytes]:
    """`to_document` in pieces: a message of 50 MB is 150 MB of JSON, and nobody needs that at once.

    An ordinary session is one piece, and is written with one call.
    """
    gathered: list[bytes] = []
    octets = 0
    for piece in _small_pieces(session):
        gathered.append(piece)
        octets += len(piece)
        if octets > _PIECE:
            yield b"".join(gathered)
            gathered, octets = [], 0
    yield b"".join(gathered)


def _small_pieces(session: Session) -> Iterator[bytes]:
    elements, messages = session.elements, session.messages
    yield encode(head_values(session))[:-1]
    yield b',"elements":['
    yield from _array(elements, [len(element.data) for element in elements], element_values, _large_element)
    yield b'],"messages":['
    yield from _array(messages, list(map(len, messages)), str, _large_text)
    yield b"]}"


def _array(
    items: Sequence[_Item],
    sizes: Sequence[int],
    values: Callable[[_Item], Any],
    large: Callable[[_Item], Iterator[bytes]],
) -> Iterator[bytes]:
    """What stands between the brackets of a JSON array: small items together, large ones in pieces of their own."""
    comma = b""
    for group in _together(sizes):
        give_way()
        yield comma
        comma = b","
        if sizes[group.start] > _PIECE:
            yield from large(items[group.start])
        else:
            yield encode(list(map(values, items[group])))[1:-1]


def _together(sizes: Sequence[int]) -> Iterator[slice]:
    """Neighbours that are encoded together; what is large stands alone."""
    start = octets = 0
    for number, size in enumerate(sizes):
        if number > start and octets + size > _PIECE:
            yield slice(start, number)
            start, octets = number, 0
        octets += size
    if sizes:
        yield slice(start, len(sizes))


def _large_element(element: Element) -> Iterator[bytes]:
    # Only what this program writes itself stands before the bytes, so the first empty text is theirs.
    before, empty, after = encode(element_values(element._replace(data=b""))).partition(b'"hexData":"')
    yield before + empty
    yield from (hexlify(element.data[at : at + _PIECE]) for at in range(0, len(element.data), _PIECE))
    yield after


def _large_text(text: str) -> Iterator[bytes]:
    yield b'"'
    yield from (encode(text[at : at + _PIECE])[1:-1] for at in range(0, len(text), _PIECE))
    yield b'"'


def head_values(session: Session) -> dict[str, Any]:
    """The fields of the document but its elements and messages."""
    return {
        "_version": VERSION,
        "_saved_at": session.saved_at,
        "persistedUntil": session.persisted_until,
        **({"pinned": True} if session.pinned else {}),
        "sessionId": session.session_id,
        "number": session.number,
        "probe": session.probe,
        "source": session.source,
        "deviceIP": session.device_ip,
        "devicePort": session.device_port,
        "lisIP": session.lis_ip,
        "lisPort": session.lis_port,
        "framing": session.framing,
        "startTime": session.start_time,
        "endTime": session.end_time,
        "isComplete": session.is_complete,
        "endReason": session.end_reason,
        **({} if session.connection is None else {"connection": connection_values(session.connection)}),
        **session.extra,
        **({"note": session.note} if session.note else {}),
    }


def element_values(element: Element) -> ElementDocument | dict[str, Any]:
    """An element as it stands in the document."""
    number, timestamp, direction, kind, data, message, flags, extra = element
    values = ElementDocument(number, timestamp, direction, kind, data.hex(), message, flags)
    return msgspec.to_builtins(values) | extra if extra else values


def from_document(data: bytes) -> Session:
    """The session of a document. Raises DocumentError."""
    return from_values(values_of(data))


def values_of(data: bytes) -> dict[str, Any]:
    """The JSON object that a document is. Raises DocumentError."""
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except (ValueError, RecursionError) as error:
        raise DocumentError("it is not a JSON object, or it is cut") from error


def from_values(values: dict[str, Any]) -> Session:
    """The session of a document's JSON object. Raises DocumentError."""
    version = values.get("_version")
    if not isinstance(version, int):
        raise DocumentError("it has no _version, so it is not a session")
    if version > VERSION:
        raise DocumentError(f"it was written by a newer program (_version {version}; this one reads {VERSION})")
    try:
        document = msgspec.convert(values, SessionDocument)
    except msgspec.ValidationError as error:
        raise DocumentError(in_words(error)) from error
    if not is_session_id(document.session_id):
        raise DocumentError("its sessionId is not one that this program makes")
    return _session(document, values)


def in_words(error: msgspec.ValidationError) -> str:
    """Where and what; without the value, which msgspec quotes."""
    text = str(error)
    what = re.split(r" ['\"]| - at ", text, maxsplit=1)[0]
    where = text.rpartition("`$")[2].strip("`.") if text.endswith("`") else ""
    return f"{where or 'the document'}: {what}"


def _session(document: SessionDocument, values: dict[str, Any]) -> Session:
    return Session(
        session_id=document.session_id,
        number=document.number,
        probe=document.probe,
        source=document.source,
        device_ip=document.device_ip,
        device_port=document.device_port,
        lis_ip=document.lis_ip,
        lis_port=document.lis_port,
        framing=document.framing,
        start_time=document.start_time,
        end_time=document.end_time,
        is_complete=document.is_complete,
        end_reason=document.end_reason,
        elements=list(map(_element, document.elements, values["elements"])),
        messages=document.messages,
        connection=connection_facts(document.connection, values["connection"]) if document.connection else None,
        saved_at=document.saved_at,
        persisted_until=document.persisted_until,
        pinned=document.pinned,
        note=document.note if isinstance(document.note, str) else "",
        extra=_unknown(values, SESSION_KEYS if isinstance(document.note, str) else SESSION_KEYS - {"note"}) or {},
    )


def _element(element: ElementDocument, values: dict[str, Any]) -> Element:
    return Element(
        element.id,
        element.timestamp,
        element.direction,
        element.type,
        _bytes(element),
        element.message,
        element.flags,
        _unknown(values, ELEMENT_KEYS),
    )


def _bytes(element: ElementDocument) -> bytes:
    try:
        data = bytes.fromhex(element.hex_data)
    except ValueError:
        data = b""
    if data.hex() != element.hex_data:
        raise DocumentError(f"elements[{element.id}].hexData: it takes pairs of 0 to 9 and a to f")
    return data


def _unknown(values: dict[str, Any], known: frozenset[str]) -> dict[str, Any] | None:
    """Fields that this version does not know, to be written back as they were."""
    return {key: value for key, value in values.items() if key not in known} or None

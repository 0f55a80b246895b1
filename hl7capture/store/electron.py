"""Session files of the Electron app hl7-capture (`_metadata.version` 1.x) as sessions.

Such a file is one JSON object. Its `id` and `sessionId` count the sessions of one run of that app, so they tell nothing
apart. Its elements are what one TCP packet brought, or what came until CR LF; their bytes are taken as they are, and
what they are is told from them again. docs/persistence.md says what becomes of each field.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hl7capture.capture.assembly import Assembly
from hl7capture.capture.delivery import Exchange, Run
from hl7capture.capture.framing.blocks import Blocks
from hl7capture.capture.framing.control import STX, VT, Markers
from hl7capture.capture.framing.framed import Framed
from hl7capture.capture.framing.framer import Framer
from hl7capture.capture.text import decode
from hl7capture.model.elements import Direction, Element, ElementType, Flag, Framing
from hl7capture.model.session import EndReason, Session, session_id_of
from hl7capture.store.document import ELEMENT_KEYS, SESSION_KEYS, DocumentError, in_words

SOURCE = "hl7-capture"
_OUR_PREFIX = "electron:"  # before the names of fields that mean something else in our documents
_KNOWN_VERSION = re.compile(r"1(\.\d+)*")
_LATEST = 253_402_300_799_999.0  # Unix milliseconds: the last of the year 9999
_FRAMING_BYTES = b"\x02\x03\x0b\x1c\r\n"

Time = Annotated[float, Meta(ge=0, le=_LATEST)] | str  # Unix milliseconds, or ISO 8601


class _Element(msgspec.Struct, rename="camel"):
    timestamp: Time
    direction: Literal["device-to-pc", "pc-to-device"]
    type: Literal["start", "message", "ack", "end"]
    hex_data: str
    # The bytes once more, in other clothes.
    content: Any = None
    decoded_message: Any = None
    raw_bytes: Any = None


class _Metadata(msgspec.Struct):
    version: str = "1.0.0"


class _Session(msgspec.Struct, rename="camel"):
    session_id: Annotated[int, Meta(ge=0)]
    start_time: Time
    elements: list[_Element]
    end_time: Time | None = None
    device_ip: str = msgspec.field(default="", name="deviceIP")
    lis_ip: str = msgspec.field(default="", name="lisIP")
    messages: list[str] = []
    is_complete: bool = False
    persisted_until: Time | None = None
    metadata: _Metadata = msgspec.field(default_factory=_Metadata, name="_metadata")


_KNOWN_OF_SESSION = frozenset(_Session.__struct_encode_fields__) - {"_metadata"}
_KNOWN_OF_ELEMENT = frozenset(_Element.__struct_encode_fields__)
_DIRECTIONS = {"device-to-pc": Direction.DEVICE_TO_LIS, "pc-to-device": Direction.LIS_TO_DEVICE}
_CONTROL = {"start": ElementType.START, "ack": ElementType.ACK, "end": ElementType.END}


def is_electron(values: dict[str, Any]) -> bool:
    """Whether a JSON object is such a session: it has a running number, where ours have an id, and no `_version`."""
    return "_version" not in values and isinstance(values.get("sessionId"), int) and "elements" in values


def from_electron(values: dict[str, Any]) -> Session:
    """The session of such an object; the same object gives the same session id. Raises DocumentError."""
    try:
        found = msgspec.convert(values, _Session)
    except msgspec.ValidationError as error:
        raise DocumentError(in_words(error)) from error
    if not _KNOWN_VERSION.fullmatch(found.metadata.version):
        raise DocumentError("it was written by a newer hl7-capture; this program knows its _metadata.version 1")
    start = _time("startTime", found.start_time)
    contents = _Contents()
    for number, (element, raw) in enumerate(zip(found.elements, values["elements"], strict=True)):
        contents.add(number, element, _kept(raw, _KNOWN_OF_ELEMENT, ELEMENT_KEYS) or None)
    contents.finish_message()
    last = contents.elements[-1].timestamp if contents.elements else start
    note = values.get("note")
    is_noted = isinstance(note, str)  # else it is something that we do not know
    return Session(
        session_id=_session_id(found, start, contents.elements),
        number=found.session_id,
        probe="",
        source=SOURCE,
        device_ip=found.device_ip,
        device_port=0,
        lis_ip=found.lis_ip,
        lis_port=0,
        framing=contents.framing or Framing.ASTM,
        start_time=start,
        end_time=last if found.end_time is None else _time("endTime", found.end_time),
        is_complete=found.is_complete,
        end_reason=EndReason.EOT if found.is_complete else EndReason.STOPPED,
        elements=contents.elements,
        messages=contents.messages or found.messages,
        persisted_until=None if found.persisted_until is None else _time("persistedUntil", found.persisted_until),
        note=str(note) if is_noted else "",
        extra=_kept(values, _KNOWN_OF_SESSION | {"note"} if is_noted else _KNOWN_OF_SESSION, SESSION_KEYS),
    )


class _Contents:
    """Elements and messages, one after the other."""

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.messages: list[str] = []
        self.framing: Framing | None = None
        self._assembly = Assembly()

    def add(self, number: int, element: _Element, extra: dict[str, Any] | None) -> None:
        """One element of the file. Raises DocumentError."""
        where = f"elements[{number}]"
        try:
            data = bytes.fromhex(element.hex_data)
        except ValueError as error:
            raise DocumentError(f"{where}.hexData: it takes pairs of 0 to 9 and a to f") from error
        direction = _DIRECTIONS[element.direction]
        kind = _CONTROL.get(element.type, ElementType.MESSAGE)
        message: int | None = None
        flags: tuple[str, ...] = ()
        if kind is ElementType.MESSAGE:
            kind, message, flags = self._message(number, direction, data)
        time = _time(f"{where}.timestamp", element.timestamp)
        self.elements.append(Element(number, time, direction, kind, data, message, flags, extra))

    def finish_message(self) -> None:
        """What was put together from frames becomes a message."""
        done = self._assembly.finish()
        if done.text is not None:
            self.messages.append(done.text)
        for number in (*done.refused, *done.unfinished):
            self.elements[number] = self.elements[number]._replace(message=None)

    def _message(self, number: int, direction: Direction, data: bytes) -> tuple[ElementType, int, tuple[str, ...]]:
        framed = _framed(data)
        if framed is not None and framed.type is ElementType.FRAME and framed.body is not None:
            return self._frame(number, int(direction is Direction.LIS_TO_DEVICE), framed)
        self.finish_message()
        if self.framing is None:
            self.framing = {STX: Framing.STX, VT: Framing.MLLP}.get(next(iter(data), -1), Framing.NONE)
        has_text = framed is not None and framed.body is not None
        body = framed.body if framed is not None and framed.body is not None else data.strip(_FRAMING_BYTES)
        self.messages.append(decode(body))
        is_ours = has_text or (framed is not None and framed.type is ElementType.MESSAGE)
        return ElementType.MESSAGE, len(self.messages) - 1, framed.flags if framed is not None and is_ours else ()

    def _frame(self, number: int, side: int, framed: Framed) -> tuple[ElementType, int, tuple[str, ...]]:
        assert framed.body is not None
        self.framing = self.framing or Framing.ASTM
        flags = framed.flags
        if self._assembly.is_repeat(side, framed.number, framed.body):
            flags = (*flags, Flag.RETRANSMITTED)
        elif self._assembly.begins_message(side, framed.body):
            self.finish_message()
        is_sound = Flag.BAD_CHECKSUM not in flags
        self._assembly.add(number, side, framed.number, framed.body, ends_text=framed.ends_text, is_sound=is_sound)
        return ElementType.FRAME, len(self.messages), flags


def _framed(data: bytes) -> Framed | None:
    """What the bytes are by their framing; None where they are not one thing."""
    if not data:
        return None
    framer = Framer(0, Markers(), knows_frames=True, is_lost=False)
    run = Run(data, [len(data)], [0], [0])
    fed = framer.feed(run, Exchange((run, None)))
    found = [*([] if isinstance(fed, Blocks) else fed), *framer.finish(is_closed=True)]
    only = found[0] if len(found) == 1 else None
    return only if isinstance(only, Framed) else None


def _session_id(found: _Session, start: float, elements: list[Element]) -> str:
    """From the conversation alone: what that app did with the file later changes nothing."""
    said = [(e.timestamp, e.direction.value, e.type.value, e.data.hex()) for e in elements]
    named = repr((SOURCE, found.device_ip, found.lis_ip, start, said)).encode()
    return session_id_of(round(start * 1000) * 1000, named)


def _time(where: str, value: Time) -> float:
    """Unix milliseconds."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            value = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000
        except (ValueError, OverflowError) as error:
            raise DocumentError(f"{where}: it takes Unix milliseconds, or a time as in ISO 8601") from error
    if not 0 <= value <= _LATEST:
        raise DocumentError(f"{where}: it takes a time between 1970 and 9999")
    return round(value * 1000) / 1000


def _kept(values: dict[str, Any], known: frozenset[str], ours: frozenset[str]) -> dict[str, Any]:
    """The fields that are not taken over, under names that mean nothing else in our documents."""
    return {(_OUR_PREFIX + key if key in ours else key): value for key, value in values.items() if key not in known}

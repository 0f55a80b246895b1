"""The session document, version 1: what stands in a session's file and on each line of `--json` output.

Unknown fields survive a load and save. A newer version is not touched, for its meaning is not known.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json, to_json

from hl7capture.model.elements import Direction, Element, ElementType, Framing
from hl7capture.model.session import EndReason, Session, is_session_id

VERSION = 1


class DocumentError(ValueError):
    """Not a session document that this version can read; the text says why, and never quotes contents."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="allow", populate_by_name=True, strict=False)


class ElementDocument(_Document):
    """One element; `hexData` holds its exact bytes on the wire."""

    id: int
    timestamp: float
    direction: Direction
    type: ElementType
    hex_data: str = Field(alias="hexData", pattern=r"^(?:[0-9a-f]{2})*$")
    message: int | None = None
    flags: list[str] = []


class SessionDocument(_Document):
    """One session."""

    version: int = Field(alias="_version")
    saved_at: float | None = Field(None, alias="_saved_at")
    persisted_until: float | None = Field(None, alias="persistedUntil")
    session_id: str = Field(alias="sessionId")
    number: int
    probe: str
    source: str
    device_ip: str = Field(alias="deviceIP")
    device_port: int = Field(alias="devicePort", ge=0, le=65_535)
    lis_ip: str = Field(alias="lisIP")
    lis_port: int = Field(alias="lisPort", ge=0, le=65_535)
    framing: Framing
    start_time: float = Field(alias="startTime")
    end_time: float = Field(alias="endTime")
    is_complete: bool = Field(alias="isComplete")
    end_reason: EndReason | None = Field(alias="endReason")
    elements: list[ElementDocument]
    messages: list[str]


def to_document(session: Session) -> bytes:
    """The session as one line of JSON in UTF-8, without a line end."""
    return to_json(
        {
            "_version": VERSION,
            "_saved_at": session.saved_at,
            "persistedUntil": session.persisted_until,
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
            "elements": [
                {
                    "id": element.id,
                    "timestamp": element.timestamp,
                    "direction": element.direction,
                    "type": element.type,
                    "hexData": element.data.hex(),
                    "message": element.message,
                    "flags": element.flags,
                    **(element.extra or {}),
                }
                for element in session.elements
            ],
            "messages": session.messages,
            **session.extra,
        }
    )


def from_document(data: bytes) -> Session:
    """The session of a document. Raises DocumentError."""
    try:
        version = from_json(data).get("_version")
    except (ValueError, AttributeError) as error:
        raise DocumentError("it is not a JSON object, or it is cut") from error
    if not isinstance(version, int):
        raise DocumentError("it has no _version, so it is not a session")
    if version > VERSION:
        raise DocumentError(f"it was written by a newer program (_version {version}; this one reads {VERSION})")
    try:
        document = SessionDocument.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise DocumentError(f"{place}: {first['msg']}") from error
    if not is_session_id(document.session_id):
        raise DocumentError("its sessionId is not one that this program makes")
    return _session(document)


def _session(document: SessionDocument) -> Session:
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
        elements=[
            Element(
                element.id,
                element.timestamp,
                element.direction,
                element.type,
                bytes.fromhex(element.hex_data),
                element.message,
                tuple(element.flags),
                _extra(element),
            )
            for element in document.elements
        ],
        messages=document.messages,
        saved_at=document.saved_at,
        persisted_until=document.persisted_until,
        extra=_extra(document) or {},
    )


def _extra(document: _Document) -> dict[str, Any] | None:
    return document.model_extra or None

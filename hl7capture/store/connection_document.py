"""The object `connection` of a session document: docs/session-document.md explains its fields.

What is 0, false or not known is left out, so that a clean connection takes little room.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hl7capture.model.connection import ConnectionFacts, End, EndFacts

Count = Annotated[int, Meta(ge=0)]


class EndDocument(msgspec.Struct, rename="camel", omit_defaults=True):
    """What one end has sent."""

    packets: Count = 0
    bytes: Count = 0
    last_packet: float | None = None
    repeated: Count = 0
    in_vain: Count = 0
    keep_alives: Count = 0
    out_of_order: Count = 0
    filled: Count = 0
    longest_hole: float | None = None
    zero_windows: Count = 0
    longest_zero_window: float | None = None
    lost: Count = 0
    missing: Count = 0
    cut: Count = 0
    copies: Count = 0
    unacknowledged: Count = 0
    has_closed: bool = False
    is_unfinished: bool = False


class ConnectionDocument(msgspec.Struct, rename="camel", omit_defaults=True):
    """What TCP tells of a connection."""

    device: EndDocument
    lis: EndDocument
    opened_by: End | None = None
    attempts: Count = 0
    syn_answered: float | None = None
    handshake: float | None = None
    closed_by: End | None = None
    reset_by: End | None = None
    is_replaced: bool = False


_END_NAMES = EndDocument.__struct_fields__
_NAMES = [name for name in ConnectionDocument.__struct_fields__ if name not in ("device", "lis")]


def connection_values(facts: ConnectionFacts) -> dict[str, Any]:
    """The facts as they stand in a document."""
    document = ConnectionDocument(
        _end_document(facts.device), _end_document(facts.lis), **{name: getattr(facts, name) for name in _NAMES}
    )
    values: dict[str, Any] = msgspec.to_builtins(document)
    values["device"] |= facts.device.extra or {}
    values["lis"] |= facts.lis.extra or {}
    return values | (facts.extra or {})


def connection_facts(document: ConnectionDocument, values: dict[str, Any]) -> ConnectionFacts:
    """The facts of a document; values: the same as it was read, with what this version does not know."""
    return ConnectionFacts(
        _end_facts(document.device, values["device"]),
        _end_facts(document.lis, values["lis"]),
        **{name: getattr(document, name) for name in _NAMES},
        extra=_unknown(document, values),
    )


def _end_document(facts: EndFacts) -> EndDocument:
    return EndDocument(**{name: getattr(facts, name) for name in _END_NAMES})


def _end_facts(document: EndDocument, values: dict[str, Any]) -> EndFacts:
    return EndFacts(**{name: getattr(document, name) for name in _END_NAMES}, extra=_unknown(document, values))


def _unknown(document: msgspec.Struct, values: dict[str, Any]) -> dict[str, Any] | None:
    return {key: value for key, value in values.items() if key not in document.__struct_encode_fields__} or None

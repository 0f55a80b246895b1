"""The engine, fed; its sessions, in a form that can be compared."""

from typing import Any

from hl7capture.capture.engine import Engine
from hl7capture.model.events import Event, SessionCompleted
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings

_WORKED_OUT = {"findings", "latencies", "kinds", "words"}  # by whoever asks first; in no document


def events_of(data: bytes, step: int = 0, settings: Settings | None = None) -> list[Event]:
    """All events of a capture, fed in pieces of `step` bytes (0: at once)."""
    engine = Engine(settings or Settings(), probe="lab-pc-3", source="test")
    step = step or len(data) or 1
    events = [event for at in range(0, len(data), step) for event in engine.feed(data[at : at + step])]
    return events + engine.finish()


def sessions_of(data: bytes, step: int = 0, settings: Settings | None = None) -> list[Session]:
    """The completed sessions of a capture."""
    return [event.session for event in events_of(data, step, settings) if isinstance(event, SessionCompleted)]


def said(session: Session) -> list[tuple[str, str, bytes, int | None, tuple[str, ...]]]:
    """The elements without their times."""
    return [(e.direction.value, e.type.value, e.data, e.message, e.flags) for e in session.elements]


def everything(session: Session) -> dict[str, Any]:
    """All that stands in a session's document, comparable."""
    return {name: getattr(session, name) for name in Session.__slots__ if name not in _WORKED_OUT}

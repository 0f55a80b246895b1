"""Sessions as the engine makes them, for tests of what comes after it."""

from hl7capture.model.elements import Direction, Element, ElementType, Framing
from hl7capture.model.session import EndReason, Session
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.wire import conversations, pcap


def some_sessions(count: int) -> list[Session]:
    """Completed MLLP sessions of one message and its answer each."""
    talks = ([(0, mllp(oru(str(n)))), (1, mllp(answer(str(n))))] for n in range(count))
    return sessions_of(pcap(conversations(*talks)))


def open_session(number: int = 1, *, elements: int = 0) -> Session:
    """A session that is still open, with `elements` messages in it."""
    session = Session(
        session_id=f"20261121T101530.{number % 1000:03d}Z-{number:08x}",
        number=number,
        probe="lab-pc-3",
        source="eth0",
        device_ip="10.0.0.5",
        device_port=40001,
        lis_ip="10.1.0.1",
        lis_port=2575,
        framing=Framing.MLLP,
        start_time=1795255200000.0,
        end_time=1795255200000.0,
    )
    for _ in range(elements):
        grow(session)
    return session


def grow(session: Session, text: str = "MSH|^~\\&|") -> None:
    """One message more."""
    number = len(session.elements)
    session.end_time = session.start_time + number
    data = b"\x0b" + text.encode() + b"\x1c\r"
    element = Element(
        number, session.end_time, Direction.DEVICE_TO_LIS, ElementType.MESSAGE, data, len(session.messages)
    )
    session.messages.append(text)
    session.elements.append(element)


def complete(session: Session, reason: EndReason = EndReason.CLOSED) -> Session:
    """The session, ended."""
    session.is_complete = True
    session.end_reason = reason
    return session

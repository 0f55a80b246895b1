"""What senders make of the framing."""

import pytest

from hl7capture.capture.engine import Engine
from hl7capture.model.elements import Framing
from hl7capture.model.events import SessionCompleted
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.wire import conversation, pcap

ORU, ACK = oru(), answer()


def session_of(*turns: tuple[int, bytes], cut: int = 1460) -> Session:
    data = pcap(conversation(*turns, cut=cut).segments)
    [session] = sessions_of(data)
    assert [(e.type, e.data, e.flags) for e in sessions_of(data, 37)[0].elements] == [
        (e.type, e.data, e.flags) for e in session.elements
    ]
    return session


def texts(session: Session) -> list[bytes]:
    return [message.encode() for message in session.messages]


@pytest.mark.parametrize(
    ("block", "flags"),
    [
        (b"\x0b" + mllp(ORU), ("doubled-start",)),
        (b"\x0b" + ORU + b"\x1c\x1c\r", ("doubled-end",)),
        (b"\x0b\x0b" + ORU + b"\x1c\x1c\r", ("doubled-start", "doubled-end")),
        (mllp(ORU.replace(b"\r", b"\n")), ("line-feeds",)),
        (mllp(ORU.replace(b"\r", b"\r\n")), ("line-feeds",)),
        (mllp(ORU.replace(b"OBX|1|NM", b"OBX|1|TX||a\nb")), ()),  # LF in a text is nobody's separator
        (b"\x0b" + ORU + b"\x1c\n", ("lf-end",)),
    ],
)
@pytest.mark.parametrize("cut", [1, 1460])
def test_odd_blocks_are_whole_messages_with_a_flag(block: bytes, flags: tuple[str, ...], cut: int) -> None:
    session = session_of((0, block), (1, mllp(ACK)), (0, block), (1, mllp(ACK)), cut=cut)
    assert [element.flags for element in session.elements] == [flags, (), flags, ()]
    assert texts(session)[1] == ACK
    assert texts(session)[0].replace(b"\r\n", b"\r").replace(b"\n", b"\r").startswith(b"MSH|^~\\&|ANALYZER")


@pytest.mark.parametrize("cut", [1, 7, 1460])
@pytest.mark.parametrize("reply", [ACK, mllp(ACK)])
def test_messages_with_nothing_around_them(cut: int, reply: bytes) -> None:
    session = session_of((0, ORU), (1, reply), (0, ORU + oru("SECOND")), (1, reply), (1, reply), cut=cut)
    assert session.framing is Framing.NONE
    assert texts(session) == [ORU, ACK, ORU, oru("SECOND"), ACK, ACK]
    assert [element.flags for element in session.elements if element.direction == "device-to-lis"] == [
        ("no-framing",)
    ] * 3
    assert session.is_complete


def test_blanks_before_a_message_with_nothing_around_it() -> None:
    session = session_of((0, b"\r\n" + ORU), (1, ACK))
    assert texts(session) == [ORU, ACK]


def test_an_answer_in_the_middle_of_a_segment_does_not_end_a_message() -> None:
    first, second = ORU, oru("SECOND")
    session = session_of((0, first), (0, second[:70]), (1, ACK), (0, second[70:]), (1, ACK))
    assert texts(session) == [first, ACK, second, ACK]


def test_a_message_with_nothing_around_it_ends_by_silence() -> None:
    engine = Engine(Settings(), probe="lab", source="test")
    events = engine.feed(pcap(conversation((0, ORU.rstrip(b"\r"))).segments[:4]))
    assert not events
    events = engine.pass_time(31)
    events += engine.pass_time(62)
    [session] = [event.session for event in events if isinstance(event, SessionCompleted)]
    assert texts(session) == [ORU.rstrip(b"\r")]


@pytest.mark.parametrize(
    "stranger",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 200\r\n\r\n" + ORU,
        b"MSHARE|^~\\&|\r\n",
        b"MSH is a word\r\n" * 20,
        b"220 mail\r\n" + ORU,
    ],
)
@pytest.mark.parametrize("cut", [1, 1460])
def test_what_is_no_message_makes_no_session(stranger: bytes, cut: int) -> None:
    assert sessions_of(pcap(conversation((0, stranger), (1, b"ok"), cut=cut).segments)) == []

"""HL7 without any framing: told by its header at a stream's start, ended by what comes next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.capture.engine import Engine
from hl7capture.capture.framing import unframed
from hl7capture.model.elements import Flag, Framing
from hl7capture.model.events import SessionOpened
from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings
from tests.support.engine import said, sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.wire import MILLISECOND, START, Talk, conversation, pcap, records

BARE = (Flag.NO_FRAMING,)


def one_session(*turns: tuple[int, bytes], cut: int = 1460) -> Session:
    (session,) = sessions_of(pcap(conversation(*turns, cut=cut).segments))
    return session


def flags(session: Session) -> list[tuple[str, ...]]:
    return [flags for *_, flags in said(session)]


@pytest.mark.parametrize("cut", [1, 20, 1460])
@pytest.mark.parametrize("framed", [True, False], ids=["framed answer", "unframed answer"])
def test_message_ends_where_the_other_side_answers(framed: bool, cut: int) -> None:
    reply = mllp(answer()) if framed else answer()
    session = one_session((0, oru("1")), (1, reply), (0, oru("2")), (1, reply), cut=cut)
    assert (session.framing, session.is_complete) == (Framing.NONE, True)
    assert session.messages == [oru("1").decode(), answer().decode(), oru("2").decode(), answer().decode()]
    assert flags(session) == [BARE, () if framed else BARE] * 2
    assert [element.data for element in session.elements] == [oru("1"), reply, oru("2"), reply]


@pytest.mark.parametrize("cut", [1, 20, 1460])
@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\n\r\n"])
def test_message_ends_where_the_next_begins(end: bytes, cut: int) -> None:
    texts = [oru(str(number)).rstrip(b"\r") + end for number in range(3)]
    session = one_session((0, b"".join(texts)), cut=cut)
    assert [element.data for element in session.elements] == texts
    assert session.messages == [text.decode() for text in texts]


def test_message_ends_with_the_connection() -> None:
    assert one_session((0, oru())).messages == [oru().decode()]
    assert one_session((0, oru().rstrip(b"\r"))).messages == [oru().decode().rstrip("\r")]


@pytest.mark.parametrize("ends_with_cr", [True, False])
def test_what_a_reset_cuts_off_is_not_whole(ends_with_cr: bool) -> None:
    text = oru() if ends_with_cr else oru()[:60]
    (session,) = sessions_of(pcap(Talk().open().say(0, text).reset(1).segments))
    assert session.is_complete == ends_with_cr
    assert flags(session) == [BARE if ends_with_cr else (Flag.NO_FRAMING, Flag.TRUNCATED)]
    assert len(session.messages) == ends_with_cr


def test_message_is_shown_after_a_silence() -> None:
    engine = Engine(Settings(), probe="lab-pc-3", source="test")
    events = engine.feed(pcap(Talk().open().say(0, oru()).segments)) + engine.pass_time(2)
    assert events == []
    (opened, *_) = engine.pass_time(6)
    assert isinstance(opened, SessionOpened)
    assert opened.session.messages == [oru().decode()]
    assert opened.session.is_open
    engine.pass_time(40)
    assert opened.session.end_reason is EndReason.IDLE


@pytest.mark.parametrize("step", [0, 1])
def test_silence_ends_a_message_also_where_the_capture_is_read_at_once(step: int) -> None:
    talk = Talk().open().say(0, oru()).say(0, b"more")
    data = pcap(talk.segments[:4]) + records(talk.segments[4:], START + 9000 * MILLISECOND)
    (session,) = sessions_of(data, step)
    assert [(kind, data) for _, kind, data, _, _ in said(session)] == [("message", oru()), ("other", b"more")]


def test_blocks_may_follow_and_what_a_block_is_answered_with_may_be_bare() -> None:
    session = one_session((0, oru("1") + mllp(oru("2"))), (1, mllp(answer("1"))), (0, mllp(oru("3"))), (1, answer()))
    assert flags(session) == [BARE, (), (), (), BARE]
    later = one_session((0, mllp(oru())), (1, answer()))
    assert (later.framing, flags(later)) == (Framing.MLLP, [(), BARE])


@pytest.mark.parametrize("cut", [1, 1460])
def test_batch_is_one_message(cut: int) -> None:
    batch = b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + oru("1") + oru("2") + b"BTS|2\rFTS|1\r"
    session = one_session((0, batch * 2), (1, answer()), cut=cut)
    assert session.messages == [batch.decode()] * 2 + [answer().decode()]


def test_blanks_and_byte_order_mark_before_the_first_segment() -> None:
    assert one_session((0, b"\r\n\r\n " + oru())).messages == [oru().decode()]
    assert one_session((0, b"\xef\xbb\xbf" + oru())).messages == [oru().decode()]


def test_hole_cuts_it() -> None:
    segments = conversation((0, oru("1")), (1, answer("1")), (0, mllp(oru("2"))), cut=60).segments
    lost = next(i for i, s in enumerate(segments) if b"Testmann" in s.data)
    (session,) = sessions_of(pcap(segments[:lost] + segments[lost + 1 :]))
    assert flags(session)[0] == (Flag.NO_FRAMING, Flag.TRUNCATED, Flag.GAP)
    assert oru("2").decode() in session.messages
    assert oru("1").decode() not in session.messages


@pytest.mark.parametrize("cut", [1, 1460])
@pytest.mark.parametrize(
    "turns",
    [
        [(0, b"POST / HTTP/1.1\r\n\r\n" + oru()), (1, b"HTTP/1.1 200 OK\r\n\r\n" + answer())],
        [(1, b"220 mail.example ESMTP\r\n"), (0, oru())],
        [(1, b"SSH-2.0-x\r\n"), (0, oru())],
        [(0, b"x" + oru())],
        [(0, b"MSH is short for message header, and MSH|nothing\r")],
        [(0, b"MSH|ABCD|\r")],
        [(0, b"MSHX^~\\&X\r")],
        [(0, b"MSH||^~\\&|\r")],
        [(0, b"msh|^~\\&|\r")],
        [(0, b"\x00" * 30 + oru())],
        [(0, b"M")],
    ],
)
def test_what_does_not_begin_with_a_header_is_no_message(turns: list[tuple[int, bytes]], cut: int) -> None:
    assert sessions_of(pcap(conversation(*turns, cut=cut).segments)) == []


def test_in_the_middle_of_a_stream_it_is_not_known() -> None:
    assert sessions_of(pcap(conversation((0, oru("1")), (1, answer()), (0, oru("2"))).segments[3:])) == []


def test_to_a_server_of_something_else() -> None:
    session = one_session((0, oru()), (1, b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert [kind for _, kind, _, _, _ in said(session)] == ["message", "other"]


@given(st.binary(max_size=8), st.sampled_from([b"MSH|^~\\&|A", b"FHS#!%#", b"BHS|^~\\&", b"MSH|^~\\&#"]), st.booleans())
def test_the_verdict_is_never_revised(front: bytes, header: bytes, is_header_first: bool) -> None:
    text = header + front if is_header_first else front + header
    verdicts = [unframed.header_end(text[:size]) for size in range(len(text) + 1)]
    decided = [verdict for verdict in verdicts if verdict is not None]
    assert decided == decided[:1] * len(decided)
    assert verdicts == [None] * (len(verdicts) - len(decided)) + decided

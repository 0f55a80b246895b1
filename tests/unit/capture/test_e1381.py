"""ASTM E1381 as devices speak it: frames, numbers, checksums, refusals, and transfers that go wrong."""

import pytest

from hl7capture.capture import sessions
from hl7capture.model.elements import Flag, Framing
from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings
from tests.support.engine import said, sessions_of
from tests.support.speech import ACK, ENQ, EOT, NAK, RECORDS, answer, astm_transfer, frame, mllp, oru, stx
from tests.support.wire import conversation, pcap

MESSAGE = b"".join(RECORDS).decode()


def one_session(*turns: tuple[int, bytes], cut: int = 1460) -> Session:
    (session,) = sessions_of(pcap(conversation(*turns, cut=cut).segments))
    return session


def frames_of(session: Session) -> list[tuple[int | None, tuple[str, ...]]]:
    """Message and flags of each frame."""
    return [(element.message, element.flags) for element in session.elements if element.type == "frame"]


def answered(*frames: bytes) -> list[tuple[int, bytes]]:
    """ENQ to EOT, every frame accepted."""
    turns = [turn for one in frames for turn in ((0, one), (1, ACK))]
    return [(0, ENQ), (1, ACK), *turns, (0, EOT)]


# -- the end of a frame ------------------------------------------------------------------------------------------

WHOLE = frame(2, RECORDS[1])
CORE = WHOLE[:-4]  # up to ETX


@pytest.mark.parametrize("cut", [1, 1460])
@pytest.mark.parametrize(
    ("second", "flags"),
    [
        (WHOLE, ()),
        (CORE + WHOLE[-4:].lower(), ()),
        (CORE + b"00\r\n", (Flag.BAD_CHECKSUM,)),
        (CORE + b"zz\r\n", (Flag.BAD_CHECKSUM,)),
        (CORE + b"0\r\n", (Flag.BAD_CHECKSUM,)),
        (CORE + b"\r\n", (Flag.NO_CHECKSUM,)),
        (CORE + b"\r", (Flag.NO_CHECKSUM,)),
        (CORE, (Flag.NO_CHECKSUM,)),
        (WHOLE[:-2], ()),
        (WHOLE[:-1], ()),
    ],
    ids=["whole", "small letters", "wrong", "no number", "half", "none", "none, CR", "nothing", "no CR LF", "no LF"],
)
def test_checksum_and_end_of_a_frame(second: bytes, flags: tuple[str, ...], cut: int) -> None:
    session = one_session(*answered(frame(1, RECORDS[0]), second, frame(3, RECORDS[3])), cut=cut)
    assert frames_of(session) == [(0, ()), (0, flags), (0, ())]
    assert session.messages == [(RECORDS[0] + RECORDS[1] + RECORDS[3]).decode()]
    piped = one_session((0, ENQ), (1, ACK), (0, frame(1, RECORDS[0]) + second + frame(3, RECORDS[3]) + EOT), cut=cut)
    assert [data for _, kind, data, _, _ in said(piped) if kind == "frame"][1] == second


def test_lis_answers_before_cr_lf() -> None:
    turns = [(0, ENQ), (1, ACK), (0, WHOLE[:-2]), (1, ACK), (0, b"\r\n" + frame(3, RECORDS[3])), (1, ACK), (0, EOT)]
    assert [data for _, kind, data, _, _ in said(one_session(*turns)) if kind == "frame"] == [
        WHOLE,
        frame(3, RECORDS[3]),
    ]


def test_frame_that_breaks_off_is_cut_and_in_no_message() -> None:
    turns = [(0, ENQ), (1, ACK), (0, frame(1, RECORDS[0])), (1, ACK), (0, WHOLE[:9]), (1, NAK), (0, WHOLE), (1, ACK)]
    session = one_session(*turns, (0, EOT))
    assert frames_of(session) == [(0, ()), (None, (Flag.TRUNCATED,)), (0, ())]


# -- numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "wrong"),
    [((1, 2, 3, 4), ()), ((0, 1, 2, 3), (0,)), ((1, 3, 4, 5), (1,)), ((1, 2, 2, 2), (2, 3)), ((1, 2, 1, 2), (2,))],
)
def test_numbers_out_of_order_are_flagged_and_nothing_is_lost(numbers: tuple[int, ...], wrong: tuple[int, ...]) -> None:
    frames = (frame(number, record) for number, record in zip(numbers, RECORDS, strict=True))
    session = one_session(*answered(*frames))
    assert frames_of(session) == [(0, (Flag.WRONG_NUMBER,) if n in wrong else ()) for n in range(4)]
    assert session.messages == [MESSAGE]


def test_frame_without_a_number_is_flagged() -> None:
    body = b"P|1||SIM-4711\r\x03"
    session = one_session(*answered(frame(1, RECORDS[0]), b"\x02" + body + b"%02X\r\n" % (sum(body) & 0xFF)))
    assert frames_of(session) == [(0, ()), (0, (Flag.WRONG_NUMBER,))]
    assert session.messages == ["H|\\^&|||ANALYZER\rP|1||SIM-4711\r"]


def test_numbers_begin_again_with_every_enq() -> None:
    found = sessions_of(pcap(conversation(*astm_transfer(), *astm_transfer()).segments))
    assert [frames_of(session) for session in found] == [[(0, ())] * 4] * 2


# -- records that end in CR LF -----------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [1, 7, 1460])
def test_frames_may_hold_line_feeds(cut: int) -> None:
    records = [record + b"\n" for record in RECORDS]
    session = one_session(*astm_transfer(tuple(records)), cut=cut)
    assert (session.framing, session.messages) == (Framing.ASTM, [b"".join(records).decode()])
    assert frames_of(session) == [(0, ())] * 4
    message = oru().replace(b"\r", b"\r\n")
    session = one_session(*answered(frame(1, message[:70], last=False), frame(2, message[70:])), cut=cut)
    assert session.messages == [message.decode()]


@pytest.mark.parametrize("cut", [1, 7, 1460])
@pytest.mark.parametrize("rest", [b"", b"and more", b"and more\r\n"], ids=["nothing", "text", "a line"])
def test_message_with_a_number_ends_at_cr_lf_where_no_frame_ends_in_its_turn(rest: bytes, cut: int) -> None:
    first = b"\x021|SIM-4711|GLU\r\n"
    for turns in (
        [(0, first + rest), (1, ACK), (0, stx(b"2|\x03")), (1, ACK), (0, EOT)],
        [(0, first + rest + stx(b"2|\x03") + EOT), (1, ACK)],
    ):
        session = one_session((0, ENQ), (1, ACK), *turns, cut=cut)
        assert session.messages[0] == "1|SIM-4711|GLU"
        others = [element.data for element in session.elements if element.type == "other"]
        assert b"".join(others).startswith(rest)


def test_time_of_a_message_with_a_number_is_that_of_its_end_however_the_capture_is_fed() -> None:
    first = b"\x021|SIM-4711|GLU\r\n" + b"x" * 90 + b"\r\n" + b"y" * 60
    for cut in (1, 100, 1460):
        data = pcap(conversation((0, ENQ), (1, ACK), (0, first), (1, ACK), (0, EOT), cut=cut).segments)
        whole, *pieces = (
            [(element.data, element.timestamp) for session in sessions_of(data, step) for element in session.elements]
            for step in (0, 1, 100, 400)
        )
        assert pieces == [whole] * 3


# -- refused, repeated, accepted ---------------------------------------------------------------------------------


def test_refused_frame_and_its_repeats_are_all_shown() -> None:
    turns = astm_transfer()
    turns[4:4] = [(0, frame(2, RECORDS[1])), (1, NAK)] * 2
    session = one_session(*turns)
    assert session.messages == [MESSAGE]
    again = (0, (Flag.RETRANSMITTED,))
    assert frames_of(session) == [(0, ()), (0, ()), again, again, (0, ()), (0, ())]


def test_repeat_replaces_what_was_refused() -> None:
    garbled = frame(2, b"P|1||GARBLED\r")[:-4] + b"00\r\n"
    turns = astm_transfer()
    turns[4:4] = [(0, garbled), (1, NAK)]
    session = one_session(*turns)
    assert session.messages == [MESSAGE]
    assert [flags for _, flags in frames_of(session)][1:3] == [(Flag.BAD_CHECKSUM,), (Flag.RETRANSMITTED,)]


def test_garbled_first_frame_does_not_tell_what_the_message_is() -> None:
    turns = astm_transfer()
    turns[2:2] = [(0, frame(1, b"h" + RECORDS[0][1:])[:-4] + b"00\r\n"), (1, NAK)]
    assert one_session(*turns).messages == [MESSAGE]
    garbled = frame(1, b"H|" + oru("1"))[:-4] + b"00\r\n"
    frames = [(0, garbled), (1, NAK), (0, frame(1, oru("1"))), (1, ACK), (0, frame(2, oru("2"))), (1, ACK)]
    session = one_session((0, ENQ), (1, ACK), *frames, (0, EOT))
    assert session.messages == [oru("1").decode(), oru("2").decode()]
    assert [message for message, _ in frames_of(session)] == [0, 0, 1]


def test_repeat_that_nobody_answered_replaces_the_first() -> None:
    turns = astm_transfer()
    turns[4:4] = [(0, frame(2, b"P|1||GARBLED\r")[:-4] + b"00\r\n")]
    assert one_session(*turns).messages == [MESSAGE]


def test_sender_that_does_not_count_loses_nothing_where_its_answers_were_not_captured() -> None:
    frames = b"".join(frame(1, record) for record in RECORDS)
    assert one_session((0, ENQ), (1, ACK), (0, frames + EOT)).messages == [MESSAGE]


def test_sender_that_goes_on_after_a_refusal_skips_the_frame() -> None:
    turns = [(0, ENQ), (1, ACK), (0, frame(1, RECORDS[0])), (1, ACK), (0, frame(2, RECORDS[1])), (1, NAK)]
    session = one_session(*turns, (0, frame(3, RECORDS[3])), (1, ACK), (0, EOT))
    assert frames_of(session) == [(0, ()), (None, ()), (0, (Flag.WRONG_NUMBER,))]
    assert session.messages == [(RECORDS[0] + RECORDS[3]).decode()]


# -- transfers that go wrong -------------------------------------------------------------------------------------


def test_both_send_enq_at_once() -> None:
    session = one_session((0, ENQ), (1, ENQ), *astm_transfer())
    assert [kind for _, kind, _, _, _ in said(session)][:4] == ["start", "start", "start", "ack"]
    assert (session.messages, session.end_reason) == ([MESSAGE], EndReason.EOT)


def test_eot_in_the_middle_of_a_text_leaves_what_was_whole() -> None:
    parts = [frame(1, RECORDS[0]), frame(2, RECORDS[1][:9], last=False), frame(3, RECORDS[1][9:12], last=False)]
    session = one_session(*answered(*parts))
    assert session.messages == [RECORDS[0].decode()]
    assert frames_of(session) == [(0, ()), (None, (Flag.TRUNCATED,)), (None, (Flag.TRUNCATED,))]
    assert session.end_reason is EndReason.EOT


def test_text_that_never_ended_is_no_message() -> None:
    session = one_session(*answered(frame(1, oru()[:50], last=False)))
    assert (session.messages, frames_of(session)) == ([], [(None, (Flag.TRUNCATED,))])


def test_text_that_lost_a_frame_for_good_is_no_message() -> None:
    turns = answered(frame(1, oru()[:50], last=False), frame(2, oru()[50:90], last=False), frame(3, oru()[90:]))
    turns[5] = (1, NAK)
    session = one_session(*turns)
    assert session.messages == []
    assert [flags for _, flags in frames_of(session)] == [
        (Flag.TRUNCATED,),
        (),
        (Flag.WRONG_NUMBER, Flag.TRUNCATED),
    ]


def test_enq_without_eot_before_it_begins_again() -> None:
    session = one_session((0, ENQ), (1, ACK), (0, frame(1, oru()[:50], last=False)), (1, ACK), *astm_transfer())
    assert session.messages == [MESSAGE]
    assert frames_of(session) == [(None, (Flag.TRUNCATED,)), *[(0, ())] * 4]


def test_receiver_accepts_with_eot_to_interrupt() -> None:
    turns = astm_transfer()
    turns[5] = (1, EOT)  # E1381-95 §6.3.5: the sender may go on
    session = one_session(*turns)
    assert (session.messages, session.end_reason) == ([MESSAGE], EndReason.EOT)
    assert said(session)[-1][0] == "device-to-lis"


def test_enq_that_nobody_answers_is_a_session_by_its_repeats() -> None:
    session = one_session((0, ENQ), (0, ENQ), (0, ENQ))
    assert [kind for _, kind, _, _, _ in said(session)] == ["start"] * 3
    assert (session.end_reason, session.is_complete) == (EndReason.CLOSED, False)


# -- texts and messages ------------------------------------------------------------------------------------------


def test_hl7_in_frames() -> None:
    text = oru() * 3
    parts = [text[at : at + 240] for at in range(0, len(text), 240)]
    frames = [frame(n + 1, part, last=n == len(parts) - 1) for n, part in enumerate(parts)]
    session = one_session(*answered(*frames, frame(len(parts) + 1, answer())))
    assert session.messages == [text.decode(), answer().decode()]
    assert session.framing is Framing.ASTM
    assert [message for message, _ in frames_of(session)] == [0] * len(parts) + [1]


def test_one_record_over_many_frames_between_others() -> None:
    long = b"C|1|I|" + b"x" * 3000 + b"\r"
    pieces = [long[at : at + 240] for at in range(0, len(long), 240)]
    frames = [frame(1, RECORDS[0])]
    frames += [frame(n + 2, piece, last=n == len(pieces) - 1) for n, piece in enumerate(pieces)]
    frames += [frame(len(pieces) + 2, RECORDS[3]), frame(len(pieces) + 3, b"".join(RECORDS))]
    session = one_session(*answered(*frames), cut=100)
    assert session.messages == [(RECORDS[0] + long + RECORDS[3]).decode(), MESSAGE]


@pytest.mark.parametrize("size", [100, 1023, 1024, 1025, 1030, 3000])
def test_l_in_the_middle_of_a_long_record_ends_no_message(size: int) -> None:
    long = b"C|1|" + b"L" * size
    frames = [frame(1, RECORDS[0]), frame(2, long), frame(3, long[:240], last=False), frame(4, long[240:])]
    session = one_session(*answered(*frames, frame(5, RECORDS[3])))
    assert len(session.messages) == 1
    pieces = [RECORDS[3][at : at + 1] for at in range(len(RECORDS[3]))]
    frames = [frame(1, RECORDS[0]), *(frame(n + 2, piece, last=piece == b"\r") for n, piece in enumerate(pieces))]
    assert len(one_session(*answered(*frames, frame(len(pieces) + 2, RECORDS[1]))).messages) == 2


def test_records_without_a_header_stay_together() -> None:
    session = one_session(*answered(*(frame(n, record) for n, record in enumerate(RECORDS[1:], 1))))
    assert session.messages == [b"".join(RECORDS[1:]).decode()]


def test_stx_messages_and_blocks_between_enq_and_eot() -> None:
    session = one_session((0, ENQ), (1, ACK), (0, stx(oru())), (1, ACK), (0, mllp(oru())), (1, ACK), (0, EOT))
    assert session.messages == [oru().decode().rstrip("\r"), oru().decode()]
    assert session.framing is Framing.STX


def test_lf_may_come_behind_the_answer() -> None:
    session = one_session((0, ENQ), (1, ACK), (0, stx(oru())[:-1]), (1, ACK), (0, b"\n" + EOT))
    assert session.messages == [oru().decode().rstrip("\r")]


@pytest.mark.parametrize("cut", [1, 1460])
def test_other_markers_than_the_defaults(cut: int) -> None:
    settings = Settings().changed(startMarker=0x11, ackMarker=0x12, nakMarker=0x13, endMarker=0x14)
    other = {ENQ: b"\x11", ACK: b"\x12", NAK: b"\x13", EOT: b"\x14"}
    turns = [(0, ENQ), (1, NAK), *astm_transfer(), *astm_transfer()]
    turns[5:5] = [(1, NAK), (0, frame(1, RECORDS[0]))]
    data = pcap(conversation(*((side, other.get(text, text)) for side, text in turns), cut=cut).segments)
    found = sessions_of(data, settings=settings)
    assert [session.messages for session in found] == [[MESSAGE], [MESSAGE]]
    assert [kind for _, kind, _, _, _ in said(found[0])][:8] == [
        *("start", "nak", "start", "ack", "frame", "nak", "frame", "ack"),
    ]
    assert sessions_of(data) == []


def test_transfer_without_end_rolls_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_ELEMENTS", 10)
    records = (RECORDS[0], *(b"R|%d|^^^GLU|5.4\r" % number for number in range(1, 9)), RECORDS[3])
    first, second, third = sessions_of(pcap(conversation(*astm_transfer(records)).segments))
    assert [session.end_reason for session in (first, second, third)] == [
        EndReason.ROLLED,
        EndReason.ROLLED,
        EndReason.EOT,
    ]
    assert "".join(first.messages + second.messages + third.messages) == b"".join(records).decode()
    assert frames_of(second)[0] == (0, (Flag.GAP,))
    assert not first.is_complete

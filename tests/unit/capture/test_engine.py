"""Whole conversations through all floors."""

import pytest

from hl7capture.model.elements import Flag, Framing
from hl7capture.model.events import Notice, SessionCompleted, SessionGrown, SessionOpened
from hl7capture.model.session import EndReason, is_session_id
from hl7capture.model.settings import Settings
from tests.support.engine import events_of, everything, said, sessions_of
from tests.support.speech import ACK, ENQ, EOT, NAK, RECORDS, answer, astm_transfer, frame, mllp, oru, stx, stx_transfer
from tests.support.wire import (
    DEVICE,
    LIS,
    MILLISECOND,
    START,
    Talk,
    conversation,
    packet,
    pcap,
    pcap_header,
    record,
    records,
)

TO_LIS, TO_DEVICE = "device-to-lis", "lis-to-device"


def test_mllp_message_and_acknowledgement() -> None:
    data = pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments)
    (session,) = sessions_of(data)
    assert (session.framing, session.end_reason, session.is_complete) == (Framing.MLLP, EndReason.CLOSED, True)
    assert (session.device_ip, session.device_port, session.lis_ip, session.lis_port) == (*DEVICE, *LIS)
    assert said(session) == [
        (TO_LIS, "message", mllp(oru()), 0, ()),
        (TO_DEVICE, "message", mllp(answer()), 1, ()),
    ]
    assert session.messages == [oru().decode(), answer().decode()]
    assert is_session_id(session.session_id)
    assert session.session_id.startswith("20261121T100000.003Z-")
    assert session.start_time == (START + 3 * MILLISECOND) / 1e6
    assert session.end_time == (START + 4 * MILLISECOND) / 1e6


def test_astm_transfer_is_one_message_from_h_to_l() -> None:
    (session,) = sessions_of(pcap(conversation(*astm_transfer()).segments))
    assert (session.framing, session.end_reason, session.is_complete) == (Framing.ASTM, EndReason.EOT, True)
    assert session.messages == [b"".join(RECORDS).decode()]
    kinds = [kind for _, kind, _, _, _ in said(session)]
    assert kinds == ["start", "ack", *["frame", "ack"] * 4, "end"]
    assert [message for _, kind, _, message, _ in said(session) if kind == "frame"] == [0, 0, 0, 0]


def test_stx_messages_between_enq_and_eot() -> None:
    turns = stx_transfer(oru("1")) + stx_transfer(oru("2"))
    first, second = sessions_of(pcap(conversation(*turns).segments))
    assert (first.framing, first.end_reason, first.is_complete) == (Framing.STX, EndReason.EOT, True)
    assert first.messages == [oru("1").decode().rstrip("\r")]
    assert said(second) == [
        (TO_LIS, "start", ENQ, None, ()),
        (TO_DEVICE, "ack", ACK, None, ()),
        (TO_LIS, "message", stx(oru("2")), 0, ()),
        (TO_DEVICE, "ack", ACK, None, ()),
        (TO_LIS, "end", EOT, None, ()),
    ]
    assert (first.number, second.number) == (1, 2)


def test_frames_joined_by_etb_are_one_text_of_their_own() -> None:
    text = oru()
    turns = [(0, ENQ), (1, ACK), (0, frame(1, text[:100], last=False)), (1, ACK), (0, frame(2, text[100:])), (1, ACK)]
    (session,) = sessions_of(pcap(conversation(*turns, (0, EOT)).segments))
    assert session.messages == [text.decode()]


def test_refused_frame_counts_once_when_it_is_repeated() -> None:
    turns = [(0, ENQ), (1, ACK), (0, frame(1, RECORDS[0])), (1, NAK), (0, frame(1, RECORDS[0])), (1, ACK)]
    turns += [(0, frame(2, RECORDS[3])), (1, ACK), (0, EOT)]
    (session,) = sessions_of(pcap(conversation(*turns).segments))
    assert session.messages == [(RECORDS[0] + RECORDS[3]).decode()]
    assert [flags for _, kind, _, _, flags in said(session) if kind == "frame"] == [(), ("retransmitted",), ()]


def test_frame_refused_for_good_is_no_part_of_the_message() -> None:
    turns = [(0, ENQ), (1, ACK), (0, frame(1, RECORDS[0])), (1, ACK), (0, frame(2, RECORDS[1])), (1, NAK), (0, EOT)]
    (session,) = sessions_of(pcap(conversation(*turns).segments))
    assert session.messages == [RECORDS[0].decode()]


def test_wrong_checksum_is_flagged() -> None:
    wrong = frame(1, RECORDS[0]).replace(b"\x03", b"\x03")[:-4] + b"00\r\n"
    (session,) = sessions_of(pcap(conversation((0, ENQ), (1, ACK), (0, wrong), (1, NAK), (0, EOT)).segments))
    assert said(session)[2] == (TO_LIS, "frame", wrong, None, ("bad-checksum",))


def test_server_answers_before_the_last_cr() -> None:
    turns = [(0, mllp(oru())[:-1]), (1, mllp(answer())), (0, b"\r"), (0, mllp(oru("2"))), (1, mllp(answer("2")))]
    (session,) = sessions_of(pcap(conversation(*turns).segments))
    assert [data for _, _, data, _, _ in said(session)] == [
        mllp(oru()),
        mllp(answer()),
        mllp(oru("2")),
        mllp(answer("2")),
    ]
    assert all(flags == () for *_, flags in said(session))


def test_server_answers_and_the_last_cr_never_comes() -> None:
    turns = [(0, mllp(oru())[:-1]), (1, mllp(answer())), (0, mllp(oru("2"))[:-1]), (1, mllp(answer("2")))]
    (session,) = sessions_of(pcap(conversation(*turns).segments))
    assert [flags for *_, flags in said(session)] == [("missing-cr",), (), ("missing-cr",), ()]
    assert len(session.messages) == 4


def test_end_of_block_inside_text_does_not_end_it() -> None:
    message = oru() + b"NTE|1||quoted \x0bMSH| and \x1c and \x05\x06\x04\r"
    (session,) = sessions_of(pcap(conversation((0, mllp(message)), (1, mllp(answer())), cut=7).segments))
    assert session.messages == [message.decode(), answer().decode()]


def test_bytes_between_blocks_are_kept_as_other() -> None:
    turns = [(0, mllp(oru())), (1, mllp(answer())), (0, b"\nhello" + mllp(oru("2")))]
    (session,) = sessions_of(pcap(conversation(*turns, cut=3).segments))
    assert said(session)[2] == (TO_LIS, "other", b"\nhello", None, ())
    assert len(session.messages) == 3


def test_commit_acknowledgement_of_mllp_release_2() -> None:
    (session,) = sessions_of(pcap(conversation((0, mllp(oru())), (1, b"\x0b\x06\x1c\r"), (1, mllp(answer()))).segments))
    assert [kind for _, kind, _, _, _ in said(session)] == ["message", "ack", "message"]


def test_cut_message_is_never_shown_as_whole() -> None:
    talk = Talk().open().say(0, mllp(oru())).say(1, mllp(answer())).say(0, mllp(oru("2"))[:50]).reset(1)
    (session,) = sessions_of(pcap(talk.segments))
    assert (session.end_reason, session.is_complete) == (EndReason.RESET, False)
    assert said(session)[-1] == (TO_LIS, "message", mllp(oru("2"))[:50], None, ("truncated",))
    assert len(session.messages) == 2


def test_session_is_stopped_where_the_capture_ends() -> None:
    talk = Talk().open().say(0, ENQ).say(1, ACK).say(0, frame(1, RECORDS[0]))
    (session,) = sessions_of(pcap(talk.segments))
    assert (session.end_reason, session.is_complete) == (EndReason.STOPPED, False)
    assert session.messages == [RECORDS[0].decode()]


def test_silence_ends_an_mllp_session() -> None:
    talk = Talk().open().say(0, mllp(oru())).say(1, mllp(answer())).say(0, mllp(oru("2")))
    data = pcap(talk.segments[:-1]) + records(talk.segments[-1:], START + 60_000 * MILLISECOND)
    first, second = sessions_of(data)
    assert (first.end_reason, first.is_complete, len(first.messages)) == (EndReason.IDLE, True, 2)
    assert (second.end_reason, len(second.messages)) == (EndReason.STOPPED, 1)


def test_silence_of_ten_minutes_inside_a_block_cuts_it() -> None:
    talk = Talk().open().say(0, mllp(oru())).say(1, mllp(answer())).say(0, mllp(oru("2"))[:50])
    other = conversation((0, b"GET / HTTP/1.1"), cut=1460).segments
    late = b"".join(
        record(packet(segment, ends=(("10.0.0.9", 5000), LIS)), START + 700_000 * MILLISECOND) for segment in other
    )
    session = next(
        event.session for event in events_of(pcap(talk.segments) + late) if isinstance(event, SessionCompleted)
    )
    assert (session.end_reason, session.is_complete) == (EndReason.IDLE, False)
    assert said(session)[-1] == (TO_LIS, "message", mllp(oru("2"))[:50], None, ("truncated",))


def test_silence_does_not_end_a_transfer_between_enq_and_eot() -> None:
    talk = Talk().open()
    for side, data in astm_transfer():
        talk.say(side, data)
    slow = pcap(talk.segments[:6]) + records(talk.segments[6:], START + 60_000 * MILLISECOND)
    (session,) = sessions_of(slow)
    assert (session.end_reason, session.is_complete) == (EndReason.EOT, True)


def test_session_rolls_over_at_its_most_messages() -> None:
    turns = [turn for n in range(4) for turn in ((0, mllp(oru(str(n)))), (1, mllp(answer(str(n)))))]
    settings = Settings().changed(sessionMaxMessages=4)
    first, second = sessions_of(pcap(conversation(*turns).segments), settings=settings)
    assert (first.end_reason, len(first.messages)) == (EndReason.ROLLED, 4)
    assert (second.end_reason, len(second.messages)) == (EndReason.ROLLED, 4)
    assert first.session_id != second.session_id


def test_session_of_large_messages_rolls_over_before_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hl7capture.capture.sessions.MOST_BYTES", 3 * len(mllp(oru("1"))))
    found = sessions_of(pcap(conversation(*((0, mllp(oru(str(n)))) for n in range(5))).segments))
    assert [(s.end_reason, len(s.messages)) for s in found] == [(EndReason.ROLLED, 3), (EndReason.CLOSED, 2)]


def test_events_tell_the_session_opened_grown_and_completed() -> None:
    data = pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments)
    kinds = [type(event) for event in events_of(data, step=60)]
    assert kinds[0] is SessionOpened
    assert kinds[-1] is SessionCompleted
    assert SessionGrown in kinds


@pytest.mark.parametrize("framing", ["mllp", "stx", "astm"])
def test_the_pieces_of_the_stream_do_not_matter(framing: str) -> None:
    turns = {
        "mllp": [(0, mllp(oru())), (1, mllp(answer()))] * 3,
        "stx": stx_transfer(oru()) * 3,
        "astm": astm_transfer() * 3,
    }[framing]
    data = pcap(conversation(*turns, cut=50).segments)
    whole = [everything(session) for session in sessions_of(data)]
    for step in (1, 2, 17, 100, 1000):
        assert [everything(session) for session in sessions_of(data, step)] == whole


def test_settings_say_who_is_the_device() -> None:
    data = pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments)
    for values in ({"deviceIP": LIS[0]}, {"lisIP": DEVICE[0]}, {"lisPort": DEVICE[1]}):
        (session,) = sessions_of(data, settings=Settings().changed(**values))
        assert (session.device_ip, session.device_port) == LIS
        assert said(session)[0][0] == TO_DEVICE


def test_in_the_middle_the_side_that_does_not_answer_is_the_device() -> None:
    talk = conversation((1, mllp(answer("0"))), (0, mllp(oru())), (1, mllp(answer())))
    (session,) = sessions_of(pcap(talk.segments[3:]))
    assert (session.device_ip, session.device_port) == DEVICE


@pytest.mark.parametrize("step", [0, 1])
def test_session_that_fell_silent_before_a_hole_at_the_end_is_idle(step: int) -> None:
    before = Talk().open().say(0, mllp(oru())).say(1, mllp(answer()))
    after = Talk((before.next[0] + 100, before.next[1])).close()
    data = pcap(before.segments) + records(after.segments[:1], START + 40_000 * MILLISECOND)
    (session,) = sessions_of(data, step)
    assert session.end_reason is EndReason.IDLE


def test_block_that_never_ended_keeps_its_session_open_to_the_end() -> None:
    talk = Talk().open().say(0, mllp(oru("1"))).say(1, mllp(answer("1"))).say(0, mllp(oru("2"))[:60])
    (session,) = sessions_of(pcap(talk.segments) + records([talk.segments[-1]], START + 90_000 * MILLISECOND))
    assert session.end_reason is EndReason.STOPPED
    assert session.elements[-1].flags == (Flag.TRUNCATED,)


def test_other_markers_than_the_defaults() -> None:
    settings = Settings().changed(startMarker=0x11, ackMarker=0x12, nakMarker=0x13, endMarker=0x14)
    turns = [(0, b"\x11"), (1, b"\x12"), (0, frame(1, RECORDS[0])), (1, b"\x12"), (0, b"\x14")]
    (session,) = sessions_of(pcap(conversation(*turns).segments), settings=settings)
    assert [kind for _, kind, _, _, _ in said(session)] == ["start", "ack", "frame", "ack", "end"]


@pytest.mark.parametrize(
    "turns",
    [
        [(0, b"POST /hl7 HTTP/1.1\r\n\r\n" + oru()), (1, b"HTTP/1.1 200 OK\r\n\r\n" + answer())],
        [(0, b"\x05\x01\x00"), (1, b"\x05\x00"), (0, mllp(oru()))],
        [(0, b"\x05\x02\x00\x02"), (1, b"\x05\x02"), (0, b"\x01\x04user\x04pass")],
        [(1, b"SSH-2.0-server\r\n"), (0, b"SSH-2.0-client\r\n")],
        [(0, b"\x16\x03\x01\x00\x50" + mllp(oru())), (1, b"\x16\x03\x03" + mllp(answer()))],
        [(0, b"\x02queue\n"), (1, b"\x00")],
        [(0, b"\x05"), (1, b"\x00")],
        [(0, b"\x06"), (1, b"\x06")],
        [(0, bytes(range(256)) * 20)],
    ],
)
def test_what_speaks_something_else_is_no_session(turns: list[tuple[int, bytes]]) -> None:
    assert sessions_of(pcap(conversation(*turns).segments)) == []


def test_a_cut_capture_is_told_and_what_is_whole_is_kept() -> None:
    data = pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments)
    events = events_of(data[:-5])
    assert [event.text for event in events if isinstance(event, Notice)] == [
        f"The capture is cut in the middle of a packet, which begins at byte {len(data) - 70:,}: "
        "the last 65 bytes are left out"
    ]
    assert len([event for event in events if isinstance(event, SessionCompleted)]) == 1


def test_an_empty_capture_has_no_sessions_and_nothing_to_complain_of() -> None:
    assert events_of(pcap_header()) == []


@pytest.mark.parametrize(("lost", "flagged"), [(1, 2), (2, 3), (3, 4)])
def test_first_element_behind_a_hole_is_flagged_even_where_a_whole_block_is_missing(lost: int, flagged: int) -> None:
    """Six blocks in turn. flagged: the next one of the same side, among the five that are left."""
    talk = Talk().open()
    for number in range(3):
        talk.say(0, mllp(oru(str(number)))).say(1, mllp(answer(str(number))))
    del talk.segments[[n for n, segment in enumerate(talk.segments) if segment.data][lost]]
    (session,) = sessions_of(pcap(talk.segments))
    assert [n for n, element in enumerate(session.elements) if Flag.GAP in element.flags] == [flagged]

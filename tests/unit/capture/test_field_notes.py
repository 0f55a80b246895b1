"""What real HL7 and ASTM software does on the wire: the field notes, one by one, by their numbers."""

import struct

import pytest

from hl7capture.model.elements import Flag
from hl7capture.model.session import EndReason, Session
from tests.support.engine import said, sessions_of
from tests.support.speech import ACK, ENQ, EOT, NAK, RECORDS, answer, astm_transfer, frame, mllp, oru
from tests.support.wire import ACK as ACK_FLAG
from tests.support.wire import (
    DEVICE,
    LIS,
    MILLISECOND,
    START,
    Segment,
    Talk,
    conversation,
    packet,
    pcap,
    pcap_header,
    record,
)

QUOTING = oru() + b"NTE|1||a lone \x1c, a \x0b, \x0bMSH|^~\\&|A and \x05\x06\x04\x15\r"


def one_session(*turns: tuple[int, bytes], cut: int = 1460) -> Session:
    (session,) = sessions_of(pcap(conversation(*turns, cut=cut).segments))
    return session


def kinds(session: Session) -> list[str]:
    return [kind for _, kind, _, _, _ in said(session)]


def flags(session: Session) -> list[tuple[str, ...]]:
    return [flags for *_, flags in said(session)]


# -- 1 -----------------------------------------------------------------------------------------------------------


def test_note_1_keep_alive_with_garbage_changes_nothing() -> None:
    talk = Talk().open().say(0, mllp(oru()))
    talk.segments.append(Segment(0, talk.next[0] - 1, talk.next[1], ACK_FLAG, b"\x15"))
    (session,) = sessions_of(pcap(talk.say(1, mllp(answer())).close().segments))
    assert kinds(session) == ["message", "message"]


@pytest.mark.parametrize("byte", [ENQ, ACK, EOT])
def test_note_1_control_byte_sent_again_by_tcp_counts_once(byte: bytes) -> None:
    talk = Talk().open()
    for side, data in astm_transfer():
        talk.say(side, data)
        if data == byte:
            talk.segments.append(talk.segments[-1])
    (session,) = sessions_of(pcap(talk.close().segments))
    assert kinds(session) == ["start", "ack", *["frame", "ack"] * 4, "end"]


# -- 2 -----------------------------------------------------------------------------------------------------------


def test_note_2_acknowledgement_before_the_data_in_the_capture() -> None:
    talk = Talk().open().say(0, mllp(oru("1"))).acknowledge(1).say(1, mllp(answer("1"))).say(0, mllp(oru("2"))).close()
    segments = talk.segments
    at = next(i for i, segment in enumerate(segments) if segment.data == mllp(oru("1")))
    segments.insert(at + 1, segments.pop(at))
    (session,) = sessions_of(pcap(segments))
    assert [data for _, _, data, _, _ in said(session)] == [mllp(oru("1")), mllp(answer("1")), mllp(oru("2"))]
    assert flags(session) == [(), (), ()]
    assert session.is_complete


# -- 3 -----------------------------------------------------------------------------------------------------------


def test_note_3_late_repeats_even_with_fin_open_nothing() -> None:
    talk = conversation((0, mllp(oru())), (1, mllp(answer())))
    last = next(s for s in talk.segments if s.data == mllp(oru()))
    late = [last, Segment(0, last.seq, last.ack, last.flags | 1, last.data)]
    assert [len(session.messages) for session in sessions_of(pcap(talk.segments + late))] == [2]


# -- 4 -----------------------------------------------------------------------------------------------------------


def test_note_4_answers_do_not_pair_one_to_one() -> None:
    five = b"".join(mllp(oru(str(number))) for number in range(5))
    session = one_session((0, five), (1, mllp(answer("0", "CA")) + mllp(answer("0"))), (1, mllp(answer("1"))))
    assert kinds(session) == ["message"] * 8
    assert session.messages[5:] == [answer("0", "CA").decode(), answer("0").decode(), answer("1").decode()]


# -- 5 -----------------------------------------------------------------------------------------------------------


def test_note_5_message_that_is_answered_by_a_reset_is_whole() -> None:
    talk = Talk().open().say(0, mllp(oru("1"))).say(1, mllp(answer("1"))).say(0, mllp(oru("2"))).reset(1)
    (session,) = sessions_of(pcap(talk.segments))
    assert (session.end_reason, session.is_complete, session.messages[-1]) == (EndReason.RESET, True, oru("2").decode())


# -- 6 -----------------------------------------------------------------------------------------------------------


def test_note_6_server_answers_before_the_final_cr() -> None:
    session = one_session((0, mllp(oru())[:-1]), (1, mllp(answer())), (0, b"\r" + mllp(oru("2"))))
    assert [data for _, _, data, _, _ in said(session)] == [mllp(oru()), mllp(answer()), mllp(oru("2"))]
    assert flags(session) == [(), (), ()]


@pytest.mark.parametrize(
    "pieces", [(b"\x0b", oru(), b"\x1c\r"), (b"\x0b" + oru() + b"\x1c", b"\r"), (b"\x0b" + oru(), b"\x1c", b"\r")]
)
def test_note_6_block_in_several_segments(pieces: tuple[bytes, ...]) -> None:
    session = one_session(*((0, piece) for piece in pieces), (1, mllp(answer())))
    assert said(session)[0][1:] == ("message", mllp(oru()), 0, ())


# -- 7: tests/unit/capture/test_detection.py has the rest ----------------------------------------------------------


@pytest.mark.parametrize("cut", [1, 1460])
@pytest.mark.parametrize(
    "turns",
    [
        [(0, b"POST /hl7 HTTP/1.1\r\nContent-Length: 200\r\n\r\n" + oru()), (1, b"HTTP/1.1 200 OK\r\n\r\n" + answer())],
        [(0, b"\x05\x01\x00"), (1, b"\x05\x00"), (0, mllp(oru()))],
        [(0, b"\x02lp\n"), (1, b"\x00"), (0, b"\x02" + oru())],
        [(0, b"\x16\x03\x01\x00\x50" + mllp(oru())), (1, b"\x16\x03\x03" + mllp(answer()))],
    ],
    ids=["HTTP", "SOCKS5", "LPD", "TLS"],
)
def test_note_7_what_only_looks_like_it_is_no_session(turns: list[tuple[int, bytes]], cut: int) -> None:
    assert sessions_of(pcap(conversation(*turns, cut=cut).segments)) == []


# -- 8 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [1, 7, 1460])
def test_note_8_lone_1c_and_quoted_block_are_text(cut: int) -> None:
    session = one_session((0, mllp(QUOTING)), (1, mllp(answer())), cut=cut)
    assert session.messages == [QUOTING.decode(), answer().decode()]
    assert flags(session) == [(), ()]


def test_note_8_1c_ends_a_block_where_0b_follows() -> None:
    session = one_session((0, mllp(oru("1"))[:-1] + mllp(oru("2"))), (1, mllp(answer())))
    assert flags(session) == [(Flag.MISSING_CR,), (), ()]
    assert session.messages[:2] == [oru("1").decode(), oru("2").decode()]


def test_note_8_1c_ends_a_block_where_the_other_side_answers() -> None:
    session = one_session((0, mllp(oru("1"))[:-1]), (1, mllp(answer())), (0, mllp(oru("2"))))
    assert flags(session) == [(Flag.MISSING_CR,), (), ()]


def test_note_8_1c_ends_a_block_in_silence() -> None:
    talk = Talk().open().say(0, mllp(oru())[:-1])
    later = [record(packet(s), START + 8000 * MILLISECOND) for s in Talk().open().segments]
    engine_sees = pcap(talk.segments) + b"".join(later)
    (session,) = sessions_of(engine_sees)
    assert flags(session) == [(Flag.MISSING_CR,)]


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        (b"\xef\xbb\xbf" + oru(), ()),
        (b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + oru("1") + oru("2") + b"BTS|2\rFTS|1\r", ()),
        (b"BHS|^~\\&|A\r" + oru("1") + b"BTS|1\r", ()),
        (oru("1") + oru("2"), ()),
        (oru().replace(b"|", b"$").replace(b"^~\\&", b"!/?%"), ()),
        (oru().replace(b"Testmann", b"M\xfcller"), ()),
        (oru().rstrip(b"\r"), ()),
        (oru().replace(b"\r", b"\n"), (Flag.LINE_FEEDS,)),
        (oru().replace(b"\r", b"\r\n"), (Flag.LINE_FEEDS,)),
        (oru() + b"NTE|1||a line\nand another\r", ()),
    ],
    ids=["BOM", "FHS", "BHS", "two messages", "delimiters", "ISO 8859-1", "no CR", "LF", "CR LF", "LF in a field"],
)
def test_note_8_one_block_is_one_message(text: bytes, flagged: tuple[str, ...]) -> None:
    session = one_session((0, mllp(text)), (1, mllp(answer())))
    assert session.messages[0].encode("iso8859-1" if b"\xfc" in text else "utf-8") == text.removeprefix(b"\xef\xbb\xbf")
    assert flags(session) == [flagged, ()]


@pytest.mark.parametrize(
    ("block", "flagged"),
    [
        (mllp(oru()) + b"\n", (Flag.LF_END,)),
        (mllp(oru())[:-1] + b"\n", (Flag.LF_END,)),
        (b"\x0b" + mllp(oru()), (Flag.DOUBLED_START,)),
        (mllp(oru())[:-1] + b"\x1c\r", (Flag.DOUBLED_END,)),
        (mllp(oru()) + b"\x1c\r", (Flag.DOUBLED_END,)),
        (mllp(oru())[1:], (Flag.MISSING_START,)),
        (mllp(oru())[1:-1], (Flag.MISSING_START, Flag.MISSING_CR)),
    ],
    ids=["CR LF", "LF", "0B 0B", "1C 1C 0D", "1C 0D 1C 0D", "no 0B", "no 0B, no 0D"],
)
@pytest.mark.parametrize("cut", [1, 1460])
def test_note_8_odd_ends_belong_to_their_block(block: bytes, flagged: tuple[str, ...], cut: int) -> None:
    turns = [turn for number in range(3) for turn in ((0, block), (1, mllp(answer(str(number)))))]
    session = one_session(*turns, cut=cut)
    assert said(session)[::2] == [("device-to-lis", "message", block, number * 2, flagged) for number in range(3)]
    assert session.messages[::2] == [oru().decode()] * 3
    if block[0] != 0x0B and block[-1] != 0x0D:
        return  # nothing at all would stand between two of them but 1C
    piped = one_session((0, block * 3), (1, mllp(answer())), cut=cut)
    assert [data for _, _, data, _, _ in said(piped)[:3]] == [block] * 3


def test_note_8_what_stands_between_blocks_is_shown() -> None:
    session = one_session((0, mllp(oru("1")) + b"\r\nhello" + mllp(oru("2"))))
    assert [(kind, data) for _, kind, data, _, _ in said(session)][1] == ("other", b"\r\nhello")
    assert len(session.messages) == 2


def test_commit_acknowledgements_of_mllp_release_2_are_06_and_15_whatever_the_settings() -> None:
    session = one_session((0, mllp(oru())), (1, b"\x0b\x15\x1c\r"), (0, mllp(oru())), (1, b"\x0b\x06\x1c\r"))
    assert kinds(session) == ["message", "nak", "message", "ack"]


# -- 9 -----------------------------------------------------------------------------------------------------------


def test_note_9_ethernet_padding_is_no_data() -> None:
    talk = conversation(*astm_transfer())
    padded = pcap_header() + b"".join(
        record(packet(segment, trailer=b"\0" * 5), START + number * MILLISECOND)
        for number, segment in enumerate(talk.segments)
    )
    (session,) = sessions_of(padded)
    assert said(session) == said(one_session(*astm_transfer()))


def test_note_9_ip_length_0_means_the_rest_of_the_packet() -> None:
    packets = []
    for segment in conversation((0, mllp(oru()))).segments:
        data = bytearray(packet(segment))
        data[16:18] = struct.pack(">H", 0)
        packets.append(bytes(data))
    found = sessions_of(pcap_header() + b"".join(record(data, START + n) for n, data in enumerate(packets)))
    assert [session.messages for session in found] == [[oru().decode()]]


# -- 10 ----------------------------------------------------------------------------------------------------------


def test_note_10_the_same_ports_again_are_another_session() -> None:
    one = conversation((0, mllp(oru("1"))), (1, mllp(answer("1"))))
    two = Talk((77, 99)).open().say(0, mllp(oru("2"))).say(1, mllp(answer("2"))).close()
    assert [s.messages[0] for s in sessions_of(pcap(one.segments + two.segments))] == [
        oru("1").decode(),
        oru("2").decode(),
    ]


# -- 11: tests/unit/capture/test_e1381.py has the rest -----------------------------------------------------------


def test_note_11_no_record_between_enq_and_eot() -> None:
    session = one_session((0, ENQ), (1, ACK), (0, EOT))
    assert (kinds(session), session.messages, session.is_complete) == (["start", "ack", "end"], [], True)


@pytest.mark.parametrize("cut", [1, 1460])
def test_note_11_eot_and_the_next_enq_in_one_segment(cut: int) -> None:
    transfer = astm_transfer()
    turns = [*transfer[:-1], (0, EOT + ENQ), *transfer[1:]]
    found = sessions_of(pcap(conversation(*turns, cut=cut).segments))
    assert [(s.end_reason, s.messages) for s in found] == [(EndReason.EOT, [b"".join(RECORDS).decode()])] * 2


def test_note_11_enq_is_refused_and_repeated() -> None:
    session = one_session((0, ENQ), (1, NAK), (0, ENQ), (1, NAK), *astm_transfer())
    assert kinds(session)[:6] == ["start", "nak", "start", "nak", "start", "ack"]
    assert session.messages == [b"".join(RECORDS).decode()]


def test_note_11_accepted_frame_is_sent_again() -> None:
    transfer = astm_transfer()
    session = one_session(*transfer[:6], *transfer[4:6], *transfer[6:])
    assert session.messages == [b"".join(RECORDS).decode()]
    assert [f for (_, kind, _, _, f) in said(session) if kind == "frame"] == [(), (), (Flag.RETRANSMITTED,), (), ()]


def test_note_11_transfer_is_abandoned_after_six_refusals() -> None:
    refused = [(0, frame(3, RECORDS[2])), (1, NAK)] * 6
    session = one_session(*astm_transfer()[:6], *refused, (0, EOT))
    assert session.messages == [(RECORDS[0] + RECORDS[1]).decode()]
    frames = [element for element in session.elements if element.type == "frame"]
    assert [element.message for element in frames] == [0, 0, *[None] * 6]
    assert [element.flags for element in frames] == [(), (), (), *[(Flag.RETRANSMITTED,)] * 5]


def test_note_11_the_lis_sends_enq_itself() -> None:
    query = [(1 - side, data) for side, data in astm_transfer((RECORDS[0], b"Q|1|^SIM-4711\r", RECORDS[3]))]
    found = sessions_of(pcap(conversation(*astm_transfer(), *query).segments))
    assert [session.device_ip for session in found] == [DEVICE[0]] * 2
    assert said(found[1])[0][:2] == ("lis-to-device", "start")
    assert found[1].messages[0].split("\r")[1] == "Q|1|^SIM-4711"


def test_note_11_record_longer_than_240_characters_without_etb() -> None:
    long = b"C|1|I|" + b"x" * 30_000 + b"\r"
    session = one_session(*astm_transfer((RECORDS[0], long, RECORDS[3])))
    assert session.messages == [(RECORDS[0] + long + RECORDS[3]).decode()]
    assert all(element.flags == () for element in session.elements)


def test_note_11_frame_numbers_wrap_from_7_to_0() -> None:
    records = (RECORDS[0], *(b"R|%d|^^^GLU|5.4\r" % number for number in range(1, 20)), RECORDS[3])
    session = one_session(*astm_transfer(records))
    assert session.messages == [b"".join(records).decode()]
    assert all(element.flags == () for element in session.elements)


def test_note_11_several_records_in_one_frame() -> None:
    turns = [(0, ENQ), (1, ACK), (0, frame(1, b"".join(RECORDS))), (1, ACK), (0, frame(2, b"".join(RECORDS))), (1, ACK)]
    session = one_session(*turns, (0, EOT))
    assert session.messages == [b"".join(RECORDS).decode()] * 2


# -- 12 ----------------------------------------------------------------------------------------------------------


def long_transfer() -> list[tuple[int, bytes]]:
    """A text of three frames, then another."""
    text = oru()
    parts = [frame(n + 1, text[n * 60 : n * 60 + 60], last=n == 2) for n in range(2)] + [frame(3, text[120:])]
    turns = [(0, ENQ), (1, ACK)]
    for part in [*parts, frame(4, answer())]:
        turns += [(0, part), (1, ACK)]
    return [*turns, (0, EOT)]


@pytest.mark.parametrize("first", [7, 9], ids=["second frame", "last frame"])
def test_note_12_start_in_the_middle_of_a_text(first: int) -> None:
    (session,) = sessions_of(pcap(conversation(*long_transfer()).segments[first:]))
    frames = [(message, flags) for _, kind, _, message, flags in said(session) if kind == "frame"]
    assert frames == [(None, (Flag.GAP,)), *[(None, ())] * (first == 7), (0, ())]
    assert session.messages == [answer().decode()]


def test_note_12_start_in_the_middle_with_a_frame_that_begins_a_message_lost_nothing() -> None:
    segments = conversation(*astm_transfer()).segments
    (session,) = sessions_of(pcap(segments[5:]))  # ENQ and its answer are missing, the header record is there
    assert session.messages == [b"".join(RECORDS).decode()]
    assert all(element.flags == () for element in session.elements)


def test_note_12_hole_in_a_text() -> None:
    segments = conversation(*long_transfer()).segments
    (session,) = sessions_of(pcap(segments[:7] + segments[8:]))  # frame 2 is missing
    frames = [(message, flags) for _, kind, _, message, flags in said(session) if kind == "frame"]
    assert frames == [(None, (Flag.TRUNCATED,)), (None, (Flag.GAP,)), (0, ())]
    assert session.messages == [answer().decode()]


def test_note_12_records_of_two_messages_never_become_one() -> None:
    first = astm_transfer((RECORDS[0], b"P|1||ONE\r", b"R|1|^^^GLU|1\r", RECORDS[3]))
    second = astm_transfer((RECORDS[0], b"P|1||TWO\r", b"R|1|^^^GLU|2\r", RECORDS[3]))
    segments = conversation(*first, *second).segments
    begin = next(i for i, s in enumerate(segments) if b"GLU|1" in s.data)
    end = next(i for i, s in enumerate(segments) if b"P|1||TWO" in s.data)
    kept = [s for i, s in enumerate(segments) if not (s.side == 0 and begin <= i <= end)]
    (session,) = sessions_of(pcap(kept))
    assert session.messages == []
    assert [f for _, kind, _, _, f in said(session) if kind == "frame"] == [
        (Flag.TRUNCATED,),
        (Flag.TRUNCATED,),
        (Flag.GAP,),
        (),
    ]


def test_note_12_message_that_was_whole_before_the_gap_stays() -> None:
    twice = astm_transfer((*RECORDS, *RECORDS))
    segments = conversation(*twice).segments
    lost = next(i for i, s in enumerate(segments) if s.data == frame(5, RECORDS[0]))
    (session,) = sessions_of(pcap(segments[:lost] + segments[lost + 1 :]))
    assert session.messages == [b"".join(RECORDS).decode()]
    frames = [(message, flags) for _, kind, _, message, flags in said(session) if kind == "frame"]
    assert frames == [*[(0, ())] * 4, (None, (Flag.GAP,)), (None, ()), (None, ())]


def test_note_12_hole_before_enq_cuts_the_message_before_it() -> None:
    segments = conversation(*astm_transfer(), *astm_transfer()).segments
    first = next(i for i, s in enumerate(segments) if s.data == frame(4, RECORDS[3]))
    last = next(i for i, s in enumerate(segments) if s.data == EOT)
    (session,) = sessions_of(pcap([s for i, s in enumerate(segments) if s.side == 1 or not first <= i <= last]))
    assert session.messages == [b"".join(RECORDS).decode()]
    kinds = [(kind, message, flags) for _, kind, _, message, flags in said(session) if kind in ("frame", "start")]
    assert kinds[1:5] == [*[("frame", None, (Flag.TRUNCATED,))] * 3, ("start", None, (Flag.GAP,))]


def test_note_12_hole_before_eot_is_told_there() -> None:
    segments = conversation(*astm_transfer()).segments
    lost = next(i for i, s in enumerate(segments) if s.data == frame(4, RECORDS[3]))
    (session,) = sessions_of(pcap(segments[:lost] + segments[lost + 1 :]))
    assert said(session)[-1][1:] == ("end", EOT, None, (Flag.GAP,))
    assert session.messages == []


# -- 13 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tagged", [(0, 1), (0,)], ids=["both ways", "one way"])
def test_note_13_mirror_delivers_every_packet_twice(tagged: tuple[int, ...]) -> None:
    data = pcap_header()
    for number, segment in enumerate(conversation(*astm_transfer()).segments):
        data += record(packet(segment), START + number * MILLISECOND)
        vlan = (12,) if segment.side in tagged else ()
        data += record(packet(segment, vlan=vlan), START + number * MILLISECOND + 1000)
    (session,) = sessions_of(data)
    assert said(session) == said(one_session(*astm_transfer()))


def test_note_13_two_taps_merged_step_back_in_time() -> None:
    segments = conversation(
        (0, mllp(oru("1"))), (1, mllp(answer("1"))), (0, mllp(oru("2"))), (1, mllp(answer("2")))
    ).segments
    data = pcap_header() + b"".join(
        record(packet(segment), START + (number - 40 * segment.side) * MILLISECOND)
        for number, segment in enumerate(segments)
    )
    (session,) = sessions_of(data)
    assert (len(session.messages), session.is_complete) == (4, True)
    assert (session.device_ip, session.lis_ip) == (DEVICE[0], LIS[0])

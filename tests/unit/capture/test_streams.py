"""Reassembly: whatever happens to segments on their way, the bytes are the same."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hl7capture.model.session import EndReason
from tests.support.engine import said, sessions_of
from tests.support.speech import ACK, ENQ, RECORDS, answer, astm_transfer, frame, mllp, oru, stx_transfer
from tests.support.wire import ACK as ACK_FLAG
from tests.support.wire import FIN, MILLISECOND, RST, START, Segment, Talk, conversation, pcap, records

NEAR_WRAP = (2**32 - 200, 2**32 - 50)
FAR_FROM_WRAP = (1_000_000_000, 2_000_000_000)
CONVERSATIONS = {
    "mllp": [turn for n in range(3) for turn in ((0, mllp(oru(str(n)))), (1, mllp(answer(str(n)))))],
    "stx": stx_transfer(oru()) * 2,
    "astm": astm_transfer() * 2,
}


def disturbed(turns: list[tuple[int, bytes]], seed: int, initial: tuple[int, int]) -> list[Segment]:
    """The conversation cut anywhere, with segments late, repeated and overlapping; each turn stays in its turn."""
    chance = random.Random(seed)
    talk = Talk(initial).open()
    segments = list(talk.segments)
    for side, data in turns:
        talk.segments.clear()
        at = 0
        while at < len(data):
            length = chance.randint(1, 60)
            talk.say(side, data[at : at + length])
            at += length
        mine = list(talk.segments)
        first_ack = mine[0].ack
        repeats = [chance.choice(mine) for _ in range(chance.randint(0, 2))]
        repeats += [_overlapping(mine, chance) for _ in range(chance.randint(0, 2))]
        mine += repeats
        for _ in range(chance.randint(0, 4)):
            i = chance.randrange(len(mine))
            mine.insert(min(len(mine), i + chance.randint(1, 3)), mine.pop(i))
        segments += mine
        segments.append(Segment(side, mine[0].seq - 1 & 0xFFFFFFFF, first_ack, ACK_FLAG, b"\0"))  # keep-alive
    talk.segments.clear()
    talk.close()
    return segments + talk.segments


def _overlapping(segments: list[Segment], chance: random.Random) -> Segment:
    """A segment that repeats the end of one and the beginning of the next."""
    i = chance.randrange(len(segments))
    first = segments[i]
    data = first.data + (segments[i + 1].data if i + 1 < len(segments) else b"")
    start = chance.randrange(len(first.data))
    return Segment(first.side, (first.seq + start) % (1 << 32), first.ack, first.flags, data[start:])


@given(
    st.sampled_from(sorted(CONVERSATIONS)),
    st.integers(0, 1_000_000),
    st.sampled_from([(1000, 9000), NEAR_WRAP]),
    st.sampled_from([0, 1, 100, 3000]),
)
@settings(max_examples=150, deadline=None)
def test_cutting_reordering_repeating_and_overlapping_change_nothing(
    name: str, seed: int, initial: tuple[int, int], step: int
) -> None:
    turns = CONVERSATIONS[name]
    clean = sessions_of(pcap(conversation(*turns).segments))
    found = sessions_of(pcap(disturbed(turns, seed, initial)), step)
    assert [said(session) for session in found] == [said(session) for session in clean]
    assert [session.messages for session in found] == [session.messages for session in clean]


def test_first_copy_of_a_byte_wins() -> None:
    block = mllp(oru())
    talk = Talk().open().say(0, block, cut=100)
    first, second = talk.segments[3:5]
    forged = Segment(0, second.seq, second.ack, second.flags, b"X" * len(second.data))
    talk.close()
    found = sessions_of(pcap([*talk.segments[:3], second, forged, first, *talk.segments[5:]]))
    assert found[0].elements[0].data == block


def test_hole_in_the_capture_cuts_the_message_and_the_next_one_is_whole() -> None:
    turns = [(0, mllp(oru("1"))), (1, mllp(answer("1"))), (0, mllp(oru("2"))), (1, mllp(answer("2")))]
    segments = conversation(*turns, cut=60).segments
    lost = next(i for i, s in enumerate(segments) if b"Testmann" in s.data)
    (session,) = sessions_of(pcap(segments[:lost] + segments[lost + 1 :]))
    elements = said(session)
    assert elements[0][1] == "message"
    assert elements[0][4] == ("truncated", "gap")
    assert not session.is_complete
    assert session.messages == [answer("1").decode(), oru("2").decode(), answer("2").decode()]


def test_after_a_hole_in_a_transfer_the_next_frame_is_found() -> None:
    segments = conversation(*astm_transfer()).segments
    lost = next(i for i, s in enumerate(segments) if s.data == frame(2, RECORDS[1]))
    (session,) = sessions_of(pcap(segments[:lost] + segments[lost + 1 :]))
    assert session.end_reason is EndReason.EOT
    assert [kind for _, kind, _, _, _ in said(session)].count("frame") == 3


def test_capture_that_begins_in_the_middle_of_a_block() -> None:
    turns = [(0, mllp(oru("1"))), (1, mllp(answer("1"))), (0, mllp(oru("2"))), (1, mllp(answer("2")))]
    segments = conversation(*turns, cut=60).segments
    (session,) = sessions_of(pcap(segments[5:]))
    assert session.messages[-2:] == [oru("2").decode(), answer("2").decode()]
    assert oru("1").decode() not in session.messages


def test_capture_that_begins_in_the_middle_of_a_transfer() -> None:
    segments = conversation(*astm_transfer(), *astm_transfer()).segments
    first, second = sessions_of(pcap(segments[6:]))
    assert not any(kind == "start" for _, kind, _, _, _ in said(first))
    assert second.messages == [b"".join(RECORDS).decode()]


def test_ports_used_again_are_another_connection() -> None:
    one = conversation((0, mllp(oru("1"))), (1, mllp(answer("1"))))
    two = Talk((500_000, 700_000)).open().say(0, mllp(oru("2"))).say(1, mllp(answer("2"))).close()
    without_close = [s for s in one.segments if not s.flags & 1][:-1]
    for before in (one.segments, without_close):
        first, second = sessions_of(pcap(before + two.segments))
        assert (first.end_reason, second.end_reason) == (EndReason.CLOSED, EndReason.CLOSED)
        assert second.messages[0] == oru("2").decode()


# Sequence numbers of a later connection on the ports of one that began at (1000, 9000).
LATER = {
    "behind": (3_000_000_000, 2_500_000_000),
    "ahead": (2_000_000_000, 1_500_000_000),
    "one of each": (2_000_000_000, 3_000_000_000),
}


def exchanges(talk: Talk, count: int) -> Talk:
    for number in range(count):
        talk.say(0, mllp(oru(str(number)))).say(1, mllp(answer(str(number))))
    return talk


@pytest.mark.parametrize("step", [0, 1, 200])
@pytest.mark.parametrize("numbers", LATER.values(), ids=LATER)
@pytest.mark.parametrize("end", ["open", "closed", "reset"])
@pytest.mark.parametrize("first", [0, 1], ids=["message", "ACK"])
def test_ports_used_again_whose_opening_was_not_captured(
    end: str, numbers: tuple[int, int], first: int, step: int
) -> None:
    talk = exchanges(Talk().open(), 1)
    before = {"open": lambda: talk, "closed": talk.close, "reset": lambda: talk.reset(0)}[end]().segments
    later = Talk(numbers)
    if first:
        later.acknowledge(0)
    data = pcap(before) + records(exchanges(later, 20).segments, START + 40_000 * MILLISECOND)
    found = sessions_of(data, step)
    assert [len(session.messages) for session in found] == [2, 40]
    assert not any(element.flags for session in found for element in session.elements)
    assert not any(session.connection and session.connection.is_replaced for session in found)


@pytest.mark.parametrize("end", ["open", "closed", "reset"])
def test_ports_used_again_at_once_are_read_after_half_a_minute(end: str) -> None:
    talk = exchanges(Talk().open(), 1)
    before = {"open": lambda: talk, "closed": talk.close, "reset": lambda: talk.reset(0)}[end]().segments
    data = pcap(before)
    later = exchanges(Talk(LATER["behind"]), 45).segments
    for second, at in enumerate(range(0, len(later), 2), 1):
        data += records(later[at : at + 2], START + second * 1000 * MILLISECOND)
    found = sessions_of(data)
    assert [len(session.messages) for session in found] == [2, 30]


def test_one_late_packet_of_the_connection_before_changes_nothing() -> None:
    one = conversation(*astm_transfer())
    two = conversation(*astm_transfer(), initial=(one.initial[0] + 15_600_000, one.initial[1] + 15_600_000))
    for place in range(1, len(two.segments)):
        segments = one.segments[:-1] + two.segments[:place] + one.segments[-1:] + two.segments[place:]
        found = sessions_of(pcap(segments))
        assert [(session.messages, session.is_complete) for session in found] == [
            (["".join(record.decode() for record in RECORDS)], True)
        ] * 2


def test_firewall_that_changes_numbers_and_is_mirrored_on_both_sides() -> None:
    outer, inner = exchanges(Talk(LATER["behind"]), 20), exchanges(Talk(LATER["ahead"]), 20)
    segments = [one for both in zip(outer.segments, inner.segments, strict=True) for one in both]
    (session,) = sessions_of(pcap(segments))
    assert len(session.messages) == 40


@pytest.mark.parametrize("end", ["closed", "reset"])
def test_what_is_repeated_for_minutes_after_the_close_opens_nothing(end: str) -> None:
    talk = exchanges(Talk().open(), 1)
    repeated = next(one for one in talk.segments if one.data)
    data = pcap((talk.close() if end == "closed" else talk.reset(1)).segments)
    for doubling in range(10):
        data += records([repeated], START + (2**doubling * 200 + 1000) * MILLISECOND)
    assert [len(session.messages) for session in sessions_of(data)] == [2]


def test_whoever_looks_behind_a_close_whether_anybody_is_there_opens_nothing() -> None:
    talk = conversation((0, mllp(oru())), (1, mllp(answer())))
    message = next(one for one in talk.segments if one.data)
    probes = [Segment(0, talk.next[0] - before, talk.next[1], ACK_FLAG, b"\0") for before in (0, 1, 2)]
    assert len(sessions_of(pcap([*talk.segments, *probes, message]))) == 1


def test_closed_ports_used_again_with_numbers_that_go_on() -> None:
    one = conversation((0, mllp(oru("1"))), (1, mllp(answer("1"))))
    later = Talk((one.next[0] + 65_537, one.next[1] + 99_999)).say(0, mllp(oru("2"))).say(1, mllp(answer("2")))
    assert [len(session.messages) for session in sessions_of(pcap(one.segments + later.segments))] == [2, 2]


@pytest.mark.parametrize("ahead", [0, 500_000, -500_000])
def test_reset_that_nobody_obeys_hides_nothing(ahead: int) -> None:
    talk = exchanges(Talk(FAR_FROM_WRAP).open(), 5)
    talk.segments.append(Segment(0, talk.next[0] + ahead, 0, RST))
    exchanges(talk, 20)
    found = sessions_of(pcap(talk.segments))
    assert [(session.end_reason, len(session.messages)) for session in found] == [
        (EndReason.RESET, 10),
        (EndReason.STOPPED, 40),
    ]


@pytest.mark.parametrize("flags", [ACK_FLAG, ACK_FLAG | FIN], ids=["data", "FIN"])
def test_stray_segment_far_ahead_hides_nothing(flags: int) -> None:
    talk = exchanges(Talk().open(), 1)
    stray = Segment(0, talk.next[0] + 700_000_000, talk.next[1], flags, b"" if flags & FIN else b"stray")
    before = [*talk.segments, stray]
    talk.segments.clear()
    data = pcap(before) + records(exchanges(talk, 20).segments, START + 40_000 * MILLISECOND)
    assert sum(len(session.messages) for session in sessions_of(data)) == 42


def test_late_repeats_after_the_close_open_nothing() -> None:
    talk = conversation((0, mllp(oru())), (1, mllp(answer())))
    late = [s for s in talk.segments if s.data]
    assert len(sessions_of(pcap(talk.segments + late))) == 1


def test_message_answered_by_a_reset_is_whole() -> None:
    talk = Talk().open().say(0, mllp(oru("1"))).say(1, mllp(answer("1")))
    talk.say(0, mllp(oru("2"))).reset(1)
    (session,) = sessions_of(pcap(talk.segments))
    assert (session.end_reason, session.is_complete, len(session.messages)) == (EndReason.RESET, True, 3)


def test_one_direction_only() -> None:
    talk = conversation((0, ENQ), (1, ACK), *((0, mllp(oru(str(n)))) for n in range(3)))
    mllp_only = conversation(*((0, mllp(oru(str(n)))) for n in range(3)))
    (session,) = sessions_of(pcap([s for s in mllp_only.segments if s.side == 0]))
    assert len(session.messages) == 3
    assert len(sessions_of(pcap(talk.segments))) == 1


def test_one_byte_segments() -> None:
    (session,) = sessions_of(pcap(conversation(*CONVERSATIONS["mllp"], cut=1).segments), step=4096)
    assert len(session.messages) == 6

"""What TCP tells of a connection: one test for each fact, and none depends on how the capture is cut."""

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from hl7capture.model.connection import ConnectionFacts, End
from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings
from tests.support.engine import everything, sessions_of
from tests.support.speech import answer, astm_transfer, mllp, oru
from tests.support.wire import (
    ACK,
    FIN,
    MILLISECOND,
    PSH,
    RST,
    START,
    SYN,
    Segment,
    Talk,
    conversation,
    packet,
    pcap,
    pcap_header,
    record,
    records,
)
from tests.unit.capture.test_any_bytes import comparable
from tests.unit.capture.test_streams import CONVERSATIONS, NEAR_WRAP, disturbed

BLOCK, ANSWER = mllp(oru()), mllp(answer())


def facts(segments: list[Segment]) -> ConnectionFacts:
    return session(pcap(segments)).connection  # type: ignore[return-value]


def session(data: bytes, **values: object) -> Session:
    (only,) = sessions_of(data, 0, Settings(**values))  # type: ignore[arg-type]
    assert only.connection is not None
    return only


def timed(*segments: tuple[float, Segment]) -> bytes:
    """A capture of segments at so many milliseconds after the start."""
    return pcap_header() + b"".join(
        record(packet(segment, number=number), START + round(time * MILLISECOND))
        for number, (time, segment) in enumerate(segments, 1)
    )


def spaced(segments: list[Segment], step: float = 1.0) -> list[tuple[float, Segment]]:
    return [(number * step, segment) for number, segment in enumerate(segments)]


# -- beginning and end -------------------------------------------------------------------------------------------


def test_clean_connection() -> None:
    found = facts(conversation((0, BLOCK), (1, ANSWER)).segments)
    assert (found.opened_by, found.attempts, found.syn_answered, found.handshake) == (End.DEVICE, 1, 1.0, 2.0)
    assert (found.closed_by, found.reset_by, found.half_closed_by, found.is_replaced) == (End.DEVICE, None, None, False)
    device, lis = found.device, found.lis
    assert (device.packets, device.bytes, lis.packets, lis.bytes) == (4, len(BLOCK), 3, len(ANSWER))
    assert (device.last_packet, lis.last_packet) == (1795255200005.0, 1795255200006.0)
    for end in (device, lis):
        assert (end.repeated, end.keep_alives, end.out_of_order, end.filled, end.zero_windows) == (0, 0, 0, 0, 0)
        assert (end.lost, end.missing, end.cut, end.copies, end.unacknowledged) == (0, 0, 0, 0, 0)
        assert end.has_closed
        assert not end.is_unfinished


def test_handshake_with_a_repeated_syn() -> None:
    syn, syn_ack, ack, *rest = conversation((0, BLOCK), (1, ANSWER)).segments
    found = session(timed((0, syn), (1000, syn), (1000.25, syn_ack), (1001, ack), *spaced(rest, 2000))).connection
    assert found is not None
    assert (found.attempts, found.syn_answered, found.handshake) == (2, 1000.25, 1001.0)


def test_connection_seen_from_the_middle() -> None:
    found = facts(Talk((5000, 6000)).say(0, BLOCK).say(1, ANSWER).segments)
    assert (found.opened_by, found.attempts, found.syn_answered, found.handshake) == (None, 0, None, None)
    assert (found.device.bytes, found.lis.bytes, found.lis.unacknowledged) == (len(BLOCK), len(ANSWER), len(ANSWER))


def test_connection_of_which_only_the_answer_to_syn_was_seen() -> None:
    found = facts(conversation((0, BLOCK), (1, ANSWER)).segments[1:])
    assert (found.opened_by, found.attempts, found.syn_answered, found.handshake) == (End.DEVICE, 0, None, None)


@pytest.mark.parametrize(("side", "end"), [(0, End.DEVICE), (1, End.LIS)])
def test_reset_in_the_middle_of_a_message(side: int, end: End) -> None:
    found = facts(Talk().open().say(0, BLOCK).say(1, ANSWER).say(0, BLOCK[:40]).reset(side).segments)
    assert (found.reset_by, found.closed_by) == (end, None)
    assert (found.device.is_unfinished, found.lis.is_unfinished) == (True, False)


def test_reset_between_messages() -> None:
    found = facts(Talk().open().say(0, BLOCK).say(1, ANSWER).reset(1).segments)
    assert found.reset_by is End.LIS
    assert not found.device.is_unfinished
    assert not found.lis.is_unfinished


def test_hole_in_a_message_is_not_a_message_left_unfinished() -> None:
    segments = Talk().open().say(0, BLOCK, cut=50).say(1, ANSWER).reset(1).segments
    found = facts(segments[:5] + segments[6:])
    assert not found.device.is_unfinished


def test_one_side_has_closed() -> None:
    talk = Talk().open().say(0, BLOCK)
    talk._add(1, FIN, after=1)
    found = facts(talk.acknowledge(0).segments)
    assert (found.closed_by, found.half_closed_by) == (End.LIS, End.LIS)


def test_message_after_the_others_close_is_answered_by_a_reset() -> None:
    talk = Talk().open().say(0, BLOCK).say(1, ANSWER)
    talk._add(1, FIN, after=1)
    found = facts(talk.say(0, BLOCK).reset(1).segments)
    assert (found.closed_by, found.reset_by, found.half_closed_by) == (End.LIS, End.LIS, End.LIS)


def test_same_ports_used_again_without_a_close() -> None:
    first = Talk().open().say(0, BLOCK).segments
    second = Talk((70_000, 80_000)).open().say(0, BLOCK).close().segments
    before, after = (found.connection for found in sessions_of(pcap(first + second)))
    assert before is not None
    assert after is not None
    assert before.is_replaced
    assert not after.is_replaced
    assert (before.device.packets, after.device.packets) == (3, 4)


# -- what comes twice, late, or not at all -----------------------------------------------------------------------


def test_what_is_sent_again() -> None:
    opened = Talk().open().segments
    talk = Talk().open().say(0, BLOCK, cut=60).say(1, ANSWER)
    data = talk.segments[3:]
    overlap = Segment(0, data[1].seq - 10, data[1].ack, ACK, BLOCK[50:120])
    found = facts([*opened, data[0], data[0], overlap, *data[2:]])
    assert (found.device.repeated, found.device.out_of_order, found.device.filled) == (2, 0, 0)
    assert found.device.bytes == len(BLOCK) + 60 + 10
    assert found.lis.repeated == 0


def test_keep_alive_is_not_sent_again() -> None:
    talk = Talk().open().say(0, BLOCK).say(1, ANSWER)
    alive = Segment(0, talk.next[0] - 1, talk.next[1], ACK, b"\0")
    found = facts([*talk.segments, alive, alive])
    assert (found.device.keep_alives, found.device.repeated) == (2, 0)


def test_control_byte_sent_again_is_not_a_keep_alive() -> None:
    talk = Talk().open().say(0, b"\x05")
    segments = [*talk.segments, talk.segments[-1], *talk.say(1, b"\x06").say(0, b"\x04").segments[-2:]]
    found = facts(segments)
    assert (found.device.keep_alives, found.device.repeated) == (0, 1)


def test_keep_alive_after_a_single_byte_is_known_by_its_garbage() -> None:
    talk = Talk().open().say(0, b"\x05").say(1, b"\x06")
    alive = Segment(0, talk.next[0] - 1, talk.next[1], ACK, b"\0")
    found = facts([*talk.segments, alive, alive, *talk.say(0, b"\x04").segments[-1:]])
    assert (found.device.keep_alives, found.device.repeated) == (2, 0)


def test_what_is_repeated_in_vain_came_after_the_other_end_was_heard() -> None:
    talk = Talk().open().say(0, BLOCK)
    again = talk.segments[-1]
    assert facts([*talk.segments, again, again]).device.in_vain == 2
    heard = [*talk.segments, again, again, *talk.acknowledge(1).segments[-1:]]
    assert (facts(heard).device.repeated, facts(heard).device.in_vain) == (2, 0)
    assert facts([*heard, again]).device.in_vain == 1


def test_segments_in_another_order() -> None:
    segments = Talk().open().say(0, BLOCK, cut=60).say(1, ANSWER).close().segments
    late = segments.pop(4)
    segments.insert(6, late)
    device = facts(segments).device
    assert (device.out_of_order, device.filled, device.longest_hole) == (2, 1, 2.0)
    assert (device.lost, device.missing, device.repeated) == (0, 0, 0)


def test_bytes_that_the_capture_lost() -> None:
    segments = Talk().open().say(0, BLOCK, cut=60).say(1, ANSWER).say(0, BLOCK).say(1, ANSWER).close().segments
    del segments[4]
    device = facts(segments).device
    assert (device.lost, device.missing, device.cut, device.filled) == (60, 0, 0, 0)


def test_last_bytes_that_the_capture_lost() -> None:
    segments = Talk().open().say(0, BLOCK).say(1, ANSWER).say(0, BLOCK).acknowledge(1).segments
    del segments[-2]
    device = facts(segments).device
    assert device.lost == len(BLOCK)


def test_bytes_that_nobody_acknowledged() -> None:
    segments = Talk().open().say(0, BLOCK).say(1, ANSWER).say(0, BLOCK, cut=60).segments
    del segments[5]
    device = facts(segments).device
    assert (device.lost, device.missing, device.unacknowledged) == (0, 60, len(BLOCK))


def test_bytes_that_the_snap_length_cut() -> None:
    talk = Talk().open().say(0, BLOCK).say(0, BLOCK).say(1, ANSWER)
    data = pcap_header()
    for number, segment in enumerate(talk.segments):
        whole = packet(segment, number=number + 1)
        kept = whole[:-100] if number == 4 else whole
        data += record(kept, START + number * MILLISECOND, wire=len(whole))
    found = session(data).connection
    assert found is not None
    assert (found.device.cut, found.device.lost, found.device.missing) == (100, 0, 0)
    assert found.device.bytes == 2 * len(BLOCK)


def test_second_copies_of_a_mirror() -> None:
    talk = conversation((0, BLOCK), (1, ANSWER))
    data = pcap_header()
    for number, segment in enumerate(talk.segments):
        for delay in (0, 1000):
            data += record(packet(segment, number=number + 1), START + number * MILLISECOND + delay)
    whole, pieces = session(data), sessions_of(data, 50)
    assert whole.connection is not None
    # The copy of the FIN that ended the session came after its end; the first copies of all before are known.
    assert (whole.connection.device.copies, whole.connection.lis.copies) == (4, 2)
    assert (whole.connection.device.packets, whole.connection.device.repeated) == (4, 0)
    assert [everything(found) for found in pieces] == [everything(whole)]


# -- windows and silence -----------------------------------------------------------------------------------------


def test_no_room_for_more() -> None:
    talk = Talk().open().say(0, BLOCK)
    full = Segment(1, talk.next[1], talk.next[0], ACK, window=0)
    roomy = Segment(1, talk.next[1], talk.next[0], ACK)
    probe = Segment(0, talk.next[0] - 1, talk.next[1], ACK)
    rest = talk.say(1, ANSWER).close().segments[4:]
    before = spaced(talk.segments[:4])
    found = session(
        timed(*before, (10, full), (20, probe), (20.5, full), (30, roomy), (40, full), (45, roomy),
              *((50 + time, segment) for time, segment in spaced(rest)))
    ).connection  # fmt: skip
    assert found is not None
    assert (found.lis.zero_windows, found.lis.longest_zero_window) == (2, 20.0)
    assert (found.device.zero_windows, found.device.longest_zero_window) == (0, None)


def test_no_room_until_the_end() -> None:
    talk = Talk().open().say(0, BLOCK)
    full = Segment(1, talk.next[1], talk.next[0], ACK, window=0)
    probe = Segment(0, talk.next[0] - 1, talk.next[1], ACK)
    found = session(timed(*spaced(talk.segments), (10, full), (210, probe))).connection
    assert found is not None
    assert (found.lis.zero_windows, found.lis.longest_zero_window) == (1, 200.0)


def test_a_reset_with_a_window_of_0_is_no_lack_of_room() -> None:
    talk = Talk().open().say(0, BLOCK)
    found = facts([*talk.segments, Segment(1, talk.next[1], talk.next[0], RST | ACK, window=0)])
    assert found.lis.zero_windows == 0


def test_many_segments_in_order_after_a_window_of_0() -> None:
    talk = Talk().open().say(0, BLOCK)
    talk.segments.append(Segment(1, talk.next[1], talk.next[0], ACK, window=0))
    for _ in range(200):
        talk.say(0, BLOCK).say(1, ANSWER)
    found = facts(talk.close().segments)
    assert (found.lis.zero_windows, found.lis.longest_zero_window) == (1, 2.0)
    assert found.device.bytes == 201 * len(BLOCK)


def test_message_acknowledged_by_tcp_alone() -> None:
    answered = facts(Talk().open().say(0, BLOCK).acknowledge(1).segments)
    dead = facts(Talk().open().say(0, BLOCK).segments)
    assert (answered.device.unacknowledged, dead.device.unacknowledged) == (0, len(BLOCK))


def test_end_by_silence_counts_what_came_until_then() -> None:
    """Repeats that nobody answers belong to the session; what comes after its end does not."""
    talk = Talk().open().say(0, BLOCK).say(1, ANSWER)
    alive = Segment(0, talk.next[0] - 1, talk.next[1], ACK, b"\0")
    before = spaced(talk.segments)
    times = (10_000, 20_000, 29_000, 31_000, 40_000, 50_000)
    data = timed(*before, *((time, alive) for time in times))
    for step in (0, 1, 94, 1000):
        (found,) = sessions_of(data, step)
        assert found.end_reason is EndReason.IDLE
        assert found.connection is not None
        assert found.connection.device.keep_alives == 3


def test_facts_of_a_session_are_those_up_to_its_end() -> None:
    talk = Talk().open()
    for side, said in astm_transfer() * 3:
        talk.say(side, said)
    talk.segments.append(talk.segments[-1])
    found = sessions_of(pcap(talk.close().segments))
    counts = [(one.connection.device.packets, one.connection.lis.packets) for one in found if one.connection]
    assert counts == [(8, 6), (14, 11), (20, 16)]
    assert all(one.connection and one.connection.device.repeated == 0 for one in found)


# -- any capture -------------------------------------------------------------------------------------------------


def with_windows(segments: list[Segment], chance: int) -> list[Segment]:
    """Now and then a side has no room."""
    return [
        Segment(s.side, s.seq, s.ack, s.flags, s.data, 0 if (number * 7919 + chance) % 11 == 0 else s.window)
        for number, s in enumerate(segments)
    ]


@given(
    st.sampled_from(sorted(CONVERSATIONS)),
    st.integers(0, 1_000_000),
    st.sampled_from([(1000, 9000), NEAR_WRAP]),
    st.sampled_from([1, 70, 200, 3000]),
    st.sampled_from([1000, 1, 2]),
    st.booleans(),
    st.sets(st.integers(0, 200), max_size=3),
)
@limits(max_examples=200, deadline=None)
def test_facts_do_not_depend_on_how_the_capture_is_cut(
    name: str, seed: int, initial: tuple[int, int], step: int, most: int, shut: bool, lost: set[int]
) -> None:
    segments = disturbed(CONVERSATIONS[name], seed, initial)
    segments = [segment for number, segment in enumerate(segments) if number not in lost]
    data = pcap(with_windows(segments, seed) if shut else segments)
    whole = sessions_of(data, 0, Settings(session_max_messages=most))
    pieces = sessions_of(data, step, Settings(session_max_messages=most))
    assert comparable(pieces) == comparable(whole)


@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(0, 255), st.binary(max_size=3)), max_size=60))
@limits(max_examples=100, deadline=None)
def test_any_segments_have_facts_that_add_up(noise: list[tuple[int, int, bytes]]) -> None:
    talk = Talk().open().say(0, BLOCK).say(1, ANSWER)
    base = talk.next
    talk.segments += [
        Segment(side, (base[side] + flags) % (1 << 32), base[1 - side], flags & ~(SYN | PSH), data, flags % 3)
        for side, flags, data in noise
    ]
    for found in sessions_of(pcap(talk.segments)):
        assert found.connection is not None
        for end in (found.connection.device, found.connection.lis):
            values = [getattr(end, name) for name in end._fields if name != "extra"]
            assert all(value is None or value >= 0 for value in values)


def test_marks_of_segments_are_read_in_both_ways() -> None:
    """A window of 0 is seen in plain packets and in others (here: with a tag)."""
    talk = Talk().open().say(0, BLOCK)
    full = Segment(1, talk.next[1], talk.next[0], ACK, window=0)
    segments = [*talk.segments, full]
    plain = session(pcap_header() + records(segments))
    tagged = pcap_header() + b"".join(
        record(packet(segment, vlan=(7,), number=number + 1), START + number * MILLISECOND)
        for number, segment in enumerate(segments)
    )
    assert plain.connection == session(tagged).connection
    assert plain.connection is not None
    assert plain.connection.lis.zero_windows == 1


def test_each_hole_is_timed_by_itself() -> None:
    talk = Talk().open().say(0, BLOCK, cut=30).say(1, ANSWER)
    before, (a, b, c, d, *rest) = talk.segments[:3], talk.segments[3:]
    times = [(0.0, a), (1.0, c), (5.0, rest[0]), (11.0, b), (12.0, d)]
    others = [(20.0 + number, segment) for number, segment in enumerate(rest[1:])]
    found = session(timed(*((-3.0 + n, s) for n, s in enumerate(before)), *times, *others)).connection
    assert found is not None
    assert (found.device.out_of_order, found.device.filled, found.device.longest_hole) == (2, 2, 10.0)


def test_copies_belong_to_the_connection_whose_packets_they_copy() -> None:
    """The same ports used twice within one piece: only packets of the second connection are there twice."""
    first = Talk().open().say(0, BLOCK).close().segments
    second = Talk((70_000, 80_000)).open().say(0, BLOCK).say(1, ANSWER).close().segments
    data = pcap_header()
    for number, segment in enumerate(first + second):
        for delay in (0, 1000) if number >= len(first) else (0,):
            data += record(packet(segment, number=number + 1), START + number * MILLISECOND + delay)
    for step in (0, 70):
        before, after = (found.connection for found in sessions_of(data, step))
        assert before is not None
        assert after is not None
        assert (before.device.copies, after.device.copies, after.lis.copies) == (0, 4, 2)


def in_any_pieces(segments: list[Segment]) -> ConnectionFacts:
    data = pcap(segments)
    whole = sessions_of(data)
    for step in (60, 90, 500):
        assert comparable(sessions_of(data, step)) == comparable(whole)
    return session(data).connection  # type: ignore[return-value]


def test_segments_without_acknowledgement_take_none_back() -> None:
    talk = Talk().open()
    for _ in range(40):
        talk.say(0, BLOCK).say(1, ANSWER)
    talk.say(0, BLOCK)
    last = talk.segments[-1]
    found = in_any_pieces([*talk.segments[:-1], Segment(0, last.seq, 0, PSH, BLOCK)])
    assert (found.device.unacknowledged, found.lis.unacknowledged) == (len(BLOCK), len(ANSWER))


@pytest.mark.parametrize("flags", [ACK, ACK | RST])
def test_empty_segment_far_ahead_has_sent_nothing(flags: int) -> None:
    talk = Talk().open().say(0, BLOCK)
    talk.segments.append(Segment(0, talk.next[0] + (1 << 21), talk.next[1], flags))
    for _ in range(40):
        talk.say(1, ANSWER).say(0, BLOCK)
    assert in_any_pieces(talk.segments).device.unacknowledged == len(BLOCK)


def test_hole_is_given_up_in_silence_at_the_same_time_however_the_capture_is_cut() -> None:
    talk = Talk().open().say(0, BLOCK).say(1, ANSWER)
    sender, receiver = talk.next
    talk.segments += [
        Segment(0, sender + 50, receiver, ACK, BLOCK[50:90]),
        Segment(1, receiver, sender + len(BLOCK), ACK),  # all of it has come; 50 bytes and its end were not captured
    ]
    late = Segment(0, sender + len(BLOCK), receiver, ACK, BLOCK)
    others = [
        record(packet(late, (("10.0.0.5", 7), ("10.1.0.1", 2575))), START + tick * 1000 * MILLISECOND)
        for tick in range(1, 100)
    ]
    data = timed(*spaced(talk.segments)) + b"".join(others) + timed((100_000, late))[len(pcap_header()) :]
    patient = Settings(session_idle_seconds=60)
    whole, pieces = sessions_of(data, 0, patient), sessions_of(data, 100, patient)
    assert comparable(pieces) == comparable(whole)
    first = min(whole, key=lambda one: one.start_time)
    assert first.end_reason is EndReason.IDLE
    assert first.connection is not None
    assert first.connection.device.lost == len(BLOCK) - 40


@pytest.mark.parametrize("refusals", [1, 2])
def test_a_refused_syn_that_is_repeated_and_then_accepted(refusals: int) -> None:
    """As some systems do: the same SYN again, half a second after RST."""
    accepted = conversation((0, BLOCK), (1, ANSWER)).segments
    refused = [accepted[0], Segment(1, 0, accepted[0].seq + 1, RST | ACK)] * refusals
    (session,) = sessions_of(pcap([*refused, *accepted]))
    assert [element.data for element in session.elements] == [BLOCK, ANSWER]
    assert session.connection is not None
    assert (session.connection.opened_by, session.connection.reset_by) == (End.DEVICE, None)


@pytest.mark.parametrize("initial", [70_000, 1 << 30], ids=["near", "far"])
def test_half_open_connection_is_discovered(initial: int) -> None:
    """RFC 9293 §3.5.1, figure 9: the device has forgotten the connection; RST is for the old one."""
    old = Talk().open().say(0, BLOCK).say(1, ANSWER)
    new = Talk((initial, 80_000)).open().say(0, BLOCK).say(1, ANSWER).close().segments
    challenge = [Segment(1, old.next[1], old.next[0], ACK), Segment(0, old.next[0], 0, RST)]
    before, after = sessions_of(pcap([*old.segments, new[0], *challenge, *new]))
    assert [len(session.elements) for session in (before, after)] == [2, 2]
    assert before.connection is not None
    assert after.connection is not None
    assert (before.connection.is_replaced, before.connection.reset_by) == (True, None)
    assert (after.connection.is_replaced, after.connection.reset_by) == (False, None)

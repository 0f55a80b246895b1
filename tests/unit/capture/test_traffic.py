"""What looks like HL7 among all that passes."""

from hypothesis import given
from hypothesis import strategies as st

from hl7capture.capture.framing.control import Markers
from hl7capture.capture.traffic import MOST_CONNECTIONS, SNAP_LENGTH, Traffic, TrafficMeter
from tests.support.speech import ACK, ENQ, answer, astm_transfer, mllp, oru, stx_transfer
from tests.support.wire import PSH, START, Segment, Talk, packet, pcap, pcap_header, record


def measured(*pieces: bytes) -> Traffic:
    meter = TrafficMeter(Markers())
    for piece in pieces:
        meter.feed(piece)
    return meter.traffic


def conversation(turns: list[tuple[int, bytes]], *, is_seen_from_its_start: bool = True) -> bytes:
    talk = Talk().open()
    opening = len(talk.segments)
    for side, data in turns:
        talk.say(side, data)
    talk.close()
    return pcap(talk.segments if is_seen_from_its_start else talk.segments[opening:])


MLLP = [(0, mllp(oru())), (1, mllp(answer()))]


def test_each_framing_is_noticed_with_its_packets() -> None:
    for turns in (MLLP, astm_transfer(), stx_transfer(oru()), [(0, oru()), (1, answer())]):
        traffic = measured(conversation(turns))
        assert traffic.hl7_connections == 1, turns
        assert traffic.packets == traffic.hl7_packets == 6 + len(turns)


def test_conversation_under_way_is_noticed_at_its_next_message() -> None:
    for turns in (MLLP, astm_transfer(), stx_transfer(oru())):
        assert measured(conversation(turns, is_seen_from_its_start=False)).hl7_connections == 1


def test_what_speaks_something_else_is_not() -> None:
    http = b"POST /hl7 HTTP/1.1\r\nContent-Length: 200\r\n\r\n"
    for turns in (
        [(0, http), (0, oru()), (1, b"HTTP/1.1 200 OK\r\n\r\n")],
        [(0, b"\x05\x01\x00"), (1, b"\x05\x00")],  # SOCKS5
        [(0, b"\x02lp\n"), (1, b"\x00")],  # LPD
        [(0, ENQ)],  # one byte proves nothing
        [(0, ENQ), (1, b"what?")],
        [(0, b"MSH is what an HL7 message begins with")],
    ):
        for is_whole in (True, False):
            assert measured(conversation(turns, is_seen_from_its_start=is_whole)).hl7_connections == 0, turns


def test_own_markers_count() -> None:
    turns = [(0, b"\x11"), (1, b"\x12")]
    meter = TrafficMeter(Markers(enq=0x11, ack=0x12))
    meter.feed(conversation(turns))
    assert meter.traffic.hl7_connections == 1
    assert measured(conversation(turns)).hl7_connections == 0
    assert measured(conversation([(0, ENQ), (1, ACK)])).hl7_connections == 1


def test_connections_are_counted_apart_and_within_bounds() -> None:
    meter = TrafficMeter(Markers())
    meter.feed(pcap_header())
    meter._hl7 = set(range(MOST_CONNECTIONS - 1))
    for port in (5000, 5001, 5001, 5002):
        segment = Segment(0, 1, 1, PSH, mllp(oru()))
        meter.feed(record(packet(segment, (("10.0.0.5", port), ("10.1.0.1", 2575))), START))
    assert meter.traffic.hl7_connections == MOST_CONNECTIONS


SAID = st.binary(max_size=40) | st.sampled_from([ENQ, ACK, mllp(oru()), *(data for _, data in astm_transfer())])


@given(st.lists(st.tuples(st.integers(0, 1), SAID), max_size=12), st.data())
def test_cutting_changes_nothing_and_nothing_is_too_odd(turns: list[tuple[int, bytes]], data: st.DataObject) -> None:
    whole = conversation(turns)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    in_pieces, at_once = measured(*pieces), measured(whole)
    assert in_pieces.packets == at_once.packets
    assert in_pieces.hl7_connections == at_once.hl7_connections


def test_beginning_stands_within_the_snap_length_behind_the_longest_headers() -> None:
    ethernet, tags, ipv6, tcp, options, erspan = 14, 8, 40, 20, 40, 50
    assert ethernet + erspan + tags + ipv6 + tcp + options + 32 <= SNAP_LENGTH

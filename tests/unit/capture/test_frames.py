"""E1381 frames: numbers out of order, and what is left of a message behind a gap."""

from hl7capture.model.session import Session
from tests.support.engine import sessions_of
from tests.support.speech import ENQ, RECORDS, frame
from tests.support.wire import Segment, conversation, pcap

EOT, ACK = b"\x04", b"\x06"


def transfer(*frames: bytes) -> list[tuple[int, bytes]]:
    turns = [(0, ENQ), (1, ACK)]
    for said in frames:
        turns += [(0, said), (1, ACK)]
    return [*turns, (0, EOT)]


def session_of(turns: list[tuple[int, bytes]], without: bytes = b"") -> Session:
    """The session of a conversation; the segment that says `without` is not in the capture."""
    segments: list[Segment] = [s for s in conversation(*turns).segments if not without or s.data != without]
    [session] = sessions_of(pcap(segments))
    assert [e.flags for e in sessions_of(pcap(segments), 11)[0].elements] == [e.flags for e in session.elements]
    return session


def flags_of_frames(session: Session) -> list[tuple[str, ...]]:
    return [element.flags for element in session.elements if element.type == "frame"]


def test_numbers_run_from_1_and_wrap() -> None:
    frames = [frame(n % 8, b"C|%d|I|text|G\r" % n) for n in range(1, 12)]
    assert flags_of_frames(session_of(transfer(*frames))) == [()] * 11


def test_a_number_that_does_not_follow_is_told() -> None:
    session = session_of(transfer(frame(1, RECORDS[0]), frame(3, RECORDS[3]), frame(4, RECORDS[3])))
    assert flags_of_frames(session) == [(), ("wrong-number",), ()]
    session = session_of(transfer(frame(2, RECORDS[0])))
    assert flags_of_frames(session) == [("wrong-number",)]


def test_a_lost_frame_cuts_the_message_around_it() -> None:
    first, lost, last = frame(1, b"H|\\^&|||ANALYZER\rP|1|", last=False), frame(2, b"|Testmann\r"), frame(3, b"L|1|N\r")
    session = session_of(transfer(first, lost, last), without=lost)
    assert session.messages == []
    assert flags_of_frames(session) == [("truncated",), ("gap",)]


def test_a_lost_record_cuts_the_message_and_the_next_is_whole() -> None:
    lost = frame(2, b"R|1|^^^GLU|5.4\r")
    frames = [
        frame(1, b"H|\\^&|||ANALYZER\r"),
        lost,
        frame(3, b"C|1|I|text|G\r"),
        frame(4, b"L|1|N\r"),
        frame(5, b"H|\\^&|||ANALYZER\r"),
        frame(6, b"L|1|N\r"),
    ]
    session = session_of(transfer(*frames), without=lost)
    assert session.messages == ["H|\\^&|||ANALYZER\rL|1|N\r"]
    assert flags_of_frames(session) == [("truncated",), ("gap",), (), (), ()]
    assert [e.message for e in session.elements if e.type == "frame"] == [None, None, None, 0, 0]


def test_a_capture_that_begins_in_a_message_does_not_show_its_tail_as_whole() -> None:
    turns = transfer(
        frame(1, b"H|\\^&|||ANALYZER\r"),
        frame(2, b"R|1|^^^GLU|5.4\r"),
        frame(3, b"L|1|N\r"),
        frame(4, b"H|\\^&\r"),
        frame(5, b"L|1|N\r"),
    )
    segments = conversation(*turns).segments[7:]
    [session] = sessions_of(pcap(segments))
    assert session.messages == ["H|\\^&\rL|1|N\r"]
    assert flags_of_frames(session)[0] == ("gap",)

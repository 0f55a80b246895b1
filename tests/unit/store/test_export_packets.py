"""Sessions as packets again: what is read from them is what was written."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hl7capture.model.elements import Direction, Element, ElementType, Framing
from hl7capture.model.session import Session
from hl7capture.store.export.error import ExportError
from hl7capture.store.export.formats import Format, exported
from hl7capture.store.export.packets import packets_of
from tests.support.engine import sessions_of
from tests.support.speech import ACK, ENQ, EOT, NAK, answer, astm_transfer, frame, mllp, oru, stx_transfer
from tests.support.wire import START, Talk, packet, pcap, pcap_header, record

LARGE = oru().replace(b"5.4", b"5" * 5000)
MLLP_TURNS = st.lists(
    st.sampled_from(
        [
            (0, mllp(oru())),
            (1, mllp(answer())),
            (0, mllp(LARGE)),
            (0, mllp(oru())[:-1]),
            (0, mllp(oru())[:40]),
            (0, b"\x0b" + mllp(oru("2"))),
            (1, b"\x0b\x06\x1c\r"),
            (1, ACK),
            (0, b"noise"),
            (0, mllp(oru("1")) + mllp(oru("2"))),
        ]
    ),
    max_size=12,
).map(lambda turns: [(0, mllp(oru("first"))), *turns])
ENQ_TURNS = st.lists(
    st.sampled_from([astm_transfer(), stx_transfer(oru()), stx_transfer(LARGE), [(1, NAK)], [(0, b"noise")]])
    | st.sampled_from([[(0, ENQ), (1, NAK)], [(0, ENQ), (1, ACK), (0, frame(1, oru()[:50], last=False)), (0, EOT)]]),
    max_size=5,
).map(lambda parts: [turn for part in [astm_transfer(), *parts] for turn in part])
UNFRAMED_TURNS = st.lists(st.sampled_from([(0, oru()), (1, answer()), (0, LARGE)]), max_size=8).map(
    lambda turns: [(0, oru("first")), *turns]
)


def captured(turns: list[tuple[int, bytes]], cut: int, apart: int, ports: int = 0) -> bytes:
    """A capture of the turns in segments of `cut` bytes, `apart` microseconds from each other."""
    talk = Talk().open()
    for side, data in turns:
        talk.say(side, data, cut)
    ends = (("10.0.0.5", 40001 + ports), ("10.1.0.1", 2575))
    return b"".join(
        record(packet(segment, ends, number=number % 65_535 + 1), START + 777_000 + number * apart * 1000)
        for number, segment in enumerate(talk.close().segments)
    )


def seen(session: Session) -> tuple[object, ...]:
    elements = [(e.timestamp, e.direction, e.type, e.data, e.message, e.flags) for e in session.elements]
    ends = (session.device_ip, session.device_port, session.lis_ip, session.lis_port)
    return (session.start_time, session.end_time, ends, session.framing, session.messages, elements)


def written(*sessions: Session) -> bytes:
    return b"".join(packets_of(sessions))


@settings(deadline=None, max_examples=150)
@given(st.one_of(MLLP_TURNS, ENQ_TURNS, UNFRAMED_TURNS), st.integers(1, 1460), st.integers(1, 5000))
def test_read_back_it_is_the_same(turns: list[tuple[int, bytes]], cut: int, apart: int) -> None:
    sessions = sessions_of(pcap_header() + captured(turns, cut, apart))
    again = sessions_of(written(*sessions))
    assert [seen(session) for session in again] == [seen(session) for session in sessions]


def test_sessions_that_overlap_are_written_in_the_order_of_time() -> None:
    turns = [turn for n in range(100) for turn in ((0, mllp(oru(str(n)))), (1, mllp(answer(str(n)))))]
    long = sessions_of(pcap_header() + captured(turns, 1460, 500_000))
    short = sessions_of(pcap_header() + captured(turns[:10], 1460, 70_000, ports=1))
    in_order = sorted([*long, *short], key=lambda session: session.start_time)
    data = written(*in_order)
    assert sorted(map(repr, map(seen, sessions_of(data)))) == sorted(map(repr, map(seen, in_order)))
    times = [time for time, _ in packets_in(data)]
    assert times == sorted(times)


def test_the_same_conversation_twice_at_the_same_time_stays_two() -> None:
    (session,) = sessions_of(pcap(Talk().open().say(0, mllp(oru())).say(1, mllp(answer())).close().segments))
    other = replace(session, session_id=session.session_id[:-8] + "00000000")
    again = sessions_of(written(session, other))
    assert [one.device_port for one in again] == [40001, 49152]
    assert [seen(one)[4:] for one in again] == [seen(session)[4:]] * 2


def test_a_hole_stays_a_hole() -> None:
    talk = Talk().open().say(0, mllp(oru("1"))).say(1, mllp(answer("1"))).say(0, mllp(oru("2")), cut=50)
    talk.say(1, mllp(answer("2"))).say(0, mllp(oru("3"))).say(1, mllp(answer("3"))).close()
    lost = talk.segments.pop(7)
    assert lost.data
    (session,) = sessions_of(pcap(talk.segments))
    assert any("gap" in element.flags for element in session.elements)
    (again,) = sessions_of(written(session))
    assert [seen_without_time(e) for e in again.elements] == [seen_without_time(e) for e in session.elements]


def seen_without_time(element: Element) -> tuple[object, ...]:
    return element.direction, element.type, element.data, element.message, element.flags


def test_a_session_that_was_under_way_is_read_back() -> None:
    talk = Talk()
    for side, data in astm_transfer()[2:]:
        talk.say(side, data)
    (session,) = sessions_of(pcap(talk.segments))
    (again,) = sessions_of(written(session))
    assert seen(again) == seen(session)


def test_what_a_session_does_not_tell_is_made_up() -> None:
    (session,) = sessions_of(pcap(Talk().open().say(0, mllp(oru())).say(1, mllp(answer())).close().segments))
    session.device_ip, session.device_port, session.lis_ip, session.lis_port = "", 0, "analyzer", 0
    (again,) = sessions_of(written(session))
    assert (again.device, again.lis) == ("192.0.2.1:49152", "192.0.2.2:2575")
    assert seen(again)[3:] == seen(session)[3:]


def test_addresses_of_version_6() -> None:
    (session,) = sessions_of(pcap(Talk().open().say(0, mllp(LARGE)).say(1, mllp(answer())).close().segments))
    session.device_ip, session.lis_ip = "fe80::5%eth0", "fd00::1"
    (again,) = sessions_of(written(session))
    assert (again.device_ip, again.lis_ip) == ("fe80::5", "fd00::1")
    assert seen(again)[3:] == seen(session)[3:]


def test_times_that_no_pcap_holds() -> None:
    for time in (-1.0, 5e12, float("nan"), float("inf")):
        session = Session("20261121T100000.003Z-00000000", 1, "", "", "", 0, "", 0, Framing.MLLP, time, time)
        with pytest.raises(ExportError, match="do not lie between 1970 and 2106"):
            written(session)


def test_a_session_without_elements_is_an_empty_connection() -> None:
    session = Session(
        "20261121T100000.003Z-00000000", 1, "", "", "10.0.0.5", 1, "10.1.0.1", 2, Framing.MLLP, START / 1e6, START / 1e6
    )
    assert len(packets_in(written(session))) == 6


times = st.floats(allow_nan=True) | st.floats(0, 4e12) | st.sampled_from([START / 1e6, START / 1e6 + 1])
any_element = st.builds(
    Element,
    st.integers(0, 3),
    times,
    st.sampled_from(Direction),
    st.sampled_from(ElementType),
    st.binary(max_size=5) | st.sampled_from([ENQ, mllp(oru()), frame(1, b"H|\\^&\r")]),
    st.none() | st.integers(-5, 5),
    st.lists(st.sampled_from(["gap", "truncated", "else"]), max_size=2).map(tuple),
    st.none(),
)
addresses = st.sampled_from(["", "10.0.0.5", "::1", "fe80::1%eth0", "analyzer", "::ffff:10.0.0.5"])
any_session = st.builds(
    Session,
    st.just("20261121T100000.003Z-00000000"),
    st.integers(),
    st.text(max_size=3),
    st.text(max_size=3),
    addresses,
    st.integers(0, 65_535) | st.just(2575),
    addresses,
    st.integers(0, 65_535) | st.just(2575),
    st.sampled_from(Framing),
    times,
    times,
    elements=st.lists(any_element, max_size=5),
    messages=st.lists(st.text(max_size=5), max_size=3),
    extra=st.just({}),
)


@settings(deadline=None)
@given(st.lists(any_session, max_size=4), st.sampled_from(Format))
def test_whatever_stands_in_documents_is_written_or_refused(sessions: list[Session], to: Format) -> None:
    try:
        data = b"".join(exported(sessions, to))
    except ExportError:
        return
    if to is Format.PCAP:
        assert packets_in(data) or not sessions


def packets_in(data: bytes) -> list[tuple[int, bytes]]:
    """Time in nanoseconds, and the packet."""
    found, at = [], 24
    while at < len(data):
        seconds, nanoseconds, size, _ = struct.unpack_from("<IIII", data, at)
        found.append((seconds * 10**9 + nanoseconds, data[at + 16 : at + 16 + size]))
        at += 16 + size
    return found

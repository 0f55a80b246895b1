"""Attempts to connect that came to nothing: told once for each server of interest, then counted."""

import pytest

from hl7capture.capture.engine import Engine
from hl7capture.capture.troubles import MOST_TOLD
from hl7capture.model.events import Event, Notice
from hl7capture.model.settings import Settings
from tests.support.engine import events_of
from tests.support.speech import mllp, oru
from tests.support.wire import (
    ACK,
    DEVICE,
    MILLISECOND,
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
)

SERVER = "10.1.0.1:2575"
REFUSED = f"Connection refused by {SERVER}"
UNANSWERED = f"Connection attempts to {SERVER} remain unanswered"
ATTEMPT = [Segment(0, 1000, 0, SYN), Segment(1, 0, 1001, RST | ACK)]
HL7 = Talk((70_000, 80_000)).open().say(0, mllp(oru())).close().segments


def refusals(count: int, server: tuple[str, int] = ("10.1.0.1", 2575), start: int = START) -> bytes:
    """Records of attempts from one port after the other."""
    packets = [
        packet(segment, ((DEVICE[0], 40_001 + number), server), number=2 * number + place + 1)
        for number in range(count)
        for place, segment in enumerate(ATTEMPT)
    ]
    return b"".join(record(one, start + row * MILLISECOND) for row, one in enumerate(packets))


def at_seconds(*segments: tuple[float, Segment]) -> bytes:
    return pcap_header() + b"".join(
        record(packet(segment, number=number), START + int(time * 1000) * MILLISECOND)
        for number, (time, segment) in enumerate(segments, 1)
    )


def told(data: bytes, step: int = 0, lis_port: int | None = 2575) -> list[str]:
    return texts(events_of(data, step, Settings(lis_port=lis_port)))


def texts(events: list[Event]) -> list[str]:
    notices = [event for event in events if isinstance(event, Notice)]
    assert not any(notice.is_problem for notice in notices)
    return [notice.text for notice in notices]


def test_refused_connection_on_the_port_of_the_lis() -> None:
    assert told(pcap(ATTEMPT)) == [REFUSED]


def test_many_refusals_are_told_once_and_then_counted() -> None:
    engine = Engine(Settings(lis_port=2575), probe="lab-pc-3", source="test")
    assert texts(engine.feed(pcap_header() + refusals(12))) == [REFUSED]
    assert texts(engine.finish()) == [f"{REFUSED} (12 times)"]
    assert (engine.counters.refused, engine.counters.unanswered) == (12, 0)


def test_refusal_elsewhere_is_counted_alone() -> None:
    assert told(pcap_header() + refusals(3), lis_port=None) == []
    assert told(pcap_header() + refusals(3), lis_port=6661) == []


def test_refusal_of_a_server_that_had_sessions_whichever_came_first() -> None:
    refused = refusals(2)
    open_first = pcap(HL7) + refusals(2, start=START + 60_000 * MILLISECOND)
    assert told(open_first, lis_port=None) == [REFUSED, f"{REFUSED} (2 times)"]
    open_last = pcap_header() + refused + pcap(HL7)[24:]
    assert told(open_last, lis_port=None) == [REFUSED, f"{REFUSED} (2 times)"]


def test_a_reset_that_does_not_acknowledge_the_syn_refuses_nothing() -> None:
    assert told(pcap([ATTEMPT[0], Segment(1, 0, 77, RST | ACK)])) != [REFUSED]


SYNS = [(0.0, ATTEMPT[0]), (1.0, ATTEMPT[0]), (3.0, ATTEMPT[0])]
LATER = Segment(0, 5, 6, ACK)


@pytest.mark.parametrize("step", [0, 1, 94])
def test_syn_without_answer(step: int) -> None:
    assert told(at_seconds(*SYNS), step) == [UNANSWERED]
    assert told(at_seconds(*SYNS, (7, ATTEMPT[0])), step) == [UNANSWERED]
    assert told(at_seconds(*SYNS[:2]), step) == [UNANSWERED]
    assert told(at_seconds(*SYNS[:1]), step) == []


def test_syn_that_was_answered_late_is_no_failure() -> None:
    talk = conversation((0, mllp(oru())))
    syn = talk.segments[0]
    times = [(0.0, syn), (1.0, syn), *((2 + number, segment) for number, segment in enumerate(talk.segments[1:]))]
    for step in (0, 94):
        assert told(at_seconds(*times), step) == []


def test_mirror_of_one_direction_only_is_no_failure() -> None:
    """Whoever goes on with ACK and data has had an answer."""
    talk = conversation((0, mllp(oru())))
    assert told(pcap([segment for segment in talk.segments if segment.side == 0])) == []


def test_attempts_from_one_port_with_new_numbers() -> None:
    attempts = [(float(number), Segment(0, 1000 + 5000 * number, 0, SYN)) for number in range(4)]
    assert told(at_seconds(*attempts)) == [UNANSWERED, f"{UNANSWERED} (3 times)"]


def test_a_silent_attempt_is_told_while_others_go_on() -> None:
    engine = Engine(Settings(lis_port=2575), probe="lab-pc-3", source="test")
    assert texts(engine.feed(at_seconds(*SYNS[:2]))) == []
    assert texts(engine.pass_time(9)) == []
    assert texts(engine.pass_time(11)) == [UNANSWERED]
    assert texts(engine.pass_time(12)) == []
    assert texts(engine.finish()) == []


@pytest.mark.parametrize(
    ("side", "text"),
    [
        (0, f"Connection to {SERVER} reset by its client before any message was seen"),
        (1, f"Connection reset by {SERVER} before any message was seen"),
    ],
)
def test_reset_before_any_message(side: int, text: str) -> None:
    assert told(pcap(Talk().open().reset(side).segments)) == [text]


def test_reset_of_a_session_or_of_something_else_is_told_elsewhere() -> None:
    assert told(pcap(Talk().open().say(0, mllp(oru())).reset(1).segments)) == []
    assert told(pcap(Talk().open().say(0, b"GET / HTTP/1.1\r\n").reset(1).segments)) == []


def test_a_scan_of_the_network_is_not_told_address_by_address() -> None:
    data = pcap_header() + b"".join(refusals(1, (f"10.2.{n // 250}.{n % 250}", 2575)) for n in range(2 * MOST_TOLD))
    sentences = told(data)
    assert len(sentences) == MOST_TOLD + 1
    assert sentences[-1] == "Connections to more servers fail; they are counted, and not told one by one"

"""TLS where HL7 was to be expected is told, once for each server; elsewhere it is nobody's business."""

import pytest

from hl7capture.capture.engine import Engine
from hl7capture.capture.troubles import LinkTroubles
from hl7capture.model.events import Notice
from hl7capture.model.link import TroubleKind
from hl7capture.model.settings import Settings
from tests.support.speech import answer, mllp, oru
from tests.support.tls import client_hello
from tests.support.wire import DEVICE, LIS, MILLISECOND, START, Segment, conversation, packet, pcap_header, record

NAMELESS = "Connections to 10.1.0.1:2575 are encrypted (TLS); their messages cannot be read"
TEXT = NAMELESS.replace(":2575", ":2575 (lis.example.org)")
SECURE = conversation((0, client_hello(padding=1800)), (1, b"\x16\x03\x03\x00\x02\x02\x00")).segments
PLAIN = conversation((0, mllp(oru())), (1, mllp(answer()))).segments
FIRST, SECOND = DEVICE, (DEVICE[0], 40_009)


def capture(*conversations: tuple[tuple[str, int], list[Segment]]) -> bytes:
    """Connections one after the other: the device's end, and the segments."""
    data, number = pcap_header(), 0
    for device, segments in conversations:
        for segment in segments:
            number += 1
            data += record(packet(segment, (device, LIS), number=number), START + number * MILLISECOND)
    return data


def told(data: bytes, step: int = 0, **values: object) -> tuple[list[str], int]:
    """What is told, and how many connections were counted."""
    engine = Engine(Settings().changed(**values), probe="lab-pc-3", source="test")
    step = step or len(data)
    events = [event for at in range(0, len(data), step) for event in engine.feed(data[at : at + step])]
    found = [event for event in events + engine.finish() if isinstance(event, Notice)]
    assert not any(notice.is_problem for notice in found)
    return [notice.text for notice in found], engine.counters.encrypted


@pytest.mark.parametrize("step", [0, 1, 100])
@pytest.mark.parametrize("values", [{"lisPort": LIS[1]}, {"deviceIP": DEVICE[0]}, {"lisIP": LIS[0]}])
def test_where_the_settings_name_it_each_server_is_told_once(values: dict[str, object], step: int) -> None:
    assert told(capture((FIRST, SECURE), (SECOND, SECURE)), step, **values) == ([TEXT], 2)


@pytest.mark.parametrize("step", [0, 1, 100])
@pytest.mark.parametrize("order", [1, -1])
def test_where_the_server_carries_messages_at_another_time(order: int, step: int) -> None:
    assert told(capture(*[(FIRST, PLAIN), (SECOND, SECURE)][::order]), step) == ([TEXT], 1)


def test_elsewhere_it_is_counted_alone() -> None:
    assert told(capture((FIRST, SECURE))) == ([], 1)
    assert told(capture((FIRST, SECURE)), lisPort=443, deviceIP="10.0.0.99") == ([], 1)


@pytest.mark.parametrize("size", [3, 10, 700])
def test_hello_that_is_never_whole_is_told_without_a_name(size: int) -> None:
    segments = conversation((0, client_hello(padding=1800)[:size])).segments
    assert told(capture((FIRST, segments)), lisPort=LIS[1]) == ([NAMELESS], 1)


def test_hello_that_is_larger_than_what_is_waited_for_is_encrypted_all_the_same() -> None:
    segments = conversation((0, client_hello(padding=9000)), cut=1460).segments
    assert told(capture((FIRST, segments)), lisPort=LIS[1]) == ([NAMELESS], 1)


def test_ipv6_server_is_written_with_brackets() -> None:
    ends = ("2001:db8::5", 1), ("2001:db8::1", 2575)
    text = LinkTroubles().happened(TroubleKind.ENCRYPTED, *ends, START, Settings(lis_port=2575))
    assert text == "Connections to [2001:db8::1]:2575 are encrypted (TLS); their messages cannot be read"

"""Encrypted connections: told where they would carry messages, each server once, and never guessed at."""

import pytest

from hl7capture.capture import encrypted
from hl7capture.capture.encrypted import EncryptedServers
from hl7capture.capture.engine import Engine
from hl7capture.model.events import Notice
from hl7capture.model.settings import Settings
from tests.support.speech import answer, mllp, oru
from tests.support.tls import client_hello
from tests.support.wire import DEVICE, LIS, MILLISECOND, START, Segment, conversation, packet, pcap_header, record

TEXT = "10.0.0.5 → 10.1.0.1:2575 is encrypted (TLS, server name lis.example.org): its messages cannot be read"
SECURE = conversation((0, client_hello(padding=1800)), (1, b"\x16\x03\x03\x00\x02\x02\x00"))
PLAIN = conversation((0, mllp(oru())), (1, mllp(answer())))


def capture(*conversations: tuple[tuple[str, int], list[Segment]]) -> bytes:
    """Connections one after the other: the device's end, and the segments."""
    data, number = pcap_header(), 0
    for device, segments in conversations:
        for segment in segments:
            data += record(packet(segment, (device, LIS)), START + number * MILLISECOND)
            number += 1
    return data


def notices(data: bytes, settings: Settings, step: int = 0) -> tuple[list[str], int]:
    """What is told, and how many connections were counted."""
    engine = Engine(settings, probe="lab-pc-3", source="test")
    step = step or len(data)
    events = [event for at in range(0, len(data), step) for event in engine.feed(data[at : at + step])]
    found = [event for event in events + engine.finish() if isinstance(event, Notice)]
    assert not any(notice.is_problem for notice in found)
    return [notice.text for notice in found], engine.counters.encrypted


@pytest.mark.parametrize("step", [0, 1, 100])
@pytest.mark.parametrize("values", [{"lisPort": LIS[1]}, {"deviceIP": DEVICE[0]}, {"lisIP": LIS[0]}])
def test_where_the_settings_name_it_each_server_is_told_once(values: dict[str, object], step: int) -> None:
    data = capture((DEVICE, SECURE.segments), ((DEVICE[0], 40002), SECURE.segments))
    assert notices(data, Settings().changed(**values), step) == ([TEXT], 2)


@pytest.mark.parametrize("step", [0, 1, 100])
@pytest.mark.parametrize("is_first", [True, False])
def test_where_the_server_carries_messages_at_another_time(is_first: bool, step: int) -> None:
    plain, secure = ((DEVICE[0], 40009), PLAIN.segments), (DEVICE, SECURE.segments)
    data = capture(*((secure, plain) if is_first else (plain, secure)))
    assert notices(data, Settings(), step) == ([TEXT], 1)


def test_elsewhere_it_is_counted_and_nothing_is_told() -> None:
    data = capture((DEVICE, SECURE.segments))
    assert notices(data, Settings().changed(lisPort=443)) == ([], 1)


@pytest.mark.parametrize("size", [3, 10, 700])
def test_hello_that_is_never_whole_is_told_without_a_name(size: int) -> None:
    talk = conversation((0, client_hello(padding=1800)[:size]))
    told = notices(capture((DEVICE, talk.segments)), Settings().changed(lisPort=LIS[1]))
    assert told == ([TEXT.replace(", server name lis.example.org", "")], 1)


def test_hello_that_is_larger_than_what_is_waited_for_is_encrypted_all_the_same() -> None:
    talk = conversation((0, client_hello(padding=9000)), cut=1460)
    assert notices(capture((DEVICE, talk.segments)), Settings().changed(lisPort=LIS[1]))[1] == 1


def test_memory_is_bounded_and_so_is_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encrypted, "_MOST_ENDPOINTS", 10)
    monkeypatch.setattr(encrypted, "_MOST_TOLD", 20)
    servers, named = EncryptedServers(), Settings().changed(lisPort=2575)
    for number in range(100):
        assert servers.encrypts(("10.0.0.5", 1), (f"10.1.0.{number}", 443), None, named) is None
        servers.carries((f"10.2.0.{number}", 2575))
    assert (len(servers._untold), len(servers._carriers)) == (10, 10)
    told = [servers.encrypts(("10.0.0.5", 1), (f"10.3.0.{number}", 2575), None, named) for number in range(100)]
    assert sum(text is not None for text in told) == 20


def test_ipv6_server_is_written_with_brackets() -> None:
    text = EncryptedServers().encrypts(
        ("2001:db8::5", 1), ("2001:db8::1", 2575), "lis", Settings().changed(lisPort=2575)
    )
    assert text == "2001:db8::5 → [2001:db8::1]:2575 is encrypted (TLS, server name lis): its messages cannot be read"

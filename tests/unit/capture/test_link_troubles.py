"""What the engine knows of connections without a session, however the capture is cut."""

import pytest

from hl7capture.capture import troubles
from hl7capture.capture.engine import Engine
from hl7capture.capture.troubles import LinkTroubles
from hl7capture.model.link import LinkTrouble, TroubleKind
from hl7capture.model.settings import Settings
from tests.support.speech import mllp, oru
from tests.support.tls import client_hello
from tests.support.wire import (
    ACK,
    DEVICE,
    LIS,
    MILLISECOND,
    RST,
    START,
    SYN,
    Segment,
    Talk,
    conversation,
    packet,
    pcap_header,
    record,
)

HOUR = 3600.0
REFUSAL = [Segment(0, 1000, 0, SYN), Segment(1, 0, 1001, RST | ACK)]
HL7 = conversation((0, mllp(oru()))).segments
KEEP_ALIVE = [Segment(0, 1000, 9001, ACK, b"\0"), Segment(1, 9001, 1001, ACK)]


def capture(*said: tuple[float, list[Segment]], until: float = 0.0, client: str = DEVICE[0]) -> bytes:
    """Connections from one port after the other: when they begin (seconds), and their segments, 1 ms apart."""
    packets = [
        (int(begin * 1000) + row, packet(segment, ((client, 40_001 + port), LIS), number=row + 1))
        for port, (begin, segments) in enumerate(said)
        for row, segment in enumerate(segments)
    ]
    other = packet(Segment(0, 1, 1, ACK), (("10.9.9.9", 1), ("10.9.9.8", 2)))
    packets = sorted([*packets, (int(until * 1000), other)] if until else packets, key=lambda one: one[0])
    return pcap_header() + b"".join(record(data, START + time * MILLISECOND) for time, data in packets)


def found(data: bytes, step: int = 0, settings: Settings | None = None) -> list[LinkTrouble]:
    engine = Engine(settings or Settings(lis_port=LIS[1]), probe="lab-pc-3", source="test")
    step = step or len(data)
    for at in range(0, len(data), step):
        engine.feed(data[at : at + step])
    engine.finish()
    return engine.link_troubles()


STEPS = pytest.mark.parametrize("step", [0, 1, 97])


@STEPS
def test_refusals_are_counted_for_a_link_with_the_times_of_the_attempts(step: int) -> None:
    (trouble,) = found(capture((0, REFUSAL), (60, REFUSAL), (120, REFUSAL)), step)
    start = START / MILLISECOND
    kind = TroubleKind.REFUSED
    assert trouble == LinkTrouble(kind, DEVICE[0], *LIS, number=3, first=start, last=start + 120_000)


def test_each_client_has_its_own() -> None:
    data = capture((0, REFUSAL)) + capture((1, REFUSAL), client="10.0.0.6")[24:]
    assert [(one.client, one.number) for one in found(data)] == [(DEVICE[0], 1), ("10.0.0.6", 1)]


def test_messages_are_expected_where_others_went_or_the_settings_say() -> None:
    alone, with_others = capture((0, REFUSAL)), capture((0, REFUSAL), (1, HL7))
    assert [one.is_expected for one in found(alone, settings=Settings())] == [False]
    assert [one.is_expected for one in found(alone)] == [True]
    assert [one.is_expected for one in found(with_others, settings=Settings())] == [True]


@STEPS
def test_a_connection_that_was_closed_without_a_word_is_silent(step: int) -> None:
    (trouble,) = found(capture((0, Talk().open().close().segments)), step)
    assert (trouble.kind, trouble.number, trouble.longest, trouble.still_open) == (TroubleKind.SILENT, 1, 4.0, 0)


@STEPS
def test_a_connection_that_stands_and_says_nothing_for_long_is_silent(step: int) -> None:
    opened = Talk().open().segments
    assert found(capture((0, opened), until=50), step) == []
    (trouble,) = found(capture((0, opened), (9, opened), until=HOUR), step)
    assert (trouble.kind, trouble.number, trouble.still_open) == (TroubleKind.SILENT, 2, 2)
    assert trouble.longest == HOUR * 1000


@STEPS
def test_keep_alives_say_nothing(step: int) -> None:
    data = capture((0, [*Talk().open().segments, *KEEP_ALIVE * 20]), until=HOUR)
    assert [one.kind for one in found(data, step)] == [TroubleKind.SILENT]


def test_an_opening_that_is_cut_in_the_middle_is_one() -> None:
    acknowledging = [Segment(0, 1001, 9001, ACK)] * 20
    data = capture((0, [*Talk().open().segments[:2], *acknowledging]), until=HOUR)
    engine = Engine(Settings(lis_port=LIS[1]), probe="lab-pc-3", source="test")
    cut = 24 + 2 * (16 + 54)
    engine.feed(data[:cut])
    engine.feed(data[cut:])
    engine.finish()
    assert [one.kind for one in engine.link_troubles()] == [one.kind for one in found(data)] == [TroubleKind.SILENT]


@STEPS
@pytest.mark.parametrize(
    "segments",
    [
        HL7,
        Talk().open().say(0, b"\x05").segments,
        Talk().open().segments[:2],  # nobody knows whether it stands
        [*Talk().open().segments, Segment(1, 9001, 1500, ACK)],  # the capture lost what was said
        [segment for segment in Talk().open().segments if segment.side == 0],
    ],
)
def test_whoever_spoke_or_may_have_spoken_is_not_silent(segments: list[Segment], step: int) -> None:
    assert found(capture((0, segments), until=HOUR), step) == []


def test_ports_used_again_end_a_silence() -> None:
    again = [Segment(0, 5000, 0, SYN), Segment(1, 9000, 5001, SYN | ACK), Segment(0, 5001, 9001, ACK)]
    first = capture((0, Talk().open().segments))
    later = b"".join(record(packet(s, number=n), START + (700_000 + n) * MILLISECOND) for n, s in enumerate(again, 1))
    (trouble,) = found(first + later)
    assert (trouble.number, trouble.longest) == (1, 700_001.0)


@pytest.mark.parametrize(
    ("greeting", "name"),
    [(b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"), (b"220 mail.example.org ESMTP\r\n", "mail or FTP")],
)
def test_other_services_are_known_by_their_greeting(greeting: bytes, name: str) -> None:
    assert [one.name for one in found(capture((0, conversation((1, greeting)).segments)))] == [name]
    assert found(capture((0, conversation((0, greeting)).segments))) == []


def test_encrypted_connections_have_the_name_of_the_server() -> None:
    secure = conversation((0, client_hello())).segments
    (trouble,) = found(capture((0, secure), (1, secure)))
    assert (trouble.kind, trouble.number, trouble.name) == (TroubleKind.ENCRYPTED, 2, "lis.example.org")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(troubles, "MOST_SERVERS", 10)
    monkeypatch.setattr(troubles, "MOST_LINKS", 20)
    known = LinkTroubles()
    for number in range(100):
        server = (f"10.1.0.{number}", 2575)
        known.happened(TroubleKind.REFUSED, ("10.0.0.5", 1), server, START, Settings(lis_port=2575))
        known.speaks(server)
    assert (len(known._servers), len(known._tallies)) == (10, 20)
    assert len(known.links(Settings())) == 20


def test_it_is_noted_when_there_is_something_else_to_tell() -> None:
    known, server = LinkTroubles(), ("10.1.0.1", 2575)
    known.speaks(server)
    assert known.noted == 0
    known.happened(TroubleKind.REFUSED, ("10.0.0.5", 1), ("10.1.0.2", 2575), START, Settings())
    known.speaks(server)
    assert known.noted == 1
    known.speaks(("10.1.0.2", 2575))  # what failed there counts from now on
    assert known.noted == 2

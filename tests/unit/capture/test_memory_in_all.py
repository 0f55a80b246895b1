"""All connections together keep no more than a bound: the largest give way first, and it is told."""

from collections.abc import Iterator

import pytest

from hl7capture.capture import engine as engine_module
from hl7capture.capture.engine import Engine
from hl7capture.model.elements import Flag
from hl7capture.model.events import Event, Notice, SessionCompleted
from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings
from tests.support.speech import ACK as ACCEPTED
from tests.support.speech import ENQ, answer, frame, mllp, oru
from tests.support.wire import MILLISECOND, START, Segment, Talk, packet, pcap_header, record

MOST, ROOM = 4 << 20, 3 << 20
SIZE = 150_000
BIG = b"OBX|1|TX|NOTE||" + b"x" * SIZE + b"\r"


@pytest.fixture(autouse=True)
def small_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "MOST_BYTES", MOST)
    monkeypatch.setattr(engine_module, "ROOM_AGAIN", ROOM)


class Reading:
    """An engine that takes connection after connection; what it keeps is looked at after each."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.engine = Engine(settings or Settings(), probe="lab-pc-3", source="test")
        self.events: list[Event] = list(self.engine.feed(pcap_header()))
        self.kept: list[int] = []
        self._packets = 0
        self._connections = 0

    def take(self, segments: list[Segment]) -> None:
        ends = (("10.0.0.5", 40_001 + self._connections), ("10.1.0.1", 2575))
        self._connections += 1
        data = bytearray()
        for segment in segments:
            self._packets += 1
            time = START + self._packets * MILLISECOND // 100
            data += record(packet(segment, ends, number=self._packets % 65_535 + 1), time)
        self.events += self.engine.feed(bytes(data))
        self.kept.append(self.engine.held_bytes)

    def finish(self) -> list[Session]:
        self.events += self.engine.finish()
        assert self.engine.held_bytes == 0
        return [event.session for event in self.events if isinstance(event, SessionCompleted)]

    @property
    def notices(self) -> list[Notice]:
        return [event for event in self.events if isinstance(event, Notice)]


def begun() -> Talk:
    return Talk().open().say(0, mllp(oru())).say(1, mllp(answer()))


def out_of_order() -> list[Segment]:
    """A message, a hole that nobody acknowledges, and much behind it."""
    segments = begun().say(0, mllp(oru() + BIG)).segments
    return segments[:5] + segments[6:]


def unfinished() -> list[Segment]:
    return begun().say(0, mllp(oru() + BIG)[:-2]).segments


def complete() -> list[Segment]:
    return begun().say(0, mllp(oru() + BIG)).say(1, mllp(answer())).segments


def in_transfer() -> list[Segment]:
    talk = Talk().open().say(0, ENQ).say(1, ACCEPTED)
    for number in range(1, 500):
        talk.say(0, frame(number, b"R|1|^^^GLU|" + b"5" * 300 + b"\r", last=False)).say(1, ACCEPTED)
    return talk.segments


KINDS = {"holes": out_of_order, "unfinished": unfinished, "open": complete, "transfer": in_transfer}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_kept_is_bounded_and_what_is_given_up_is_told(kind: str) -> None:
    reading = Reading()
    segments = KINDS[kind]()
    for _ in range(100):
        reading.take(segments)
    assert max(reading.kept) <= MOST
    assert min(reading.kept[50:]) > MOST // 4  # no more is given up than must be
    assert reading.engine.counters.gave_way > 0
    sessions = reading.finish()
    (notice,) = reading.notices
    assert notice.is_problem
    assert notice.text.startswith("More than 192 MiB waited at once to be completed")
    assert {session.device_port for session in sessions} == set(range(40_001, 40_101))
    flags = [flag for session in sessions for element in session.elements for flag in element.flags]
    if kind == "holes":
        assert Flag.GAP in flags
        assert all(session.connection and session.connection.device.missing == 1460 for session in sessions)
    elif kind == "unfinished":
        assert flags.count(Flag.TRUNCATED) == 100
        assert 0 < flags.count(Flag.GAP) < 100
    else:
        assert EndReason.ROLLED in {session.end_reason for session in sessions}


def test_the_same_capture_gives_up_the_same() -> None:
    def told() -> list[tuple[str, int, EndReason | None]]:
        reading = Reading()
        for number in range(60):
            reading.take((out_of_order, unfinished, complete)[number % 3]())
        return [(s.session_id, len(s.elements), s.end_reason) for s in reading.finish()]

    assert told() == told()


def test_the_largest_gives_way_first() -> None:
    reading = Reading()
    small = begun().say(0, mllp(oru())[:-2]).segments
    for _ in range(50):
        reading.take(small)
    reading.take(begun().say(0, (mllp(oru() + BIG * 40))[:-2]).segments)
    assert reading.engine.counters.gave_way == 1
    cut = [s for s in reading.finish() if any(Flag.GAP in element.flags for element in s.elements)]
    assert [session.device_port for session in cut] == [40_051]


def test_capture_goes_on_behind_what_was_given_up() -> None:
    reading = Reading()
    talk = begun().say(0, mllp(oru() + BIG * 40)[:-2])
    ends_here = len(talk.segments)
    talk.say(0, b"\x1c\r").say(1, mllp(answer())).say(0, mllp(oru("LATER"))).say(1, mllp(answer("LATER"))).close()

    def both() -> Iterator[list[Segment]]:
        yield talk.segments[:ends_here]
        yield talk.segments[ends_here:]

    for part in both():
        reading._connections = 0
        reading.take(part)
    messages = [message for session in reading.finish() for message in session.messages]
    assert oru("LATER").decode() in messages
    assert not any("xxx" in message for message in messages)


def test_below_the_bound_nothing_gives_way() -> None:
    reading = Reading()
    for _ in range(10):
        reading.take(out_of_order())
    assert reading.engine.counters.gave_way == 0
    reading.finish()
    assert reading.notices == []

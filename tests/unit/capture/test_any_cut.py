"""Any conversation with any fault: how TCP and the reading cut it changes nothing."""

import random
import struct
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hl7capture.capture.framing import framer
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from tests.support.engine import said, sessions_of
from tests.support.speech import ACK, ENQ, EOT, NAK, RECORDS, answer, astm_transfer, frame, mllp, oru, stx
from tests.support.wire import MILLISECOND, START, Talk, packet, pcap_header, record

SECOND = 1000 * MILLISECOND
HELLO = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"
TEXTS = (
    oru(),
    answer(),
    oru().rstrip(b"\r"),
    oru().replace(b"\r", b"\n"),
    oru().replace(b"\r", b"\r\n"),
    oru() + b"NTE|1||lone \x1c, \x0bMSH|^~\\& and \x05\x06\x04\x15 \x02\x03\r",
    b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + oru("1") + oru("2") + b"BTS|2\rFTS|1\r",
    oru().replace(b"|", b"#"),
    b"\xef\xbb\xbf" + oru(),
)
BLOCKS = (
    *(mllp(text) for text in TEXTS),
    *(mllp(oru())[:-1] + end for end in (b"", b"\n", b"\r\n", b"\x1c\r", b"\r\x1c\r", b"\r\r")),
    b"\x0b" + mllp(oru()),
    mllp(oru())[:70],
    mllp(oru())[1:],
    b"\x0b\x06\x1c\r",
    b"\x0b\x15\x1c\r",
    mllp(oru("1")) + mllp(oru("2")),
    *TEXTS,
    oru("1") + oru("2"),
    oru()[:70],
)
STRAY = (b"\n", b"\x00", b"hello", b"\x1c", b"\r", b"\x0b", ENQ, ACK, NAK, EOT, b"MSH|", b"\x1c\r", b"", b"")
FRAMES = (
    *(frame(number, RECORDS[number % 4]) for number in range(1, 9)),
    *(frame(number, oru()[number * 20 : number * 20 + 20], last=False) for number in range(1, 4)),
    frame(1, b"".join(RECORDS)),
    frame(1, oru()),
    frame(2, RECORDS[1])[:-4] + b"00\r\n",
    frame(2, RECORDS[1])[:-4] + b"\r\n",
    frame(2, RECORDS[1])[:-4],
    frame(2, RECORDS[1])[:-3],
    frame(2, RECORDS[1])[:-2],
    frame(2, RECORDS[1])[:10],
    frame(3, b"R|1|" + b"x" * 1000 + b"\r"),
    b"\x02H|\\^&\r\x03\r\n",
    stx(oru()),
    stx(oru())[:-1],
    stx(b"".join(RECORDS)),
)
WITH_LINE_FEEDS = (
    *FRAMES[:8],
    frame(1, b"\r\n".join(RECORDS)),
    frame(4, RECORDS[2] + b"\n", last=False),
    b"\x021|x\r\n",
    b"\x022|x\r\nmore\x0bof it\r\n",
    b"\x023|x\r\n" + frame(4, RECORDS[2]),
)


class Turn(NamedTuple):
    side: int
    data: bytes
    pause: int  # seconds before it


def conversation(chance: random.Random, frames: Sequence[bytes] = FRAMES) -> list[Turn]:
    """What two sides may say to each other, with all that goes wrong."""
    turns: list[tuple[int, bytes]] = []
    kind = chance.choice(("mllp", "mllp", "enq", "enq", "both", "foreign"))
    if kind != "mllp":
        turns += [(0, ENQ), (1, chance.choice((ACK, ACK, NAK, ENQ, b"")))]
    if kind == "foreign":
        turns = [(0, chance.choice((HELLO, b"GET / HTTP/1.1\r\n\r\n" + oru(), b"\x05\x04\x00\x01\x02\x03")))]
    for _ in range(chance.randint(1, 8)):
        if kind == "mllp" or (kind == "both" and chance.random() < 0.3):
            said = chance.choice(BLOCKS) + (chance.choice(STRAY) if chance.random() < 0.3 else b"")
        else:
            said = chance.choice(frames)
        if chance.random() < 0.1:
            said += chance.choice((EOT, EOT + ENQ, ENQ, chance.choice(frames), chance.choice(BLOCKS)))
        turns.append((0 if chance.random() < 0.9 else 1, said))
        answers = (mllp(answer()), b"", answer()) if kind == "mllp" else (ACK, ACK, ACK, NAK, b"", EOT)
        turns.append((1, chance.choice(answers)))
        if turns[-2][1][-1:] == b"\r" and chance.random() < 0.3:  # answered before the last byte
            turns[-2:] = [(turns[-2][0], turns[-2][1][:-1]), turns[-1], (turns[-2][0], b"\r")]
    if kind != "mllp":
        turns.append((0, EOT))
    if chance.random() < 0.2:
        turns += astm_transfer()
    pauses = (0, 0, 0, 0, 0, 3, 6, 40)
    # A tail keeps no session open: one that comes after a session was over would end it, or not.
    return [Turn(side, data, 0 if data == b"\r" else chance.choice(pauses)) for side, data in turns]


def capture(turns: list[Turn], chance: random.Random | None, *, middle: int | None, close: bool) -> bytes:
    """The turns on the wire, each cut anywhere by `chance`. middle: of a capture that begins behind so many bytes."""
    talk = Talk()
    if middle is None:
        talk.open()
    now, times = START, [START] * len(talk.segments)
    for turn in turns:
        data = turn.data
        if middle:
            data, middle = data[middle:], max(middle - len(data), 0)
        now += turn.pause * SECOND + MILLISECOND
        at, moment = 0, now
        while at < len(data):
            size = chance.choice((1, 2, 3, 10, 100, 1460)) if chance else 1460
            talk.say(turn.side, data[at : at + size])
            times.append(moment)
            at += size
            moment += 1000
    if close:
        talk.close()
        times += [now + MILLISECOND] * 3
    packets = zip(talk.segments, times, strict=True)
    return pcap_header() + b"".join(record(packet(segment), time) for segment, time in packets)


def comparable(sessions: list[Session]) -> list[tuple[object, ...]]:
    return [(s.framing, s.end_reason, s.is_complete, s.messages, said(s)) for s in sessions]


@pytest.fixture(params=[(64 << 20, 512), (300, 512), (64 << 20, 1)], ids=["any size", "cut at 300 bytes", "columns"])
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest element, and the shortest run that is looked at as columns."""
    largest, shortest = request.param
    monkeypatch.setattr(framer, "LARGEST_ELEMENT", largest)
    monkeypatch.setattr(framer, "_SHORT_RUN", shortest)


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("frames", [FRAMES, WITH_LINE_FEEDS], ids=["CR", "CR LF"])
@given(st.integers(0, 2**32), st.sampled_from([0, 1, 60, 100, 1000]), st.booleans(), st.booleans())
@example(685, 0, False, False)  # a frame before a hole, sent again behind it
@example(3_127_522_634, 1, False, False)  # a block that is too large, whole in one piece
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cutting_changes_nothing(frames: Sequence[bytes], seed: int, step: int, is_middle: bool, close: bool) -> None:
    chance = random.Random(seed)
    turns = conversation(chance, frames)
    middle = chance.randint(0, sum(len(turn.data) for turn in turns)) if is_middle else None
    markers = Settings()
    whole = sessions_of(capture(turns, None, middle=middle, close=close), settings=markers)
    found = sessions_of(capture(turns, chance, middle=middle, close=close), step, settings=markers)
    assert comparable(found) == comparable(whole)
    for session in whole:
        assert b"".join(e.data for e in session.elements if e.direction == "device-to-lis") != b"" or session.elements
        assert all(e.message is None or e.message < len(session.messages) for e in session.elements)
        assert not any("truncated" in e.flags and e.message is not None for e in session.elements)


@pytest.mark.usefixtures("sizes")
@given(st.integers(0, 2**32), st.sampled_from([60, 100, 1000, 3000]), st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pieces_of_a_capture_that_lost_packets_change_nothing(seed: int, step: int, close: bool) -> None:
    chance = random.Random(seed)
    whole = with_losses(
        capture(conversation(chance, FRAMES + WITH_LINE_FEEDS), chance, middle=None, close=close), chance
    )
    found = [sessions_of(whole, size, settings=Settings()) for size in (0, step)]
    assert comparable(found[0]) == comparable(found[1])


def test_the_message_behind_a_hole_tells_of_it_however_the_capture_is_fed() -> None:
    message = mllp(oru() + b"NTE|1||" + b"x" * 1400 + b"\r")
    talk = Talk().open()
    for _ in range(4):
        talk.say(0, message, cut=1000)
    packets = [packet(segment, number=number) for number, segment in enumerate(talk.segments, 1)]
    data = pcap_header()
    for number, one in enumerate(packets):
        is_cut = number == 4  # the second segment with bytes
        data += record(one[:-100] if is_cut else one, START + number * MILLISECOND, wire=len(one))
    for step in (0, *range(1000, len(data), 100)):
        (session,) = sessions_of(data, step)
        assert [element.flags for element in session.elements] == [("truncated", "gap"), ("gap",), (), ()]


def with_losses(data: bytes, chance: random.Random) -> bytes:
    """The capture without some of its packets, and with the ends of others missing."""
    made = data[:24]
    at = 24
    while at < len(data):
        seconds, fraction, size, wire = struct.unpack_from("<IIII", data, at)
        kept = chance.choices((size, 0, max(size - chance.randint(1, 40), 54)), (20, 1, 1))[0]
        if kept:
            made += struct.pack("<IIII", seconds, fraction, kept, wire) + data[at + 16 : at + 16 + kept]
        at += 16 + size
    return made

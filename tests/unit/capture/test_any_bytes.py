"""Whatever is said and whatever happens to it: nothing fails, and the pieces of the stream do not matter."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from hl7capture.model.session import Session
from tests.support.engine import everything, sessions_of
from tests.support.speech import ENQ, RECORDS, answer, frame, mllp, oru, stx
from tests.support.wire import Segment, conversation, pcap
from tests.unit.capture.test_streams import disturbed

SNIPPETS = (
    *(bytes((byte,)) for byte in b"\x0b\x1c\r\n\x05\x06\x15\x04\x02\x03\x17\x00"),
    b"\x1c\r",
    b"\r\n",
    b"MSH|^~\\&|",
    b"x" * 30,
    b"\x021H|\\^&\r",
    mllp(oru()),
    mllp(answer()),
    oru(),
    answer(),
    stx(oru()),
    frame(1, RECORDS[0]),
    frame(1, RECORDS[3]),
    frame(2, RECORDS[1], last=False),
    frame(1, RECORDS[0])[:-4] + b"\r\n",
    oru(),
    oru() + b"\x1c\r",
    mllp(oru().replace(b"\r", b"\r\n")) + b"\n",
)
BEGINNINGS = (mllp(oru()), oru(), oru()[:40], ENQ, b"\x0b", frame(1, RECORDS[0]), b"")


def strange_capture(chance: random.Random) -> bytes:
    """A conversation of snippets, disturbed, with segments lost, cut at both ends."""
    turns = [
        (chance.randint(0, 1), b"".join(chance.choices(SNIPPETS, k=chance.randint(1, 4))))
        for _ in range(chance.randint(1, 10))
    ]
    turns[0] = (0, chance.choice(BEGINNINGS) + turns[0][1])
    if chance.random() < 0.5:
        turns.insert(1, (1, b"\x06"))
    segments: list[Segment] = conversation(*turns, cut=chance.choice((1, 3, 50, 1460))).segments
    if chance.random() < 0.5:
        segments = disturbed(turns, chance.randint(0, 1_000_000), (1000, 9000))
    if chance.random() < 0.3:
        segments = [segment for segment in segments if chance.random() > 0.05]
    if chance.random() < 0.3:
        segments = segments[chance.randint(0, len(segments)) :]
    if chance.random() < 0.2:
        segments = segments[: chance.randint(0, len(segments))]
    return pcap(segments)


def comparable(sessions: list[Session]) -> list[dict[str, object]]:
    """All of them but their running numbers: a connection that is recognised late gets its number late."""
    found = [{**everything(session), "number": 0} for session in sessions]
    return sorted(found, key=lambda session: str(session["session_id"]))


@given(st.integers(0, 2**32), st.integers(1, 1200))
@settings(max_examples=150, deadline=None)
def test_any_conversation_in_any_pieces(seed: int, step: int) -> None:
    data = strange_capture(random.Random(seed))
    whole = sessions_of(data)
    assert comparable(sessions_of(data, step)) == comparable(whole)
    for session in whole:
        assert all(e.message is None or e.message < len(session.messages) for e in session.elements)
        assert [element.id for element in session.elements] == list(range(len(session.elements)))
        assert not any("truncated" in e.flags and e.message is not None for e in session.elements)

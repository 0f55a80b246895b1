"""What holds for every input, whatever it is."""

import signal
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from types import FrameType
from typing import Any

from hl7capture.capture.engine import Engine
from hl7capture.capture.packet_batch import CaptureFormatError
from hl7capture.hl7.difference.comparison import difference_of
from hl7capture.hl7.summary import summarise
from hl7capture.hl7.tree import parse
from hl7capture.hl7.validation.validation import validated
from hl7capture.model.events import Event, Notice, SessionCompleted, SessionOpened
from hl7capture.model.link import LinkTrouble
from hl7capture.model.session import Session, is_session_id
from hl7capture.model.settings import Settings
from hl7capture.store.document import DocumentError, from_document, to_document
from tests.support.engine import everything

# Generous: the slowest machine, under a debugger or a tracer, in the worst input. What grows faster than its input
# goes beyond any bound as soon as the input is large.
SECONDS, SECONDS_PER_MEGABYTE = 5.0, 20.0
MEGABYTES, MEGABYTES_PER_MEGABYTE = 16, 60


class TooSlowError(AssertionError):
    """Reading took longer than any input of this size may."""


@dataclass(frozen=True)
class Reading:
    """What the engine made of an input. failure: why it is no capture, or where it is damaged."""

    events: list[Event]
    counters: dict[str, int]
    troubles: list[LinkTrouble]
    failure: str

    @property
    def sessions(self) -> list[Session]:
        return [event.session for event in self.events if isinstance(event, SessionCompleted)]


def check_all_ways(data: bytes) -> None:
    """As `check`, with memory and in several cuts, the same ones every time."""
    for number in range(6):
        check(data, Random(number), with_memory=number == 0)


def check(data: bytes, chance: Random, *, with_memory: bool = False) -> None:
    """Raises whatever is wrong with reading this input."""
    with in_time(len(data)):
        whole = _within_memory(data) if with_memory else read(data)
        check_sessions(whole, len(data))
        pieces = pieces_of(data, chance)
        again = read(*pieces)
        sizes = {len(piece) for piece in pieces}
        what = f"read in pieces of {sizes if len(sizes) < 4 else 'many sizes'}"
        assert comparable(again) == comparable(whole), f"other sessions when {what}"
        assert again.troubles == whole.troubles, f"other troubles when {what}"
        assert again.failure == whole.failure, f"another complaint when {what}"
        assert sure(again.counters) == sure(whole.counters), f"other counters when {what}"


def sure(counters: dict[str, int]) -> dict[str, int]:
    """Without what is counted until a connection is known to speak something else, which is a little later in large
    pieces than in small ones."""
    return {name: count for name, count in counters.items() if name not in ("retransmitted", "gaps")}


def read(*pieces: bytes) -> Reading:
    """The engine on the pieces of a capture."""
    engine = Engine(Settings(), probe="lab-pc-3", source="fuzz")
    events: list[Event] = []
    failure = ""
    try:
        for piece in pieces:
            events += engine.feed(piece)
    except CaptureFormatError as error:
        failure = str(error)
    for event in engine.finish():
        if not isinstance(event, Notice):
            events.append(event)
        elif event.is_problem and not failure:  # what is wrong with the end follows from what was wrong before it
            failure = event.text
    counters = {name: getattr(engine.counters, name) for name in engine.counters.__slots__}
    return Reading(events, counters, engine.link_troubles(), failure)


def pieces_of(data: bytes, chance: Random) -> Sequence[bytes]:
    """The data cut: all of one size, or of any sizes."""
    least = max(1, len(data) // 3000)
    if chance.random() < 0.6:
        size = max(least, chance.choice((1, 2, 3, 16, 17, 100, 1000, 4096)))
        return [data[at : at + size] for at in range(0, len(data), size)]
    pieces = []
    at = 0
    while at < len(data):
        size = chance.randint(least, max(least, chance.choice((2, 60, 3000))))
        pieces.append(data[at : at + size])
        at += size
    return pieces


def comparable(reading: Reading) -> list[dict[str, Any]]:
    """Sessions without their running numbers: a connection that is recognised late gets its number late."""
    found = [{**everything(session), "number": 0} for session in reading.sessions]
    return sorted(found, key=lambda session: (session["session_id"], session["start_time"], session["end_time"]))


def check_sessions(reading: Reading, size: int) -> None:
    """The sessions are sound in themselves, and survive the way to the disk and back."""
    opened = [event.session for event in reading.events if isinstance(event, SessionOpened)]
    completed = reading.sessions
    assert {id(session) for session in opened} == {id(session) for session in completed}, "opened, but not completed"
    assert len(opened) == len(completed), "completed twice"
    assert sorted(session.number for session in completed) == list(range(1, len(completed) + 1)), "numbers"
    identities = [session.session_id for session in completed]
    assert len(set(identities)) == len(identities), "two sessions with one id"
    total = 0
    for session in completed:
        check_session(session)
        total += sum(len(element.data) for element in session.elements)
    assert total <= size, "more bytes than the capture has"
    assert reading.counters["sessions"] == len(completed), "sessions are counted wrong"
    assert all(count >= 0 for count in reading.counters.values()), "a counter below zero"


def check_session(session: Session) -> None:
    assert not session.is_open
    assert is_session_id(session.session_id)
    assert session.elements, "a session of nothing"
    assert [element.id for element in session.elements] == list(range(len(session.elements)))
    carried = [element.message for element in session.elements if element.message is not None]
    assert set(carried) <= set(range(len(session.messages))), "an element carries a message that is not there"
    assert set(carried) == set(range(len(session.messages))), "a message that no element carries"
    for element in session.elements:
        assert element.data, "an element of nothing"
        assert "truncated" not in element.flags or element.message is None, "a cut message is shown as whole"
    document = to_document(session)
    assert b"\n" not in document
    loaded = from_document(document)
    assert everything(loaded) == everything(session), "the document says something else"
    assert to_document(loaded) == document
    for message in session.messages:
        summarise(message)
        parse(message)
        validated(message)
        assert difference_of(message, message) == [], "a message that differs from itself"


def check_document(session: Session, chance: Random) -> None:
    """A damaged document is refused with a reason, or is a document still."""
    nonsense = (b"9" * 400, b"null", b"[]", b"-", b"1e999", b"\\ud800", b"[" * 3000, b'"')
    document = bytearray(to_document(session))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(document) if chance.random() < 0.5 else min(len(document), 600))
        match chance.randrange(4):
            case 0:
                document[at] = chance.getrandbits(8)
            case 1:
                del document[at : at + chance.randint(1, 40)]
            case 2:
                document[at:at] = chance.choice(nonsense)
            case _:
                document[at : at + 1] = document[at : at + chance.randint(1, 40)] * 2
        if not document:
            return
    try:
        loaded = from_document(bytes(document))
    except DocumentError:
        return
    to_document(loaded)


@contextmanager
def in_time(size: int) -> Iterator[None]:
    """Raises TooSlowError where what is inside takes longer than an input of `size` bytes may."""
    allowed = SECONDS + SECONDS_PER_MEGABYTE * size / 1_000_000

    def on_alarm(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlowError(f"more than {allowed:.0f} s for {size:,} bytes")

    if not hasattr(signal, "SIGVTALRM"):  # Windows: a real hang is seen by whoever waits for the test
        begin = time.process_time()
        yield
        if time.process_time() - begin > allowed:
            raise TooSlowError(f"more than {allowed:.0f} s for {size:,} bytes")
        return
    before = signal.signal(signal.SIGVTALRM, on_alarm)
    signal.setitimer(signal.ITIMER_VIRTUAL, allowed)  # processor time of this process: others may take theirs
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _within_memory(data: bytes) -> Reading:
    tracemalloc.start()
    try:
        found = read(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    allowed = MEGABYTES * 1_000_000 + MEGABYTES_PER_MEGABYTE * len(data)
    assert peak <= allowed, f"{peak / 1e6:.0f} MB of memory for {len(data):,} bytes"
    return found

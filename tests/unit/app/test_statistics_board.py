"""What is captured now and what is on disk, counted together, each session once."""

import copy
import time
from pathlib import Path

import pytest

from hl7capture.app.statistics.live import LIVE, LiveStatistics
from hl7capture.app.statistics.past import Past, read_past
from hl7capture.hl7.findings.judgement import judge
from hl7capture.hl7.statistics.links import Condition
from hl7capture.hl7.statistics.series import DAY, HOUR, MINUTE, Link
from hl7capture.model.session import Session, session_id_of
from hl7capture.model.settings import Settings
from hl7capture.store.index import discard
from hl7capture.store.session_store import SessionStore
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.stored import put, session_of
from tests.support.wire import conversation, pcap


@pytest.fixture
def now() -> float:
    return time.time() * 1000


@pytest.fixture
def store(output: Path, qapp: object) -> SessionStore:
    return SessionStore(Settings(), output)


def past_of(store: SessionStore, now: float, length: float | None, skip: frozenset[str] = frozenset()) -> Past:
    past = read_past(store, now, length, skip=skip, is_wanted=lambda: True, on_progress=lambda _done, _total: None)
    assert past is not None
    return past


def stored(store: SessionStore, now: float, *ages: float) -> list[Session]:
    """Sessions on disk that began so long before, and stand in the index."""
    sessions = []
    for number, age in enumerate(ages):
        session = session_of(number, start_time=now - age, end_time=now - age + 100)
        session.session_id = session_id_of(int(session.start_time * 1e6), str(number).encode())
        put(store.folder.sessions, session)
        sessions.append(session)
    store.load_now(lambda _summary: True)
    return sessions


def talk(now: float) -> Session:
    """A message and its answer, just now."""
    (session,) = sessions_of(pcap(conversation((0, mllp(oru("1"))), (1, mllp(answer("1")))).segments))
    shift = now - session.start_time - MINUTE
    session.elements = [element._replace(timestamp=element.timestamp + shift) for element in session.elements]
    session.start_time += shift
    session.end_time += shift
    return session


def young(session: Session) -> Session:
    """Before its answer came."""
    before = copy.copy(session)
    before.elements, before.messages, before.end_reason = session.elements[:1], session.messages[:1], None
    return before


def messages(live: LiveStatistics, now: float, length: float | None) -> int:
    looked = live.look(now, length, None, None)
    assert looked is not None
    return looked[1].messages


# -- the past ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_index", [True, False])
def test_the_past_is_read_as_far_as_it_is_wanted(store: SessionStore, now: float, has_index: bool) -> None:
    stored(store, now, HOUR / 2, 2 * HOUR, 3 * DAY, 400 * DAY)
    for length, number in ((HOUR, 1), (DAY, 2), (7 * DAY, 3), (None, 4)):
        assert has_index or discard(store.folder.root)
        assert past_of(store, now, length).statistics.totals().messages == number
    past = past_of(store, now, None)
    assert list(past.latest) == [Link("10.0.0.5", "10.1.0.1", 2575)]
    store.close()


def test_reading_can_be_given_up_and_tells_how_far_it_is(store: SessionStore, now: float) -> None:
    stored(store, now, HOUR, HOUR / 2)
    told: list[tuple[int, int]] = []
    wanted = {"is_wanted": lambda: bool(told) is False, "on_progress": lambda *numbers: told.append(numbers)}
    assert read_past(store, now, DAY, skip=frozenset(), **wanted) is not None
    assert told == [(0, 2)]
    assert read_past(store, now, DAY, skip=frozenset(), **wanted) is None
    store.close()


def test_an_empty_folder_has_no_past(store: SessionStore, now: float) -> None:
    assert past_of(store, now, None).statistics.is_empty
    store.close()


# -- live ----------------------------------------------------------------------------------------------------------


def test_a_session_is_counted_once_from_its_beginning_to_its_judgement(store: SessionStore, now: float) -> None:
    live = LiveStatistics()
    live.watch(True)
    live.set_past(past_of(store, now, HOUR), HOUR)
    session = talk(now)
    live.grow([young(session)], now)
    assert (messages(live, now, LIVE), messages(live, now, HOUR)) == (1, 1)
    assert [state.condition for state in live.states(now, 5000)] == [Condition.WAITING]
    live.grow([session], now)
    for _ in range(2):
        judge(session, None, Settings())
        live.judged([session])
        looked = live.look(now, HOUR, None, None)
        assert looked is not None
        assert (looked[1].messages, looked[1].answers) == (1, 1)
        assert messages(live, now, LIVE) == 1
    store.close()


def test_a_session_that_is_on_disk_as_well_is_counted_once(store: SessionStore, now: float) -> None:
    live = LiveStatistics()
    (known, later) = stored(store, now, HOUR / 2, HOUR / 3)
    judge(known, None, Settings())
    judge(later, None, Settings())
    live.judged([known])
    past = past_of(store, now, HOUR, live.known())
    live.judged([later])  # ended while the past was being read
    live.set_past(past, HOUR)
    live.judged([later, known])
    assert messages(live, now, HOUR) == 2
    store.close()


def test_what_was_deleted_is_gone(store: SessionStore, now: float) -> None:
    live = LiveStatistics()
    session = talk(now)
    judge(session, None, Settings())
    live.judged([session])
    live.deleted([session.session_id])
    live.set_past(past_of(store, now, HOUR, live.known()), HOUR)
    assert messages(live, now, HOUR) == 0
    store.close()


def test_findings_are_seen_live_once(now: float) -> None:
    live = LiveStatistics()
    session = talk(now)
    live.grow([session], now)
    for codes in ((("ack-late", "warning"),), (("ack-late", "warning"), ("clock", "note"))):
        session.findings = codes
        live.judged([session])
    looked = live.look(now, LIVE, None, None)
    assert looked is not None
    assert looked[1].codes == [(("ack-late", "warning"), 1), (("clock", "note"), 1)]


def test_another_past_than_the_one_that_was_read_is_not_told(now: float) -> None:
    assert LiveStatistics().look(now, DAY, None, None) is None


def test_what_was_live_is_forgotten_after_a_while(now: float) -> None:
    live = LiveStatistics()
    live.grow([talk(now)], now)
    assert messages(live, now, LIVE) == 1
    assert messages(live, now + LIVE, LIVE) == 0

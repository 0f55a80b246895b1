"""The stored past, counted: from the index, or from the files where there is none."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from hl7capture.hl7.statistics.series import HOUR, MOST_BINS, SECOND, Link, Statistics, width_for
from hl7capture.model.session_summary import SessionSummary
from hl7capture.store.index import SessionIndex
from hl7capture.store.neighbours import id_at
from hl7capture.store.session_store import SessionStore

log = logging.getLogger(__name__)

_LOOK_EVERY = 1000  # sessions: whether it is still wanted, and how far it is
_REACH = 8 * HOUR  # milliseconds: sessions that began so long before a time may reach into it


@dataclass(slots=True, frozen=True)
class Past:
    """statistics: of the time that was asked for. ids: of the sessions in them. latest: of each link the last one."""

    statistics: Statistics
    ids: set[str]
    latest: dict[Link, SessionSummary]


def counting(now: float, length: float | None) -> Statistics:
    """Empty, for the `length` milliseconds before `now` and as long a time behind it; None: for all times."""
    if length is None:
        return Statistics(SECOND)
    return Statistics(width_for(length), since=now - length, until=now + length, most_bins=2 * MOST_BINS)


def read_past(
    store: SessionStore,
    now: float,
    length: float | None,
    *,
    skip: frozenset[str],
    is_wanted: Callable[[], bool],
    on_progress: Callable[[int, int], None],
) -> Past | None:
    """What is on disk of that time, in the calling thread; None where it is not wanted any more.

    skip: ids of sessions that are counted elsewhere. on_progress: gets how many sessions are done, and of how many.
    """
    first = id_at(now - length - _REACH) if length is not None else ""
    index = SessionIndex.to_read(store.folder.root)
    past = Past(counting(now, length), set(), {})
    if index is None:
        return past if _count(past, _files(store, first), skip, is_wanted, lambda done: on_progress(done, 0)) else None
    try:
        total = index.count_from(first)
        if length is None:
            past = Past(Statistics(width_for(now - _time_of(index.first_id(), now))), set(), {})
        rows = index.between(first, ":")  # which sorts behind all digits
        is_whole = _count(past, rows, skip, is_wanted, lambda done: on_progress(done, total))
    except sqlite3.Error as error:
        log.warning("The index of %s cannot be read: %s", store.folder.root, error)
        return past
    finally:
        index.close()
    return past if is_whole else None


def _count(
    past: Past,
    summaries: Iterator[SessionSummary],
    skip: frozenset[str],
    is_wanted: Callable[[], bool],
    on_progress: Callable[[int], None],
) -> bool:
    ids, latest, add = past.ids, past.latest, past.statistics.add
    for done, summary in enumerate(summaries):
        if done % _LOOK_EVERY == 0:
            if not is_wanted():
                return False
            on_progress(done)
        if summary.session_id in ids or summary.session_id in skip:
            continue
        ids.add(summary.session_id)
        add(summary)
        link = Link(summary.device_ip, summary.lis_ip, summary.lis_port)
        known = latest.get(link)
        if known is None or summary.start_time > known.start_time:
            latest[link] = summary
    return True


def _time_of(session_id: str | None, now: float) -> float:
    """What an id begins with, in Unix milliseconds. Bins grow wider by themselves, but that takes its time."""
    try:
        return datetime.strptime(f"{(session_id or '')[:15]}Z", "%Y%m%dT%H%M%S%z").timestamp() * 1000
    except ValueError:
        return now


def _files(store: SessionStore, first: str) -> Iterator[SessionSummary]:
    """Newest first, so that it ends where the time does. Slow: only where there is no index."""
    found: list[SessionSummary] = []

    def take(summary: SessionSummary) -> bool:
        found.append(summary)
        return summary.session_id >= first

    store.load_now(take)
    return iter(found)

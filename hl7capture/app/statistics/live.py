"""What is captured now: sessions that are open, and those that have ended since the program began."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from hl7capture.app.statistics.past import Past, counting
from hl7capture.hl7.findings.finding import Finding
from hl7capture.hl7.session_summary import summary_of
from hl7capture.hl7.statistics.following import Following
from hl7capture.hl7.statistics.links import LinkState, LinkStates
from hl7capture.hl7.statistics.series import MINUTE, SECOND, Link, Series, Statistics, Totals
from hl7capture.model.session import EndReason, Session
from hl7capture.model.session_summary import SessionSummary

LIVE = 5 * MINUTE  # milliseconds, in bins of a second
_LIVE_BINS = LIVE // SECOND + 60
_MOST_ENDED = 20_000  # sessions; those before them are on disk, or nowhere
_MOST_GONE = 100_000
_MOST_CONNECTIONS = 1000
_LEAST_SHARE = 0.25  # of a bin: from less no rate is told

Connection = tuple[str, int, str, int]


class LiveStatistics:
    """Takes sessions as they grow and end. One thread works, others ask; each waits for a few milliseconds at most.

    The past that is looked at is kept up to date here: sessions that end are added, those that are open are added for
    the moment of asking.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds = Statistics(SECOND, most_bins=_LIVE_BINS)
        self._links = LinkStates()
        self._connections: Mapping[Link, tuple[Finding, ...]] = {}
        self._following: OrderedDict[Connection, Following] = OrderedDict()
        self._open: OrderedDict[str, SessionSummary] = OrderedDict()  # until they are judged
        self._ended: OrderedDict[str, SessionSummary] = OrderedDict()
        self._gone: OrderedDict[str, None] = OrderedDict()  # the index may not know it yet
        self._past = counting(0, 0)
        self._past_length: float | None = 0  # milliseconds
        self._in_past: dict[str, SessionSummary] = {}
        self._read: set[str] = set()  # ended here, but read from the disk as well

    def watch(self, is_watching: bool) -> None:
        """A live capture has begun, or ended."""
        with self._lock:
            self._links.watch(is_watching)

    def forget(self) -> None:
        """The sessions on disk are others now: so are the links that are known."""
        with self._lock:
            is_watching, self._links = self._links.is_watching, LinkStates()
            self._links.watch(is_watching)
            self._links.note_connections(self._connections)
            self._ended.clear()

    def deleted(self, session_ids: Iterable[str]) -> None:
        """These are not to be counted any more; the past is read again after that."""
        with self._lock:
            for session_id in session_ids:
                self._ended.pop(session_id, None)
                self._gone[session_id] = None
            while len(self._gone) > _MOST_GONE:
                self._gone.popitem(last=False)

    # -- taking ------------------------------------------------------------------------------------------------

    def grow(self, sessions: Iterable[Session], now: float) -> None:
        """Sessions of a live capture that have opened, grown or ended since the last time."""
        for session in sessions:
            self._grow(session, now)

    def judged(self, sessions: Iterable[Session]) -> None:
        """Sessions that have ended, or are judged anew; of captures that are read, too."""
        for session in sessions:
            summary = summary_of(session)
            with self._lock:
                self._judged(summary)

    def _grow(self, session: Session, now: float) -> None:
        key = (session.device_ip, session.device_port, session.lis_ip, session.lis_port)
        following = self._following.pop(key, None) or Following()
        fresh = following.take(session)  # which takes its time, and needs no lock: this thread alone knows of it
        if session.end_reason not in (EndReason.CLOSED, EndReason.RESET, EndReason.STOPPED):
            self._following[key] = following
            if len(self._following) > _MOST_CONNECTIONS:
                self._following.popitem(last=False)
        with self._lock:
            self._seconds.forget_before(now - LIVE)
            link = Link(session.device_ip, session.lis_ip, session.lis_port)
            for time, kind in fresh.messages:
                self._seconds.add_message(link, kind, time)
            for time, kind, bucket in fresh.answers:
                self._seconds.add_latency(link, kind, time, bucket)
            self._links.take(session, fresh)
            if session.session_id not in self._ended:
                self._open[session.session_id] = following.summary_of(session)
                if len(self._open) > _MOST_ENDED:
                    self._open.popitem(last=False)

    def _judged(self, summary: SessionSummary) -> None:
        session_id = summary.session_id
        before = self._ended.pop(session_id, None)
        self._ended[session_id] = summary
        if len(self._ended) > _MOST_ENDED:
            self._ended.popitem(last=False)
        link = Link(summary.device_ip, summary.lis_ip, summary.lis_port)
        if self._open.pop(session_id, None) is not None or before is not None:
            known = (before.findings if before is not None else None) or ()
            new = [code for code in summary.findings or () if code not in known]
            self._seconds.add_findings(link, [kind for kind, _ in summary.kinds], summary.end_time, new)
        self._links.note(summary)
        if session_id not in self._read:
            self._count(summary)

    def _count(self, summary: SessionSummary) -> None:
        counted = self._in_past.pop(summary.session_id, None)
        if counted is not None:
            self._past.add(counted, -1)
        self._past.add(summary)
        self._in_past[summary.session_id] = summary

    def note_connections(self, found: Mapping[Link, tuple[Finding, ...]]) -> None:
        """As `LinkStates.note_connections`."""
        with self._lock:
            self._connections = found
            self._links.note_connections(found)

    # -- the past ----------------------------------------------------------------------------------------------

    def known(self) -> frozenset[str]:
        """Sessions that are not to be read from the disk."""
        with self._lock:
            return frozenset(self._ended) | frozenset(self._open) | frozenset(self._gone)

    def set_past(self, past: Past, length: float | None) -> None:
        """Another past is looked at. length: milliseconds; None: all of it."""
        with self._lock:
            self._past, self._past_length = past.statistics, length
            self._in_past = {}
            self._read = past.ids & (self._ended.keys() | self._open.keys())
            for session_id, summary in self._ended.items():
                if session_id not in self._read:
                    self._count(summary)
        self.note_links(past)

    def note_links(self, past: Past) -> None:
        """Links that were heard before the program began."""
        with self._lock:
            for summary in sorted(past.latest.values(), key=lambda summary: summary.start_time):
                self._links.note(summary)

    # -- asking ------------------------------------------------------------------------------------------------

    def states(self, now: float, late: float) -> list[LinkState]:
        """As `LinkStates.states`."""
        with self._lock:
            return self._links.states(now, late)

    def look(
        self, now: float, length: float | None, link: Link | None, kind: str | None
    ) -> tuple[Series, Totals, list[Link], list[str]] | None:
        """The last `LIVE` milliseconds by the second, or the past that was set; its links and kinds.

        length: milliseconds of the past; None: all of it. The second that is not over is left out; of wider bins, the
        rate of the last one is that of its time up to now. None where another past was set, or none.
        """
        with self._lock:
            is_live = length == LIVE
            if not is_live and length != self._past_length:
                return None
            statistics = self._seconds if is_live else self._past
            begin = None if length is None else now - length
            end = None if length is None else now - SECOND if is_live else now
            if begin is not None:
                statistics.forget_before(begin)
            being = [] if is_live else [one for session_id, one in self._open.items() if session_id not in self._read]
            for summary in being:
                statistics.add(summary)
            series = statistics.series(link, kind, begin, end)
            totals = statistics.totals(link, kind)
            links, kinds = statistics.links, statistics.kinds
            for summary in being:
                statistics.add(summary, -1)
            if not is_live and series.rate:
                elapsed = now - series.begin - (len(series.rate) - 1) * series.width
                if elapsed < series.width:
                    series.rate[-1] *= series.width / max(elapsed, series.width * _LEAST_SHARE)
            return series, totals, links, kinds

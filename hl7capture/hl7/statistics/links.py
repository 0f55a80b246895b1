"""How each link stands now: connected, waiting, silent, gone. The time is passed in."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hl7capture.hl7.findings.finding import Finding
from hl7capture.hl7.statistics.following import Fresh
from hl7capture.hl7.statistics.series import Link, is_acknowledgement
from hl7capture.model.session import EndReason, Session
from hl7capture.model.session_summary import SessionSummary

SILENT_AFTER = 60_000  # milliseconds without any traffic
_WAITING_SHOWN = 1000  # milliseconds: an answer that comes sooner is not waited for
_MOST_LINKS = 1000
_MOST_CONNECTIONS = 64  # of a link
_SEVERITIES = ("error", "warning", "note", "")


class Condition(StrEnum):
    """The state of a link, worst first."""

    WAITING = "waiting"  # for an answer
    RESET = "reset"  # the last connection was broken off
    SILENT = "silent"
    CONNECTED = "connected"
    CLOSED = "closed"  # the last connection was closed as it should be
    NOT_WATCHED = "not-watched"  # no capture is going on
    UNHEARD = "unheard"  # connections were tried, and none had a session


_CONDITIONS = tuple(Condition)


@dataclass(slots=True, frozen=True)
class LinkState:
    """since: of the condition. heard: the last traffic. Times are Unix milliseconds.

    connections: what is wrong with connections without a session, errors first.
    message: time and kind of the last one that is no acknowledgement. finding: time of the session, code and severity
    of the worst finding of the last session that had any. has_finding: it was the last session of all.
    is_late: it has waited for longer than an answer may take.
    """

    link: Link
    condition: Condition
    since: float
    heard: float
    message: tuple[float, str] | None = None
    finding: tuple[float, str, str] | None = None
    has_finding: bool = False
    is_late: bool = False
    connections: tuple[Finding, ...] = ()

    @property
    def trouble(self) -> tuple[int, ...]:
        """The less, the more trouble."""
        severities = [self.finding[2]] if self.finding is not None and self.has_finding else []
        severities += [str(one.severity) for one in self.connections]
        worst = min(map(_SEVERITIES.index, severities or [""]))
        return 0 if self.is_late else 1, worst, _CONDITIONS.index(self.condition)


@dataclass(slots=True)
class _Known:
    heard: float = 0.0
    message: tuple[float, str] | None = None
    finding: tuple[float, str, str] | None = None
    judged: float = 0.0  # the beginning of the last session that was judged
    waiting: OrderedDict[int, float | None] = field(default_factory=OrderedDict)  # of connections that stand, by port
    connections: tuple[Finding, ...] = ()  # see LinkState
    ended: EndReason | None = None  # how the last connection was closed, in this capture


class LinkStates:
    """Every link that was heard, or is known from before; bounded, and the one not heard for longest goes first."""

    def __init__(self) -> None:
        self.is_watching = False
        self._links: OrderedDict[Link, _Known] = OrderedDict()

    def watch(self, is_watching: bool) -> None:
        """A live capture has begun, or ended: what is known of connections is over."""
        self.is_watching = is_watching
        for known in self._links.values():
            known.waiting.clear()
            known.ended = None

    def take(self, session: Session, fresh: Fresh) -> None:
        """A session of a live capture has opened, grown or ended."""
        known = self._of(Link(session.device_ip, session.lis_ip, session.lis_port))
        known.heard = max(known.heard, session.end_time)
        for message in fresh.messages:
            if not is_acknowledgement(message[1]) and (known.message is None or message[0] >= known.message[0]):
                known.message = message
        known.waiting.pop(session.device_port, None)
        if session.end_reason in (EndReason.CLOSED, EndReason.RESET):
            known.ended = session.end_reason
            return
        known.waiting[session.device_port] = fresh.waiting_since
        if len(known.waiting) > _MOST_CONNECTIONS:
            known.waiting.popitem(last=False)

    def note(self, summary: SessionSummary) -> None:
        """A session that has ended and was judged, now or long ago."""
        known = self._of(Link(summary.device_ip, summary.lis_ip, summary.lis_port))
        known.heard = max(known.heard, summary.end_time)
        kinds = [kind for kind, _ in summary.kinds if not is_acknowledgement(kind)]
        if kinds and (known.message is None or summary.start_time > known.message[0]):
            known.message = (summary.end_time, kinds[-1])
        if summary.findings is not None and summary.start_time >= known.judged:
            known.judged = summary.start_time
            if summary.findings:
                known.finding = (summary.start_time, *summary.findings[0])
            elif known.finding is not None and known.finding[0] == summary.start_time:
                known.finding = None  # it was judged anew

    def note_connections(self, found: Mapping[Link, tuple[Finding, ...]]) -> None:
        """What is wrong with connections without a session, of all links: where it was others, that is over."""
        for link, known in list(self._links.items()):
            known.connections = found.get(link, ())
            if not known.heard and not known.connections:
                del self._links[link]
        for link, findings in found.items():
            self._of(link).connections = findings

    def states(self, now: float, late: float) -> list[LinkState]:
        """All links, those in trouble first. now: Unix milliseconds. late: milliseconds that an answer may take."""
        found = [self._state(link, known, now, late) for link, known in self._links.items()]
        return sorted(found, key=lambda state: (state.trouble, state.link))

    def _state(self, link: Link, known: _Known, now: float, late: float) -> LinkState:
        condition, since = self._condition(known, now)
        has_finding = known.finding is not None and known.finding[0] == known.judged
        is_late = condition is Condition.WAITING and now - since > late
        return LinkState(
            link, condition, since, known.heard, known.message, known.finding, has_finding, is_late, known.connections
        )

    def _condition(self, known: _Known, now: float) -> tuple[Condition, float]:
        if not known.heard:
            return Condition.UNHEARD, max((one.time for one in known.connections), default=now)
        if not self.is_watching:
            return Condition.NOT_WATCHED, known.heard
        waiting = min((since for since in known.waiting.values() if since is not None), default=None)
        if waiting is not None and now - waiting >= _WAITING_SHOWN:
            return Condition.WAITING, waiting
        if not known.waiting and known.ended is not None:
            return (Condition.RESET if known.ended is EndReason.RESET else Condition.CLOSED), known.heard
        is_silent = not known.waiting or now - known.heard >= SILENT_AFTER
        return (Condition.SILENT if is_silent else Condition.CONNECTED), known.heard

    def _of(self, link: Link) -> _Known:
        known = self._links.get(link)
        if known is None:
            known = self._links[link] = _Known()
            if len(self._links) > _MOST_LINKS:
                oldest = min((one for one in self._links if one != link), key=lambda one: self._links[one].heard)
                del self._links[oldest]
        return known

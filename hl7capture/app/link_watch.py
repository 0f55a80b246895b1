"""Says what is wrong with links where no session shows it, while a capture goes on; on a thread of its own."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThreadPool, Signal

from hl7capture.hl7.findings.finding import Finding
from hl7capture.hl7.findings.link_report import LinkKey, link_findings
from hl7capture.hl7.statistics.series import Link
from hl7capture.model.link import LinkTrouble
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.jobs import Job

_MOST_LINKS = 1000  # told of, and kept in mind
_MOST_SESSIONS = 100  # of a link


@dataclass(slots=True, frozen=True)
class LinkFindings:
    """findings: of connections without a session, at least one, errors first. has_sessions: others had one."""

    link: Link
    findings: tuple[Finding, ...]
    has_sessions: bool


@dataclass(slots=True)
class _Span:
    """What is kept of a session. Times are Unix milliseconds."""

    session_id: str
    device_port: int
    start_time: float
    end_time: float


class LinkWatch(QObject):
    """Follows one capture after the other; see `begin`."""

    begun = Signal()  # another capture: what was found in the last one is over
    found = Signal(list)  # list[LinkFindings]: all there are in this capture

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._spans: OrderedDict[LinkKey, deque[_Span]] = OrderedDict()
        self._request = 0

    def begin(self) -> None:
        """Another capture."""
        self._spans.clear()
        self._request += 1
        self.begun.emit()
        self.found.emit([])

    def take(self, sessions: Iterable[Session]) -> None:
        """Sessions that have opened, grown or ended."""
        for session in sessions:
            key = (session.device_ip, session.lis_ip, session.lis_port)
            spans = self._spans.setdefault(key, deque(maxlen=_MOST_SESSIONS))
            self._spans.move_to_end(key)
            known = next((span for span in reversed(spans) if span.session_id == session.session_id), None)
            if known is None:
                times = (session.start_time, session.end_time)
                spans.append(_Span(session.session_id, session.device_port, *times))
            else:
                known.end_time = session.end_time
        while len(self._spans) > _MOST_LINKS:
            self._spans.popitem(last=False)

    def judge(self, troubles: list[LinkTrouble]) -> None:
        """All that is known of connections without a session now: `found` soon."""
        self._request += 1
        request, settings = self._request, self.settings
        servers = {(lis_ip, lis_port) for _, lis_ip, lis_port in self._spans}
        sessions: dict[LinkKey, list[_Span]] = defaultdict(list)
        for (device_ip, lis_ip, lis_port), spans in self._spans.items():
            for span in map(copy, spans):
                sessions[device_ip, lis_ip, lis_port].append(span)
                sessions[lis_ip, device_ip, span.device_port].append(span)  # the LIS may have opened the connection
        self._pool.start(Job(lambda: self._judge(request, sessions, servers, troubles, settings)))

    def close(self, milliseconds: int) -> bool:
        """Nothing is found any more. False where it takes longer than that."""
        self._request += 1
        return self._pool.waitForDone(milliseconds)

    def _judge(
        self,
        request: int,
        sessions: dict[LinkKey, list[_Span]],
        servers: set[tuple[str, int]],
        troubles: list[LinkTrouble],
        settings: Settings,
    ) -> None:
        if request != self._request:
            return  # there is more to tell by now
        found = link_findings(sessions, servers, troubles, settings)
        told = [LinkFindings(Link(*key), tuple(findings), key in sessions) for key, findings in found.items()]
        if request == self._request:
            self.found.emit(told[:_MOST_LINKS])

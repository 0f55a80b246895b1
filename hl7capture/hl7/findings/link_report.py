"""All that there is to say of each link: its sessions, and the connections that came to nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.links import Stood, link_finding
from hl7capture.hl7.findings.report import Report
from hl7capture.hl7.findings.verdict import verdict_of
from hl7capture.model.link import LinkTrouble, TroubleKind
from hl7capture.model.session import Session, endpoint
from hl7capture.model.settings import Settings

LinkKey = tuple[str, str, int]  # address of the device, address and port of the LIS
_FAILURES = (TroubleKind.REFUSED, TroubleKind.UNANSWERED)
_ORDER = list(Severity)


@dataclass(slots=True, frozen=True)
class LinkReport:
    """A link; the side that connects is the device, where no session says otherwise.

    reports: of its sessions; findings: of its connections without one, errors first.
    """

    device_ip: str
    lis_ip: str
    lis_port: int
    reports: Sequence[Report]
    findings: Sequence[Finding]

    @property
    def name(self) -> str:
        return f"{self.device_ip} → {endpoint(self.lis_ip, self.lis_port)}"

    @property
    def verdict(self) -> str:
        return verdict_of(self.reports, self.findings)

    @property
    def has_error(self) -> bool:
        """Also of its sessions."""
        return any(one.has_error for one in self.reports) or any(f.severity is Severity.ERROR for f in self.findings)


def link_reports(
    reports: Sequence[Report], troubles: Iterable[LinkTrouble], settings: Settings | None = None
) -> list[LinkReport]:
    """The links, in the order of their first session; those without any session come last.

    Which troubles count: see `link_findings`.
    """
    links: dict[LinkKey, list[Report]] = defaultdict(list)
    sessions: dict[LinkKey, list[Session]] = defaultdict(list)  # whichever side opened the connection
    for report in reports:
        session = report.session
        links[session.device_ip, session.lis_ip, session.lis_port].append(report)
        sessions[session.device_ip, session.lis_ip, session.lis_port].append(session)
        sessions[session.lis_ip, session.device_ip, session.device_port].append(session)
    findings = link_findings(sessions, {key[1:] for key in links}, troubles, settings or Settings())
    return [LinkReport(*key, links.get(key, []), findings.get(key, [])) for key in dict.fromkeys((*links, *findings))]


def link_findings(
    sessions: Mapping[LinkKey, Sequence[Stood]],
    servers: Set[tuple[str, int]],
    troubles: Iterable[LinkTrouble],
    settings: Settings,
) -> dict[LinkKey, list[Finding]]:
    """What there is to say of connections without a session, errors first; the side that connects is the device.

    sessions: of each link, as if either side had opened the connection. servers: where sessions go to.
    Only those troubles count that went where messages are to be expected. Where there is no session at all, nobody
    knows where that is, and every connection that was refused or not answered counts.
    """
    findings: dict[LinkKey, list[Finding]] = defaultdict(list)
    for trouble in _merged(troubles):
        key = (trouble.client, trouble.server_ip, trouble.server_port)
        is_expected = trouble.is_expected or key[1:] in servers
        if is_expected or (not servers and trouble.kind in _FAILURES):
            known = replace(trouble, is_expected=is_expected)
            findings[key].append(link_finding(known, sessions.get(key, ()), settings))
    for found in findings.values():
        found.sort(key=lambda one: _ORDER.index(one.severity))
    return findings


def _merged(troubles: Iterable[LinkTrouble]) -> list[LinkTrouble]:
    """One of each kind for a link, also where several captures tell of it."""
    merged: dict[tuple[str, str, int, TroubleKind], LinkTrouble] = {}
    for one in troubles:
        key = (one.client, one.server_ip, one.server_port, one.kind)
        known = merged.get(key)
        merged[key] = one if known is None else _sum(known, one)
    return list(merged.values())


def _sum(first: LinkTrouble, second: LinkTrouble) -> LinkTrouble:
    return replace(
        first,
        number=first.number + second.number,
        first=min(first.first, second.first),
        last=max(first.last, second.last),
        name=first.name or second.name,
        longest=max(first.longest, second.longest),
        still_open=first.still_open + second.still_open,
        is_expected=first.is_expected or second.is_expected,
    )

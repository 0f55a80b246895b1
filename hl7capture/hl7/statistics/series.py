"""Messages, latencies and findings in bins of time, by link and kind of message. Adding is merging, and can be undone.

Memory is bounded: bins grow wider where time is longer than there is room for, and what has no room among the links
and kinds is counted as `OTHER`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import floor, nan
from typing import NamedTuple, TypeVar

from hl7capture.hl7.session_summary import REST
from hl7capture.hl7.statistics.latency import percentile
from hl7capture.model.session import endpoint
from hl7capture.model.session_summary import SessionSummary

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
# Milliseconds that a bin may be wide; each divides the next one, so that bins can be put together.
WIDTHS = (
    SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
    28 * DAY,
    364 * DAY,
    3640 * DAY,
    36_400 * DAY,  # so that all times until the year 9999 have few enough
)
MOST_BINS = 400
_MOST_LINKS = 200
_MOST_KINDS = 40
_LAST_TIME = 253_402_300_800_000  # the end of the year 9999: what is later stands in no calendar
_MOST_CELLS = 150_000
ALL_KINDS = ""  # of findings, which belong to sessions: the sessions of all kinds


_Key = TypeVar("_Key")


class Link(NamedTuple):
    """A device and where it sends to; its own port is another one with every connection."""

    device_ip: str
    lis_ip: str
    lis_port: int

    @property
    def lis(self) -> str:
        return endpoint(self.lis_ip, self.lis_port)


OTHER = Link(REST, "", 0)


def is_acknowledgement(kind: str) -> bool:
    """ACK and its events, and MCF: they only answer, so they are not counted among messages unless asked for."""
    return kind[:3] in ("ACK", "MCF")


@dataclass(slots=True)
class Cell:
    """What happened on a link in a bin. latencies: by bucket. findings: (code, severity) → in how many sessions."""

    messages: int = 0
    latencies: dict[int, int] = field(default_factory=dict)
    findings: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Series:
    """What a plot shows, bin by bin, from the first to the last.

    begin: of the first bin, Unix milliseconds; width: of each, milliseconds. rate: messages a second.
    p50, p95: of the latencies, milliseconds; nan where there are none. findings: severity → in how many sessions.
    """

    begin: float
    width: float
    rate: list[float]
    p50: list[float]
    p95: list[float]
    findings: dict[str, list[int]]


@dataclass(slots=True, frozen=True)
class Totals:
    """All bins together. answers: latencies that are known. codes: (code, severity) → sessions, most often first."""

    messages: int
    answers: int
    p50: float | None
    p95: float | None
    codes: list[tuple[tuple[str, str], int]]

    def sessions_with(self, severity: str) -> int:
        """Findings of this severity; a session counts once for each code."""
        return sum(number for (_, of), number in self.codes if of == severity)


class Statistics:
    """Bins of `width` milliseconds, one of WIDTHS; wider ones where there would be more than `most_bins`.

    since, until: Unix milliseconds; what lies outside is left out, and the bins' width stays where there are both.
    """

    def __init__(
        self, width: int = SECOND, *, since: float = 0, until: float = _LAST_TIME, most_bins: int = MOST_BINS
    ) -> None:
        self.width = width
        self._since = max(0.0, since)
        self._until = min(until, _LAST_TIME)
        self._most_bins = most_bins
        self._bins: dict[int, dict[tuple[Link, str], Cell]] = {}
        self._cells = 0
        self._links: set[Link] = set()
        self._kinds: set[str] = set()

    @property
    def links(self) -> list[Link]:
        """Those there are, `OTHER` last."""
        return sorted(self._links, key=lambda link: (link is OTHER, link))

    @property
    def kinds(self) -> list[str]:
        """Those there are, acknowledgements last."""
        return sorted(self._kinds, key=lambda kind: (is_acknowledgement(kind), kind))

    @property
    def is_empty(self) -> bool:
        return not self._bins

    # -- filling -----------------------------------------------------------------------------------------------

    def add_message(self, link: Link, kind: str, time: float) -> None:
        """time: Unix milliseconds."""
        cell = self._cell(link, kind, time)
        if cell is not None:
            cell.messages += 1

    def add_latency(self, link: Link, kind: str, time: float, bucket: int) -> None:
        """time: of the message that was answered."""
        cell = self._cell(link, kind, time)
        if cell is not None:
            _add(cell.latencies, bucket, 1)

    def add_findings(self, link: Link, kinds: Iterable[str], time: float, codes: Iterable[tuple[str, str]]) -> None:
        """kinds: of the messages of the session that has these findings."""
        self._add_findings(link, kinds, time, codes, 1)

    def add(self, summary: SessionSummary, times: int = 1) -> None:
        """A session. What is known of it as a whole is spread evenly over its time; its findings are at its beginning.

        times: -1 takes a session out again that was added before, with the same summary.
        """
        link = Link(summary.device_ip, summary.lis_ip, summary.lis_port)
        start, end = summary.start_time, summary.end_time
        if start // self.width == end // self.width:
            self._add_whole(link, summary, times)
            return
        shares = self._shares(start, end)
        for kind, number in summary.kinds:
            for time, before, after in shares:
                part = floor(number * after) - floor(number * before)
                if part and (cell := self._cell(link, kind, time)) is not None:
                    cell.messages += times * part
        for kind, counts in summary.latencies or ():
            for time, before, after in shares:
                if (cell := self._cell(link, kind, time)) is not None:
                    for bucket, number in counts:
                        _add(cell.latencies, bucket, times * (floor(number * after) - floor(number * before)))
        if summary.findings:
            self._add_findings(link, (kind for kind, _ in summary.kinds), start, summary.findings, times)

    def _add_whole(self, link: Link, summary: SessionSummary, times: int) -> None:
        """A session that lies in one bin, as nearly all do: the quick way."""
        start = summary.start_time
        for kind, number in summary.kinds:
            if (cell := self._cell(link, kind, start)) is not None:
                cell.messages += times * number
        for kind, counts in summary.latencies or ():
            if (cell := self._cell(link, kind, start)) is not None:
                latencies = cell.latencies
                for bucket, number in counts:
                    total = latencies.get(bucket, 0) + times * number
                    if total:
                        latencies[bucket] = total
                    else:
                        del latencies[bucket]
        if summary.findings:
            self._add_findings(link, (kind for kind, _ in summary.kinds), start, summary.findings, times)

    def merge(self, other: "Statistics") -> None:
        """All that `other` counted; its bins are as wide as these, or less."""
        for number, cells in other._bins.items():
            for (link, kind), cell in cells.items():
                mine = self._cell(link, kind, number * other.width)
                if mine is not None:
                    _merge(mine, cell)

    def forget_before(self, time: float) -> None:
        """Bins that ended before are gone."""
        self._since = max(self._since, time)
        first = int(time // self.width)
        for number in [number for number in self._bins if number < first]:
            self._cells -= len(self._bins.pop(number))

    def _add_findings(
        self, link: Link, kinds: Iterable[str], time: float, codes: Iterable[tuple[str, str]], times: int
    ) -> None:
        codes = list(codes)
        for kind in (ALL_KINDS, *kinds):
            if (cell := self._cell(link, kind, time)) is not None:
                for code in codes:
                    _add(cell.findings, code, times)

    def _cell(self, link: Link, kind: str, time: float) -> Cell | None:
        """None where the time is not among those that are counted."""
        if not self._since <= time < self._until:
            return None
        number = int(time // self.width)
        cells = self._bins.get(number)
        if cells is None:
            self._bins[number] = {}
            self._make_room()
            cells = self._bins[int(time // self.width)]
        cell = cells.get((link, kind))
        if cell is None:
            key = self._known(link), self._known_kind(kind)
            cell = cells.get(key)
            if cell is None:
                cell = cells[key] = Cell()
                self._cells += 1
                if self._cells > _MOST_CELLS:
                    self._make_room()
                    cell = self._bins[int(time // self.width)][key]
        return cell

    def _known(self, link: Link) -> Link:
        if link not in self._links and len(self._links) >= _MOST_LINKS:
            link = OTHER
        self._links.add(link)
        return link

    def _known_kind(self, kind: str) -> str:
        if kind == ALL_KINDS:
            return kind
        if kind not in self._kinds and len(self._kinds) >= _MOST_KINDS:
            kind = REST
        self._kinds.add(kind)
        return kind

    def _make_room(self) -> None:
        """Wider bins, until there are few enough from the first to the last."""
        is_long = max(self._bins) - min(self._bins) >= self._most_bins
        while (is_long or self._cells > _MOST_CELLS) and self.width < WIDTHS[-1]:
            self._widen()
            is_long = max(self._bins) - min(self._bins) >= self._most_bins

    def _widen(self) -> None:
        wider = next(width for width in WIDTHS if width > self.width)
        old, self._bins = self._bins, {}
        for number, cells in old.items():
            wide = self._bins.setdefault(number * self.width // wider, {})
            for key, cell in cells.items():
                _merge(wide.setdefault(key, Cell()), cell)
        self.width = wider
        self._cells = sum(map(len, self._bins.values()))

    def _shares(self, start: float, end: float) -> list[tuple[float, float, float]]:
        """For each bin of a session: a moment in it, and which shares of the session have passed before and behind it.

        Sums of such shares are the same for bins of any width.
        """
        first, last = max(start, self._since), min(end, self._until)
        if not 0 <= start < end <= _LAST_TIME or not first < last:
            return [(start, 0.0, 1.0)]
        while last - first >= self.width * self._most_bins and self.width < WIDTHS[-1]:
            self._widen()
        shares = []
        at, passed = first, (first - start) / (end - start)
        while at < last:
            behind = (at // self.width + 1) * self.width
            share = min(1.0, (behind - start) / (end - start))
            shares.append((at, passed, share))
            at, passed = behind, share
        return shares

    # -- asking ------------------------------------------------------------------------------------------------

    def series(
        self, link: Link | None = None, kind: str | None = None, begin: float | None = None, end: float | None = None
    ) -> Series:
        """Of one link, or all (None); of one kind, or of all messages that are no acknowledgements (None).

        begin, end: Unix milliseconds; None: the first and the last there is.
        """
        first = int((begin if begin is not None else min(self._bins, default=0) * self.width) // self.width)
        last = int(end // self.width) if end is not None else max(self._bins, default=first)
        series = Series(first * self.width, self.width, [], [], [], {"error": [], "warning": [], "note": []})
        for number in range(first, last + 1):
            messages, latencies, findings = self._sum(self._bins.get(number, {}), link, kind)
            series.rate.append(messages * SECOND / self.width)
            for values, share in ((series.p50, 0.5), (series.p95, 0.95)):
                latency = percentile(latencies, share)
                values.append(nan if latency is None else latency)
            for severity, counts in series.findings.items():
                counts.append(sum(times for (_, of), times in findings.items() if of == severity))
        return series

    def totals(
        self, link: Link | None = None, kind: str | None = None, begin: float = 0, end: float = _LAST_TIME
    ) -> Totals:
        """The same for all bins from `begin` to `end` together."""
        cells = Cell()
        first, last = begin // self.width, end // self.width
        for number, found in self._bins.items():
            if first <= number <= last:
                messages, latencies, findings = self._sum(found, link, kind)
                _merge(cells, Cell(messages, latencies, findings))
        codes = sorted(cells.findings.items(), key=lambda pair: (-pair[1], pair[0]))
        latencies = cells.latencies
        return Totals(
            cells.messages, sum(latencies.values()), percentile(latencies, 0.5), percentile(latencies, 0.95), codes
        )

    def _sum(
        self, cells: dict[tuple[Link, str], Cell], link: Link | None, kind: str | None
    ) -> tuple[int, dict[int, int], dict[tuple[str, str], int]]:
        messages = 0
        latencies: dict[int, int] = {}
        findings: dict[tuple[str, str], int] = {}
        for (of_link, of_kind), cell in cells.items():
            if link is not None and of_link != link:
                continue
            if of_kind == (kind if kind is not None else ALL_KINDS):
                for code, times in cell.findings.items():
                    _add(findings, code, times)
            if of_kind == kind if kind is not None else not is_acknowledgement(of_kind):
                messages += cell.messages
                for bucket, number in cell.latencies.items():
                    _add(latencies, bucket, number)
        return messages, latencies, findings


def width_for(milliseconds: float, most_bins: int = MOST_BINS) -> int:
    """The narrowest bins of which so many are enough for this time."""
    return next((width for width in WIDTHS if milliseconds <= width * (most_bins - 1)), WIDTHS[-1])


def _merge(into: Cell, cell: Cell) -> None:
    into.messages += cell.messages
    for bucket, number in cell.latencies.items():
        _add(into.latencies, bucket, number)
    for code, number in cell.findings.items():
        _add(into.findings, code, number)


def _add(counts: dict[_Key, int], key: _Key, number: int) -> None:
    """What has come to nothing does not stay."""
    total = counts.get(key, 0) + number
    if total:
        counts[key] = total
    else:
        counts.pop(key, None)

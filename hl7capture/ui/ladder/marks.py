"""Findings where they happened: which elements show them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.model.elements import Element

_ORDER = list(Severity)  # the worst first
_LATE = "ack-late"


class Mark(NamedTuple):
    """severity: the worst of its findings. codes: of all of them, each once, the worst first."""

    severity: Severity
    codes: tuple[str, ...]

    def joined(self, other: "Mark | None") -> "Mark":
        """Of the findings of both."""
        if other is None:
            return self
        first, second = sorted((self, other), key=lambda mark: _ORDER.index(mark.severity))
        return Mark(first.severity, tuple(dict.fromkeys(first.codes + second.codes)))


class Marks:
    """Of one session. by_number: by the index of an element. late: ids of elements that were answered late."""

    def __init__(self, elements: Sequence[Element] = (), findings: Iterable[Finding] = ()) -> None:
        self.by_number: dict[int, Mark] = {}
        self.late: set[int] = set()
        by_id: dict[int, Mark] = {}
        for finding in sorted(findings, key=lambda finding: _ORDER.index(finding.severity)):
            mark = Mark(finding.severity, (finding.code,))
            for element in finding.elements:
                earlier = by_id.get(element)
                by_id[element] = earlier.joined(mark) if earlier else mark
            if finding.code == _LATE:
                self.late.update(finding.elements)
        if by_id:
            found = ((number, by_id.get(element.id)) for number, element in enumerate(elements))
            self.by_number = {number: mark for number, mark in found if mark is not None}
        self._numbers = list(self.by_number)
        self._by_severity = [
            (severity, [number for number, mark in self.by_number.items() if mark.severity is severity])
            for severity in _ORDER
        ]
        self._joined: dict[tuple[int, int], Mark | None] = {}

    def among(self, first: int, count: int) -> Mark | None:
        """Of some elements, one after the other, together."""
        if count == 1:
            return self.by_number.get(first)
        if (first, count) not in self._joined:
            marked = self._numbers[bisect_left(self._numbers, first) : bisect_left(self._numbers, first + count)]
            joined = None
            for number in marked:
                joined = self.by_number[number].joined(joined)
            self._joined[first, count] = joined
        return self._joined[first, count]

    def worst(self, first: int, count: int) -> Severity | None:
        """Of some elements, one after the other; as quick for all of them as for one."""
        for severity, numbers in self._by_severity:
            if bisect_left(numbers, first) < bisect_left(numbers, first + count):
                return severity
        return None

    def after(self, number: int) -> int | None:
        """The next element that shows a finding."""
        at = bisect_right(self._numbers, number)
        return self._numbers[at] if at < len(self._numbers) else None

    def before(self, number: int) -> int | None:
        """The element before that shows a finding."""
        at = bisect_left(self._numbers, number)
        return self._numbers[at - 1] if at else None

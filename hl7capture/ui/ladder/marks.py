"""Findings where they happened: which elements show them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.model.elements import Element

_ORDER = {severity: place for place, severity in enumerate(Severity)}  # the worst first
_LATE = "ack-late"


class Mark(NamedTuple):
    """severity: the worst of its findings. codes: of all of them, each once, the worst first."""

    severity: Severity
    codes: tuple[str, ...]

    def joined(self, other: "Mark") -> "Mark":
        """Of the findings of both."""
        first, second = sorted((self, other), key=lambda mark: _ORDER[mark.severity])
        return Mark(first.severity, tuple(dict.fromkeys(first.codes + second.codes)))


class Marks:
    """Of one session. by_number: by the index of an element. late: ids of elements that were answered late.

    There may be as many as elements, but only few different ones: what is asked of many elements is asked of those.
    """

    def __init__(self, elements: Sequence[Element] = (), findings: Iterable[Finding] = ()) -> None:
        """Takes its time where findings have many elements: not for the GUI's thread."""
        self.late: set[int] = set()
        by_id = self._by_id(findings)
        found = ((number, by_id.get(element.id)) for number, element in enumerate(elements)) if by_id else ()
        self.by_number = {number: mark for number, mark in found if mark is not None}
        self._numbers = list(self.by_number)
        self._by_mark: dict[Mark, list[int]] = {}
        for number, mark in self.by_number.items():
            self._by_mark.setdefault(mark, []).append(number)

    def _by_id(self, findings: Iterable[Finding]) -> dict[int, Mark]:
        by_id: dict[int, Mark] = {}
        for finding in sorted(findings, key=lambda finding: _ORDER[finding.severity]):
            mark = Mark(finding.severity, (finding.code,))
            joined: dict[Mark, Mark] = {}
            for element in finding.elements:
                earlier = by_id.get(element)
                if earlier is None:
                    by_id[element] = mark
                else:
                    if earlier not in joined:
                        joined[earlier] = earlier.joined(mark)
                    by_id[element] = joined[earlier]
            if finding.code == _LATE:
                self.late.update(finding.elements)
        return by_id

    def among(self, first: int, count: int) -> Mark | None:
        """Of some elements, one after the other, together."""
        if count == 1:
            return self.by_number.get(first)
        found = [mark for mark, numbers in self._by_mark.items() if _has(numbers, first, count)]
        return reduce(Mark.joined, sorted(found, key=lambda mark: _ORDER[mark.severity])) if found else None

    def after(self, number: int) -> int | None:
        """The next element that shows a finding."""
        at = bisect_right(self._numbers, number)
        return self._numbers[at] if at < len(self._numbers) else None

    def before(self, number: int) -> int | None:
        """The element before that shows a finding."""
        at = bisect_left(self._numbers, number)
        return self._numbers[at - 1] if at else None


def _has(numbers: list[int], first: int, count: int) -> bool:
    at = bisect_left(numbers, first)
    return at < len(numbers) and numbers[at] < first + count

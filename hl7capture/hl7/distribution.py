"""Which values stand at a place in messages, and how often: `OBX[*]-5`, also for each value of another place.

However many messages there are, what is kept is bounded; what had no room any more is counted as others, and said.
"""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf
from random import Random
from statistics import median

from hl7capture.hl7.filter.paths import Path
from hl7capture.hl7.filter.values import as_number

_MOST_DISTINCT = 100_000  # values, of all groups together
_MOST_GROUPS = 1000
_MOST_NUMBERS = 10_000  # of a group, of which median and percentile are taken
_LONGEST = 200  # characters of a value that tell it from others


@dataclass(slots=True, frozen=True)
class Numbers:
    """Of the values that are numbers. is_sampled: median and p95 are those of 10,000 of them, chosen by chance.

    p95: at least 95 % are not above it.
    """

    count: int
    least: float
    median: float
    p95: float
    most: float
    is_sampled: bool


class Values:
    """The values of one group.

    counts: how often each was there. others: how many values are not among them, for want of room. empty: how often
    the place was there and empty, or its segment was there without it.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.others = 0
        self.empty = 0
        self._numbers = 0
        self._least, self._most = inf, -inf
        self._sample = array("d")
        self._chance = Random(0)  # noqa: S311 - no secrets; the same messages give the same sample

    @property
    def count(self) -> int:
        """How many values there are, without the empty ones."""
        return self.counts.total() + self.others

    def top(self, most: int) -> list[tuple[str, int]]:
        """The values that are there most often; equally often: the one that sorts first."""
        return sorted(self.counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]

    def numbers(self) -> Numbers | None:
        """None where no value is a number."""
        if not self._numbers:
            return None
        known = sorted(self._sample)
        p95 = known[ceil(0.95 * len(known)) - 1]
        is_sampled = self._numbers > len(known)
        return Numbers(self._numbers, self._least, median(known), p95, self._most, is_sampled)

    def add(self, value: str, *, has_room: bool) -> bool:
        """One more; True where it is a new one that was given room."""
        self._add_number(value)
        key = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}… ({len(value):,} characters)"
        is_new = key not in self.counts
        if is_new and not has_room:
            self.others += 1
            return False
        self.counts[key] += 1
        return is_new

    def _add_number(self, value: str) -> None:
        number = as_number(value)
        if number is None:
            return
        self._numbers += 1
        self._least, self._most = min(self._least, number), max(self._most, number)
        if len(self._sample) < _MOST_NUMBERS:
            self._sample.append(number)
        else:  # every number is as likely in the sample as any other
            at = self._chance.randrange(self._numbers)
            if at < _MOST_NUMBERS:
                self._sample[at] = number


class Distribution:
    """The values at `path` in the messages taken so far, for each value of `by`, where one is named.

    by: of the same segment, it is that of the very segment; of another one, that of the last such segment before it
    (an OBX's OBR), or else of the first one. groups: by its values; one group, "", where none is named. messages: of
    the path's standard; without: those that have no such segment. other_groups: values of groups that had no room.
    """

    def __init__(self, path: Path, by: Path | None = None) -> None:
        self.groups: dict[str, Values] = {}
        self.messages = 0
        self.without = 0
        self.other_groups = 0
        self._path = path
        self._by = by
        self._room = _MOST_DISTINCT

    def take(self, text: str) -> None:
        """The next message; never raises."""
        if not self._path.is_of(text):
            return
        self.messages += 1
        is_there = False
        for group, value in self._found(text):
            is_there = True
            values = self._group(group)
            if values is None:
                self.other_groups += bool(value)
            elif not value:
                values.empty += 1
            elif values.add(value, has_room=self._room > 0):
                self._room -= 1
        self.without += not is_there

    def _group(self, name: str) -> Values | None:
        """None where there are too many."""
        if name not in self.groups and len(self.groups) < _MOST_GROUPS:
            self.groups[name] = Values()
        return self.groups.get(name)

    def _found(self, text: str) -> Iterator[tuple[str, str]]:
        """Group and value; an empty one where a segment has no such place."""
        others: list[tuple[int, str]] = []
        if self._by is not None and self._by.segment != self._path.segment:
            others = [(at, _first(self._by.in_line(line, of))) for at, line, of in self._by.lines(text)]
        for start, line, delimiters in self._path.lines(text):
            group = ""
            if self._by is not None and self._by.segment == self._path.segment:
                group = _first(self._by.in_line(line, delimiters))
            elif others:
                group = others[max(bisect_right(others, start, key=lambda pair: pair[0]) - 1, 0)][1]
            is_empty = True
            for value in self._path.in_line(line, delimiters):
                is_empty = False
                yield group[:_LONGEST], value
            if is_empty:
                yield group[:_LONGEST], ""


def _first(values: Iterator[str]) -> str:
    return next(filter(None, values), "")

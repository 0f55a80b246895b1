"""Values at a place in messages: `PID-3.1`, `OBX[*]-5`, `PID-3[2].1.1`, `R-4`, or a whole segment: `NTE`.

As in the tree of a message (`tree.parse`), a segment or repetition without a number is the first one; [*] are all.
Only what is asked for is cut.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.names import PATH
from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.standard import standard_of
from hl7capture.hl7.tree import delimited

ALL = 0
_HEADERS = ("MSH", "FHS", "BHS")


@dataclass(slots=True, frozen=True)
class Path:
    """Numbers count from 1; ALL for [*]; None where the path ends before."""

    segment: str
    occurrence: int
    field: int | None
    repetition: int
    component: int | None
    subcomponent: int | None

    def values(self, text: str) -> Iterator[str]:
        """What stands there in a message, escapes decoded; nothing where there is no such place, or it is empty."""
        for _, line, delimiters in self.lines(text):
            yield from filter(None, self.in_line(line, delimiters))

    def lines(self, text: str) -> Iterator[tuple[int, str, Delimiters]]:
        """The segments or records of a message that are meant, each with its offset and its delimiters."""
        if self.segment not in text or not self.is_of(text):
            return
        seen = 0
        for start, line, delimiters in delimited(text):
            if not line.startswith(self.segment):
                continue
            if line[len(self.segment) : len(self.segment) + 1] not in ("", delimiters.field):
                continue
            seen += 1
            if self.occurrence in (ALL, seen):
                yield start, line, delimiters
                if seen == self.occurrence:
                    return

    def is_of(self, text: str) -> bool:
        """Whether a message is of the path's standard."""
        return standard_of(text) == ("astm" if self.is_astm else "hl7")

    @property
    def is_astm(self) -> bool:
        return len(self.segment) == 1

    def in_line(self, line: str, delimiters: Delimiters) -> Iterator[str]:
        """What stands there in one segment or record, escapes decoded; empty ones as well."""
        for value in self._of_line(line, delimiters):
            yield unescape(value, delimiters)

    def _of_line(self, line: str, delimiters: Delimiters) -> Iterator[str]:
        if self.field is None:
            yield line
            return
        is_header = self.segment in _HEADERS
        # A header's field 1 is the separator itself; a record's field 1 is its type.
        place = self.field - 1 if is_header or self.is_astm else self.field
        if is_header and self.field == 1:
            if self._is_whole:
                yield delimiters.field
            return
        parts = line.split(delimiters.field, place + 1)
        if place >= len(parts):
            return
        value = parts[place]
        if self.field == 2 and (is_header or self.segment == "H"):  # it holds the delimiters
            if self._is_whole:
                yield value
            return
        repetitions = value.split(delimiters.repetition) if delimiters.repetition else [value]
        if self.repetition != ALL:
            repetitions = repetitions[self.repetition - 1 : self.repetition]
        for one in repetitions:
            yield from self._of_repetition(one, delimiters)

    def _of_repetition(self, value: str, delimiters: Delimiters) -> Iterator[str]:
        for number, separator in (
            (self.component, delimiters.component),
            (self.subcomponent, delimiters.subcomponent),
        ):
            if number is None:
                break
            parts = value.split(separator, number) if separator else [value]
            if number > len(parts):
                return
            value = parts[number - 1]
        yield value

    @property
    def _is_whole(self) -> bool:
        return self.component is None and self.repetition in (ALL, 1)


def path_of(name: str) -> Path:
    """The path that a text is. Raises FilterError."""
    match = parts_of(name)

    def number(group: str) -> int | None:
        return int(match[group]) if match[group] else None

    return Path(
        match["segment"],
        _index(match["n"]),
        number("field"),
        _index(match["repetition"]),
        number("component"),
        number("subcomponent"),
    )


def parts_of(name: str) -> "re.Match[str]":
    """The parts of a path as they are written (`names.PATH`). Raises FilterError where the text is none."""
    match = PATH.fullmatch(name.strip().upper())
    if match is None:
        example = "`PID-3`, `PID-3.1`, `OBX[2]-5`, `OBX[*]-5`, `PID-3[2].1`"
        raise FilterError(f"`{name}` is no path into a message; paths look like {example}", 1, len(name))
    return match


def _index(brackets: str | None) -> int:
    """[2] is 2, [*] is ALL, nothing is 1."""
    if not brackets:
        return 1
    return ALL if brackets == "[*]" else int(brackets[1:-1])

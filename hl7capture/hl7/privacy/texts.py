"""A text without patients' data: every character that changes stays in its place, and as long in bytes."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from hl7capture.hl7.privacy.dates import shifted
from hl7capture.hl7.privacy.escaped import Spelled
from hl7capture.hl7.privacy.kinds import LEARNT, Kind
from hl7capture.hl7.privacy.known import Known
from hl7capture.hl7.privacy.parts import Found, Part
from hl7capture.hl7.privacy.pseudonyms import Pseudonyms
from hl7capture.hl7.privacy.removed_documents import removed
from hl7capture.hl7.privacy.report import Report
from hl7capture.hl7.split import Delimiters


class Edit(NamedTuple):
    """Other characters for those from `start`; as many."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def learn(text: str, found: Found, known: Known, pseudonyms: Pseudonyms | None = None) -> None:
    """Takes note of the values that are to be looked for elsewhere. pseudonyms: give what dates become."""
    before: Part | None = None
    for part in found.parts:
        if part.kind not in LEARNT:
            continue
        value = Spelled(text[part.start : part.end], part.delimiters).text
        match part.kind:
            case Kind.NAME | Kind.PERSON if not any(map(str.isdigit, value)):
                known.add_name(value)
                if before is not None and before.kind is part.kind and part.start == before.end + 1:
                    other = Spelled(text[before.start : before.end], part.delimiters).text
                    known.add(other + value)
                    known.add(value + other)
            case Kind.NAME | Kind.PERSON | Kind.ID | Kind.PHONE:
                known.add_number(value)
            case Kind.DATE:
                moved = shifted(value.strip(), pseudonyms.days(part.patient)) if pseudonyms else None
                known.add(value, moved)
            case _:
                known.add(value)
        before = part


class Rewriting:
    """What becomes of texts in one export."""

    def __init__(self, pseudonyms: Pseudonyms, report: Report) -> None:
        self._pseudonyms = pseudonyms
        self._report = report

    def edits(self, text: str, found: Found, known: Known, charset: str) -> list[Edit]:
        """What is to be changed in a text, in order, without overlap. charset: Python's name of its character set."""
        edits = [edit for part in found.parts if (edit := self._part(text, part, known, charset)) is not None]
        again = (self._again(text, one, charset) for one in elsewhere(text, found, known))
        return sorted([*edits, *filter(None, again)])

    def _part(self, text: str, part: Part, known: Known, charset: str) -> Edit | None:
        value = text[part.start : part.end]
        made = self._date(value, part) or _removed(part) or self._written(value, part, known, charset)
        if made == value:
            return None
        self._report.count(part.place, part.kind)
        return Edit(part.start, made)

    def _date(self, value: str, part: Part) -> str:
        if part.kind is Kind.DATE:
            return shifted(value, self._pseudonyms.days(part.patient)) or ""
        if part.kind is Kind.TIME:
            weeks = self._pseudonyms.weeks
            return shifted(value, -7 * weeks) or "" if weeks else value
        return ""

    def _written(self, value: str, part: Part, known: Known, charset: str) -> str:
        spelled = Spelled(value, part.delimiters)
        numbers = bytearray(self._numbers(spelled.text))
        made: dict[int, str] = {}
        for start, end, replacement in known.find(spelled.text):
            first, last = spelled.span(start, end)
            if replacement is not None and last - first == len(replacement):
                made[first] = replacement
            numbers[start:end] = self._pseudonyms.numbers(spelled.text[start:end])
        text = spelled.rewritten(bytes(numbers), charset, "".join(part.delimiters))
        return applied(text, [Edit(start, replacement) for start, replacement in made.items()])

    def _numbers(self, text: str) -> bytes:
        """Blanks around a value do not make it another one."""
        stripped = text.strip()
        before = len(text) - len(text.lstrip())
        numbers = bytes(before) + self._pseudonyms.numbers(stripped)
        return numbers + bytes(len(text) - len(numbers))

    def _again(self, text: str, one: "Elsewhere", charset: str) -> Edit | None:
        value = text[one.start : one.end]
        made = one.replacement
        if made is None or len(made) != len(value):
            spelled = Spelled(value, one.delimiters)
            numbers = self._pseudonyms.numbers(spelled.text)
            made = spelled.rewritten(numbers, charset, "".join(one.delimiters))
        if made == value:
            return None
        self._report.count("", Kind.ELSEWHERE)
        return Edit(one.start, made)


class Elsewhere(NamedTuple):
    """A known value outside of the parts, from `start` to `end`; escaped ones too."""

    start: int
    end: int
    replacement: str | None
    delimiters: Delimiters


def elsewhere(text: str, found: Found, known: Known) -> Iterator[Elsewhere]:
    """Where known values turn up besides."""
    if not known:
        return
    untouched = _Spans([*((part.start, part.end) for part in found.parts), *found.structure])
    for start, end, delimiters in found.lines:
        spelled = Spelled(text[start:end], delimiters)
        for first, last, replacement in known.find(spelled.text):
            begin, stop = (start + at for at in spelled.span(first, last))
            if not untouched.touch(begin, stop):
                yield Elsewhere(begin, stop, replacement, delimiters)


def _removed(part: Part) -> str:
    return (removed(part.document) or "") if part.document is not None else ""


class _Spans:
    """Spans of a text, none of which begins before the one before it ends, but for those within another."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def touch(self, start: int, end: int) -> bool:
        """Does any of them share a character with these?"""
        at = bisect_right(self._starts, end - 1) - 1
        return at >= 0 and self._ends[at] > start


def applied(text: str, edits: list[Edit]) -> str:
    """The text with its edits."""
    pieces = []
    at = 0
    for edit in edits:
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])

"""Where patients' data stands in a text: its parts, told by the tables of places, by data types and by the settings."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from hl7capture.hl7 import astm, er7, names
from hl7capture.hl7.documents import Document, document_in
from hl7capture.hl7.node import Node
from hl7capture.hl7.privacy import astm_places, er7_places
from hl7capture.hl7.privacy.kinds import Kind
from hl7capture.hl7.privacy.measured import is_measured
from hl7capture.hl7.privacy.rules import Rules
from hl7capture.hl7.segments import SEGMENTS
from hl7capture.hl7.split import Delimiters, lines, plain
from hl7capture.hl7.standard import standard_of

_LONG_NUMBER = re.compile(r"\d{4,}")
_LONGEST_CODE = 40  # characters of an identifier in a coded entry
_HEADER = re.compile(r"[\ufeff \t\v\f\r\n]*(?:(?:MSH|FHS|BHS)[^\w\s]|H[^\w\s]{4})")
_BORING = frozenset({"", '""'})  # nothing, and HL7's "delete this" (v2.5 §2.5.3)


class Part(NamedTuple):
    """Characters `start` to `end` of a text.

    place: the field, "PID-5"; "" for a line that is none. patient: whose (an id as it stands there); "": not known.
    delimiters: those of its segment. document: what it is, of the kind `DOCUMENT`.
    """

    start: int
    end: int
    kind: Kind
    place: str
    patient: str
    delimiters: Delimiters
    document: Document | None = None


class Found(NamedTuple):
    """What was found in a text. parts: in order, they do not overlap. structure: spans that nothing may change.

    lines: start, end and delimiters of every line.
    """

    parts: list[Part]
    structure: list[tuple[int, int]]
    lines: list[tuple[int, int, Delimiters]]


def find(text: str, rules: Rules, *, is_whole: bool = True) -> Found:
    """The private parts of any text; never raises, time grows with the text alone.

    is_whole: it begins where a message begins. Where that is not known, the first line counts as unread unless it is a
    header, and the standard is that of the first line that shows one.
    """
    finder = _Finder(rules, is_whole=is_whole or _HEADER.match(text) is not None)
    start = 0
    if not is_whole and not _HEADER.match(text):
        start = _second_line(text)
        finder.unread(text, 0, start)
    rest = text[start:]
    match standard_of(rest):
        case "hl7":
            finder.er7(er7.parse(rest), start)
        case "astm":
            finder.astm(astm.parse(rest), start)
        case _:
            finder.unread(text, start, len(text))
    return Found(finder.parts, finder.structure, finder.lines)


def _second_line(text: str) -> int:
    """Where the second line begins; the end where there is none."""
    ends = [end for end in (text.find("\r"), text.find("\n")) if end >= 0]
    return min(ends) + 1 if ends else len(text)


class _Finder:
    def __init__(self, rules: Rules, *, is_whole: bool) -> None:
        self._rules = rules
        self._is_whole = is_whole
        self._shift = 0
        self._delimiters = er7.DEFAULTS
        self._patient = ""
        self.parts: list[Part] = []
        self.structure: list[tuple[int, int]] = []
        self.lines: list[tuple[int, int, Delimiters]] = []

    # -- both standards ----------------------------------------------------------------------------------------

    def unread(self, text: str, start: int, end: int) -> None:
        """Text that no standard explains."""
        self._shift = start
        for number, (at, line) in enumerate(lines(text[start:end]), 1):
            self._unread_line(plain(number, at, line))

    def _unread_line(self, node: Node) -> None:
        self._line(node)
        self._add(node, Kind.UNREAD, "")

    def _line(self, node: Node) -> None:
        self.lines.append((node.start + self._shift, node.end + self._shift, self._delimiters))

    def _keep(self, start: int, end: int) -> None:
        self.structure.append((start + self._shift, end + self._shift))

    def _add(self, node: Node, kind: Kind, place: str, document: Document | None = None) -> None:
        if node.value.strip() not in _BORING:
            start, end = node.start + self._shift, node.end + self._shift
            self.parts.append(Part(start, end, kind, place, self._patient, self._delimiters, document))

    def _add_numbers(self, node: Node, place: str) -> None:
        for match in _LONG_NUMBER.finditer(node.value):
            self._add(
                Node("", "", "", match[0], node.start + match.start(), node.start + match.end()), Kind.ERROR, place
            )

    # -- HL7 v2 ------------------------------------------------------------------------------------------------

    def er7(self, nodes: tuple[Node, ...], shift: int) -> None:
        """All segments of a message or batch."""
        self._shift = shift
        for node in nodes:
            if node.path.startswith("line"):
                self._unread_line(node)
                continue
            segment = node.value[:3]
            if er7.is_header(node.value):
                self._delimiters = er7.delimiters_of(node.value)
                self._patient = ""
                self._keep(node.start, node.start + 4 + len(node.children[1].value))
            elif segment == "PID":
                self._patient = _patient(node, 3, 2, 4, 5)
            self._line(node)
            self._keep(node.start, node.start + 3)
            self._segment(segment, node)

    def _segment(self, segment: str, node: Node) -> None:
        is_own = segment[0] == "Z" or segment not in SEGMENTS
        first = 2 if segment in ("MSH", "FHS", "BHS") else 0  # its delimiters
        for number, field in enumerate(node.children[first:], first + 1):
            if not field.value:
                continue
            if (segment, number) in er7_places.STRUCTURE:
                self._keep(field.start, field.end)
            place = f"{segment}-{number}" if segment[0] == "Z" or not is_own else "other segments"
            if is_own:
                # What a site has made up may be anything; without the setting only what it was told to look for.
                kind = Kind.TEXT if self._rules.with_own_segments or segment[0] != "Z" else None
            else:
                kind = er7_places.kind_of(segment, number, field.datatype or _latest_type(segment, number))
            for repetition in _repetitions(field):
                if segment == "OBX" and number == 5:
                    self._observed(repetition, place)
                else:
                    self._repetition(segment, number, repetition, kind, place)

    def _repetition(self, segment: str, number: int, field: Node, kind: Kind | None, place: str) -> None:
        if kind is Kind.DOCUMENT:
            self._document(field, place)
            return
        is_entry = kind is None and field.datatype in er7_places.ENTRIES
        for component, leaf in _leaves(field):
            if self._rules.names(segment, number, component):
                self._add(leaf, Kind.TEXT if kind is None else kind, place)
            elif leaf.datatype in er7_places.DATES and kind not in (Kind.TEXT, Kind.UNREAD):
                self._add(leaf, Kind.DATE if kind is Kind.DATE else Kind.TIME, place)
            elif is_entry:
                if (segment, number) not in er7_places.NAMES_OF_TESTS and _is_written(field, component, leaf):
                    self._add(leaf, Kind.TEXT, place)
            elif kind is Kind.ERROR:
                self._add_numbers(leaf, place)
            elif kind is None and segment in er7_places.WHOLE:
                if not er7_places.is_short_code(leaf.value):
                    self._add(leaf, Kind.TEXT, place)
            elif segment in er7_places.QUERIES and leaf.value.startswith("@"):
                continue  # the name of a parameter: @PID.3
            elif kind is None and not self._is_whole:
                self._add_numbers(leaf, place)  # whose it is may have stood in what is missing
            elif kind is not None and not er7_places.component_stays(kind, field.datatype, component, leaf.value):
                self._add(leaf, kind, place)

    def _observed(self, field: Node, place: str) -> None:
        """OBX-5, whose type OBX-2 tells: what was measured or coded stays, what somebody wrote goes (v2.5 §7.4.2.5)."""
        kind = er7_places.BY_TYPE.get(field.datatype)
        if kind is not Kind.TEXT and (kind is not None or field.datatype in er7_places.ENTRIES | er7_places.DATES):
            self._repetition("OBX", 5, field, kind, place)
            return
        for component, leaf in _leaves(field):
            if self._rules.names("OBX", 5, component) or not is_measured(leaf.value):
                self._add(leaf, Kind.TEXT, place)

    def _document(self, field: Node, place: str) -> None:
        """A document goes whole; so does where one is, and what is told about it (HL7 v2.5 §2.A.24, §2.A.65)."""
        document = document_in(field, self._delimiters)
        for component, leaf in _leaves(field):
            if component == 5 and document is not None:
                is_in_one_piece = leaf.value == document.raw
                self._add(leaf, Kind.DOCUMENT, place, document if is_in_one_piece else None)
            elif component in (1, 5) or len(leaf.value) > _LONGEST_CODE or not field.children:
                self._add(leaf, Kind.TEXT, place)

    # -- ASTM E1394 --------------------------------------------------------------------------------------------

    def astm(self, nodes: tuple[Node, ...], shift: int) -> None:
        """All records of a message."""
        self._shift = shift
        self._delimiters = astm.DEFAULTS
        for node in nodes:
            if node.path.startswith("line"):
                self._unread_line(node)
                continue
            record = node.value[0]
            if record == "H":
                self._delimiters = astm.delimiters_of(node.value)
                self._patient = ""
                self._keep(node.start, node.start + 5)
            elif record == "P":
                self._patient = _patient(node, 3, 4, 5, 6)
            self._line(node)
            self._keep(node.start, node.start + 1)
            self._record(record, node)

    def _record(self, record: str, node: Node) -> None:
        listed = astm_places.LISTED.get(record)
        for number, field in enumerate(node.children, 1):
            if number <= 2 and (listed is not None or number == 1):
                continue  # its letter; its sequence number, or the delimiters
            if (record, number) in astm_places.STRUCTURE:
                self._keep(field.start, field.end)
            place = f"{record}-{number}" if record in astm.RECORDS else "other records"
            if listed is None:
                kind = Kind.TEXT if self._rules.with_own_segments or record != "M" else None
            else:
                kind = listed.get(number)
                if number > max(listed, default=number) and number > len(astm.RECORDS[record][1]):
                    kind = Kind.TEXT  # beyond the standard
            for component, leaf in _all_leaves(field):
                self._astm_leaf(record, number, component, leaf, kind, place)

    def _astm_leaf(self, record: str, number: int, component: int, leaf: Node, kind: Kind | None, place: str) -> None:
        if self._rules.names(record, number, component):
            self._add(leaf, Kind.TEXT if kind is None else kind, place)
        elif (record, number) == astm_places.VALUE:
            if not is_measured(leaf.value):
                self._add(leaf, Kind.TEXT, place)
        elif record == "O" and kind is Kind.ID and component > 1 and len(leaf.value) <= 4:
            pass  # rack and position
        elif kind is not None and leaf.value.strip().casefold() not in astm_places.STAYING_WORDS:
            self._add(leaf, kind, place)


def _patient(node: Node, *numbers: int) -> str:
    """What tells a patient from others: the first of these fields that holds something."""
    for number in numbers:
        if number <= len(node.children) and node.children[number - 1].value:
            _, leaf = next(_all_leaves(node.children[number - 1]))
            return leaf.value.strip().casefold()
    return ""


def _latest_type(segment: str, number: int) -> str:
    """The type of a field that the message's version does not have, though a later one does; "" for beyond all."""
    latest = names.fields(names.VERSIONS[-1], segment).get(number)
    return "" if latest is None else latest.datatype


def _repetitions(field: Node) -> tuple[Node, ...]:
    """The repetitions of a field: itself where there is one."""
    return field.children if field.children and field.children[0].path == field.path else (field,)


def _leaves(repetition: Node) -> Iterator[tuple[int, Node]]:
    """The parts of a repetition that are not cut any further, each with the number of its component."""
    if not repetition.children:
        yield 1, repetition
    for number, component in enumerate(repetition.children, 1):
        for leaf in component.children or (component,):
            yield number, leaf


def _all_leaves(field: Node) -> Iterator[tuple[int, Node]]:
    for repetition in _repetitions(field):
        yield from _leaves(repetition)


def _is_written(field: Node, component: int, leaf: Node) -> bool:
    """Is this part of a coded entry no code, but what somebody wrote? (HL7 v2.5 §2.A.13: code, text, system, …)

    The text beside a code is the code's; a text without a code, and the original text of CWE.9, are somebody's.
    """
    if is_measured(leaf.value):
        return False
    codes = [field.children[at].value for at in (0, 3) if at < len(field.children)]
    if component in (1, 4):
        return len(leaf.value) > _LONGEST_CODE or " " in leaf.value.strip()
    if component in (2, 5):
        return not any(codes)
    return component == 9

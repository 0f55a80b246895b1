"""ER7, the bar-and-caret form of HL7 v2 (HL7 v2.5 §2.5 to §2.7)."""

import re
from collections import Counter
from functools import lru_cache

from hl7capture.hl7 import names
from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.node import Definitions, Node
from hl7capture.hl7.split import USUAL, Delimiters, fields, leaf, lines, plain

__all__ = ["DEFAULTS", "delimiters_of", "is_header", "parse", "unescape"]

DEFAULTS = USUAL

_HEADER = re.compile(r"(?:MSH|FHS|BHS)[^\w\s]")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_MOST_ENCODING_CHARACTERS = 5  # component, repetition, escape, subcomponent; from v2.7 on truncation
_MOST_COLUMNS = 256  # of a table in RDF whose types are looked at

# Fields whose data type varies, and the field that tells it: HL7 v2.5 chapters 7 (OBX) and 8 (MFE, MFA).
_VARYING = {"OBX": (5, 2), "MFE": (4, 5), "MFA": (5, 6)}
_Types = tuple[tuple[int, str], ...]


def parse(text: str) -> tuple[Node, ...]:
    """One node per segment. Every header (MSH, FHS, BHS) sets delimiters and version for what follows it."""
    delimiters = DEFAULTS
    version = names.DEFAULT_VERSION
    columns: _Types = ()
    seen: Counter[str] = Counter()
    nodes = []
    for number, (start, line) in enumerate(lines(text), 1):
        if is_header(line):
            delimiters = delimiters_of(line)
        segment = line[:3]
        if not _SEGMENT.fullmatch(segment) or line[3:4] not in ("", delimiters.field):
            nodes.append(plain(number, start, line))  # mostly a line break that was not escaped
            continue
        values = line.split(delimiters.field)
        if segment == "MSH":
            version = _version(values, delimiters)
            columns = ()
        elif segment == "RDF":
            columns = _columns(values, delimiters)
        seen[segment] += 1
        path = segment if seen[segment] == 1 else f"{segment}[{seen[segment]}]"
        types = columns if segment == "RDT" else _types(segment, values)
        definitions = names.typed(version, segment, types) if types else names.fields(version, segment)
        nodes.append(_segment(path, start, line, values, delimiters, definitions))
    return tuple(nodes)


def is_header(line: str) -> bool:
    """True for a segment that declares delimiters: the message header, or a file's or batch's."""
    return _HEADER.match(line) is not None


def delimiters_of(line: str) -> Delimiters:
    """The delimiters that a header segment declares in its first two fields (HL7 v2.5 §2.5.4).

    What the second field leaves out is not used in the message. Where it cannot be what it should be, or the
    line is no header, the usual ones are taken.
    """
    return _declared(line[: 4 + _MOST_ENCODING_CHARACTERS + 1])


@lru_cache(maxsize=256)  # nearly all messages of a network begin with the same characters
def _declared(start: str) -> Delimiters:
    if not is_header(start):
        return DEFAULTS
    field = start[3]
    declared = start[4:].split(field)[0]
    usable = declared and len(declared) <= _MOST_ENCODING_CHARACTERS
    if not usable or any(character.isalnum() or character.isspace() for character in declared):
        return DEFAULTS._replace(field=field)
    # A sender that doubles its backslash ("^~\\&") means one: no character can have two duties.
    component, repetition, escape, subcomponent, truncation = (*dict.fromkeys(declared), *[""] * 4)[:5]
    return Delimiters(field, component, repetition, escape, subcomponent, truncation)


def _version(values: list[str], delimiters: Delimiters) -> str:
    declared = values[11] if len(values) > 11 else ""
    return names.nearest(declared.split(delimiters.component)[0] if delimiters.component else declared)


def _types(segment: str, values: list[str]) -> _Types:
    """The data type of the field that varies, as another field of the segment tells it."""
    varying, telling = _VARYING.get(segment, (0, 0))
    return ((varying, values[telling]),) if varying and telling < len(values) else ()


def _columns(values: list[str], delimiters: Delimiters) -> _Types:
    """The data types of the fields of RDT: RDF-2, a repetition a column (HL7 v2.5 chapter 5)."""
    declared = values[2] if len(values) > 2 else ""
    columns = declared.split(delimiters.repetition, _MOST_COLUMNS) if delimiters.repetition else [declared]
    return tuple(
        (number, parts[1])
        for number, column in enumerate(columns[:_MOST_COLUMNS], 1)
        if delimiters.component and len(parts := column.split(delimiters.component, 2)) > 1
    )


def _segment(
    path: str, start: int, line: str, values: list[str], delimiters: Delimiters, definitions: Definitions
) -> Node:
    segment = line[:3]
    if is_header(line):
        # Field 1 is the separator itself, and field 2 holds the others: neither may be cut by them.
        children = [
            leaf(f"{path}-1", line[3], start + 3, definitions[1]),
            leaf(f"{path}-2", values[1], start + 4, definitions[2]),
            *fields(path, values[2:], start + 5 + len(values[1]), 3, definitions, delimiters),
        ]
    else:
        children = fields(path, values[1:], start + 4, 1, definitions, delimiters)
    name = names.segment_name(segment)
    return Node(path, name, "", line, start, start + len(line), tuple(children))

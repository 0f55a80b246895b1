"""Is a message what its version of HL7 v2 says? Required segments and fields, lengths, values of HL7's tables.

What a site may decide itself is no fault: Z-segments, tables that are the user's (data type IS), fields behind the
standard's last one. Conditions (“required if …”) are not looked at, and profiles are not known.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from hl7capture.hl7 import er7
from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.names import VERSIONS, fields, segment_name
from hl7capture.hl7.node import Node
from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.standard import standard_of
from hl7capture.hl7.tree import delimiters_of, parse
from hl7capture.hl7.validation.fields import longest, required, table
from hl7capture.hl7.validation.structure import is_structure, structure_of

_NULL = '""'
_TOLD_ELSEWHERE = frozenset({"MSH-10"})  # finding control-id-missing
_MOST = 200  # faults of one message
_MOST_SEGMENTS = 10_000  # of a message that is compared with its structure, a second's work at the worst


class What(StrEnum):
    """What is wrong; a finding is called like this."""

    STRUCTURE_UNKNOWN = "structure-unknown"
    SEGMENT_MISSING = "segment-missing"
    SEGMENT_UNEXPECTED = "segment-unexpected"
    FIELD_MISSING = "field-missing"
    FIELD_TOO_LONG = "field-too-long"
    VALUE_NOT_IN_TABLE = "value-not-in-table"


class Fault(NamedTuple):
    """One thing that is wrong in a message, once for each place, however often it is there.

    place: "OBX", "OBX-11", "PID-3.5"; of an unknown structure its name. name: what the standard calls it. detail: the
    value that is in no table; how long a field is. rule: what says so: a structure, a table, the characters allowed.
    """

    what: What
    place: str
    name: str = ""
    detail: str = ""
    rule: str = ""


class Validated(NamedTuple):
    """kind: "ORU^R01". structure: what the message was compared with; empty where none is known."""

    kind: str
    version: str
    structure: str
    faults: list[Fault]


def validated(text: str) -> Validated | None:
    """What is wrong with one ER7 message. None where nobody can say: another standard, a batch, an unknown version.

    Never raises; time grows with the text.
    """
    if standard_of(text) != "hl7":
        return None
    segments = [node for node in parse(text) if not node.path.startswith("line ")]
    headers = [node for node in segments if er7.is_header(node.value)]
    if len(headers) != 1 or headers[0] is not segments[0] or headers[0].path != "MSH":
        return None
    delimiters = delimiters_of(text)
    code, event, named = (_part(headers[0], 9, number, delimiters) for number in (1, 2, 3))
    version = _part(headers[0], 12, 1, delimiters)
    if version not in VERSIONS:
        return None
    structure = next((name for name in (named, f"{code}_{event}", code) if name and is_structure(name, version)), "")
    faults: dict[tuple[What, str], Fault] = {}
    for fault in (*_of_structure(segments, named, structure, version), *_of_fields(segments, version, delimiters)):
        if len(faults) < _MOST:
            faults.setdefault((fault.what, fault.place), fault)
    return Validated("^".join(filter(None, (code, event))), version, structure, list(faults.values()))


def _of_structure(segments: list[Node], named: str, structure: str, version: str) -> Iterator[Fault]:
    if named and named != structure and "Z" not in (named[0], named.rpartition("_")[2][:1]):
        elsewhere = [other for other in VERSIONS if is_structure(named, other)]
        yield Fault(What.STRUCTURE_UNKNOWN, "MSH-9.3", detail=named, rule=", ".join(elsewhere))
    known = structure_of(structure, version) if structure else None
    if known is None:
        return
    names = [name for node in segments if (name := _name(node))[0] != "Z"]
    if len(names) > _MOST_SEGMENTS:
        return
    for complaint in known.complaints(names):
        what = What.SEGMENT_MISSING if complaint.is_missing else What.SEGMENT_UNEXPECTED
        yield Fault(what, complaint.name, segment_name(complaint.name), rule=structure)


def _of_fields(segments: list[Node], version: str, delimiters: Delimiters) -> Iterator[Fault]:
    for segment in segments:
        name = _name(segment)
        for number in required(version, name):
            place = f"{name}-{number}"
            field = segment.children[number - 1] if number <= len(segment.children) else None
            if (field is None or not field.value) and place not in _TOLD_ELSEWHERE:
                yield Fault(What.FIELD_MISSING, place, fields(version, name)[number].name)
        is_header = er7.is_header(segment.value)
        for number, field in enumerate(segment.children, 1):
            if field.value and not (is_header and number <= 2):
                yield from _of_field(field, f"{name}-{number}", longest(version, name, number), delimiters)


def _of_field(field: Node, place: str, most: int, delimiters: Delimiters) -> Iterator[Fault]:
    is_repeated = bool(field.children) and field.children[0].path == field.path
    for one in field.children if is_repeated else (field,):
        is_coded = one.datatype in ("ID", "IS")  # its table says more than its length
        if most and not is_coded and len(one.value) > most and len(unescape(one.value, delimiters)) > most:
            yield Fault(What.FIELD_TOO_LONG, place, field.name, str(len(one.value)), str(most))
        yield from _of_values(one, place, delimiters)


def _of_values(node: Node, place: str, delimiters: Delimiters) -> Iterator[Fault]:
    """Values of data type ID have to be in HL7's table; those of IS are the user's own."""
    for number, child in enumerate(node.children, 1):
        yield from _of_values(child, f"{place}.{number}", delimiters)
    if node.datatype != "ID" or not node.table or node.children or node.value in ("", _NULL):
        return
    value = unescape(node.value, delimiters).strip()
    known = table(node.table)
    if value and known and value not in known:
        yield Fault(What.VALUE_NOT_IN_TABLE, place, node.name, value, node.table)


def _name(segment: Node) -> str:
    return segment.path[:3]


def _part(segment: Node, field: int, component: int, delimiters: Delimiters) -> str:
    """The component of a field's first repetition."""
    if field > len(segment.children):
        return ""
    node = segment.children[field - 1]
    while node.children and node.children[0].path == node.path:
        node = node.children[0]
    nodes = node.children or (node,)
    return unescape(nodes[component - 1].value, delimiters).strip() if component <= len(nodes) else ""

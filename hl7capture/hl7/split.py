"""How a message is cut: into lines, a line's fields, their repetitions, components and subcomponents.

ER7 and E1394 differ in which character does what, not in how they nest (HL7 v2.5 §2.5, ASTM E1394-97 §6).
Nothing is decoded here: an escaped delimiter is not there as itself, so cutting comes first.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hl7capture.hl7.node import UNKNOWN, Definition, Definitions, Node

BLANK = "\ufeff \t\v\f"  # what may stand before a line: a byte order mark, blanks, the VT of a block that was cut


class Delimiters(NamedTuple):
    """The characters that separate; an empty one is not used in this message."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str = ""
    truncation: str = ""


USUAL = Delimiters("|", "^", "~", "\\", "&")  # of ER7 (HL7 v2.5 §2.5.4)


def lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, each with its offset. They end with CR, LF or both: all of these occur."""
    start = 0
    for line in text.replace("\n", "\r").split("\r"):
        value = line.lstrip(BLANK)
        if value:
            yield start + len(line) - len(value), value
        start += len(line) + 1


def plain(number: int, start: int, line: str) -> Node:
    """A line that no standard explains."""
    return Node(f"line {number}", "", "", line, start, start + len(line))


def leaf(path: str, value: str, start: int, definition: Definition = UNKNOWN) -> Node:
    """A place that is not cut any further."""
    name, datatype, _, table = definition
    return Node(path, name, datatype, value, start, start + len(value), (), table)


def fields(
    path: str, values: list[str], start: int, first: int, definitions: Definitions, delimiters: Delimiters
) -> list[Node]:
    """Consecutive fields of the line `path`: the first stands at `start` and has the number `first`."""
    nodes = []
    for number, value in enumerate(values, first):
        definition = definitions.get(number, UNKNOWN)
        nodes.append(_field(f"{path}-{number}", value, start, definition, delimiters))
        start += len(value) + 1
    return nodes


def _field(path: str, value: str, start: int, definition: Definition, delimiters: Delimiters) -> Node:
    separator = delimiters.repetition
    if not separator or separator not in value:
        return _repetition(path, value, start, definition, delimiters)
    nodes = []
    at = start
    for number, part in enumerate(value.split(separator), 1):
        own_path = path if number == 1 else f"{path}[{number}]"
        nodes.append(_repetition(own_path, part, at, definition, delimiters))
        at += len(part) + 1
    name, datatype, _, table = definition
    return Node(path, name, datatype, value, start, start + len(value), tuple(nodes), table)


def _repetition(path: str, value: str, start: int, definition: Definition, delimiters: Delimiters) -> Node:
    name, datatype, parts, table = definition
    end = start + len(value)
    components, subcomponents = delimiters.component, delimiters.subcomponent
    if components and components in value:
        nodes = _parts(path, value, start, parts, components, subcomponents)
        return Node(path, name, datatype, value, start, end, nodes, table)
    # Without a component separator the value is its own first component. It has subcomponents ("S17&LAB" in
    # SPM-2) only where the standard knows them: elsewhere people forget to escape ("Smith & Sons").
    if subcomponents and subcomponents in value and parts.get(1, UNKNOWN).parts:
        only = _component(f"{path}.1", value, start, parts[1], subcomponents)
        return Node(path, name, datatype, value, start, end, (only,), table)
    return Node(path, name, datatype, value, start, end, (), table)


def _component(path: str, value: str, start: int, definition: Definition, separator: str) -> Node:
    name, datatype, parts, table = definition
    nodes = _parts(path, value, start, parts, separator, "") if separator and separator in value else ()
    return Node(path, name, datatype, value, start, start + len(value), nodes, table)


def _parts(path: str, value: str, start: int, definitions: Definitions, separator: str, inner: str) -> tuple[Node, ...]:
    nodes = []
    for number, part in enumerate(value.split(separator), 1):
        definition = definitions.get(number, UNKNOWN)
        nodes.append(_component(f"{path}.{number}", part, start, definition, inner))
        start += len(part) + 1
    return tuple(nodes)

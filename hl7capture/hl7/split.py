"""How a message is cut: into lines, a line's fields, their repetitions, components and subcomponents.

ER7 and E1394 differ in which character does what, not in how they nest (HL7 v2.5 §2.5, ASTM E1394-97 §6).
Nothing is decoded here: an escaped delimiter is not there as itself, so cutting comes first.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from hl7capture.hl7.node import UNKNOWN, Definition, Definitions, Node

_LINE_END = re.compile(r"[\r\n]")
_PIECE = 1 << 18  # characters that are cut at once: of 50 MB all other threads would have to wait for it
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
    begin = 0
    while begin < len(text):
        end = len(text)
        if end - begin > _PIECE:
            found = _LINE_END.search(text, begin + _PIECE)
            end = found.start() if found else end
        start = begin
        for line in text[begin:end].replace("\n", "\r").split("\r"):
            value = line.lstrip(BLANK)
            if value:
                yield start + len(line) - len(value), value
            start += len(line) + 1
        begin = end + 1


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
        own_path = f"{path}-{number}"
        if not value or value.isalnum():  # most are; no separator is a letter or a digit
            nodes.append(leaf(own_path, value, start, definition))
        else:
            nodes.append(_field(own_path, value, start, definition, delimiters))
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
    nodes: tuple[Node, ...] = ()
    # Without a component separator the value is its own first component. It has subcomponents ("S17&LAB" in
    # SPM-2) only where the standard knows them: elsewhere people forget to escape ("Smith & Sons").
    if components and (
        components in value or (subcomponents and subcomponents in value and parts.get(1, UNKNOWN).parts)
    ):
        nodes = _parts(path, value, start, parts, components, subcomponents)
    return Node(path, name, datatype, value, start, end, nodes, table)


def _parts(path: str, value: str, start: int, definitions: Definitions, separator: str, inner: str) -> tuple[Node, ...]:
    """Components cut by `separator`, and their subcomponents by `inner`; or subcomponents, which have no `inner`."""
    nodes = []
    for number, part in enumerate(value.split(separator), 1):
        name, datatype, parts, table = definitions.get(number, UNKNOWN)
        own_path = f"{path}.{number}"
        below = _parts(own_path, part, start, parts, inner, "") if inner and inner in part else ()
        end = start + len(part)
        nodes.append(Node(own_path, name, datatype, part, start, end, below, table))
        start = end + 1
    return tuple(nodes)

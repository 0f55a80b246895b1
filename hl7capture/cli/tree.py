"""Messages taken apart, for people and as JSON (docs/messages.md)."""

import json
import sys
from collections.abc import Iterator

from hl7capture.cli.output import on_one_line
from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.node import Node
from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.standard import standard_of
from hl7capture.hl7.tables import meaning
from hl7capture.hl7.tree import delimited, parse

_INDENT = "  "


def print_tree(text: str) -> None:
    """A line for each place that is not empty, what is below it indented."""
    for node, delimiters in _segments(text):
        for line in _lines(node, delimiters, 1):
            sys.stdout.write(line + "\n")


def write_tree(text: str, session_id: str, number: int) -> None:
    """The tree as one line of JSON. It is written piece by piece: a message of a megabyte may have as many places."""
    head = {"sessionId": session_id, "message": number, "standard": standard_of(text)}
    sys.stdout.write(json.dumps(head)[:-1] + ', "tree": ')
    sys.stdout.writelines(_json_list(_json(node, delimiters) for node, delimiters in _segments(text)))
    sys.stdout.write("}\n")


def _segments(text: str) -> Iterator[tuple[Node, Delimiters]]:
    for node, (_, _, delimiters) in zip(parse(text), delimited(text), strict=True):
        yield node, delimiters


def _lines(node: Node, delimiters: Delimiters, depth: int) -> Iterator[str]:
    if not node.value:
        return
    is_repeated = bool(node.children) and node.children[0].path == node.path
    if not is_repeated:  # its repetitions say the same of themselves
        yield on_one_line(_INDENT * depth + _line(node, delimiters))
    for child in node.children:
        yield from _lines(child, delimiters, depth if is_repeated else depth + 1)


def _line(node: Node, delimiters: Delimiters) -> str:
    """`PID-8 Administrative Sex (IS): “F”, Female`"""
    named = f"{node.path} {node.name}".rstrip() + (f" ({node.datatype})" if node.datatype else "")
    said = []
    if not node.children:
        text = unescape(node.value, delimiters)
        said.append(f"“{node.value}”" if text == node.value else f"“{node.value}” = “{text}”")
    means = meaning(node)
    if means:
        said.append(means)
    return f"{named}: {', '.join(said)}" if said else named


def _json(node: Node, delimiters: Delimiters) -> Iterator[str]:
    own = {
        "path": node.path,
        "name": node.name,
        "type": node.datatype,
        "table": node.table,
        "value": node.value,
        "text": node.value if node.children else unescape(node.value, delimiters),
        "meaning": meaning(node),
        "start": node.start,
        "end": node.end,
    }
    yield json.dumps(own)[:-1] + ', "children": '
    yield from _json_list(_json(child, delimiters) for child in node.children)
    yield "}"


def _json_list(items: Iterator[Iterator[str]]) -> Iterator[str]:
    yield "["
    for at, item in enumerate(items):
        if at:
            yield ", "
        yield from item
    yield "]"

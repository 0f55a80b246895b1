"""A message as a tree, whatever its standard."""

from bisect import bisect_right
from collections.abc import Iterator

from hl7capture.hl7 import astm, er7
from hl7capture.hl7.node import Node
from hl7capture.hl7.split import Delimiters, lines, plain
from hl7capture.hl7.standard import standard_of

__all__ = ["Node", "delimited", "delimiters_of", "nodes_at", "parse"]


def parse(text: str) -> tuple[Node, ...]:
    """One node per segment or record, with its parts below. Never raises; time and size grow with the text.

    A text of no known standard gives one node per line, without a name.
    """
    match standard_of(text):
        case "hl7":
            return er7.parse(text)
        case "astm":
            return astm.parse(text)
        case _:
            return tuple(plain(number, start, line) for number, (start, line) in enumerate(lines(text), 1))


def nodes_at(nodes: tuple[Node, ...], at: int) -> tuple[Node, ...]:
    """The nodes that hold the character `at`, from the segment down; none between segments.

    A separator belongs to what it separates the parts of.
    """
    found: list[Node] = []
    while nodes:
        place = bisect_right(nodes, at, key=lambda node: node.start) - 1
        if place < 0 or at >= nodes[place].end:
            break
        found.append(nodes[place])
        nodes = nodes[place].children
    return tuple(found)


def delimiters_of(text: str) -> Delimiters:
    """The delimiters that the first line of a message declares, for `escapes.unescape`."""
    _, first = next(lines(text), (0, ""))
    return astm.delimiters_of(first) if standard_of(text) == "astm" else er7.delimiters_of(first)


def delimited(text: str) -> Iterator[tuple[int, str, Delimiters]]:
    """The lines of a message, one for each node of `parse`: its offset, itself, and the delimiters that count in it."""
    standard = astm if standard_of(text) == "astm" else er7
    delimiters = standard.DEFAULTS
    for start, line in lines(text):
        if standard.is_header(line):
            delimiters = standard.delimiters_of(line)
        yield start, line, delimiters

"""A tree written as text again: what its leaves say, with the separators that its headers declare between them."""

import re

from hl7capture.hl7.node import Node
from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.standard import standard_of
from hl7capture.hl7.tree import delimiters_of, parse

_ER7_HEADER = ("MSH", "FHS", "BHS")


def written(text: str) -> str:
    """The message again; only what stands between its lines is taken from `text`."""
    is_er7 = standard_of(text) == "hl7"
    delimiters = delimiters_of(text) if re.match(r"MSH|FHS|BHS|H", text.lstrip("\ufeff \t\v\f\r\n")) else None
    delimiters = delimiters or delimiters_of("MSH|" if is_er7 else "H|\\^&")
    whole = []
    end = 0
    for node in parse(text):
        whole.append(text[end : node.start])
        if is_declaring(node, is_er7=is_er7):
            delimiters = delimiters_of(node.value)
        whole.append(line(node, delimiters, is_er7=is_er7))
        end = node.end
    return "".join([*whole, text[end:]])


def is_declaring(node: Node, *, is_er7: bool) -> bool:
    if is_er7:
        return node.path[:3] in _ER7_HEADER
    return bool(node.path[:1] == "H" and re.match(r"H[^\w\s]{4}", node.value))


def line(node: Node, delimiters: Delimiters, *, is_er7: bool) -> str:
    """One segment or record."""
    if not node.children:
        return node.value
    fields = [field(child, delimiters) for child in node.children]
    if not is_er7:
        return delimiters.field.join(fields)
    name = node.path[:3]
    if name in _ER7_HEADER:
        return name + fields[0] + delimiters.field.join(fields[1:])  # its first field is the separator
    return delimiters.field.join([name, *fields])


def field(node: Node, delimiters: Delimiters) -> str:
    """One field: its first repetition has its own path."""
    if node.children and node.children[0].path == node.path:
        return delimiters.repetition.join(field(child, delimiters) for child in node.children)
    if not node.children:
        return node.value
    return delimiters.component.join(component(child, delimiters) for child in node.children)


def component(node: Node, delimiters: Delimiters) -> str:
    return delimiters.subcomponent.join(child.value for child in node.children) if node.children else node.value

"""A field of a message as a condition of the filter language."""

from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.names import PATH
from hl7capture.hl7.filter.parser import parse
from hl7capture.hl7.filter.tree import Comparison, Or, Text, text_of
from hl7capture.hl7.node import Node
from hl7capture.hl7.split import Delimiters

_LONGEST = 200  # characters of a value that somebody would filter by


def filter_of(node: Node, delimiters: Delimiters) -> str:
    """`PID-3.1 = 4711`; `NTE exists` for a segment; "" where no filter can ask for it."""
    if node.children and node.children[0].path == node.path:
        node = node.children[0]  # of a field that is repeated a path means the first repetition
    path = PATH.fullmatch(node.path)
    if path is None:
        return ""
    if path["field"] is None:
        return text_of(Comparison(node.path, "exists", ()))
    if not node.value or len(node.value) > _LONGEST:
        return ""
    value = unescape(node.value, delimiters)
    # What has no glyph could be typed, but not seen in the box.
    return text_of(Comparison(node.path, "=", (Text(value),))) if value.isprintable() else ""


def both(filter_text: str, condition: str) -> str:
    """What lets through what both let through; a text that is no filter stays as it is, in front."""
    if not filter_text.strip():
        return condition
    try:
        is_choice = isinstance(parse(filter_text), Or)
    except FilterError:
        is_choice = False
    return f"({filter_text.strip()}) and {condition}" if is_choice else f"{filter_text.strip()} and {condition}"

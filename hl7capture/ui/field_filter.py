"""A field of a message as a condition of the filter language."""

from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.filter.names import PATH
from hl7capture.hl7.filter.tree import Comparison, Text, text_of
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

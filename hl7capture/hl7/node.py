"""A place in a message, and what a standard says about such a place."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Node(NamedTuple):
    """A segment, field, repetition, component or subcomponent of a message.

    path: as interface engineers write it: "PID", "PID-3", "PID-3[2].1", "OBX[2]-5.1.2". Repetitions count from
        the second on, so the first repetition of a field has the path of the field itself.
    name: "Patient Identifier List"; empty where unknown.
    datatype: "CX"; empty for segments and where unknown.
    table: what explains coded values, for `tables.meaning`: the number of HL7's table, "0001", or E1394's field, "R-7".
    value: the text on the wire, escapes not decoded: `text[start:end] == value`.
    children: the parts, in order; empty where there is only one. Empty parts are there as well, so a segment's
        children can be counted: field 5 is `children[4]`.
    """

    path: str
    name: str
    datatype: str
    value: str
    start: int
    end: int
    children: tuple["Node", ...] = ()
    table: str = ""


class Definition(NamedTuple):
    """The name and data type of a place, the definitions of its parts by their numbers, from 1, and its table."""

    name: str
    datatype: str
    parts: Mapping[int, "Definition"]
    table: str = ""


Definitions = Mapping[int, Definition]

NOTHING: Definitions = MappingProxyType({})
UNKNOWN = Definition("", "", NOTHING)

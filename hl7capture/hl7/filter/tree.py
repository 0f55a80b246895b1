"""A filter as a tree, and the tree as text again."""

import re
from dataclasses import dataclass
from typing import Literal

from hl7capture.hl7.filter.grammar import KEYWORDS, WORD

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "~", "in", "exists"]


@dataclass(slots=True, frozen=True)
class Text:
    """A value as it was typed, without its quotes. column: where it stands, from 1."""

    value: str
    column: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)


@dataclass(slots=True, frozen=True)
class Pattern:
    """`/value/flags`, a regular expression; a slash in it is escaped."""

    value: str
    flags: str = ""
    column: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and (other.value, other.flags) == (self.value, self.flags)

    def __hash__(self) -> int:
        return hash((self.value, self.flags))


@dataclass(slots=True, frozen=True)
class Word:
    """A word that is searched in everything a session says."""

    value: str


@dataclass(slots=True, frozen=True)
class Comparison:
    """name: as in `names.NAMES`, or a path into messages, both as the program writes them. values: one; for `in` one or
    more; for `exists` none."""

    name: str
    operator: Operator
    values: tuple[Text | Pattern, ...] = ()


@dataclass(slots=True, frozen=True)
class Not:
    part: "Node"


@dataclass(slots=True, frozen=True)
class And:
    """Two parts or more."""

    parts: tuple["Node", ...]


@dataclass(slots=True, frozen=True)
class Or:
    """Two parts or more."""

    parts: tuple["Node", ...]


Node = Word | Comparison | Not | And | Or

_PLAIN = re.compile(WORD)


def text_of(node: Node) -> str:
    """A text that parses to the same tree."""
    match node:
        case Word(value):
            return quoted(value)
        case Comparison(name, "exists"):
            return f"{name} exists"
        case Comparison(name, "in", values):
            return f"{name} in ({', '.join(map(_value, values))})"
        case Comparison(name, operator, values):
            return f"{name} {operator} {_value(values[0])}"
        case Not(part):
            return f"not {_inner(part)}"
        case And(parts):
            return " and ".join(map(_inner, parts))
        case Or(parts):
            return " or ".join(map(_inner, parts))


def quoted(value: str) -> str:
    """In quotes where it could not be read without them."""
    if _PLAIN.fullmatch(value) and value.casefold() not in KEYWORDS and value[0] != "/":
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _inner(node: Node) -> str:
    return f"({text_of(node)})" if isinstance(node, And | Or) else text_of(node)


def _value(value: Text | Pattern) -> str:
    return quoted(value.value) if isinstance(value, Text) else f"/{value.value}/{value.flags}"

"""What conditions of SQL are made of: two sides, values that never stand in their text, patterns."""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hl7capture.hl7.filter import values
from hl7capture.store.index import searched

_ALTERED = re.compile("[\0\N{REPLACEMENT CHARACTER}\ud800-\udfff]")  # the archive may spell these otherwise
_SIGNS_OF_LIKE = re.compile(r"[%_\\]")


class Condition(NamedTuple):
    """Two conditions of SQL, in parentheses where they need them. `sure` is never more than `possible`."""

    sure: str
    possible: str


def exactly(condition: str) -> Condition:
    """What the server knows."""
    return Condition(condition, condition)


ALL, NONE, UNKNOWN = exactly("true"), exactly("false"), Condition("false", "true")


@dataclass(slots=True)
class Values:
    """Gathers the values of a query."""

    by_name: dict[str, Any] = field(default_factory=dict)

    def put(self, value: Any, kind: str) -> str:
        """Its place in the SQL; kind: the type that the server takes it for."""
        name = f"v{len(self.by_name)}"
        self.by_name[name] = value
        return f"%({name})s::{kind}"


def negated(condition: Condition) -> Condition:
    """What is not possible is sure now."""
    return Condition(f"(NOT {condition.possible})", f"(NOT {condition.sure})")


def inet_of(text: str) -> str:
    """An address or network of a filter, as the server takes it: zones do not count."""
    network = values.network(text)
    return f"{str(network.network_address).partition('%')[0]}/{network.prefixlen}"


def is_altered(text: str) -> bool:
    """The archive may spell it otherwise than a message has it: it finds too much, but nothing for sure."""
    return _ALTERED.search(text) is not None


def like(text: str) -> str:
    """A pattern of LIKE for everything that has `text` in it, as the archive spells it."""
    escaped = _SIGNS_OF_LIKE.sub(r"\\\g<0>", searched(text))
    return f"%{escaped}%"


def joined(word: str, parts: list[Condition]) -> Condition:
    return Condition(*(f"({word.join(side)})" for side in zip(*parts, strict=True)))


def loosely(condition: str) -> Condition:
    return Condition("false", condition)

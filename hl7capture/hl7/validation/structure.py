"""Which segments a message must have, and in which order: the abstract message syntax (HL7 v2.5 §2.12).

A structure is made an automaton with a state for each place where a segment may stand. The way through it with the
fewest complaints explains a message: structures are ambiguous (an ORC begins the next order, or an earlier result), and
a person should be told the least that can be wrong, not the first that comes to mind.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import hl7apy
from hl7apy.exceptions import ChildNotFound

_ANYTHING = frozenset({"ANYHL7SEGMENT", "Hxx"})  # structures that leave open what stands in them
_MOST_MISSING = 4  # segments that may be missing between two that are there
_BEAM = 3.0  # ways that are so much worse than the best one are given up
_UNEXPECTED = 1.1  # where both explain it, something is missing
_Missing = tuple[str, ...]


class Complaint(NamedTuple):
    """is_missing: the segment `name` is required and not there, else it is there and has no place. at: which segment
    of the message that is, or before which one it is missing; as many as there are at the end."""

    is_missing: bool
    name: str
    at: int


class Structure:
    """One message structure of one version. follow: for each state the segments that may come next, with the states
    they lead to and what is missing then; state 0 is the beginning. ends: what is missing where the message ends."""

    def __init__(self, follow: list[dict[str, list[tuple[int, _Missing]]]], ends: list[_Missing]) -> None:
        self._follow = follow
        self._ends = ends

    def complaints(self, names: Sequence[str]) -> list[Complaint]:
        """What is wrong with these segments. Time grows with their number, whatever they are."""
        ways: dict[int, _Way] = {0: _Way(0.0, None)}
        for at, name in enumerate(names):
            best: dict[int, _Way] = {}
            for state, way in ways.items():
                for target, missing in self._follow[state].get(name, ()):
                    _keep(best, target, way.without(missing, at))
                _keep(best, state, way.with_unexpected(name, at))
            least = min(way.cost for way in best.values())
            ways = {state: way for state, way in best.items() if way.cost <= least + _BEAM}
        ended = [way.without(self._ends[state], len(names)) for state, way in ways.items()]
        return min(ended, key=lambda way: way.cost).complaints()


class _Way(NamedTuple):
    """A way through a structure; said: its complaints, the last one first, each with those before it."""

    cost: float
    said: Any

    def without(self, missing: _Missing, at: int) -> "_Way":
        said = self.said
        for name in missing:
            said = (said, Complaint(True, name, at))
        return _Way(self.cost + len(missing), said)

    def with_unexpected(self, name: str, at: int) -> "_Way":
        return _Way(self.cost + _UNEXPECTED, (self.said, Complaint(False, name, at)))

    def complaints(self) -> list[Complaint]:
        found = []
        said = self.said
        while said is not None:
            said, complaint = said
            found.append(complaint)
        return found[::-1]


def _keep(ways: dict[int, _Way], state: int, way: _Way) -> None:
    if state not in ways or way.cost < ways[state].cost:
        ways[state] = way


def is_structure(name: str, version: str) -> bool:
    """Whether the version (one of `names.VERSIONS`) has a structure of this name."""
    return name in hl7apy.load_library(version).MESSAGES


@lru_cache(maxsize=256)
def structure_of(name: str, version: str) -> Structure | None:
    """None where there is none, or where it leaves open what may stand in it."""
    try:
        rows = hl7apy.load_reference(name, "Message", version)[1]
    except (ChildNotFound, IndexError):
        return None
    root = _Part(name, 1, False, False, [_part(row) for row in rows], None)
    leaves = list(root.leaves())
    if any(leaf.name in _ANYTHING for leaf in leaves):
        return None
    for number, leaf in enumerate(leaves, 1):
        leaf.state = number
    follow = [_by_name(root.beginnings())]
    ends: list[_Missing] = [root.least()]
    for leaf in leaves:
        after, end = leaf.after()
        follow.append(_by_name(after))
        ends.append(end)
    return Structure(follow, ends)


class _Part:
    """A segment, or a group of parts, in a structure. at_least: 0 or 1; state: of a segment its state."""

    def __init__(
        self, name: str, at_least: int, repeats: bool, is_choice: bool, parts: "list[_Part]", parent: "_Part | None"
    ) -> None:
        self.name = name
        self.at_least = at_least
        self.repeats = repeats
        self.is_choice = is_choice
        self.parts = parts
        self.parent = parent
        self.state = 0
        for part in parts:
            part.parent = self

    def leaves(self) -> "Iterator[_Part]":
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def least(self) -> _Missing:
        """The segments that it must have; of a choice nobody can say which."""
        if not self.parts:
            return (self.name,)
        if self.is_choice:
            return ()
        return tuple(name for part in self.parts if part.at_least for name in part.least())

    def beginnings(self) -> "list[tuple[_Part, _Missing]]":
        """Where it can begin, and what is missing then."""
        if not self.parts:
            return [(self, ())]
        if self.is_choice:
            return [found for part in self.parts for found in part.beginnings()]
        return self._from(0)[0]

    def after(self) -> "tuple[list[tuple[_Part, _Missing]], _Missing]":
        """What can follow this segment, and what is missing where the message ends with it."""
        found: list[tuple[_Part, _Missing]] = []
        missing: _Missing = ()  # to end what it is in
        part: _Part = self
        while True:
            if part.repeats:
                found += [(leaf, missing + more) for leaf, more in part.beginnings()]
            if part.parent is None:
                return found, missing
            if not part.parent.is_choice:
                later, rest = part.parent._from(part.parent.parts.index(part) + 1)
                found += [(leaf, missing + more) for leaf, more in later]
                missing += rest
            part = part.parent

    def _from(self, number: int) -> "tuple[list[tuple[_Part, _Missing]], _Missing]":
        """The beginnings of the parts from this one on, and what is missing where none of them is there."""
        found: list[tuple[_Part, _Missing]] = []
        missing: _Missing = ()
        for part in self.parts[number:]:
            if len(missing) <= _MOST_MISSING:
                found += [(leaf, missing + more) for leaf, more in part.beginnings()]
            if part.at_least:
                missing += part.least()
        return found, missing


def _part(row: Any) -> _Part:
    """One row of hl7apy's tables: ("PID", reference, (1, 1), "SEG"), or a group of such rows ("GRP")."""
    name, reference, (at_least, at_most), kind = row[:4]
    parts = [_part(child) for child in reference[1]] if kind == "GRP" else []
    return _Part(name, min(at_least, 1), at_most != 1, kind == "GRP" and reference[0] == "choice", parts, None)


def _by_name(targets: list[tuple[_Part, _Missing]]) -> dict[str, list[tuple[int, _Missing]]]:
    """By the segment's name; of several ways to the same place the one on which the least is missing."""
    best: dict[int, tuple[_Part, _Missing]] = {}
    for leaf, missing in targets:
        if len(missing) <= _MOST_MISSING and (leaf.state not in best or len(missing) < len(best[leaf.state][1])):
            best[leaf.state] = (leaf, missing)
    found: dict[str, list[tuple[int, _Missing]]] = {}
    for leaf, missing in best.values():
        found.setdefault(leaf.name, []).append((leaf.state, missing))
    return found

"""The difference of two messages by field, not by character.

What decides is the meaning: escapes are decoded, each message is read with its own delimiters, a part that is empty is
the same as one that is not there (HL7 v2.5 §2.6.1), and `a` is the same as `a^`. The null value `""` is a value.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from hl7capture.hl7.difference.alignment import aligned
from hl7capture.hl7.difference.ignored import Ignored, Place
from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.node import Node
from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.tree import delimited, parse


class Kind(StrEnum):
    """What happened to a place from the first message to the second."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    REWRITTEN = "rewritten"  # it means the same and is written differently
    SAME = "same"
    IGNORED = "ignored"  # it was left out, whatever it says


class Side(NamedTuple):
    """A place in one of the two messages.

    path: where it is, or would be. node: None where it is not there. text: what it says, escapes decoded; of a place
    with parts, as it is written.
    """

    path: str
    node: Node | None
    text: str


class Difference(NamedTuple):
    """One place that differs, as deep as it can be named; a whole segment, field … where the other one has none."""

    kind: Kind
    before: Side
    after: Side

    @property
    def path(self) -> str:
        """Where it is in the first message, or in the second one where only that has it."""
        return (self.after if self.kind is Kind.ADDED else self.before).path

    @property
    def name(self) -> str:
        """What the standard calls the place; empty where unknown."""
        nodes = [side.node for side in (self.before, self.after) if side.node is not None]
        return max(nodes, key=lambda node: len(node.path)).name if nodes else ""


def difference_of(
    before: str, after: str, ignored: Ignored | None = None, *, has_rewritten: bool = False, has_same: bool = False
) -> list[Difference]:
    """What differs between two messages, in their order; empty where they mean the same.

    has_rewritten: also what means the same and is written differently. has_same: also what is the same and what was
    left out, so that the whole of both messages is there. Never raises, whatever the two texts are; time grows with the
    text, and with n log n for n segments.
    """
    comparison = _Comparison(ignored or Ignored(), has_rewritten=has_rewritten, has_same=has_same)
    for one, other in _paired(_segments(before), _segments(after), [_written, _identity, _name]):
        comparison.compare(one, other)
    return comparison.found


class _Spot(NamedTuple):
    """A place of one message; node: None where there is none."""

    place: Place
    path: str
    node: Node | None
    delimiters: Delimiters

    @property
    def is_empty(self) -> bool:
        return self.node is None or not self.node.value

    @property
    def side(self) -> Side:
        if self.node is None:
            return Side(self.path, None, "")
        return Side(self.path, self.node, self.node.value if self.node.children else _text(self))

    def part(self, place: Place, path: str, node: Node | None) -> "_Spot":
        return _Spot(place, path, node, self.delimiters)


class _Comparison:
    """Compares places from the segment down; what differs is `found`."""

    def __init__(self, ignored: Ignored, *, has_rewritten: bool, has_same: bool) -> None:
        self.found: list[Difference] = []
        self._ignored = ignored
        self._has_rewritten = has_rewritten
        self._has_same = has_same

    def compare(self, before: _Spot, after: _Spot) -> None:
        if before.is_empty and after.is_empty:
            return
        place = after.place if before.is_empty else before.place
        parts = list(_parts(before, after))
        if self._ignored.has(place, is_leaf=not parts):
            if self._has_same:
                self._tell(Kind.IGNORED, before, after)
        elif before.is_empty or after.is_empty:
            if parts and self._ignored.has_below(place):
                self._compare_all(parts)
            else:
                self._tell(Kind.ADDED if before.is_empty else Kind.REMOVED, before, after)
        elif parts:
            self._compare_all(parts)
        elif _declares(place) or _text(before) == _text(after):
            if self._has_rewritten and _written(before) != _written(after):
                self._tell(Kind.REWRITTEN, before, after)
            elif self._has_same:
                self._tell(Kind.SAME, before, after)
        else:
            self._tell(Kind.CHANGED, before, after)

    def _compare_all(self, parts: Sequence[tuple[_Spot, _Spot]]) -> None:
        for one, other in parts:
            self.compare(one, other)

    def _tell(self, kind: Kind, before: _Spot, after: _Spot) -> None:
        self.found.append(Difference(kind, before.side, after.side))


def _segments(text: str) -> list[_Spot]:
    seen: Counter[str] = Counter()
    spots = []
    for node, (_, _, delimiters) in zip(parse(text), delimited(text), strict=True):
        name = node.path.split(" ")[0].split("[")[0]  # "line 7" is a line that no standard explains
        seen[name] += 1
        spots.append(_Spot(Place(name, seen[name]), node.path, node, delimiters))
    return spots


def _parts(before: _Spot, after: _Spot) -> Iterator[tuple[_Spot, _Spot]]:
    """What is below two places, part by part; nothing where neither of them is cut any further."""
    place = before.place
    if place.field is not None and place.repetition is None:
        if not _declares(place):
            yield from _paired(_repetitions(before), _repetitions(after), [_written, _code, _same])
    elif place.subcomponent is None:
        yield from _numbered(before, after)


def _numbered(before: _Spot, after: _Spot) -> Iterator[tuple[_Spot, _Spot]]:
    """Fields, components, subcomponents belong together by their numbers."""
    most = max(len(spot.node.children) if spot.node else 0 for spot in (before, after))
    for number in range(1, most + 1):
        yield _part(before, number), _part(after, number)


def _part(spot: _Spot, number: int) -> _Spot:
    node, is_segment = spot.node, spot.place.field is None
    # A place that is not cut is its own first part.
    nodes = () if node is None else node.children or (() if is_segment else (node,))
    path = f"{spot.path}{'-' if is_segment else '.'}{number}"
    return spot.part(spot.place.inner(number), path, nodes[number - 1] if number <= len(nodes) else None)


def _repetitions(field: _Spot) -> list[_Spot]:
    node = field.node
    if field.is_empty or node is None:
        return []
    is_repeated = bool(node.children) and node.children[0].path == node.path
    return [
        field.part(
            field.place._replace(repetition=number), f"{field.path}[{number}]" if number > 1 else field.path, each
        )
        for number, each in enumerate(node.children if is_repeated else (node,), 1)
    ]


def _paired(
    before: Sequence[_Spot], after: Sequence[_Spot], keys: Sequence[Callable[[_Spot], str | tuple[str, ...]]]
) -> Iterator[tuple[_Spot, _Spot]]:
    """What belongs together; where one has nothing, a place without anything in it."""
    levels = [([key(spot) for spot in before], [key(spot) for spot in after]) for key in keys]
    for i, j in aligned(levels):
        there = before[i] if i is not None else after[j or 0]
        nowhere = there._replace(node=None)
        yield before[i] if i is not None else nowhere, after[j] if j is not None else nowhere


def _declares(place: Place) -> bool:
    """Fields that say how a message is written, not what it says."""
    return place.segment in ("MSH", "FHS", "BHS", "H") and place.field is not None and place.field <= 2


# Fields that tell a segment or record from others of its name; else its set id, or its sequence number.
_IDENTITIES = {
    "OBX": (3, 4),
    "OBR": (4, 3, 2),
    "ORC": (3, 2),
    "SPM": (2,),
    "TCD": (1,),
    "PID": (3,),
    "MSH": (10,),
    "P": (3, 4),
    "O": (3, 5),
    "R": (3,),
    "C": (2, 4),
}


def _identity(spot: _Spot) -> tuple[str, ...]:
    """What the segment is about: an OBX its test, an OBR its order."""
    name = spot.place.segment
    fields = spot.node.children if spot.node else ()
    numbers = _IDENTITIES.get(name, (2,) if len(name) == 1 else (1,))
    return (name, *(_code(spot._replace(node=fields[n - 1])) for n in numbers if n <= len(fields)))


def _code(spot: _Spot) -> str:
    """The first part of a place that has something in it: of a coded value its code."""
    node = spot.node
    while node is not None and node.children:
        node = next((child for child in node.children if child.value), node.children[0])
    return _text(spot._replace(node=node))


def _text(spot: _Spot) -> str:
    return unescape(spot.node.value, spot.delimiters) if spot.node else ""


def _written(spot: _Spot) -> str:
    return spot.node.value if spot.node else ""


def _name(spot: _Spot) -> str:
    return spot.place.segment


def _same(_spot: _Spot) -> str:
    return ""

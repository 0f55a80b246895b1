"""Places that a comparison leaves out: `MSH-7`, `OBX-14`, `PID-3[2].1`, `NTE`.

They are written as in a filter, but a segment or repetition without a number means all of them: who leaves out OBX-14
means that of every OBX.
"""

from collections.abc import Iterable
from typing import NamedTuple

from hl7capture.hl7.filter.paths import parts_of


class Place(NamedTuple):
    """Where something stands; numbers count from 1, None: the whole of what is above."""

    segment: str
    occurrence: int
    field: int | None = None
    repetition: int | None = None
    component: int | None = None
    subcomponent: int | None = None

    @property
    def depth(self) -> int:
        """How many of its parts are there."""
        return next((at for at, part in enumerate(self) if part is None), len(self))

    def inner(self, number: int) -> "Place":
        """The part of it with this number."""
        return Place._make([*self[: self.depth], number, *self[self.depth + 1 :]])


_Pattern = tuple[str | None, ...]


class Ignored:
    """Raises FilterError for what is no path."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._patterns = [_pattern(path) for path in paths]

    def has(self, place: Place, *, is_leaf: bool = False) -> bool:
        """Whether the place, or what it is a part of, is left out. is_leaf: it is its own first part, too."""
        return any(_fits(pattern, place, is_leaf=is_leaf) for pattern in self._patterns)

    def has_below(self, place: Place) -> bool:
        """Whether a part of the place may be left out."""
        return any(_fits(pattern[: place.depth], place, is_leaf=False) for pattern in self._patterns)


def _pattern(path: str) -> _Pattern:
    match = parts_of(path)
    index = {group: (match[group] or "").strip("[]").replace("*", "") or None for group in ("n", "repetition")}
    pattern = (match["segment"], index["n"], match["field"], index["repetition"], match["component"])
    return (*pattern, match["subcomponent"])


def _fits(pattern: _Pattern, place: Place, *, is_leaf: bool) -> bool:
    here = [str(part) if part is not None else "1" if is_leaf else None for part in place]
    return all(wanted is None or wanted == part for wanted, part in zip(pattern, here, strict=False))

"""Which part of one list belongs to which of another, in n log n steps, whatever is in them.

As in a patience diff, what is there once on both sides is an anchor; between two anchors the next, coarser kind of key
decides. A longest common subsequence would find a few more pairs and take time and memory in n².
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

Pair = tuple[int | None, int | None]
Keys = Sequence[Hashable]


def aligned(levels: Sequence[tuple[Keys, Keys]]) -> list[Pair]:
    """Every index of both lists once, in order; None where the other side has nothing that belongs to it.

    levels: the keys of both lists, from those that say most to those that say least. Only what is equal in the last
    ones can belong together.
    """
    before, after = levels[0]
    return list(_between(levels, 0, len(before), 0, len(after)))


def _between(levels: Sequence[tuple[Keys, Keys]], i: int, i_end: int, j: int, j_end: int) -> Iterator[Pair]:
    if i == i_end or j == j_end or not levels:
        yield from ((at, None) for at in range(i, i_end))
        yield from ((None, at) for at in range(j, j_end))
        return
    (before, after), *coarser = levels
    # At the last level the first of a kind belongs to the first of that kind, and so on.
    numbered = not coarser
    firsts = _places(before, i, i_end, numbered=numbered)
    seconds = _places(after, j, j_end, numbered=numbered)
    pairs = [(at, seconds[key]) for key, at in firsts.items() if key in seconds]
    for first, second in [*_rising(pairs), (i_end, j_end)]:
        yield from _between(coarser, i, first, j, second)
        if first < i_end:
            yield first, second
        i, j = first + 1, second + 1


def _places(keys: Keys, start: int, end: int, *, numbered: bool) -> dict[Hashable, int]:
    """Where the keys stand that are there once; numbered: all of them, the first, second … of a kind."""
    seen: Counter[Hashable] = Counter()
    places: dict[Hashable, int] = {}
    for at in range(start, end):
        seen[keys[at]] += 1
        places[(keys[at], seen[keys[at]]) if numbered else keys[at]] = at
    return places if numbered else {key: at for key, at in places.items() if seen[key] == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs, which rise in their first number, that rises in the second one, too."""
    ends: list[int] = []  # the lowest second number that a row of this length can end with
    at: list[int] = []  # which pair that is
    previous: list[int] = []
    for number, (_, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        previous.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(second)
            at.append(number)
        else:
            ends[length], at[length] = second, number
    found = []
    number = at[-1] if at else -1
    while number >= 0:
        found.append(pairs[number])
        number = previous[number]
    return found[::-1]

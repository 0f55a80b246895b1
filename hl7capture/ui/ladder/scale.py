"""How much space a time takes: short ones none, long ones little, and a silence so much that it is seen."""

from math import log10

_SHORT = 100.0  # milliseconds: what follows sooner stands right below
_DECADE = 12  # pixels for ten times the time
_MOST = 72  # pixels
SILENCE = 10_000.0  # milliseconds; from here on the rails are broken, and the time is said in words


def space_of(milliseconds: float) -> int:
    """Pixels for a time between two elements: 0 below 0.1 s, 12 for 1 s, 24 for 10 s, 57 for 1.5 h, at the most 72.

    A document may name times that go backwards, or are no numbers: those take no space.
    """
    if not milliseconds > _SHORT:
        return 0
    return min(round(_DECADE * min(log10(milliseconds / _SHORT), _MOST)), _MOST)


def is_silence(milliseconds: float) -> bool:
    """Is the time so long that rails which go through would hide it?"""
    return milliseconds >= SILENCE

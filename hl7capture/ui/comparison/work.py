"""What two messages have at each place; for a thread of its own."""

from contextlib import nullcontext
from typing import NamedTuple

from hl7capture.hl7.difference.comparison import Kind, Side, difference_of
from hl7capture.hl7.difference.ignored import Ignored
from hl7capture.hl7.privacy.masking import masked
from hl7capture.hl7.privacy.rules import Rules
from hl7capture.ui.garbage import no_search

_BIG = 200_000  # characters
DIFFERENT = frozenset((Kind.CHANGED, Kind.ADDED, Kind.REMOVED))


class Place(NamedTuple):
    """A place of two messages. path: in both, `OBX[4]-5 → OBX[3]-5` where these differ."""

    kind: Kind
    path: str
    name: str
    before: str
    after: str


class Compared(NamedTuple):
    """request: which question it answers. differing: numbers of the places that differ, in order."""

    request: int
    places: list[Place]
    differing: list[int]


def compared(request: int, before: str, after: str, ignored: Ignored, rules: Rules | None) -> Compared:
    """All places of two messages in their order; patients' data masked by `rules`. Never raises.

    What is masked is compared as it is, and shown as it is masked.
    """
    with no_search() if len(before) + len(after) > _BIG else nullcontext():
        shown = [text if rules is None else masked(text, rules).text for text in (before, after)]
        places = [
            Place(
                one.kind,
                _path(one.before, one.after) or one.path,
                one.name,
                _text(one.before, before, shown[0]),
                _text(one.after, after, shown[1]),
            )
            for one in difference_of(before, after, ignored, has_same=True)
        ]
        return Compared(request, places, [n for n, place in enumerate(places) if place.kind in DIFFERENT])


def _path(before: Side, after: Side) -> str:
    """Where it is in both; "" where it is at the same place, or in one of them alone."""
    is_in_both = before.node is not None and after.node is not None
    return f"{before.path} → {after.path}" if is_in_both and before.path != after.path else ""


def _text(side: Side, whole: str, shown: str) -> str:
    """What a side says; what is masked in it stays masked."""
    if side.node is None:
        return ""
    here = slice(side.node.start, side.node.end)
    return side.text if whole is shown or whole[here] == shown[here] else shown[here]

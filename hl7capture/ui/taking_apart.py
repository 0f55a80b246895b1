"""A message taken apart, and masked where that is wanted; for a thread of its own."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import NamedTuple

from hl7capture.hl7 import tables
from hl7capture.hl7.places import Places, places_in, places_of
from hl7capture.hl7.privacy.masking import Masked, Span, hidden_bytes, masked, masked_nodes
from hl7capture.hl7.privacy.rules import Rules
from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.tree import Node, delimiters_of, parse
from hl7capture.model.elements import Element
from hl7capture.model.session import Session
from hl7capture.ui.garbage import no_search

_BIG = 200_000  # characters


class Parsed(NamedTuple):
    """A message taken apart. request: which one it answers. places: None where its bytes are not known.

    masked, hidden: its text, and spans of the element's bytes, while patients' data is masked; else None and nothing.
    """

    request: int = 0
    nodes: tuple[Node, ...] = ()
    delimiters: Delimiters | None = None
    places: Places | None = None
    masked: str | None = None
    hidden: Sequence[Span] = ()


NOTHING = Parsed()


def parsed_of(request: int, text: str, session: Session, element: Element, rules: Rules | None) -> Parsed:
    """Takes the message of an element apart, and masks it by `rules`; for a thread of its own."""
    with no_search() if len(text) > _BIG else nullcontext():
        tables.preload()
        places = None
        if text:
            carried = [one for one in session.elements if one.message == element.message]
            places = places_of(text, carried)
        if rules is None:
            return Parsed(request, parse(text), delimiters_of(text), places)
        shown = masked(text, rules)
        hidden = _hidden(places, element, shown, rules)
        if not text:
            return Parsed(request, masked="", hidden=hidden)
        return Parsed(request, masked_nodes(parse(text), shown.text), delimiters_of(text), places, shown.text, hidden)


def _hidden(places: Places | None, element: Element, shown: Masked, rules: Rules) -> list[Span]:
    """Which bytes of an element are masked; one that is no part of its message is looked at by itself."""
    if places is None or all(piece.element != element.id for piece in places.pieces):
        places = places_in(element)
        shown = masked(places.decoded.text, rules, is_whole=False)
    return hidden_bytes(places, element.id, shown.spans)

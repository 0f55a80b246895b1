"""Patients' data hidden on the screen: the same characters, bytes and places, but nothing to read there.

Other than in an export, the times of what was done stay: whoever looks over a shoulder learns nothing from them, and
whoever looks for a fault needs them.
"""

from collections.abc import Iterable
from typing import NamedTuple

from hl7capture.hl7.node import Node
from hl7capture.hl7.places import Places
from hl7capture.hl7.privacy.kinds import Kind
from hl7capture.hl7.privacy.known import Known
from hl7capture.hl7.privacy.parts import find
from hl7capture.hl7.privacy.rules import Rules
from hl7capture.hl7.privacy.texts import elsewhere, learn

MASK = "●"

Span = tuple[int, int]


class Masked(NamedTuple):
    """A text with its private characters hidden, as long as it was, and where these are, in order."""

    text: str
    spans: list[Span]


def masked(text: str, rules: Rules, *, is_whole: bool = True) -> Masked:
    """Hides what `find` finds, and the same values elsewhere in the text. Never raises."""
    found = find(text, rules, is_whole=is_whole)
    known = Known()
    learn(text, found, known)
    spans = [(part.start, part.end) for part in found.parts if part.kind is not Kind.TIME]
    spans += [(one.start, one.end) for one in elsewhere(text, found, known)]
    spans.sort()
    pieces = []
    at = 0
    for start, end in spans:
        pieces += [text[at:start], MASK * (end - start)]
        at = end
    return Masked("".join([*pieces, text[at:]]), spans)


def masked_nodes(nodes: Iterable[Node], text: str) -> tuple[Node, ...]:
    """The tree of a message with the values that its masked text has."""
    return tuple(
        node._replace(value=text[node.start : node.end], children=masked_nodes(node.children, text)) for node in nodes
    )


def hidden_bytes(places: Places, element: int, spans: Iterable[Span]) -> list[Span]:
    """Which bytes of an element give the characters of these spans, in order."""
    hidden = []
    in_message = [places.in_message(start, end) for start, end in spans]
    for piece in places.pieces:
        if piece.element != element:
            continue
        shift = piece.at - piece.start
        for first, last in in_message:
            begin, stop = max(first, piece.start), min(last, piece.end)
            if begin < stop:
                hidden.append((begin + shift, stop + shift))
    return hidden

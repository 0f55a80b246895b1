"""The three things that an arrow and a list say of a message, at a fraction of the price of its summary.

This runs for every message of a live capture, several times, and on the GUI's thread: so it cuts the header and the
first MSA, and looks at no more than the beginning of a large message.
"""

from typing import NamedTuple

from hl7capture.hl7 import er7
from hl7capture.hl7.header import first_line, kind_in
from hl7capture.hl7.split import BLANK
from hl7capture.hl7.standard import standard_of
from hl7capture.hl7.summary import summarise

LOOKED_AT = 1 << 18  # characters
_ENDS = "\r\n"


class Brief(NamedTuple):
    """As in `Summary`."""

    kind: str = ""
    control_id: str = ""
    ack_code: str = ""


def brief_of(text: str) -> Brief:
    """What `summarise` would say of the first LOOKED_AT characters; never raises."""
    if len(text) > LOOKED_AT:
        text = text[:LOOKED_AT]
    if standard_of(text) != "hl7":
        told = summarise(text)
        return Brief(told.kind, told.control_id, told.ack_code)
    line = first_line(text)
    delimiters = er7.delimiters_of(line)
    field, component, repetition = delimiters.field, delimiters.component, delimiters.repetition
    code = _ack_code(text, field, component, repetition)
    if not er7.is_header(line):
        return Brief(ack_code=code)
    # MSH-1 is the separator itself, so a header's field n is the part numbered n - 1.
    parts = line.split(field, 11)
    if line[:3] != "MSH":
        return Brief("Batch", _first(parts[10], component, repetition) if len(parts) > 10 else "")
    kind = kind_in(parts[8], component, repetition) if len(parts) > 8 else ""
    return Brief(kind, _first(parts[9], component, repetition) if len(parts) > 9 else "", code)


def _ack_code(text: str, field: str, component: str, repetition: str) -> str:
    """MSA-1 of the first MSA."""
    wanted = "MSA" + field
    at = text.find(wanted)
    while at >= 0:
        before = at
        while before and text[before - 1] in BLANK:
            before -= 1
        if not before or text[before - 1] in _ENDS:
            return _first(first_line(text[at:]).split(field, 2)[1], component, repetition)
        at = text.find(wanted, at + 1)
    return ""


def _first(value: str, component: str, repetition: str) -> str:
    """The first component of its first repetition."""
    if repetition:
        value = value.partition(repetition)[0]
    return value.partition(component)[0] if component else value

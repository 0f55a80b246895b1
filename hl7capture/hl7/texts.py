"""Texts that hold one message after the other, as files do."""

from itertools import pairwise

from hl7capture.hl7 import astm, er7
from hl7capture.hl7.split import lines
from hl7capture.hl7.standard import standard_of

_FRAMING = dict.fromkeys(map(ord, "\x0b\x1c"))  # of MLLP, where somebody saved what was on the wire


def messages_in(text: str) -> list[str]:
    """The messages of a text: each MSH, or each H of E1394, begins one. A batch (FHS, BHS) is one message.

    What stands before the first header belongs to it. Empty where the text is of no known standard.
    """
    text = text.translate(_FRAMING)
    match standard_of(text):
        case "hl7":
            if any(line[:3] in ("FHS", "BHS") and er7.is_header(line) for _, line in lines(text)):
                return [text]
            starts = [start for start, line in lines(text) if er7.is_header(line)]
        case "astm":
            starts = [start for start, line in lines(text) if astm.is_header(line)]
        case _:
            return []
    edges = [0, *starts[1:], len(text)]
    return [text[start:end] for start, end in pairwise(edges)]

"""The header of an ER7 message (HL7 v2.5 §2.15.9), or of a file or batch of them (§2.10.3), as far as it is asked for.

This runs for every message of a live capture, so it cuts the first line, and that once.
"""

from sys import intern

import msgspec

from hl7capture.hl7 import er7
from hl7capture.hl7.split import BLANK

_NAMES = ("MSH", "FHS", "BHS")
_LONGEST = 1 << 16  # characters of a header that are looked at
_FIELDS = 18  # the last one that anybody asks for
_NOWHERE = "\r"  # stands in no line


class Header(msgspec.Struct, frozen=True, gc=False):
    """What stands in the first component of these fields; "" where there is nothing.

    separator, component: two of the delimiters. encoding_characters: MSH-2. time: MSH-7. type: MSH-9.
    kind: MSH-9 as a list shows it, `ORU^R01`; `Batch` for a file or batch.
    control_id: MSH-10, FHS-11, BHS-11. acknowledges: FHS-12, BHS-12. version: MSH-12.
    accept, application: MSH-15 and MSH-16, which answers are wanted. charset: MSH-18, the first one.
    """

    name: str
    separator: str
    component: str
    encoding_characters: str
    time: str = ""
    type: str = ""
    kind: str = "Batch"
    control_id: str = ""
    acknowledges: str = ""
    version: str = ""
    accept: str = ""
    application: str = ""
    charset: str = ""

    @property
    def is_batch(self) -> bool:
        return self.name != "MSH"


def header_of(text: str) -> Header | None:
    """The header that a text begins with; None where it begins otherwise. Never raises."""
    line = first_line(text)
    if not er7.is_header(line):
        return None
    delimiters = er7.delimiters_of(line)
    separator, component, repetition = delimiters.field, delimiters.component, delimiters.repetition
    # MSH-1 is the separator itself, so a header's field n is the part numbered n - 1.
    fields = line.split(separator, _FIELDS)
    fields += [""] * (_FIELDS - len(fields))

    component = component or _NOWHERE
    if line[:3] != "MSH":
        control_id, acknowledges = (fields[place].partition(component)[0] for place in (10, 11))
        return Header(line[:3], separator, component, fields[1], control_id=control_id, acknowledges=acknowledges)
    # What is the same in most messages is kept once: many thousand headers are remembered.
    return Header(
        "MSH",
        separator,
        component,
        intern(fields[1]),
        fields[6].partition(component)[0].strip(),
        intern(fields[8].partition(component)[0]),
        intern(kind_in(fields[8], component, repetition)),
        fields[9].partition(component)[0],
        "",
        intern(fields[11].partition(component)[0].strip()),
        intern(fields[14].partition(component)[0]),
        intern(fields[15].partition(component)[0]),
        intern(fields[17].partition(component)[0].partition(repetition or _NOWHERE)[0].strip()),
    )


def kind_in(field: str, component: str, repetition: str) -> str:
    """The kind of message that MSH-9 tells: the first two components of its first repetition, as `ORU^R01`.

    component, repetition: "" where the header declares none.
    """
    first = field.partition(repetition)[0] if repetition else field
    return "^".join(filter(None, first.split(component or _NOWHERE, 2)[:2]))


def first_line(text: str) -> str:
    """The first line that is not empty, without what may stand before it."""
    start = text if text[:3] in _NAMES else text.lstrip(BLANK + "\r\n")
    end = start.find("\r")
    line = start[: min(end, _LONGEST)] if end >= 0 else start[:_LONGEST]
    return line.split("\n", 1)[0] if "\n" in line else line

"""A message in a line of a list: what it is, between whom, about whom.

This runs for every message of a live capture, so it cuts only the few fields it shows and needs no names.
Values are raw: what a device sent with a blank in front is shown with it.
"""

from dataclasses import dataclass

from hl7capture.hl7 import astm, er7
from hl7capture.hl7.split import Delimiters, lines
from hl7capture.hl7.standard import Standard, standard_of


@dataclass(slots=True, frozen=True)
class Summary:
    """What a list shows of a message; empty where the message does not say.

    kind: ER7: MSH-9.1^9.2 ("ORU^R01", "ACK"), "Batch" for a message that begins with FHS or BHS.
        ASTM: what it is about: "Result", "Query", "Order", "Patient", or else "Records".
    control_id: MSH-10, FHS-11, BHS-11; H-3.
    version: MSH-12.1; H-13.1.
    sender: MSH-3.1@MSH-4.1 (FHS, BHS alike), without "@" where there is no facility; H-5.1.
    receiver: MSH-5.1@MSH-6.1 (FHS, BHS alike); H-10.1.
    acknowledges: MSA-2; for a batch FHS-12, BHS-12.
    ack_code: MSA-1; a batch has one for each of its messages, so none here.
    patient_id: the first patient's PID-3.1, or else PID-2.1; P-3.1, or else P-4.1, or else P-5.1.
    segments: how many segments, records or lines there are: as many as the tree has nodes at its top.
    """

    standard: Standard
    kind: str = ""
    control_id: str = ""
    version: str = ""
    sender: str = ""
    receiver: str = ""
    acknowledges: str = ""
    ack_code: str = ""
    patient_id: str = ""
    segments: int = 0


def summarise(text: str) -> Summary:
    """The summary of any text; never raises."""
    standard = standard_of(text)
    width = 2 if standard == "astm" else 4  # a line's name, and the separator after it
    count = 0
    header = ""
    first: dict[str, str] = {}
    for _, line in lines(text):
        count += 1
        header = header or line
        first.setdefault(line[:width], line)
    match standard:
        case "hl7":
            return _er7(header, first, count)
        case "astm":
            return _astm(header, first, count)
        case _:
            return Summary(standard, segments=count)


def _er7(header: str, first_of: dict[str, str], count: int) -> Summary:
    delimiters = er7.delimiters_of(header)
    of = _Line(header if er7.is_header(header) else "", delimiters)
    acknowledgement = _Line(first_of.get("MSA" + delimiters.field, ""), delimiters)
    patient = _Line(first_of.get("PID" + delimiters.field, ""), delimiters)
    is_batch = of.name in ("FHS", "BHS")
    # MSH-1 is the separator itself, so a header's field n is the part numbered n - 1.
    return Summary(
        "hl7",
        "Batch" if is_batch else "^".join(part for part in of.components(8)[:2] if part),
        of.first(10 if is_batch else 9),
        "" if is_batch else of.first(11),
        _at(of.first(2), of.first(3)),
        _at(of.first(4), of.first(5)),
        of.first(11) if is_batch else acknowledgement.first(2),
        "" if is_batch else acknowledgement.first(1),
        patient.first(3) or patient.first(2),
        count,
    )


def _astm(header: str, first_of: dict[str, str], count: int) -> Summary:
    delimiters = astm.delimiters_of(header)
    of = _Line(header if header[:1] == "H" else "", delimiters)
    patient = _Line(first_of.get("P" + delimiters.field, ""), delimiters)
    kind = next((kind for record, kind in _ASTM_KINDS if record + delimiters.field in first_of), "Records")
    return Summary(
        "astm",
        kind,
        of.first(2),
        of.first(12),
        of.first(4),
        of.first(9),
        patient_id=patient.first(2) or patient.first(3) or patient.first(4),
        segments=count,
    )


# What a message of these records is about: the first that it has.
_ASTM_KINDS = (("R", "Result"), ("Q", "Query"), ("O", "Order"), ("P", "Patient"))


class _Line:
    """One segment or record, cut only where it is asked for. Parts count from 0, the name."""

    def __init__(self, line: str, delimiters: Delimiters) -> None:
        self._parts = line.split(delimiters.field) if line else [""]
        self._delimiters = delimiters

    @property
    def name(self) -> str:
        return self._parts[0]

    def components(self, number: int) -> list[str]:
        """The components of a field's first repetition."""
        value = self._parts[number] if number < len(self._parts) else ""
        if self._delimiters.repetition:
            value = value.split(self._delimiters.repetition, 1)[0]
        return value.split(self._delimiters.component) if self._delimiters.component else [value]

    def first(self, number: int) -> str:
        """The first component of a field's first repetition."""
        return self.components(number)[0]


def _at(application: str, facility: str) -> str:
    return f"{application}@{facility}" if facility else application

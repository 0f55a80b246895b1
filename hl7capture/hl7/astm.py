"""ASTM E1394 records, today CLSI LIS02: names and shape (E1394-97 §6 to §15).

Field 1 is the record type itself, so numbers are one higher than a reader of HL7 expects: R-4 is the value.
"""

import re
from collections import Counter

from hl7capture.hl7.astm_values import VALUES
from hl7capture.hl7.node import NOTHING, UNKNOWN, Definition, Definitions, Node
from hl7capture.hl7.split import Delimiters, fields, leaf, lines, plain

DEFAULTS = Delimiters(field="|", component="^", repetition="\\", escape="&")

_RECORD = re.compile(r"[A-Z]")
_DECLARED = re.compile(r"H[^\w\s]{4}")


def parse(text: str) -> tuple[Node, ...]:
    """One node per record. Every header sets the delimiters for what follows it."""
    delimiters = DEFAULTS
    seen: Counter[str] = Counter()
    nodes = []
    for number, (start, line) in enumerate(lines(text), 1):
        record = line[0]
        if is_header(line):
            delimiters = delimiters_of(line)
        if not _RECORD.fullmatch(record) or line[1:2] not in ("", delimiters.field):
            nodes.append(plain(number, start, line))
            continue
        seen[record] += 1
        path = record if seen[record] == 1 else f"{record}[{seen[record]}]"
        nodes.append(_record(path, start, line, delimiters))
    return tuple(nodes)


def is_header(line: str) -> bool:
    """True for a record that declares delimiters."""
    return _DECLARED.match(line) is not None


def delimiters_of(line: str) -> Delimiters:
    r"""The delimiters that a header record declares, `H|\^&`: field, repeat, component, escape (§6.4, §7.1.2).

    The usual ones where the line is no header.
    """
    if not is_header(line):
        return DEFAULTS
    field, repetition, component, escape = tuple(line[1:5])
    if escape == field:  # "H|\^|": no escape declared
        escape = ""
    return Delimiters(field, component, repetition, escape)


def _record(path: str, start: int, line: str, delimiters: Delimiters) -> Node:
    name, definitions = RECORDS.get(line[0], ("", NOTHING))
    values = line.split(delimiters.field)
    if line[0] == "H" and len(values) > 1:
        # H-2 holds the delimiters and may not be cut by them.
        children = [
            leaf(f"{path}-1", "H", start, definitions[1]),
            leaf(f"{path}-2", values[1], start + 2, definitions[2]),
            *fields(path, values[2:], start + 3 + len(values[1]), 3, definitions, delimiters),
        ]
    else:
        children = fields(path, values, start, 1, definitions, delimiters)
    return Node(path, name, "", line, start, start + len(line), tuple(children))


def _with_tables(records: dict[str, tuple[str, Definitions]]) -> dict[str, tuple[str, Definitions]]:
    """The records, whose coded fields say where their values are explained: a table is named after its field."""
    return {
        record: (
            name,
            {
                number: definition._replace(table=place) if (place := f"{record}-{number}") in VALUES else definition
                for number, definition in definitions.items()
            },
        )
        for record, (name, definitions) in records.items()
    }


def _numbered(*names: str, **parts: Definitions) -> Definitions:
    """Definitions in the order of `names`; `parts` gives those of the fields that have components: f6=…"""
    return {
        number: Definition(name, "", parts.get(f"f{number}", NOTHING)) if name else UNKNOWN
        for number, name in enumerate(names, 1)
    }


_TEST = _numbered("Universal Test ID", "Test Name", "Test Identifier Type", "Manufacturer's or Local Code")
_PERSON = _numbered("Last Name", "First Name", "Middle Name or Initial", "Suffix", "Title")

_RECORDS: dict[str, tuple[str, Definitions]] = {
    "H": (
        "Message Header",
        _numbered(
            "Record Type",
            "Delimiter Definition",
            "Message Control ID",
            "Access Password",
            "Sender Name or ID",
            "Sender Street Address",
            "Reserved Field",
            "Sender Telephone Number",
            "Characteristics of Sender",
            "Receiver ID",
            "Comment or Special Instructions",
            "Processing ID",
            "Version Number",
            "Date and Time of Message",
        ),
    ),
    "P": (
        "Patient Information",
        _numbered(
            "Record Type",
            "Sequence Number",
            "Practice Assigned Patient ID",
            "Laboratory Assigned Patient ID",
            "Patient ID Number 3",
            "Patient Name",
            "Mother's Maiden Name",
            "Birthdate",
            "Patient Sex",
            "Patient Race-Ethnic Origin",
            "Patient Address",
            "Reserved Field",
            "Patient Telephone Number",
            "Attending Physician ID",
            "Special Field 1",
            "Special Field 2",
            "Patient Height",
            "Patient Weight",
            "Patient's Known or Suspected Diagnosis",
            "Patient Active Medications",
            "Patient's Diet",
            "Practice Field Number 1",
            "Practice Field Number 2",
            "Admission and Discharge Dates",
            "Admission Status",
            "Location",
            "Nature of Alternative Diagnostic Code and Classifiers",
            "Alternative Diagnostic Code and Classification",
            "Patient Religion",
            "Marital Status",
            "Isolation Status",
            "Language",
            "Hospital Service",
            "Hospital Institution",
            "Dosage Category",
            f6=_PERSON,
        ),
    ),
    "O": (
        "Test Order",
        _numbered(
            "Record Type",
            "Sequence Number",
            "Specimen ID",
            "Instrument Specimen ID",
            "Universal Test ID",
            "Priority",
            "Requested/Ordered Date and Time",
            "Specimen Collection Date and Time",
            "Collection End Time",
            "Collection Volume",
            "Collector ID",
            "Action Code",
            "Danger Code",
            "Relevant Clinical Information",
            "Date/Time Specimen Received",
            "Specimen Descriptor",
            "Ordering Physician",
            "Physician's Telephone Number",
            "User Field Number 1",
            "User Field Number 2",
            "Laboratory Field Number 1",
            "Laboratory Field Number 2",
            "Date/Time Results Reported or Last Modified",
            "Instrument Charge to Computer System",
            "Instrument Section ID",
            "Report Types",
            "Reserved Field",
            "Location or Ward of Specimen Collection",
            "Nosocomial Infection Flag",
            "Specimen Service",
            "Specimen Institution",
            f5=_TEST,
            f16=_numbered("Specimen Type", "Specimen Source"),
        ),
    ),
    "R": (
        "Result",
        _numbered(
            "Record Type",
            "Sequence Number",
            "Universal Test ID",
            "Data or Measurement Value",
            "Units",
            "Reference Ranges",
            "Result Abnormal Flags",
            "Nature of Abnormality Testing",
            "Result Status",
            "Date of Change in Instrument Normative Values or Units",
            "Operator Identification",
            "Date/Time Test Started",
            "Date/Time Test Completed",
            "Instrument Identification",
            f3=_TEST,
        ),
    ),
    "C": (
        "Comment",
        _numbered("Record Type", "Sequence Number", "Comment Source", "Comment Text", "Comment Type"),
    ),
    "Q": (
        "Request Information",
        _numbered(
            "Record Type",
            "Sequence Number",
            "Starting Range ID Number",
            "Ending Range ID Number",
            "Universal Test ID",
            "Nature of Request Time Limits",
            "Beginning Request Results Date and Time",
            "Ending Request Results Date and Time",
            "Requesting Physician Name",
            "Requesting Physician Telephone Number",
            "User Field Number 1",
            "User Field Number 2",
            "Request Information Status Codes",
            f3=_numbered("Patient ID", "Specimen ID"),
            f5=_TEST,
        ),
    ),
    "L": ("Message Terminator", _numbered("Record Type", "Sequence Number", "Termination Code")),
    "S": (
        "Scientific",
        _numbered(
            "Record Type",
            "Sequence Number",
            "Analytical Method",
            "Instrumentation",
            "Reagents",
            "Units of Measure",
            "Quality Control",
            "Specimen Descriptor",
            "Reserved Field",
            "Container",
            "Specimen ID",
            "Analyte",
            "Result",
            "Result Units",
            "Collection Date and Time",
            "Result Date and Time",
            "Analytical Preprocessing Steps",
            "Patient Diagnosis",
            "Patient Birthdate",
            "Patient Sex",
            "Patient Race",
        ),
    ),
    # What follows in M is each manufacturer's own (§15).
    "M": ("Manufacturer Information", _numbered("Record Type", "Sequence Number")),
}

RECORDS = _with_tables(_RECORDS)

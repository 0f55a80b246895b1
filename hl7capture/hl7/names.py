"""Names, data types and tables of HL7 v2 segments, fields and components, from hl7apy's tables of the standard.

They cover versions 2.1 to 2.8.2. Devices claim one version and send segments of another, so a segment that a
version lacks is named as in the nearest version that has it.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import hl7apy
from hl7apy.exceptions import ChildNotFound

from hl7capture.hl7.node import NOTHING, Definition, Definitions
from hl7capture.hl7.segments import SEGMENTS

DEFAULT_VERSION = "2.5"
VERSIONS = ("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8", "2.8.1", "2.8.2")

_VERSION = re.compile(r"2(?:\.[0-9]){1,2}")
_LONGEST_DATATYPE = 3  # what the standard allows in OBX-2 (HL7 v2.5 §2.16, table 0125)


def nearest(version: str) -> str:
    """The one of VERSIONS that explains `version` (MSH-12.1) best: itself, or the last one before it."""
    if not _VERSION.fullmatch(version):
        return DEFAULT_VERSION
    # One digit stands between the points, so the texts sort as the numbers do.
    return max((known for known in VERSIONS if known <= version), default=VERSIONS[0])


def segment_name(segment: str) -> str:
    """ "Patient Identification" for PID; empty for Z-segments and unknown ones."""
    return SEGMENTS.get(segment, "")


@lru_cache(maxsize=4096)
def fields(version: str, segment: str) -> Definitions:
    """The fields of a segment in one of VERSIONS."""
    if segment not in SEGMENTS:
        return NOTHING
    home = next(candidate for candidate in _by_distance(version) if _children(candidate, segment, "Segment"))
    return _complete(home, segment, "Segment")


@lru_cache(maxsize=1024)
def typed(version: str, segment: str, types: tuple[tuple[int, str], ...]) -> Definitions:
    """The fields of a segment whose message says the data types of some: ((5, "NM"),) for OBX-5, as OBX-2 has it.

    What cannot be a data type is left out. A field beyond those of the segment is one more of its last (RDT).
    """
    found = dict(fields(version, segment))
    last = found[max(found)]
    for number, datatype in types:
        if 0 < len(datatype) <= _LONGEST_DATATYPE:
            found[number] = Definition(found.get(number, last).name, datatype, _components(version, datatype))
    return found


def preload(version: str) -> None:
    """Reads the names of a version, so that the first tree is not the one that waits for them (about 0.1 s)."""
    known = nearest(version)
    for segment in hl7apy.load_library(known).SEGMENTS:
        fields(known, segment)


@cache  # as many entries as the standard has data types
def _components(version: str, datatype: str) -> Definitions:
    return _complete(version, datatype, "Datatypes_Structs")


def _complete(version: str, name: str, kind: str) -> Definitions:
    """The parts that the version defines, and those it has withdrawn between them: devices go on sending them."""
    found = _children(version, name, kind)
    last = max(found, default=0)
    for neighbour in _by_distance(version):
        if len(found) == last:
            break
        older = _children(neighbour, name, kind)
        found = {number: part for number, part in older.items() if number <= last} | found
    return found


def _by_distance(version: str) -> Iterator[str]:
    """All versions, the given one first, then its neighbours: it is mostly newer ones that are mixed in."""
    at = VERSIONS.index(version)
    yield from sorted(VERSIONS, key=lambda other: (abs(VERSIONS.index(other) - at), other < version))


def _children(version: str, name: str, kind: str) -> dict[int, Definition]:
    try:
        reference: Any = hl7apy.load_reference(name, kind, version)
    except ChildNotFound:
        return {}
    if kind == "Segment":
        # ("sequence", rows); a few entries are empty or of another shape and describe no segment.
        reference = reference[1] if reference[0] == "sequence" and len(reference) > 1 else ()
    found: dict[int, Definition] = {}
    previous = ""
    for row in reference:
        number, definition = _definition(version, row)
        if definition.name != previous:  # a withdrawn field is sometimes there as a second copy of the one before
            found[number] = definition
        previous = definition.name
    return found


def _definition(version: str, row: Any) -> tuple[int, Definition]:
    """One row of hl7apy's tables: ("PID_8", (kind, parts, "IS", "ADMINISTRATIVE_SEX", "HL70001", …), …)."""
    place, (_, _, datatype, name, table, *_), *_ = row
    parts = _components(version, datatype) if datatype else NOTHING
    table = (table or "").removeprefix("HL7")
    if table and 1 in parts:  # the code of a coded entry is its first component
        parts = {**parts, 1: parts[1]._replace(table=table)}
    elif 1 in parts:
        table = parts[1].table
    return int(place.rpartition("_")[2]), Definition(spelled(name or ""), datatype or "", parts, table)


_SMALL = frozenset("A AN AND AS AT BY FOR FROM IN OF ON OR PER THE TO WITH WITHIN".split())  # noqa: SIM905
_CAPITALS = frozenset("CMS CPU DEA DRG HCFA ID III IRB IV LIS MD NDC OID SSN UB UID UOM VIP ZIP".split())  # noqa: SIM905
_PUNCTUATION = (
    (re.compile(r" S "), "'s "),
    (re.compile(r" S$"), "(s)"),
    (re.compile(r" E G (.+)"), r" (e.g., \1)"),
    (re.compile(r"\bDate Time\b"), "Date/Time"),
    (re.compile(r"\bE Mail\b"), "E-Mail"),
)


def spelled(name: str) -> str:
    """ "Patient Identifier List" for PATIENT_IDENTIFIER_LIST, with the punctuation that the standard has."""
    words: list[str] = []
    # Runs of blanks are an accident of the tables, in the middle of a word; three underscores were " - ".
    for word in re.sub(" {2,}", "", name).replace("___", "_-_").replace("_", " ").split():
        after_id = bool(words) and words[-1] in ("ID", "-")  # "Set ID - PID", "Set ID CON"
        if word in _CAPITALS or any(map(str.isdigit, word)) or (after_id and word in SEGMENTS):
            words.append(word)
        elif word in _SMALL and words:
            words.append(word.lower())
        else:
            words.append(word.capitalize())
    text = " ".join(words)
    for pattern, replacement in _PUNCTUATION:
        text = pattern.sub(replacement, text)
    return text

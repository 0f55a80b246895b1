"""What a version of HL7 v2 says of the fields of a segment: which are required, how long they may be, what may stand
in them."""

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import hl7apy
from hl7apy.exceptions import ChildNotFound

from hl7capture.hl7.names import VERSIONS
from hl7capture.hl7.tables import values_of

# Required only under conditions, which hl7apy's tables leave out from version 2.7 on (HL7 v2.7 §7.4.2).
_CONDITIONAL = frozenset({("OBX", 2), ("OBX", 4)})
# Tables that others keep, or that name patterns instead of values: nobody can say what is not in them.
_KEPT_BY_OTHERS = frozenset({"0396"})
_PATTERNS = ("...", "nn", "xx")


@lru_cache(maxsize=4096)
def required(version: str, segment: str) -> tuple[int, ...]:
    """The numbers of the fields that the version requires; none of a segment that it does not have."""
    try:
        reference: Any = hl7apy.load_reference(segment, "Segment", version)
    except ChildNotFound:
        return ()
    rows = reference[1] if reference[0] == "sequence" and len(reference) > 1 else ()
    numbers = (int(place.rpartition("_")[2]) for place, _, (at_least, _), *_ in rows if at_least)
    return tuple(number for number in numbers if (segment, number) not in _CONDITIONAL)


def longest(version: str, segment: str, number: int) -> int:
    """The characters that one repetition of a field may have; 0: no limit is known (from version 2.7 on, too)."""
    lengths = _lengths().get(version, {}).get(segment, ())
    return lengths[number - 1] if number <= len(lengths) else 0


@cache
def table(number: str) -> frozenset[str]:
    """The values of HL7's table "0085" in all versions together; empty where it leaves open what its values are."""
    values = set(values_of(number))
    for version in VERSIONS:
        _, listed = getattr(hl7apy.load_library(version), "TABLES", {}).get(f"HL7{number}", ("", ()))
        values.update(listed)
    is_open = number in _KEPT_BY_OTHERS or any(pattern in value for value in values for pattern in _PATTERNS)
    return frozenset() if is_open else frozenset(values)


@cache
def _lengths() -> Mapping[str, Mapping[str, list[int]]]:
    """`packaging/field_lengths.py` made the file."""
    text = resources.files("hl7capture.hl7.validation").joinpath("field_lengths.json").read_text(encoding="utf-8")
    lengths: dict[str, dict[str, list[int]]] = json.loads(text)
    return lengths

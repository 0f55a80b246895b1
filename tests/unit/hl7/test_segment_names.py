"""Names and types of the standard: spelling, versions, what a version lacks."""

from typing import Any

import hl7apy
import pytest

from hl7capture.hl7 import names
from hl7capture.hl7.node import Definitions
from hl7capture.hl7.segments import SEGMENTS


@pytest.mark.parametrize(
    ("raw", "spelled"),
    [
        ("PATIENT_IDENTIFIER_LIST", "Patient Identifier List"),
        ("DATE_TIME_OF_BIRTH", "Date/Time of Birth"),
        ("MOTHER_S_MAIDEN_NAME", "Mother's Maiden Name"),
        ("SSN_NUMBER_PATIENT", "SSN Number Patient"),
        ("SET_ID_PID", "Set ID PID"),
        ("SET_ID___LAN", "Set ID - LAN"),
        ("CONTACT_ROLE_CON", "Contact Role Con"),
        ("UB_82_LOCATOR_9", "UB 82 Locator 9"),
        ("PREFIX_E_G_DR", "Prefix (e.g., Dr)"),
        ("AUTHORIZED_DISCIPLINE_S", "Authorized Discipline(s)"),
        ("INACTIVATIO   N_DATE", "Inactivation Date"),
        ("", ""),
    ],
)
def test_spelling(raw: str, spelled: str) -> None:
    assert names.spelled(raw) == spelled


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        *((version, version) for version in names.VERSIONS),
        ("2.3.2", "2.3.1"),
        ("2.5.9", "2.5.1"),
        ("2.9", "2.8.2"),
        ("2.0", "2.1"),
        ("", "2.5"),
        ("3.0", "2.5"),
        ("2.5x", "2.5"),
        ("٢.٥", "2.5"),
        ("2." + "9" * 5000, "2.5"),
    ],
)
def test_the_nearest_version(declared: str, used: str) -> None:
    assert names.nearest(declared) == used


def test_the_versions_are_those_that_the_tables_have() -> None:
    assert set(names.VERSIONS) == set(hl7apy.SUPPORTED_LIBRARIES)


def test_every_segment_of_the_standard_has_a_title_and_fields_without_holes() -> None:
    known = {segment for version in names.VERSIONS for segment in hl7apy.load_library(version).SEGMENTS}
    # The one is a placeholder; the other, of version 2.1 alone, is not described as a segment.
    assert known - {"ANYHL7SEGMENT", "ORO"} == set(SEGMENTS)
    for version in names.VERSIONS:
        for segment in SEGMENTS:
            numbers = sorted(names.fields(version, segment))
            assert numbers == list(range(1, len(numbers) + 1)), (version, segment)
            assert numbers, (version, segment)


@pytest.mark.parametrize("version", names.VERSIONS)
def test_every_field_and_component_is_what_the_reference_says(version: str) -> None:
    """The whole reference. Where it has a field twice in a row, the second is a withdrawn one that lost its name."""
    library = hl7apy.load_library(version)
    seen = 0
    for segment in SEGMENTS:
        rows = library.SEGMENTS.get(segment, ())
        if rows[:1] != ("sequence",) or len(rows) < 2:
            continue
        found = names.fields(version, segment)
        before = ""
        for place, (_, _, datatype, name, table, *_), *_ in rows[1]:
            if name != before:
                field = found[int(place.split("_")[1])]
                assert (field.name, field.datatype) == (names.spelled(name), datatype or ""), place
                if table:
                    assert field.table == table.removeprefix("HL7"), place
                seen += compare_parts(library, field.parts, datatype, table)
            before = name
    assert seen > 250


def compare_parts(library: Any, found: Definitions, datatype: str | None, table: str | None) -> int:
    rows = library.DATATYPES_STRUCTS.get(datatype, ())
    before = ""
    for place, (_, _, part, name, own_table, *_), *_ in rows:
        number = int(place.split("_")[-1])
        if name != before:
            assert (found[number].name, found[number].datatype) == (names.spelled(name), part or ""), place
            wanted = table if number == 1 and table else own_table
            if wanted:
                assert found[number].table == wanted.removeprefix("HL7"), place
        before = name
    return len(rows)


def test_names_differ_between_versions() -> None:
    assert names.fields("2.3", "PID")[3].name == "Patient ID Internal ID"
    assert names.fields("2.5", "PID")[3].name == "Patient Identifier List"


def test_a_segment_that_a_version_lacks_is_named_as_in_a_newer_one() -> None:
    assert names.fields("2.3.1", "SPM")[4].name == "Specimen Type"


def test_withdrawn_fields_and_components_keep_their_names() -> None:
    assert names.fields("2.8", "PID")[28].name == "Nationality"
    assert names.fields("2.8", "PID")[4].name == "Alternate Patient ID"
    assert names.fields("2.8", "EVN")[1].name == "Event Type Code"
    assert names.fields("2.6", "PID")[13].parts[1].name == "Telephone Number"


def test_unknown_segments_and_types() -> None:
    assert names.fields("2.5", "ZZZ") == {}
    assert names.segment_name("ZZZ") == ""
    assert names.typed("2.5", "OBX", ((5, "XYZ"),))[5] == ("Observation Value", "XYZ", {}, "")
    assert names.typed("2.5", "OBX", ((5, "not a data type"),))[5].datatype == "varies"


def test_preload_spares_the_first_tree_the_wait() -> None:
    names.preload("2.4")
    misses = names.fields.cache_info().misses
    names.fields("2.4", "OBX")
    assert names.fields.cache_info().misses == misses

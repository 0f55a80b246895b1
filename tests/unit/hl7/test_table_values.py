"""What values mean, by the tables of the standard."""

import hl7apy
import pytest

from hl7capture.hl7 import tables
from hl7capture.hl7.astm import RECORDS
from hl7capture.hl7.astm_values import VALUES
from hl7capture.hl7.names import VERSIONS
from hl7capture.hl7.node import Node
from hl7capture.hl7.tree import parse

TEXT = (
    "MSH|^~\\&|A|||||ORU|ORU^R01^ORU_R01|1|P|2.5.1\r"
    "PID|1||4711^^^LAB^MR~0815^^^KH^XX||Muster^Erika||19700101|F\r"
    "PV1|1|ZZ\rOBX|1|NM|GLU^Glucose^L||5.4|mmol/L||HH~A|||F\rOBX|2|CWE|ABO||A&B^Group"
)


def at(path: str) -> Node:
    """The first repetition of a field, which has its path, where there are several."""
    todo = list(parse(TEXT))
    while todo:
        node = todo.pop(0)
        if node.path == path and not (node.children and node.children[0].path == path):
            return node
        todo += node.children
    raise AssertionError(path)


@pytest.mark.parametrize(
    ("path", "table", "meaning"),
    [
        ("PID-8", "0001", "Female"),
        ("MSH-9.1", "0076", "Unsolicited transmission of an observation message"),
        ("MSH-11", "0103", "Production"),
        ("PID-3.5", "0203", "Medical record number"),
        ("PID-3[2].5", "0203", "Organization identifier"),
        ("OBX-2", "0125", "Numeric"),
        ("OBX-8", "0078", "Critically high"),
        ("OBX-8[2]", "0078", "Abnormal"),
        ("OBX-11", "0085", "Final results"),
        ("PV1-2", "0004", ""),  # a value of its site's own
        ("OBX-5", "", ""),
        ("PID-5.1", "", ""),
    ],
)
def test_well_known_values(path: str, table: str, meaning: str) -> None:
    node = at(path)
    assert (node.table, tables.meaning(node)) == (table, meaning)


def test_the_meanings_are_of_tables_that_the_standard_has() -> None:
    known = {name for version in VERSIONS for name in getattr(hl7apy.load_library(version), "TABLES", {})}
    assert len({f"HL7{number}" for number in tables._values()} & known) > 300


def test_a_repeated_field_has_no_meaning_of_its_own() -> None:
    (field,) = (field for field in parse(TEXT)[3].children if field.path == "OBX-8")
    assert (len(field.children), tables.meaning(field)) == (2, "")


def test_values_of_records() -> None:
    nodes = parse("H|\\^&|||A|||||||P\rO|1|S||^^^GLU|S\rR|1|^^^GLU|5.4|mmol/L||LL\\A||F\rL|1|N")
    found = {
        node.path: tables.meaning(node)
        for record in nodes
        for field in record.children
        for node in (field, *field.children)
    }
    assert {path: text for path, text in found.items() if text} == {
        "H-12": "Production",
        "O-6": "Stat",
        "R-7": "Below low panic",
        "R-7[2]": "Abnormal",
        "R-9": "Final results",
        "L-3": "Normal termination",
    }


def test_every_table_of_records_belongs_to_a_field() -> None:
    fields = {definition.table for _, definitions in RECORDS.values() for definition in definitions.values()}
    assert fields - {""} == set(VALUES)


def test_no_meaning_is_empty() -> None:
    assert all(text.strip() for values in tables._values().values() for text in values.values())

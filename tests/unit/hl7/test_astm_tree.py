"""ASTM E1394 records as trees."""

import pytest

from hl7capture.hl7.astm import DEFAULTS, RECORDS
from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.node import Node
from hl7capture.hl7.tree import delimiters_of, parse

RESULT = (
    "H|\\^&|||ANALYZER^3.1|||||LIS||P|LIS2-A2|20260101101530\r"
    "P|1||4711||Muster^Erika||19700101|F\r"
    "O|1|S17||^^^GLU\\^^^NA|R\r"
    "R|1|^^^GLU|5.4|mmol/L||N||F\r"
    "C|1|I|hemolytic|G\r"
    "R|2|^^^NA|140|mmol/L\r"
    "L|1|N\r"
)


def flat(nodes: tuple[Node, ...]) -> list[Node]:
    return [found for node in nodes for found in (node, *flat(node.children))]


def at(text: str, path: str) -> Node:
    return next(node for node in flat(parse(text)) if node.path == path)


def test_a_record_is_a_node() -> None:
    records = parse(RESULT)
    assert [(record.path, record.name) for record in records] == [
        ("H", "Message Header"),
        ("P", "Patient Information"),
        ("O", "Test Order"),
        ("R", "Result"),
        ("C", "Comment"),
        ("R[2]", "Result"),
        ("L", "Message Terminator"),
    ]


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("H-1", "Record Type", "H"),
        ("H-2", "Delimiter Definition", "\\^&"),
        ("H-5", "Sender Name or ID", "ANALYZER^3.1"),
        ("H-5.2", "", "3.1"),
        ("H-13", "Version Number", "LIS2-A2"),
        ("P-4", "Laboratory Assigned Patient ID", "4711"),
        ("P-6.1", "Last Name", "Muster"),
        ("P-8", "Birthdate", "19700101"),
        ("O-3", "Specimen ID", "S17"),
        ("O-5.4", "Manufacturer's or Local Code", "GLU"),
        ("O-5[2]", "Universal Test ID", "^^^NA"),
        ("O-5[2].4", "Manufacturer's or Local Code", "NA"),
        ("R-4", "Data or Measurement Value", "5.4"),
        ("R[2]-4", "Data or Measurement Value", "140"),
        ("R-9", "Result Status", "F"),
        ("C-4", "Comment Text", "hemolytic"),
        ("L-3", "Termination Code", "N"),
    ],
)
def test_well_known_places(path: str, name: str, value: str) -> None:
    node = at(RESULT, path)
    assert (node.name, node.value) == (name, value)


def test_a_query() -> None:
    text = "H|\\^&\rQ|1|^S17||ALL||||||||O\rL|1|N"
    assert at(text, "Q-3.2").name == "Specimen ID"
    assert at(text, "Q-3.2").value == "S17"
    assert at(text, "Q-13").name == "Request Information Status Codes"


def test_every_record_type_of_the_standard_has_all_its_fields() -> None:
    assert {record: len(fields) for record, (_, fields) in RECORDS.items()} == {
        "H": 14, "P": 35, "O": 31, "R": 14, "C": 5, "Q": 13, "L": 3, "S": 21, "M": 2,
    }  # fmt: skip


def test_other_delimiters() -> None:
    text = "H!~*%!!!X\rR!1!a*b~c!5|6^7"
    assert at(text, "H-2").value == "~*%"
    assert at(text, "R-3.2").value == "b"
    assert at(text, "R-3[2]").value == "c"
    assert at(text, "R-4").children == ()
    assert unescape("1%F%2%S%3%R%4%E%5%T%", delimiters_of(text)) == "1!2*3~4%5%T%"


def test_a_header_that_declares_no_escape() -> None:
    assert delimiters_of("H|\\^||A").escape == ""


def test_records_without_their_header_are_read_with_the_usual_delimiters() -> None:
    assert delimiters_of("R|1|^^^GLU|5.4") == DEFAULTS
    assert at("R|1|^^^GLU|5.4", "R-3.4").value == "GLU"


def test_lines_that_are_no_records() -> None:
    nodes = parse("H|\\^&\nX|1|a\nfree text|1\nRX|2")
    assert [(node.path, node.name) for node in nodes] == [
        ("H", "Message Header"),
        ("X", ""),
        ("line 3", ""),
        ("line 4", ""),
    ]
    assert nodes[1].children[2].path == "X-3"
    assert nodes[2].children == ()

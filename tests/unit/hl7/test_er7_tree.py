"""ER7 messages as trees: paths, names, delimiters, line ends."""

import pytest

from hl7capture.hl7.er7 import DEFAULTS
from hl7capture.hl7.node import Node
from hl7capture.hl7.tree import delimiters_of, parse

RESULT = (
    "MSH|^~\\&|ANALYZER|LAB|LIS|HOSPITAL|20260101101530||ORU^R01^ORU_R01|17|P|2.5.1\r"
    "PID|1||4711^^^LAB&1.2.3&ISO^MR~0815^^^KH||Muster^Erika\r"
    "OBR|1|A17\r"
    "OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L\r"
    "OBX|2|CE|883-9^ABO group^LN||A^Group A^L\r"
)


def flat(nodes: tuple[Node, ...]) -> list[Node]:
    """All nodes of a tree; a node before its children."""
    return [found for node in nodes for found in (node, *flat(node.children))]


def at(text: str, path: str) -> Node:
    return next(node for node in flat(parse(text)) if node.path == path)


def paths(text: str) -> list[str]:
    return [node.path for node in parse(text)]


def test_a_segment_is_a_node_with_its_fields() -> None:
    segments = parse(RESULT)
    assert [segment.path for segment in segments] == ["MSH", "PID", "OBR", "OBX", "OBX[2]"]
    assert [segment.name for segment in segments[:3]] == [
        "Message Header",
        "Patient Identification",
        "Observation Request",
    ]
    assert [field.path for field in segments[2].children] == ["OBR-1", "OBR-2"]
    assert segments[2].children[1].value == "A17"


@pytest.mark.parametrize(
    ("path", "name", "datatype", "value"),
    [
        ("MSH-1", "Field Separator", "ST", "|"),
        ("MSH-2", "Encoding Characters", "ST", "^~\\&"),
        ("MSH-7", "Date/Time of Message", "TS", "20260101101530"),
        ("MSH-9", "Message Type", "MSG", "ORU^R01^ORU_R01"),
        ("MSH-9.2", "Trigger Event", "ID", "R01"),
        ("MSH-10", "Message Control ID", "ST", "17"),
        ("PID-3", "Patient Identifier List", "CX", "4711^^^LAB&1.2.3&ISO^MR~0815^^^KH"),
        ("PID-3.1", "ID Number", "ST", "4711"),
        ("PID-3.4", "Assigning Authority", "HD", "LAB&1.2.3&ISO"),
        ("PID-3.4.2", "Universal ID", "ST", "1.2.3"),
        ("PID-3[2]", "Patient Identifier List", "CX", "0815^^^KH"),
        ("PID-3[2].1", "ID Number", "ST", "0815"),
        ("PID-5.2", "Given Name", "ST", "Erika"),
        ("OBX-3.3", "Name of Coding System", "ID", "LN"),
        ("OBX[2]-2", "Value Type", "ID", "CE"),
    ],
)
def test_well_known_places(path: str, name: str, datatype: str, value: str) -> None:
    node = at(RESULT, path)
    assert (node.name, node.datatype, node.value) == (name, datatype, value)


def test_obx_2_says_what_obx_5_is() -> None:
    assert at(RESULT, "OBX-5").datatype == "NM"
    assert at(RESULT, "OBX[2]-5").datatype == "CE"
    assert at(RESULT, "OBX[2]-5.2").name == "Text"
    assert at("MSH|^~\\&|A\rOBX|1|||2|5.4", "OBX-5").datatype == "varies"


def test_a_place_of_one_part_has_no_children() -> None:
    assert at(RESULT, "PID-1").children == ()
    assert at(RESULT, "PID-3.1").children == ()
    assert at(RESULT, "PID-2").value == ""


def test_a_repeated_field_has_a_child_for_each_repetition() -> None:
    assert [child.value for child in at(RESULT, "PID-3").children] == ["4711^^^LAB&1.2.3&ISO^MR", "0815^^^KH"]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r", "\n\r"])
def test_every_line_end_ends_a_segment(end: str) -> None:
    text = RESULT.replace("\r", end)
    assert paths(text) == ["MSH", "PID", "OBR", "OBX", "OBX[2]"]
    assert at(text, "OBX[2]-5").value == "A^Group A^L"


@pytest.mark.parametrize("before", ["\ufeff", "  ", "\r\n\r\n", "\v", "\ufeff \t\n"])
def test_what_stands_before_the_message_does_not_matter(before: str) -> None:
    text = before + RESULT
    assert paths(text) == paths(RESULT)
    assert text[at(text, "MSH-3").start :].startswith("ANALYZER|")


def test_other_delimiters() -> None:
    text = "MSH#*+?%#APP#FAC#\rPID#1##7*%x%y*a+8##Muster*Erika|^~"
    assert at(text, "MSH-1").value == "#"
    assert at(text, "MSH-2").value == "*+?%"
    assert at(text, "PID-3.1").value == "7"
    assert at(text, "PID-3.2.3").value == "y"
    assert at(text, "PID-3[2]").value == "8"
    assert at(text, "PID-5.2").value == "Erika|^~"


def test_delimiters_that_are_not_declared_are_not_used() -> None:
    text = "MSH|^~|APP\rNTE|1||fish & chips^a&b"
    assert at(text, "NTE-3.2").children == ()
    assert delimiters_of(text) == ("|", "^", "~", "", "", "")


@pytest.mark.parametrize("second", ["", "garbage", "^ ~", "^~\\&#!!"])
def test_a_second_field_that_cannot_be_leaves_the_usual_delimiters(second: str) -> None:
    assert delimiters_of(f"MSH|{second}|APP") == DEFAULTS


def test_a_doubled_backslash_is_one() -> None:
    assert delimiters_of("MSH|^~\\\\&|APP") == DEFAULTS


def test_each_message_of_a_batch_has_its_own_delimiters_and_version() -> None:
    text = "FHS|^~\\&|A^1\rBHS|^~\\&|A\rMSH$*~\\&$A*2$$$$$$$$$2.3\rPID$1$$7*1\rBTS|1"
    assert [node.path for node in parse(text)][:4] == ["FHS", "BHS", "MSH", "PID"]
    assert at(text, "FHS-3").name == "File Sending Application"
    assert at(text, "FHS-3.2").value == "1"
    assert at(text, "PID-3").name == "Patient ID Internal ID"
    assert at(text, "PID-3.1").value == "7"
    assert parse(text)[-1].path == "line 5"  # a bar separates nothing after that MSH


def test_site_segments_show_their_fields_without_names() -> None:
    text = "MSH|^~\\&|A\rZDS|1|x^y"
    assert [(node.path, node.name, node.datatype) for node in flat(parse(text)[1:])] == [
        ("ZDS", "", ""),
        ("ZDS-1", "", ""),
        ("ZDS-2", "", ""),
        ("ZDS-2.1", "", ""),
        ("ZDS-2.2", "", ""),
    ]


def test_a_line_break_inside_a_field_leaves_a_line_without_a_name() -> None:
    segments = parse("MSH|^~\\&|A\rNTE|1||first\nsecond|line\rNTE|2")
    assert [segment.path for segment in segments] == ["MSH", "NTE", "line 3", "NTE[2]"]
    assert segments[2].value == "second|line"
    assert segments[2].children == ()


def test_segments_without_their_header_are_read_with_the_usual_delimiters() -> None:
    assert at("OBX|1|NM|2345-7^Glucose||5.4", "OBX-3.2").value == "Glucose"


def test_one_component_is_cut_further_only_where_the_standard_knows_subcomponents() -> None:
    text = "MSH|^~\\&|A|||||||1|P|2.5.1\rSPM|1|S17&LAB\rPID|1||||||||||Smith & Sons\rNTE|1||fish & chips"
    assert at(text, "SPM-2.1.1").value == "S17"
    assert at(text, "SPM-2.1.2").name == "Namespace ID"
    assert at(text, "NTE-3").children == ()


def test_the_field_that_varies_has_the_type_that_another_field_tells() -> None:
    text = (
        "MSH|^~\\&|A|||||||1|P|2.5.1\rMFE|MAD|1|20260101|GLU^Glucose^L|CE\rMFA|MAD|1|20260101|S|NA^Sodium|CE\r"
        "RDF|2|PID.3^CX^20~PID.5^XPN^40\rRDT|4711^^^LAB|Muster^Erika"
    )
    assert at(text, "MFE-4.3").name == "Name of Coding System"
    assert at(text, "MFA-5.2").name == "Text"
    assert (at(text, "RDT-1").datatype, at(text, "RDT-1.1").name) == ("CX", "ID Number")
    assert (at(text, "RDT-2").datatype, at(text, "RDT-2.2").name) == ("XPN", "Given Name")
    assert at("MSH|^~\\&|A\rRDF|1|x\rRDT|4711", "RDT-1").datatype == "varies"
    assert at("MSH|^~\\&|A\rMFE|MAD", "MFE-1").value == "MAD"


def test_the_truncation_character() -> None:
    text = "MSH|^~\\&#|APP|||||||1|P|2.7\rNTE|1||cut here#"
    assert delimiters_of(text).truncation == "#"
    assert at(text, "MSH-2").value == "^~\\&#"
    assert at(text, "NTE-3").value == "cut here#"

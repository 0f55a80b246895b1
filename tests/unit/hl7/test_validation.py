"""What HL7 v2 says of messages."""

from itertools import pairwise

import hl7apy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.hl7.names import VERSIONS
from hl7capture.hl7.validation.fields import longest, required, table
from hl7capture.hl7.validation.structure import Structure, is_structure, structure_of
from hl7capture.hl7.validation.validation import What, validated
from tests.unit.hl7.test_any_text import texts

HEADER = "MSH|^~\\&|ANALYZER|LAB|LIS|HOSPITAL|20261121101530||ORU^R01^ORU_R01|17|P|2.5.1\r"
RESULT = HEADER + (
    "PID|1||4711^^^LAB^MR||Testmann^Tilda||19700101|F\r"
    "OBR|1|||CHEM^Chemistry^L\r"
    "OBX|1|NM|GLU^Glucose^L||5.4|mmol/L|3.9-6.1|N|||F\r"
)


def faults(text: str) -> list[tuple[str, str]]:
    found = validated(text)
    assert found is not None
    return [(str(fault.what), fault.place) for fault in found.faults]


def complaints(structure: str, version: str, names: str) -> list[str]:
    """`-OBR@2`: missing before segment 2; `+PV1@1`: segment 1 is unexpected."""
    known = structure_of(structure, version)
    assert known is not None
    return [f"{'-' if one.is_missing else '+'}{one.name}@{one.at}" for one in known.complaints(names.split())]


def test_a_good_message_has_no_fault() -> None:
    found = validated(RESULT)
    assert found is not None
    assert found == ("ORU^R01", "2.5.1", "ORU_R01", [])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("OBR|1|||CHEM^Chemistry^L\r", "", ("segment-missing", "OBR")),
        ("PID|", "XYZ|1\rPID|", ("segment-unexpected", "XYZ")),
        ("PID|", "PV1|1|O\rPID|", ("segment-unexpected", "PV1")),
        ("4711^^^LAB^MR", "", ("field-missing", "PID-3")),
        ("|||CHEM^Chemistry^L", "", ("field-missing", "OBR-4")),
        ("Testmann", "T" * 250, ("field-too-long", "PID-5")),
        ("|||F\r", "|||f\r", ("value-not-in-table", "OBX-11")),
        ("^MR|", "^??|", None),  # table 0203 has patterns
        ("ORU_R01", "FOO_R01", ("structure-unknown", "MSH-9.3")),
        ("ORU_R01", "PRT_O01", ("structure-unknown", "MSH-9.3")),
    ],
)
def test_one_fault(old: str, new: str, fault: tuple[str, str] | None) -> None:
    assert old in RESULT
    assert faults(RESULT.replace(old, new, 1)) == ([fault] if fault else [])


@pytest.mark.parametrize(
    "text",
    [
        RESULT + "ZZZ|1|anything\rZDS\r",
        RESULT.replace("ORU_R01", "ZRU_R01"),
        RESULT.replace("ORU_R01", "ORU_Z01"),
        RESULT.replace("^ORU_R01", ""),
        RESULT.replace("4711^^^LAB^MR", '""'),
        RESULT.replace("|F\r", "|own value\r", 1),  # PID-8 is IS: the user's own table
        RESULT.replace("Testmann", "\\T\\" * 100 + "~" + "T" * 200),
        RESULT.replace("\r", "\n"),
        RESULT.replace("|17|", "||"),  # told with control-id-missing
        RESULT + "this is no segment",
        RESULT + "|||||",
    ],
)
def test_what_is_no_fault(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "H|\\^&\rL|1\r",
        RESULT.replace("2.5.1", "9.9"),
        RESULT.replace("|2.5.1", ""),
        "FHS|^~\\&\r" + RESULT,
        RESULT + RESULT,
        RESULT[len(HEADER) :],
    ],
)
def test_what_nobody_can_judge(text: str) -> None:
    assert validated(text) is None


def test_what_a_fault_says() -> None:
    found = validated(RESULT.replace("Testmann", "T" * 250).replace("|||F\r", "|||q\r").replace("ORU_R01", "ADT_A01"))
    assert found is not None
    by_what = {fault.what: fault for fault in found.faults}
    assert by_what[What.FIELD_TOO_LONG][2:] == ("Patient Name", "256", "250")
    assert by_what[What.VALUE_NOT_IN_TABLE][2:] == ("Observation Result Status", "q", "0085")
    assert by_what[What.SEGMENT_MISSING].rule == "ADT_A01"


@pytest.mark.parametrize(
    ("structure", "names", "expected"),
    [
        ("ORU_R01", "MSH PID OBR OBX", []),
        ("ORU_R01", "MSH OBR OBX", []),
        ("ORU_R01", "MSH PID NTE PV1 ORC OBR NTE OBX NTE NTE OBX SPM OBR OBX PID OBR OBX DSC", []),
        ("ORU_R01", "MSH", ["-OBR@1"]),
        ("ORU_R01", "MSH PID OBX OBX OBX", ["-OBR@2"]),
        ("ORU_R01", "MSH PV1 OBR", ["-PID@1"]),
        ("ORU_R01", "PID OBR", ["-MSH@0"]),
        ("ORU_R01", "MSH PID OBR OBX MSH", ["+MSH@4"]),
        ("ORU_R01", "MSH PID PID OBR OBX", ["-OBR@2"]),
        ("OML_O21", "MSH PID ORC OBR ORC OBR ORC OBR", []),
        ("OML_O21", "MSH PID ORC OBR SPM ORC OBR SPM", []),
        ("ORM_O01", "MSH PID ORC OBR", []),
        ("ORM_O01", "MSH PID ORC RXO ORC OBR OBX", []),
        ("ACK", "MSH MSA", []),
        ("ACK", "MSH", ["-MSA@1"]),
    ],
)
def test_segments_in_a_structure(structure: str, names: str, expected: list[str]) -> None:
    assert complaints(structure, "2.5.1", names) == expected


def test_structures_that_leave_open_what_stands_in_them() -> None:
    assert structure_of("PPV_PCA", "2.5.1") is None
    assert structure_of("FOO_R01", "2.5.1") is None


@pytest.mark.parametrize("version", VERSIONS)
def test_every_structure_of_every_version_can_be_asked(version: str) -> None:
    for name in hl7apy.load_library(version).MESSAGES:
        known = structure_of(name, version)
        if known is not None:
            least = [one.name for one in known.complaints(["MSH"]) if one.is_missing]
            assert known.complaints(["MSH", *least]) == [], name
        assert is_structure(name, version)


NAMES = ["MSH", "PID", "PV1", "ORC", "OBR", "OBX", "NTE", "SPM", "DSC", "XYZ"]


@given(st.lists(st.sampled_from(NAMES), max_size=30), st.sampled_from(["ORU_R01", "OML_O21", "ORM_O01", "OUL_R22"]))
def test_complaints_explain_the_message(names: list[str], structure: str) -> None:
    """Without what is unexpected, and with what is missing, nothing is left to complain of."""
    known = structure_of(structure, "2.5.1")
    assert isinstance(known, Structure)
    found = known.complaints(names)
    assert [one.at for one in found] == sorted(one.at for one in found)
    mended: list[str] = []
    edges = [0, *range(1, len(names) + 1), len(names) + 1]
    for at, _ in pairwise(edges):
        mended += [one.name for one in found if one.is_missing and one.at == at]
        if at < len(names) and not any(one.at == at and not one.is_missing for one in found):
            mended.append(names[at])
    assert known.complaints(mended) == []


def test_what_the_standard_says_of_fields() -> None:
    assert required("2.5.1", "OBX") == (3, 11)
    assert required("2.7", "OBX") == (3, 11)
    assert required("2.5.1", "ZZZ") == ()
    assert (longest("2.3", "PID", 5), longest("2.5.1", "PID", 5), longest("2.7", "PID", 5)) == (48, 250, 0)
    assert (longest("2.5.1", "OBX", 5), longest("2.5.1", "OBX", 99), longest("2.5.1", "ZZZ", 1)) == (0, 0, 0)
    assert {"F", "C", "P"} <= table("0085")
    assert {"2.1", "2.8.2"} <= table("0104")  # of all versions together
    assert table("0396") == table("0203") == table("9999") == frozenset()


@given(texts)
def test_any_text(text: str) -> None:
    found = validated(text)
    assert found is None or len({(fault.what, fault.place) for fault in found.faults}) == len(found.faults)


def test_hostile_messages_are_bounded() -> None:
    names = [f"{a}{b}{c}" for a in "ABCDEFGH" for b in "ABCDEFGH" for c in "0123456789"]
    found = validated(HEADER + "\r".join(f"{name}|1" for name in names * 3))
    assert found is not None
    assert len(found.faults) == 200

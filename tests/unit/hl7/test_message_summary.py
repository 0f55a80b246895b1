"""What a list shows of a message."""

import pytest

from hl7capture.hl7.summary import Summary, summarise

HEADER = "MSH|^~\\&|ANALYZER^1|LAB|LIS|HOSPITAL|20260101||ORU^R01^ORU_R01|17|P|2.5.1^DEU"


def test_a_result() -> None:
    text = f"{HEADER}\rPID|1||4711^^^LAB~0815\rOBX|1|NM|2345-7||5.4\rPID|2||0000"
    assert summarise(text) == Summary(
        standard="hl7",
        kind="ORU^R01",
        control_id="17",
        version="2.5.1",
        sender="ANALYZER@LAB",
        receiver="LIS@HOSPITAL",
        patient_id="4711",
        segments=4,
    )


def test_an_acknowledgement() -> None:
    summary = summarise("MSH|^~\\&|LIS||ANALYZER||||ACK|A1|P|2.3\rMSA|AE|17|no such test")
    assert (summary.kind, summary.ack_code, summary.acknowledges) == ("ACK", "AE", "17")
    assert (summary.sender, summary.receiver) == ("LIS", "ANALYZER")


def test_the_old_place_of_the_patient_id() -> None:
    assert summarise(f"{HEADER}\rPID|1|old^x|").patient_id == "old"


def test_other_delimiters_and_line_ends() -> None:
    summary = summarise("\ufeffMSH#*+?%#APP*1#FAC##X###ORM*O01#9#P#2.4\nMSA|AA|1\n\nPID#1##7*8+9\n")
    assert (summary.kind, summary.sender, summary.receiver) == ("ORM^O01", "APP@FAC", "@X")
    assert (summary.patient_id, summary.acknowledges, summary.segments) == ("7", "", 3)


def test_a_batch() -> None:
    text = f"FHS|^~\\&|A|B|C|D|20260101||name||F1|F0\rBHS|^~\\&\r{HEADER}\rMSA|AA|1\rPID|1||4711"
    assert summarise(text) == Summary(
        standard="hl7",
        kind="Batch",
        control_id="F1",
        sender="A@B",
        receiver="C@D",
        acknowledges="F0",
        patient_id="4711",
        segments=5,
    )


def test_segments_without_a_header_say_nothing_about_sender_and_kind() -> None:
    text = "OBX|1|NM|2345-7|s|5.4|mmol/L|3|N|x|y|z\rPID|1||4711\rMSA|AA|17"
    assert summarise(text) == Summary("hl7", patient_id="4711", acknowledges="17", ack_code="AA", segments=3)


def test_an_astm_result() -> None:
    text = "H|\\^&|C7||ANALYZER^3.1|||||LIS||P|LIS2-A2|2026\rP|1||4711^x\rO|1|S17\rR|1|^^^GLU|5\rL|1|N"
    assert summarise(text) == Summary(
        standard="astm",
        kind="Result",
        control_id="C7",
        version="LIS2-A2",
        sender="ANALYZER",
        receiver="LIS",
        patient_id="4711",
        segments=5,
    )


@pytest.mark.parametrize(
    ("records", "kind"),
    [
        ("P|1\rO|1\rR|1", "Result"),
        ("R|1", "Result"),
        ("Q|1|^S17", "Query"),
        ("P|1\rO|1\rC|1", "Order"),
        ("P|1", "Patient"),
        ("M|1", "Records"),
        ("", "Records"),
    ],
)
def test_the_kind_of_records(records: str, kind: str) -> None:
    assert summarise(f"H|\\^&\r{records}\rL|1").kind == kind


@pytest.mark.parametrize(("patient", "number"), [("1|a|b|c", "a"), ("1||b|c", "b"), ("1|||c^d", "c"), ("1", "")])
def test_the_first_patient_id_that_is_filled(patient: str, number: str) -> None:
    assert summarise(f"H|\\^&\rP|{patient}\rL|1").patient_id == number


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), (" \r\n", 0), ("hello\rworld", 2), ("Hello there", 1), ("GET / HTTP/1.1", 1), ("MSHA|x", 1), ("{}", 1)],
)
def test_anything_else_has_no_standard(text: str, count: int) -> None:
    assert summarise(text) == Summary("", segments=count)

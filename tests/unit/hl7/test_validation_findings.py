"""What findings tell of validation: one for each kind of message and each place, and nothing unasked."""

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.report import findings_of
from hl7capture.model.elements import Direction, Element, ElementType, Flag
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from tests.support.speech import answer, oru
from tests.support.stored import session_of

CODES = {
    "structure-unknown",
    "segment-missing",
    "segment-unexpected",
    "field-missing",
    "field-too-long",
    "value-not-in-table",
}


def found(session: Session, *, is_on: bool = True) -> list[Finding]:
    findings = findings_of(session, settings=Settings(validate_messages=is_on))
    return [finding for finding in findings if finding.code in CODES]


def message(number: int, old: str = "", new: str = "") -> str:
    text = oru(str(number)).decode()
    assert old in text
    return text.replace(old, new)


def test_nothing_is_told_unasked() -> None:
    session = session_of(1, message(1, "OBR|1|||GLU^Glucose\r"))
    assert found(session, is_on=False) == []
    assert [finding.code for finding in found(session)] == ["segment-missing"]
    assert Settings().validate_messages is False


def test_good_messages_have_no_finding() -> None:
    assert found(session_of(1, message(1), answer().decode())) == []


def test_many_messages_give_one_finding_with_its_count() -> None:
    bad = [message(n, "|||F\r", f"|||{value}\r") for n, value in enumerate("qqwey", 2)]
    (finding,) = found(session_of(1, message(1), *bad))
    assert (finding.code, finding.severity) == ("value-not-in-table", Severity.WARNING)
    table = "that HL7's table 0085 does not have"
    assert finding.text == f"The device sends ORU^R01 with a value in OBX-11 (Observation Result Status) {table}."
    assert finding.evidence == ("5 of 6 messages of this kind.", "“q”, “w”, “e” and 1 more.")
    assert finding.elements == (1, 2, 3, 4, 5)


def test_kinds_of_messages_and_places_are_told_apart() -> None:
    others = message(3, "ORU^R01^ORU_R01", "ORU^R30^ORU_R30").replace("|1||SIM-4711", "|1||")
    session = session_of(1, message(1, "SIM-4711", ""), message(2, "Testmann^Tilda", ""), others)
    assert [(one.text.split(" (")[0], one.evidence[0]) for one in found(session) if one.code == "field-missing"] == [
        ("The device sends ORU^R01 without PID-3", "1 of 2 messages of this kind."),
        ("The device sends ORU^R01 without PID-5", "1 of 2 messages of this kind."),
        ("The device sends ORU^R30 without PID-3", "The only message of this kind."),
    ]


def test_the_longest_is_told_and_not_what_it_says() -> None:
    session = session_of(1, message(1, "Testmann", "T" * 300), message(2, "Testmann", "T" * 400))
    (finding,) = found(session)
    assert (
        finding.text
        == "The device sends ORU^R01 with PID-5 (Patient Name) longer than the 250 characters of version 2.5.1."
    )
    assert finding.evidence[1] == "The longest has 406 characters."
    assert "TTT" not in str(finding)


def test_a_structure_of_another_version() -> None:
    (finding,) = found(session_of(1, message(1, "ORU_R01|1|P|2.5.1", "OUL_R24|1|P|2.3")))[:1]
    assert (
        finding.text
        == "The device sends ORU^R01 with the structure “OUL_R24” (MSH-9.3), which version 2.3 does not have."
    )
    assert finding.evidence[1].startswith("Versions that have it: 2.5, 2.5.1")


def test_a_message_that_the_capture_cut_is_not_judged() -> None:
    text = message(1, "OBR|1|||GLU^Glucose\r")
    session = session_of(1, text)
    session.elements = [
        Element(0, 0.0, Direction.DEVICE_TO_LIS, ElementType.MESSAGE, text.encode(), 0, (flag,))
        for flag in (Flag.GAP, Flag.TRUNCATED)
    ]
    assert found(session) == []


def test_the_number_of_findings_is_bounded() -> None:
    text = message(1) + "".join(f"A{n:02d}|1\r" for n in range(80))
    findings = found(session_of(1, text))
    assert len(findings) == 50
    assert findings[-1].evidence[-1] == "30 places more like this."

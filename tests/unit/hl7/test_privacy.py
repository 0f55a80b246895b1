"""Messages without patients' data: what goes, what stays, what is found elsewhere."""

import base64
from datetime import date

import pytest

from hl7capture.hl7.documents import document_in
from hl7capture.hl7.privacy.dates import shifted
from hl7capture.hl7.privacy.masking import masked, masked_nodes
from hl7capture.hl7.privacy.pseudonyms import Pseudonyms
from hl7capture.hl7.privacy.rules import Rules, rules_of
from hl7capture.hl7.privacy.sessions import Deidentification
from hl7capture.hl7.tree import delimiters_of, parse
from hl7capture.model.settings import Settings, SettingsError
from tests.support.stored import session_of

HEADER = "MSH|^~\\&|ANALYZER|LAB|LIS|HOSPITAL|20261121101530||ORU^R01^ORU_R01|MSG1|P|2.5.1"
PATIENT = (
    "PID|1||SIM-4711^^^LAB^MR||Müller-Testmann^Tilda^^^^^L||19800131|F|||"
    "Musterweg 3^^Musterhausen^BY^12345^DE||555-0101"
)


def made(*segments: str, rules: Rules | None = None, key: bytes = b"k") -> str:
    return Deidentification(rules, Pseudonyms(key=key)).text("\r".join((HEADER, *segments)))


def value(text: str, path: str) -> str:
    """The value at a path as the tree writes it."""
    nodes = list(parse(text))
    for node in nodes:
        if node.path == path:
            return node.value
        nodes += node.children
    raise AssertionError(path)


def test_a_patient_is_replaced_and_the_form_kept() -> None:
    text = made(PATIENT)
    assert len(text.encode()) == len("\r".join((HEADER, PATIENT)).encode())
    for gone in ("4711", "Müller", "Testmann", "Tilda", "19800131", "Musterweg", "Musterhausen", "12345", "0101"):
        assert gone not in text
    assert value(text, "PID-3").endswith("^^^LAB^MR")
    assert value(text, "PID-5.1")[6] == "-"
    assert value(text, "PID-5.7") == "L"
    assert value(text, "PID-8") == "F"
    assert value(text, "PID-11.6") == "DE"
    assert value(text, "MSH-9") == "ORU^R01^ORU_R01"
    assert value(text, "MSH-10") == "MSG1"


def test_a_name_is_the_same_everywhere_in_any_case_and_spelling() -> None:
    text = made(
        PATIENT,
        "OBR|1|A100|S-2001|GLU^Glucose (Testmann)",
        r"OBX|1|TX|C^Comment||called TILDA, T\X69\lda and MUELLER; SIM4711 is 19800131",
    )
    pseudonym = value(text, "PID-5.2")
    comment = value(text, "OBX-5")
    assert pseudonym.upper() in comment
    assert value(text, "PID-5.1").split("-")[1] in value(text, "OBR-4.2")
    assert value(text, "PID-7") in comment
    assert "Glucose" in text
    assert "MUELLER" not in text
    assert "4711" not in text


def test_results_stay_and_remarks_go() -> None:
    kept = (
        "OBX|1|NM|GLU^Glucose||5.4|mmol/L|3.9-6.1|N|||F",
        "OBX|2|SN|T^Titer||^1^:^160||||||F",
        "OBX|3|ST|N^Nitrite||Negative||||||F",
        "OBX|4|CWE|B^Blood group||A^A positive^L||||||F",
        "OBX|5|TX|R^Ratio||<1:160||||||F",
    )
    text = made(*kept)
    assert text.split("\r")[1:] == list(kept)
    text = made("OBX|1|NM|X||Tilda", "OBX|2|CWE|X||^written by hand", "OBX|3|ST|X||see Dr. Hand", "NTE|1||by hand")
    for gone in ("Tilda", "hand", "Hand", "see"):
        assert gone not in text


def test_own_segments_and_places_are_settings() -> None:
    own = "ZPI|1|Tilda|17"
    assert "Tilda" not in made(own)
    assert own in made(own, rules=rules_of(Settings(deidentify_z_segments=False)))
    text = made(
        own, "OBX|1|NM|X||5.4|||||||||||||DEV-17", rules=rules_of(Settings().changed(patientFields="zpi-2, OBX-18"))
    )
    assert "DEV-17" not in text
    assert "5.4" in text


def test_another_export_has_other_pseudonyms() -> None:
    assert made(PATIENT) == made(PATIENT)
    assert made(PATIENT) != made(PATIENT, key=b"other")


def test_dates_of_birth_and_times_move_apart() -> None:
    text = made(PATIENT, "OBR|1|||GLU|||20261121093000|||||||20261121094500+0100", "OBX|1|DT|LMP||20261101")
    assert value(text, "PID-7")[:4] in ("1979", "1980", "1981")
    assert value(text, "PID-7") != "19800131"
    days = [
        date.fromisoformat(value(text, path)[:8]) - date.fromisoformat(before)
        for path, before in zip(("MSH-7", "OBR-7", "OBR-14", "OBX-5"), ["20261121"] * 3 + ["20261101"], strict=True)
    ]
    assert len(set(days)) == 1
    assert days[0].days % 7 == 0
    assert value(text, "OBR-14").endswith("094500+0100")


def test_times_can_be_kept_and_a_birth_date_cannot() -> None:
    pseudonyms = Pseudonyms(keeps_times=True)
    text = Deidentification(pseudonyms=pseudonyms).text(f"{HEADER}\rPID|||||||19800131\rOBR|1|||GLU|||20261121093000")
    assert value(text, "MSH-7") == "20261121101530"
    assert value(text, "OBR-7") == "20261121093000"
    assert value(text, "PID-7") != "19800131"


@pytest.mark.parametrize(
    ("before", "days", "after"),
    [
        ("19800131", 1, "19800201"),
        ("19800131235959.1234-0500", -31, "19791231235959.1234-0500"),
        ("1980-01-31", 1, "1980-02-01"),
        ("31.01.1980", 1, "01.02.1980"),
        ("198001", 31, "198002"),
        ("1980", 365, "1981"),
        (" 19800131 ", 1, " 19800201 "),
        ("19800231", 1, None),
        ("00010101", -1, None),
        ("99991231", 1, None),
        ("yesterday", 1, None),
        ("1980013", 1, None),
        ("", 1, None),
    ],
)
def test_a_date_keeps_its_format(before: str, days: int, after: str | None) -> None:
    assert shifted(before, days) == after


def test_a_document_becomes_one_that_says_so() -> None:
    before = base64.b64encode(b"%PDF-1.4 Tilda Testmann " + bytes(900)).decode()
    text = made(PATIENT, f"OBX|1|ED|R||DEV^AP^PDF^Base64^{before}")
    node = next(node for node in parse(text) if node.path == "OBX").children[4]
    document = document_in(node, delimiters_of(text))
    assert document is not None
    assert document.kind.name == "PDF"
    content = document.content()
    assert len(content) == 924
    assert b"was removed" in content
    assert b"Tilda" not in content


def test_what_cannot_be_read_goes_altogether() -> None:
    text = made("x Testmann 4711", "PID?", "XYZ|Tilda", rules=Rules(with_own_segments=False))
    assert not any(gone in text for gone in ("Testmann", "4711", "Tilda"))
    assert "XYZ|" in text


def test_a_report_tells_places_and_no_values() -> None:
    export = Deidentification()
    export.text("\r".join((HEADER, PATIENT, "NTE|1||Tilda", "OBR|1|||GLU^of Tilda", "broken Tilda")))
    lines = export.report.lines()
    assert "PID-5 names: 2" in lines
    assert "NTE-3 free text: 1" in lines
    assert "known values elsewhere: 1" in lines
    assert "unread text: 1" in lines
    assert "Tilda" not in "".join(lines)


def test_error_texts_stay_readable() -> None:
    text = made(PATIENT, "MSA|AE|MSG1|Segment PID of Testmann, number 88123 is unknown")
    assert "Segment PID of" in text
    assert "is unknown" in text
    assert "Testmann" not in text
    assert "88123" not in text


def test_masking_hides_the_same_and_leaves_times() -> None:
    text = "\r".join((HEADER, PATIENT, r"OBX|1|TX|C||T\X69\lda", "OBX|2|NM|GLU||5.4||||||||20261121"))
    shown = masked(text, Rules())
    assert len(shown.text) == len(text)
    assert "20261121101530" in shown.text
    assert "|5.4|" in shown.text
    assert "●●●●●●●●^^^LAB^MR" in shown.text
    assert not any(gone in shown.text for gone in ("Tilda", "X69", "19800131", "Muster"))
    tree = masked_nodes(parse(text), shown.text)
    assert [node.path for node in tree] == [node.path for node in parse(text)]
    assert shown.text[tree[1].children[4].start :].startswith(tree[1].children[4].value)


def test_addresses_are_replaced_each_by_its_own() -> None:
    pseudonyms = Pseudonyms()
    made_ones = [pseudonyms.address(f"10.0.{n // 250}.{n % 250}") for n in range(1000)]
    assert len(set(made_ones)) == 1000
    assert pseudonyms.address("10.0.0.7") == made_ones[7]
    assert all(one.startswith("198.1") for one in made_ones)
    assert pseudonyms.address("fe80::1").startswith("2001:db8:")
    assert pseudonyms.address("Tilda") == ""
    assert Pseudonyms(keeps_addresses=True).address("10.0.0.7") == "10.0.0.7"


def test_wrong_settings_are_named() -> None:
    with pytest.raises(SettingsError, match="patientFields"):
        Settings().changed(patientFields="PID-3, no field")


def test_a_query_keeps_its_name_and_not_whom_it_is_about() -> None:
    text = made("QPD|Q22^Find Candidates^HL7|Q0001|@PID.3.1^SIM-4711~@PID.5.1^Testmann", "RCP|I|10^RD")
    assert value(text, "QPD-1") == "Q22^Find Candidates^HL7"
    assert value(text, "QPD-2") == "Q0001"
    assert "@PID.3.1^" in text
    assert "RCP|I|10^RD" in text
    assert not any(gone in text for gone in ("4711", "Testmann"))


def test_a_person_s_note_goes() -> None:
    session = session_of(1, note="Called the ward of Mrs Testmann")
    assert Deidentification().session(session).note == ""
    assert session.note

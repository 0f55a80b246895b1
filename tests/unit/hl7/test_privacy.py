"""Messages without patients' data: what goes, what stays, what is found elsewhere."""

from hl7capture.hl7.privacy.pseudonyms import Pseudonyms
from hl7capture.hl7.privacy.rules import Rules, rules_of
from hl7capture.hl7.privacy.sessions import Deidentification
from hl7capture.hl7.tree import parse
from hl7capture.model.settings import Settings
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


def test_a_person_s_note_goes() -> None:
    session = session_of(1, note="Called the ward of Mrs Testmann")
    assert Deidentification().session(session).note == ""
    assert session.note

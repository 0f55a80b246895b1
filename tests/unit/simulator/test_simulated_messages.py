"""What the simulated sides say: whole, valid, deterministic and visibly invented."""

from datetime import UTC, datetime
from random import Random

import hl7
import pytest
from hl7apy.parser import parse_message

from hl7capture.simulator.messages import ack, astm_records, oru
from hl7capture.simulator.patients import ANALYTES, Analyte, Result, patient, results

WHEN = datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC)


def test_the_same_seed_makes_the_same_message() -> None:
    assert oru(1, WHEN, Random(7)) == oru(1, WHEN, Random(7))
    assert oru(1, WHEN, Random(7)) != oru(1, WHEN, Random(8))
    assert astm_records(1, WHEN, Random(7)) == astm_records(1, WHEN, Random(7))


def test_a_message_holds_its_segments_in_order() -> None:
    message = hl7.parse(oru(3, WHEN, Random(1)).decode())
    names = [str(segment[0]) for segment in message]
    assert names[:5] == ["MSH", "PID", "PV1", "ORC", "OBR"]
    assert set(names[5:]) == {"OBX"}
    header = message.segment("MSH")
    assert [str(header[number]) for number in (7, 9, 10, 11, 12, 18)] == [
        "20261121101530+0000",
        "ORU^R01^ORU_R01",
        "261121101530-00003",
        "T",
        "2.5.1",
        "UNICODE UTF-8",
    ]
    assert str(message.segment("PID")[3]) == "SIM-0003^^^SIM-LAB^MR"
    assert str(message.segment("OBR")[25]) == "F"


@pytest.mark.parametrize("seed", range(5))
def test_messages_keep_the_standard(seed: int) -> None:
    message = oru(1, WHEN, Random(seed))
    assert message.endswith(b"\r")
    assert b"\n" not in message
    assert 5 <= message.count(b"\rOBX|") <= 20
    parse_message(message.decode()).validate()
    parse_message(ack(message, WHEN).decode()).validate()


def test_some_names_are_not_ascii() -> None:
    assert any(not oru(number, WHEN, Random(number)).isascii() for number in range(10))


def test_an_acknowledgement_names_the_message_and_its_sender() -> None:
    answer = hl7.parse(ack(oru(1, WHEN, Random(1)), WHEN).decode())
    header = answer.segment("MSH")
    assert [str(header[number]) for number in (3, 4, 5, 6, 9)] == [
        "SIM-LIS",
        "SIM-HOSPITAL",
        "SIM-ANALYZER",
        "SIM-LAB",
        "ACK^R01^ACK",
    ]
    assert str(answer.segment("MSA")) == "MSA|AA|261121101530-00001"
    assert str(header[10]) == "A261121101530-00001"


@pytest.mark.parametrize("message", [b"", b"H|\\^&\r", b"MSH|^~\\&|A|B\r"])
def test_what_has_no_header_cannot_be_acknowledged(message: bytes) -> None:
    with pytest.raises(ValueError, match="MSH"):
        ack(message, WHEN)


def test_astm_records_run_from_h_to_l() -> None:
    records = astm_records(2, WHEN, Random(1))
    assert all(record.endswith(b"\r") and record.count(b"\r") == 1 for record in records)
    kinds = "".join(chr(record[0]) for record in records)
    assert kinds.startswith("HPOR")
    assert kinds.endswith("L")
    assert 5 <= kinds.count("R") <= 20
    header = records[0].decode().rstrip("\r").split("|")
    # E1394-97 §7.1: H-3 control id, H-10 receiver, H-12 processing id, H-14 date; element 0 is H-1.
    assert (header[2], header[9], header[11], header[13]) == ("261121101530-00002", "SIM-LIS", "T", "20261121101530")


def test_a_comment_follows_the_result_it_speaks_of() -> None:
    records = [record.decode() for number in range(20) for record in astm_records(number, WHEN, Random(number))]
    before = [records[at - 1].split("|") for at, record in enumerate(records) if record[0] == "C"]
    assert before
    assert all(record[0] == "R" and record[6] in ("L", "H") for record in before)


def test_patients_are_visibly_invented() -> None:
    somebody = patient(42, Random(1))
    assert somebody.id == "SIM-0042"
    assert somebody.phone.startswith("555-01")
    assert 1930 <= somebody.birth.year <= 2010


def test_results_are_different_analytes() -> None:
    for seed in range(20):
        codes = [result.analyte.loinc for result in results(Random(seed))]
        assert len(set(codes)) == len(codes)
    assert len({analyte.loinc for analyte in ANALYTES}) == len(ANALYTES)


@pytest.mark.parametrize(("value", "flag"), [("3.8", "L"), ("3.9", "N"), ("6.1", "N"), ("6.2", "H")])
def test_the_flag_follows_the_range_as_it_is_shown(value: str, flag: str) -> None:
    assert Result(Analyte("14749-6", "GLU", "Glucose", "mmol/L", 3.9, 6.1, 1), value).flag == flag

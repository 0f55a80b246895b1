"""What an analyzer and a LIS say to each other: HL7 2.5.1 results and acknowledgements, ASTM E1394 records."""

from datetime import datetime
from random import Random

from hl7capture.simulator.patients import Patient, Result, patient, results

_DEVICE = ("SIM-ANALYZER", "SIM-LAB")
_LIS = ("SIM-LIS", "SIM-HOSPITAL")
_TRAINING = "T"  # HL7 table 0103 and E1394 §7.1.12: nobody takes these results for real ones
_CONTROL_ID_LENGTH = 20  # MSH-10 in HL7 2.5.1 §2.15.9.10
_INSTRUMENT = "SIM-0815"
_OPERATOR = "operator1"
_PHYSICIAN = "SIM-D1^Musterarzt^Maja"
_REMARK = (
    "{name} lies outside the reference range. The measurement was repeated from the same tube and the second value "
    "agrees with the first one; no clot, no foam and no haemolysis were detected, calibration and control of this "
    "morning were within limits. Please judge together with earlier results."
)


def oru(number: int, when: datetime, rng: Random) -> bytes:
    """An ORU^R01 of HL7 2.5.1 (§7.3.1) with 5 to 20 results; CR after every segment, UTF-8.

    number: of the message, from 1. Times carry the zone of `when` where it has one.
    """
    time = when.strftime("%Y%m%d%H%M%S%z")
    somebody = patient(number, rng)
    segments = [
        _header(_DEVICE, _LIS, time, "ORU^R01^ORU_R01", _control_id(number, when)),
        _pid(somebody),
        _line("PV1", {1: "1", 2: "O", 3: "SIM-WARD^12^1", 7: _PHYSICIAN, 19: f"SIM-V{number:04d}"}),
        _line("ORC", {1: "RE", 2: _order_id(number), 3: _sample_id(number), 5: "CM", 12: _PHYSICIAN}),
        _line(
            "OBR",
            {
                1: "1",
                2: _order_id(number),
                3: _sample_id(number),
                4: "CHEM^Clinical chemistry^99SIM",
                7: time,
                16: _PHYSICIAN,
                22: time,
                25: "F",
            },
        ),
        *(_obx(at, result, time) for at, result in enumerate(results(rng), 1)),
    ]
    return _lines_to_bytes(segments)


def ack(message: bytes, when: datetime) -> bytes:
    """The ACK with AA that answers the HL7 `message` (2.5.1 §2.9.2), its own sender and receiver exchanged.

    Raises ValueError where `message` does not begin with a whole MSH segment.
    """
    header = message.split(b"\r", 1)[0].decode("utf-8", "replace")
    fields = header.split("|")
    if not header.startswith("MSH|^~\\&|") or len(fields) < 10:
        raise ValueError("only a message that begins with MSH|^~\\&| and has a control id can be answered")
    sender, receiver, control_id = (fields[2], fields[3]), (fields[4], fields[5]), fields[9]
    event = fields[8].split("^")[1:2]
    kind = "^".join(["ACK", *event, "ACK"]) if event else "ACK"
    time = when.strftime("%Y%m%d%H%M%S%z")
    own_id = f"A{control_id}"[:_CONTROL_ID_LENGTH]
    return _lines_to_bytes([_header(receiver, sender, time, kind, own_id), f"MSA|AA|{control_id}"])


def astm_records(number: int, when: datetime, rng: Random) -> list[bytes]:
    """The records of one E1394-97 message, H to L, each ending in CR; UTF-8, for the standard names no other set.

    number: of the message, from 1. A result outside its range has a comment, which is longer than one E1381 frame.
    """
    time = when.strftime("%Y%m%d%H%M%S")
    somebody = patient(number, rng)
    sender, receiver = f"{_DEVICE[0]}^{_INSTRUMENT}", _LIS[0]
    records = [
        _line(
            "H",
            {2: "\\^&", 3: _control_id(number, when), 5: sender, 10: receiver, 12: _TRAINING, 13: "E1394-97", 14: time},
            first=2,
        ),
        _astm_patient(somebody),
        _line(
            "O", {2: "1", 3: _sample_id(number), 5: "^^^CHEM", 6: "R", 7: time, 8: time, 16: "Serum", 26: "F"}, first=2
        ),
    ]
    for at, result in enumerate(results(rng), 1):
        records.append(_astm_result(at, result, time))
        if result.flag != "N":
            remark = _REMARK.format(name=result.analyte.name)
            records.append(_line("C", {2: "1", 3: "I", 4: remark, 5: "G"}, first=2))
    records.append("L|1|N")
    return [_lines_to_bytes([record]) for record in records]


def _header(sender: tuple[str, str], receiver: tuple[str, str], time: str, kind: str, control_id: str) -> str:
    fields = {2: "^~\\&", 3: sender[0], 4: sender[1], 5: receiver[0], 6: receiver[1], 7: time, 9: kind, 10: control_id}
    return _line("MSH", {**fields, 11: _TRAINING, 12: "2.5.1", 18: "UNICODE UTF-8"}, first=2)


def _pid(somebody: Patient) -> str:
    fields = {
        1: "1",
        3: f"{somebody.id}^^^SIM-LAB^MR",
        5: f"{somebody.family}^{somebody.given}^^^^^L",
        7: f"{somebody.birth:%Y%m%d}",
        8: somebody.sex,
        11: f"{somebody.street}^^{somebody.city}",
        13: somebody.phone,
    }
    return _line("PID", fields)


def _obx(at: int, result: Result, time: str) -> str:
    analyte = result.analyte
    fields = {
        1: str(at),
        2: "NM",
        3: f"{analyte.loinc}^{analyte.name}^LN^{analyte.short}^^99SIM",
        5: result.value,
        6: f"{analyte.unit}^^UCUM",
        7: f"{analyte.shown(analyte.low)}-{analyte.shown(analyte.high)}",
        8: result.flag,
        11: "F",
        14: time,
        16: _OPERATOR,
        18: _INSTRUMENT,
    }
    return _line("OBX", fields)


def _astm_patient(somebody: Patient) -> str:
    fields = {
        2: "1",
        3: somebody.id,
        6: f"{somebody.family}^{somebody.given}",
        8: f"{somebody.birth:%Y%m%d}",
        9: somebody.sex,
        11: f"{somebody.street}^{somebody.city}",
        13: somebody.phone,
    }
    return _line("P", fields, first=2)


def _astm_result(at: int, result: Result, time: str) -> str:
    analyte = result.analyte
    fields = {
        2: str(at),
        3: f"^^^{analyte.short}",
        4: result.value,
        5: analyte.unit,
        6: f"{analyte.shown(analyte.low)} to {analyte.shown(analyte.high)}",
        7: result.flag,
        9: "F",
        11: _OPERATOR,
        13: time,
        14: _INSTRUMENT,
    }
    return _line("R", fields, first=2)


def _control_id(number: int, when: datetime) -> str:
    """Unique also among the messages of an earlier simulation."""
    return f"{when:%y%m%d%H%M%S}-{number:05d}"[:_CONTROL_ID_LENGTH]


def _order_id(number: int) -> str:
    return f"SIM-A{number:04d}"


def _sample_id(number: int) -> str:
    return f"SIM-S{number:04d}"


def _line(name: str, fields: dict[int, str], *, first: int = 1) -> str:
    """A segment or record. first: number of the field after the name: 2 in MSH and in E1394, which count it as 1."""
    return "|".join([name, *(fields.get(number, "") for number in range(first, max(fields) + 1))])


def _lines_to_bytes(lines: list[str]) -> bytes:
    return "".join(f"{line}\r" for line in lines).encode()

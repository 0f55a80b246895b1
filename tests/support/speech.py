"""What devices and LIS say, as bytes; all patients are invented."""

from datetime import UTC, datetime

from tests.support.wire import Segment, conversations, pcap_header, records

START = round(datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC).timestamp()) * 1_000_000_000  # what MSH-7 says
ENQ, ACK, NAK, EOT = b"\x05", b"\x06", b"\x15", b"\x04"


def oru(control_id: str = "MSG00001") -> bytes:
    return (
        b"MSH|^~\\&|ANALYZER|LAB|LIS|HOSPITAL|20261121101530||ORU^R01^ORU_R01|" + control_id.encode() + b"|P|2.5.1\r"
        b"PID|1||SIM-4711||Testmann^Tilda\r"
        b"OBR|1|||GLU^Glucose\r"
        b"OBX|1|NM|GLU^Glucose||5.4|mmol/L|3.9-6.1|N|||F\r"
    )


def answer(control_id: str = "MSG00001", code: str = "AA") -> bytes:
    return (
        b"MSH|^~\\&|LIS|HOSPITAL|ANALYZER|LAB|20261121101530||ACK^R01^ACK|A1|P|2.5.1\r"
        b"MSA|" + code.encode() + b"|" + control_id.encode() + b"\r"
    )


def mllp(message: bytes) -> bytes:
    return b"\x0b" + message + b"\x1c\r"


def stx(message: bytes) -> bytes:
    return b"\x02" + message.rstrip(b"\r") + b"\r\n"


def frame(number: int, text: bytes, last: bool = True) -> bytes:
    """ASTM E1381-95 §6.3"""
    body = str(number % 8).encode() + text + (b"\x03" if last else b"\x17")
    return b"\x02" + body + b"%02X\r\n" % (sum(body) & 0xFF)


RECORDS = (b"H|\\^&|||ANALYZER\r", b"P|1||SIM-4711||Testmann^Tilda\r", b"R|1|^^^GLU|5.4|mmol/L\r", b"L|1|N\r")


def astm_transfer(records: tuple[bytes, ...] = RECORDS) -> list[tuple[int, bytes]]:
    turns = [(0, ENQ), (1, ACK)]
    for number, record in enumerate(records, 1):
        turns += [(0, frame(number, record)), (1, ACK)]
    return [*turns, (0, EOT)]


def stx_transfer(message: bytes) -> list[tuple[int, bytes]]:
    return [(0, ENQ), (1, ACK), (0, stx(message)), (1, ACK), (0, EOT)]


def retry_storm(times: int) -> list[Segment]:
    """One message, sent so many times, on a connection of its own each time, without an answer."""
    return conversations(*[[(0, mllp(oru("1")))]] * times)


def three_framings(message: bytes | None = None, reply: bytes | None = None) -> list[Segment]:
    """Three connections: MLLP, STX, ASTM. message, reply: of the first one."""
    first = [(0, mllp(message or oru("MSG1"))), (1, mllp(reply or answer("MSG1")))]
    return conversations(first, stx_transfer(oru("MSG2")), astm_transfer())


def timely(segments: list[Segment]) -> bytes:
    """A capture from the time that MSH-7 says, so that no clock is wrong."""
    return pcap_header() + records(segments, START)

"""Conversations in which one thing goes wrong; each is called like the finding that it must give (docs/findings.md)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random

from hl7capture.simulator.conversation import Turn
from hl7capture.simulator.frames import frame
from hl7capture.simulator.loopback import Ending
from hl7capture.simulator.messages import ack, astm_records, oru

_ENQ, _ACK, _NAK, _EOT = b"\x05", b"\x06", b"\x15", b"\x04"
# TLS 1.2 (RFC 5246 §7.4.1): a ClientHello with one cipher suite, and the alert "handshake failure" as the answer.
_CLIENT_HELLO = b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03" + bytes(range(32)) + b"\x00\x00\x02\x00\x2f\x01\x00"
_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
_LATE = 6.0  # seconds: a little more than the setting lateAnswerSeconds
_STORM = 5  # connections


class Opening(Enum):
    """What the LIS does about those who want to connect."""

    TAKES = auto()
    REFUSES = auto()  # nobody listens: three attempts, and nothing is said
    IS_STUCK = auto()  # it takes nobody while the device tries once more, then goes on with the one who was waiting


@dataclass(slots=True, frozen=True)
class Connection:
    """How a connection begins, what is said on it, and how it ends."""

    turns: Iterable[Turn]
    ending: Ending = Ending.DEVICE_CLOSES
    opening: Opening = Opening.TAKES


def fault(name: str, *, start: datetime, seed: int = 0) -> list[Connection]:
    """The connections, one after the other, of the fault `name` (one of FAULTS). start: time in the messages."""
    return FAULTS[name](_Words(start, seed))


class _Words:
    """What both sides would say if nothing went wrong."""

    def __init__(self, start: datetime, seed: int) -> None:
        self.start = start
        self._seed = seed

    def message(self, number: int = 1, *, when: datetime | None = None) -> bytes:
        return oru(number, when or self.start, Random(self._seed + number))  # noqa: S311 - invented data, no secrets

    def answer(self, message: bytes) -> bytes:
        return ack(message, self.start)

    def exchange(self, number: int = 1) -> list[Turn]:
        message = self.message(number)
        return [_device(_block(message)), _lis(_block(self.answer(message)))]

    def frames(self) -> list[bytes]:
        """A frame for each of three records: header, patient, terminator."""
        records = astm_records(1, self.start, Random(self._seed))  # noqa: S311 - invented data, no secrets
        return [frame(number, record) for number, record in enumerate((*records[:2], records[-1]), 1)]

    def transfer(self) -> list[Turn]:
        return _transfer(*((data, _ACK) for data in self.frames()))


def _device(data: bytes, pause: float = 0.0) -> Turn:
    return Turn("device", data, pause)


def _lis(data: bytes, pause: float = 0.0) -> Turn:
    return Turn("lis", data, pause)


def _block(message: bytes) -> bytes:
    return b"\x0b" + message + b"\x1c\r"


def _transfer(*said: tuple[bytes, bytes], is_ended: bool = True) -> list[Turn]:
    """ENQ, what the device says with the answers to it, EOT."""
    turns = [_device(_ENQ), _lis(_ACK)]
    for data, answer in said:
        turns.append(_device(data))
        if answer:
            turns.append(_lis(answer))
    return [*turns, _device(_EOT)] if is_ended else turns


def _one(*turns: Turn, ending: Ending = Ending.DEVICE_CLOSES) -> list[Connection]:
    return [Connection(list(turns), ending)]


def _changed(words: _Words, old: bytes, new: bytes) -> list[Connection]:
    """An exchange whose message has something else in it."""
    message = words.message()
    assert old in message
    return _one(_device(_block(message.replace(old, new, 1))), _lis(_block(words.answer(message))))


def _ack_missing(words: _Words) -> list[Connection]:
    return _one(*words.exchange(1), _device(_block(words.message(2))), *words.exchange(3))


def _ack_negative(words: _Words) -> list[Connection]:
    message = words.message(2)
    refusal = (
        words.answer(message).replace(b"MSA|AA|", b"MSA|AE|")
        + b"ERR|||204^Unknown key identifier^HL70357|E||||Unknown patient\r"
    )
    return _one(*words.exchange(1), _device(_block(message)), _lis(_block(refusal)), *words.exchange(3))


def _ack_late(words: _Words) -> list[Connection]:
    message = words.message()
    return _one(_device(_block(message)), _lis(_block(words.answer(message)), _LATE))


def _ack_mismatched(words: _Words) -> list[Connection]:
    return _one(_device(_block(words.message(1))), _lis(_block(words.answer(words.message(2)))))


def _ack_unmatched(words: _Words) -> list[Connection]:
    return _one(*words.exchange(1), _lis(_block(words.answer(words.message(2)))))


def _answered_twice(words: _Words) -> list[Connection]:
    first, second = words.exchange()
    return _one(first, second, second)


def _message_repeated(words: _Words) -> list[Connection]:
    return _one(*words.exchange(), *words.exchange())


def _control_id_reused(words: _Words) -> list[Connection]:
    message = words.message()
    other = message + b"NTE|1||Another message\r"
    return _one(*words.exchange(), _device(_block(other)), _lis(_block(words.answer(other))))


def _control_id_missing(words: _Words) -> list[Connection]:
    control_id = words.message().split(b"|", 10)[9]
    return _changed(words, b"|" + control_id + b"|", b"||")


def _retry_storm(words: _Words) -> list[Connection]:
    return [Connection([_device(_block(words.message()))]) for _ in range(_STORM)]


def _framing_fault(words: _Words) -> list[Connection]:
    message = words.message()
    turns = [_device(_block(message)[:-1]), _lis(_block(words.answer(message)))]
    return _one(*turns, *words.exchange(2))


def _stray_bytes(words: _Words) -> list[Connection]:
    return _one(*words.exchange(1), _device(b"analyzer ready"), *words.exchange(2))


def _message_cut(words: _Words) -> list[Connection]:
    return _one(*words.exchange(1), _device(_block(words.message(2))[:200]))


def _wrong_server(words: _Words) -> list[Connection]:
    answer = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
    return _one(_device(_block(words.message())), _lis(answer), ending=Ending.LIS_CLOSES)


def _connection_reset(words: _Words) -> list[Connection]:
    return _one(*words.exchange(1), _device(_block(words.message(2))), ending=Ending.LIS_RESETS)


def _closes_each(words: _Words) -> list[Connection]:
    return [Connection(words.exchange(number), Ending.LIS_CLOSES) for number in range(1, 4)]


def _connection_refused(words: _Words) -> list[Connection]:
    return [*_one(*words.exchange()), Connection([], opening=Opening.REFUSES)]


def _connection_unanswered(words: _Words) -> list[Connection]:
    return [Connection(words.exchange(), opening=Opening.IS_STUCK)]


def _connection_reset_early(words: _Words) -> list[Connection]:
    return [*_one(*words.exchange()), *(2 * _one(ending=Ending.LIS_RESETS))]


def _connected_silent(words: _Words) -> list[Connection]:
    return [*_one(*words.exchange()), *_one()]


def _encrypted(words: _Words) -> list[Connection]:
    return [*_one(*words.exchange()), *_one(_device(_CLIENT_HELLO), _lis(_ALERT), ending=Ending.LIS_CLOSES)]


def _other_service(words: _Words) -> list[Connection]:
    return [*_one(*words.exchange()), *_one(_lis(b"SSH-2.0-SIM\r\n"))]


def _enq_unanswered(_: _Words) -> list[Connection]:
    return _one(_device(_ENQ), _device(_ENQ, 0.2), _device(_EOT, 0.2))


def _enq_refused(words: _Words) -> list[Connection]:
    return _one(_device(_ENQ), _lis(_NAK), *words.transfer())


def _enq_contention(words: _Words) -> list[Connection]:
    return _one(_device(_ENQ), _lis(_ENQ), *words.transfer())


def _bad_checksum(words: _Words) -> list[Connection]:
    first, *rest = words.frames()
    damaged = first.replace(b"SIM-LIS", b"SIM-L1S")
    return _one(*_transfer((damaged, _NAK), (first, _ACK), *((data, _ACK) for data in rest)))


def _frame_number(words: _Words) -> list[Connection]:
    skipped = [frame(number, data[2:-5]) for number, data in zip((1, 3, 4), words.frames(), strict=True)]
    return _one(*_transfer(*((data, _ACK) for data in skipped)))


def _frame_nak(words: _Words) -> list[Connection]:
    first, *rest = words.frames()
    return _one(*_transfer((first, _NAK), (first, _ACK), *((data, _ACK) for data in rest)))


def _frame_repeated(words: _Words) -> list[Connection]:
    first, *rest = words.frames()
    return _one(*_transfer((first, _ACK), (first, _ACK), *((data, _ACK) for data in rest)))


def _transfer_abandoned(words: _Words) -> list[Connection]:
    first, second, _ = words.frames()
    return _one(*_transfer((first, _ACK), (second, _ACK), is_ended=False))


def _message_nak(words: _Words) -> list[Connection]:
    return _one(*_transfer((b"\x02" + words.message() + b"\n", _NAK)))


def _version_unknown(words: _Words) -> list[Connection]:
    return _changed(words, b"|2.5.1|", b"|9.9|")


def _encoding_characters(words: _Words) -> list[Connection]:
    return _changed(words, b"MSH|^~\\&|", b"MSH|^~^&|")


def _charset(words: _Words) -> list[Connection]:
    return _changed(words, b"PV1|1|", b"NTE|1||Pr\xfcfung\rPV1|1|")  # ISO 8859-1, where MSH-18 says UTF-8


def _clock(words: _Words) -> list[Connection]:
    message = words.message(when=words.start - timedelta(days=3))
    return _one(_device(_block(message)), _lis(_block(words.answer(message))))


def _structure_unknown(words: _Words) -> list[Connection]:
    return _changed(words, b"ORU^R01^ORU_R01", b"ORU^R01^OUL_R99")


def _segment_missing(words: _Words) -> list[Connection]:
    message = words.message()
    order = message[message.index(b"OBR|") : message.index(b"OBX|")]
    return _changed(words, order, b"")


def _segment_unexpected(words: _Words) -> list[Connection]:
    return _changed(words, b"OBR|", b"PD1|S\rOBR|")


def _field_missing(words: _Words) -> list[Connection]:
    return _changed(words, b"|CHEM^Clinical chemistry^99SIM|", b"||")


def _field_too_long(words: _Words) -> list[Connection]:
    return _changed(words, b"|SIM-WARD^", b"|SIM-" + b"WARD" * 20 + b"^")


def _value_not_in_table(words: _Words) -> list[Connection]:
    return _changed(words, b"|RE|", b"|ZZ9|")


_Fault = Callable[[_Words], list[Connection]]

FAULTS: dict[str, _Fault] = {
    "ack-late": _ack_late,
    "ack-mismatched": _ack_mismatched,
    "ack-missing": _ack_missing,
    "ack-negative": _ack_negative,
    "ack-unmatched": _ack_unmatched,
    "answered-twice": _answered_twice,
    "bad-checksum": _bad_checksum,
    "charset": _charset,
    "clock": _clock,
    "closes-each": _closes_each,
    "connected-silent": _connected_silent,
    "connection-refused": _connection_refused,
    "connection-reset": _connection_reset,
    "connection-reset-early": _connection_reset_early,
    "connection-unanswered": _connection_unanswered,
    "control-id-missing": _control_id_missing,
    "control-id-reused": _control_id_reused,
    "encrypted": _encrypted,
    "encoding-characters": _encoding_characters,
    "enq-contention": _enq_contention,
    "enq-refused": _enq_refused,
    "enq-unanswered": _enq_unanswered,
    "field-missing": _field_missing,
    "field-too-long": _field_too_long,
    "frame-nak": _frame_nak,
    "frame-number": _frame_number,
    "frame-repeated": _frame_repeated,
    "framing-fault": _framing_fault,
    "message-cut": _message_cut,
    "message-nak": _message_nak,
    "message-repeated": _message_repeated,
    "other-service": _other_service,
    "retry-storm": _retry_storm,
    "segment-missing": _segment_missing,
    "segment-unexpected": _segment_unexpected,
    "stray-bytes": _stray_bytes,
    "structure-unknown": _structure_unknown,
    "transfer-abandoned": _transfer_abandoned,
    "value-not-in-table": _value_not_in_table,
    "version-unknown": _version_unknown,
    "wrong-server": _wrong_server,
}

"""Conversations in which one thing goes wrong; each is called like the finding that it must give (docs/findings.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hl7capture.simulator.conversation import Turn
from hl7capture.simulator.frames import frame
from hl7capture.simulator.loopback import Ending
from hl7capture.simulator.messages import ack, astm_records, oru

_ENQ, _ACK, _NAK, _EOT = b"\x05", b"\x06", b"\x15", b"\x04"
_LATE = 6.0  # seconds: a little more than the setting lateAnswerSeconds
_STORM = 5  # connections


@dataclass(slots=True, frozen=True)
class Connection:
    """What is said on one connection, and how it ends."""

    turns: list[Turn]
    ending: Ending = Ending.DEVICE_CLOSES


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
    "connection-reset": _connection_reset,
    "control-id-missing": _control_id_missing,
    "control-id-reused": _control_id_reused,
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

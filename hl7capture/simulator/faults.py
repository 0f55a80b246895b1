"""Conversations in which one thing goes wrong; each is called like the finding that it must give (docs/findings.md).

What two programs cannot do wrong, because the network or the capture does it, is in `seen_faults`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from hl7capture.simulator.conversation import Turn
from hl7capture.simulator.frames import frame
from hl7capture.simulator.loopback import Ending
from hl7capture.simulator.words import Words, block, device, lis

_ENQ, _ACK, _NAK, _EOT = b"\x05", b"\x06", b"\x15", b"\x04"
# TLS 1.2 (RFC 5246 §7.4.1): a ClientHello with one cipher suite, and the alert "handshake failure" as the answer.
_CLIENT_HELLO = b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03" + bytes(range(32)) + b"\x00\x00\x02\x00\x2f\x01\x00"
_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
_LATE = 6.0  # seconds: a little more than the setting lateAnswerSeconds
_STORM = 5  # connections
_REMARKS = 200  # of 80 bytes each: more than a slow LIS has room for


class Opening(Enum):
    """What the LIS does about those who want to connect."""

    TAKES = auto()
    REFUSES = auto()  # nobody listens: three attempts, and nothing is said
    IS_STUCK = auto()  # it takes nobody while the device tries once more, then goes on with the one who was waiting
    DOZES = auto()  # it takes the device, and reads nothing of what comes for a while


@dataclass(slots=True, frozen=True)
class Connection:
    """How a connection begins, what is said on it, and how it ends."""

    turns: Iterable[Turn]
    ending: Ending = Ending.DEVICE_CLOSES
    opening: Opening = Opening.TAKES


@dataclass(slots=True, frozen=True)
class Fault:
    """text: what goes wrong, in a line. connections: one after the other."""

    text: str
    connections: Callable[[Words], list[Connection]]


def fault(name: str, *, start: datetime, seed: int = 0) -> list[Connection]:
    """The connections, one after the other, of the fault `name` (one of FAULTS). start: time in the messages."""
    return FAULTS[name].connections(Words(start, seed))


def _transfer(*said: tuple[bytes, bytes], is_ended: bool = True) -> list[Turn]:
    """ENQ, what the device says with the answers to it, EOT."""
    turns = [device(_ENQ), lis(_ACK)]
    for data, answer in said:
        turns.append(device(data))
        if answer:
            turns.append(lis(answer))
    return [*turns, device(_EOT)] if is_ended else turns


def _accepted(words: Words) -> list[Turn]:
    """A transfer in which nothing goes wrong."""
    return _transfer(*((data, _ACK) for data in words.frames()))


def _one(*turns: Turn, ending: Ending = Ending.DEVICE_CLOSES) -> list[Connection]:
    return [Connection(list(turns), ending)]


def _changed(words: Words, old: bytes, new: bytes) -> list[Connection]:
    """An exchange whose message has something else in it."""
    message = words.message()
    assert old in message
    return _one(device(block(message.replace(old, new, 1))), lis(block(words.answer(message))))


def _ack_missing(words: Words) -> list[Connection]:
    return _one(*words.exchange(1), device(block(words.message(2))), *words.exchange(3))


def _ack_negative(words: Words) -> list[Connection]:
    message = words.message(2)
    refusal = (
        words.answer(message).replace(b"MSA|AA|", b"MSA|AE|")
        + b"ERR|||204^Unknown key identifier^HL70357|E||||Unknown patient\r"
    )
    return _one(*words.exchange(1), device(block(message)), lis(block(refusal)), *words.exchange(3))


def _ack_late(words: Words) -> list[Connection]:
    message = words.message()
    return _one(device(block(message)), lis(block(words.answer(message)), _LATE))


def _ack_mismatched(words: Words) -> list[Connection]:
    return _one(device(block(words.message(1))), lis(block(words.answer(words.message(2)))))


def _ack_unmatched(words: Words) -> list[Connection]:
    return _one(*words.exchange(1), lis(block(words.answer(words.message(2)))))


def _answered_twice(words: Words) -> list[Connection]:
    first, second = words.exchange()
    return _one(first, second, second)


def _application_ack_missing(words: Words) -> list[Connection]:
    message = words.message()
    asking = message.replace(b"|2.5.1||||||", b"|2.5.1|||AL|AL||", 1)  # MSH-15 and MSH-16: always
    receipt = words.answer(message).replace(b"MSA|AA|", b"MSA|CA|")
    return _one(device(block(asking)), lis(block(receipt)))


def _receiver_full(words: Words) -> list[Connection]:
    message = words.message()
    remarks = b"".join(b"NTE|%d||%b\r" % (number, b"invented " * 8) for number in range(1, _REMARKS + 1))
    turns = [device(block(message + remarks)), lis(block(words.answer(message)))]
    return [Connection(turns, opening=Opening.DOZES)]


def _message_repeated(words: Words) -> list[Connection]:
    return _one(*words.exchange(), *words.exchange())


def _control_id_reused(words: Words) -> list[Connection]:
    message = words.message()
    other = message + b"NTE|1||Another message\r"
    return _one(*words.exchange(), device(block(other)), lis(block(words.answer(other))))


def _control_id_missing(words: Words) -> list[Connection]:
    control_id = words.message().split(b"|", 10)[9]
    return _changed(words, b"|" + control_id + b"|", b"||")


def _retry_storm(words: Words) -> list[Connection]:
    return [Connection([device(block(words.message()))]) for _ in range(_STORM)]


def _framing_fault(words: Words) -> list[Connection]:
    message = words.message()
    turns = [device(block(message)[:-1]), lis(block(words.answer(message)))]
    return _one(*turns, *words.exchange(2))


def _stray_bytes(words: Words) -> list[Connection]:
    return _one(*words.exchange(1), device(b"analyzer ready"), *words.exchange(2))


def _message_cut(words: Words) -> list[Connection]:
    return _one(*words.exchange(1), device(block(words.message(2))[:200]))


def _wrong_server(words: Words) -> list[Connection]:
    answer = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
    return _one(device(block(words.message())), lis(answer), ending=Ending.LIS_CLOSES)


def _connection_reset(words: Words) -> list[Connection]:
    return _one(*words.exchange(1), device(block(words.message(2))), ending=Ending.LIS_RESETS)


def _closes_each(words: Words) -> list[Connection]:
    return [Connection(words.exchange(number), Ending.LIS_CLOSES) for number in range(1, 4)]


def _connection_refused(words: Words) -> list[Connection]:
    return [*_one(*words.exchange()), Connection([], opening=Opening.REFUSES)]


def _connection_unanswered(words: Words) -> list[Connection]:
    return [Connection(words.exchange(), opening=Opening.IS_STUCK)]


def _connection_reset_early(words: Words) -> list[Connection]:
    return [*_one(*words.exchange()), *(2 * _one(ending=Ending.LIS_RESETS))]


def _connected_silent(words: Words) -> list[Connection]:
    return [*_one(*words.exchange()), *_one()]


def _encrypted(words: Words) -> list[Connection]:
    return [*_one(*words.exchange()), *_one(device(_CLIENT_HELLO), lis(_ALERT), ending=Ending.LIS_CLOSES)]


def _other_service(words: Words) -> list[Connection]:
    return [*_one(*words.exchange()), *_one(lis(b"SSH-2.0-SIM\r\n"))]


def _enq_unanswered(_: Words) -> list[Connection]:
    return _one(device(_ENQ), device(_ENQ, 0.2), device(_EOT, 0.2))


def _enq_refused(words: Words) -> list[Connection]:
    return _one(device(_ENQ), lis(_NAK), *_accepted(words))


def _enq_contention(words: Words) -> list[Connection]:
    return _one(device(_ENQ), lis(_ENQ), *_accepted(words))


def _bad_checksum(words: Words) -> list[Connection]:
    first, *rest = words.frames()
    damaged = first.replace(b"SIM-LIS", b"SIM-L1S")
    return _one(*_transfer((damaged, _NAK), (first, _ACK), *((data, _ACK) for data in rest)))


def _frame_number(words: Words) -> list[Connection]:
    skipped = [frame(number, data[2:-5]) for number, data in zip((1, 3, 4), words.frames(), strict=True)]
    return _one(*_transfer(*((data, _ACK) for data in skipped)))


def _frame_nak(words: Words) -> list[Connection]:
    first, *rest = words.frames()
    return _one(*_transfer((first, _NAK), (first, _ACK), *((data, _ACK) for data in rest)))


def _frame_repeated(words: Words) -> list[Connection]:
    first, *rest = words.frames()
    return _one(*_transfer((first, _ACK), (first, _ACK), *((data, _ACK) for data in rest)))


def _transfer_abandoned(words: Words) -> list[Connection]:
    first, second, _ = words.frames()
    return _one(*_transfer((first, _ACK), (second, _ACK), is_ended=False))


def _message_nak(words: Words) -> list[Connection]:
    return _one(*_transfer((b"\x02" + words.message() + b"\n", _NAK)))


def _version_unknown(words: Words) -> list[Connection]:
    return _changed(words, b"|2.5.1|", b"|9.9|")


def _encoding_characters(words: Words) -> list[Connection]:
    return _changed(words, b"MSH|^~\\&|", b"MSH|^~^&|")


def _charset(words: Words) -> list[Connection]:
    return _changed(words, b"PV1|1|", b"NTE|1||Pr\xfcfung\rPV1|1|")  # ISO 8859-1, where MSH-18 says UTF-8


def _clock(words: Words) -> list[Connection]:
    message = words.message(when=words.start - timedelta(days=3))
    return _one(device(block(message)), lis(block(words.answer(message))))


def _structure_unknown(words: Words) -> list[Connection]:
    return _changed(words, b"ORU^R01^ORU_R01", b"ORU^R01^OUL_R99")


def _segment_missing(words: Words) -> list[Connection]:
    message = words.message()
    order = message[message.index(b"OBR|") : message.index(b"OBX|")]
    return _changed(words, order, b"")


def _segment_unexpected(words: Words) -> list[Connection]:
    return _changed(words, b"OBR|", b"PD1|S\rOBR|")


def _field_missing(words: Words) -> list[Connection]:
    return _changed(words, b"|CHEM^Clinical chemistry^99SIM|", b"||")


def _field_too_long(words: Words) -> list[Connection]:
    return _changed(words, b"|SIM-WARD^", b"|SIM-" + b"WARD" * 20 + b"^")


def _value_not_in_table(words: Words) -> list[Connection]:
    return _changed(words, b"|RE|", b"|ZZ9|")


FAULTS: dict[str, Fault] = {
    "ack-late": Fault("The LIS answers after six seconds.", _ack_late),
    "ack-mismatched": Fault("The answer names another message (MSA-2).", _ack_mismatched),
    "ack-missing": Fault("One of three messages is not answered.", _ack_missing),
    "ack-negative": Fault("The LIS refuses a message (AE) and says why.", _ack_negative),
    "ack-unmatched": Fault("An answer comes to a message that nobody sent.", _ack_unmatched),
    "answered-twice": Fault("The LIS answers a message twice.", _answered_twice),
    "application-ack-missing": Fault(
        "A receipt (CA) comes, but not the answer that MSH-16 asks for.", _application_ack_missing
    ),
    "bad-checksum": Fault("A frame is damaged, refused and sent again.", _bad_checksum),
    "charset": Fault("MSH-18 says UTF-8, and a letter is ISO 8859-1.", _charset),
    "clock": Fault("The device's clock is three days slow.", _clock),
    "closes-each": Fault("The LIS closes the connection after each of three messages.", _closes_each),
    "connected-silent": Fault("The device connects, says nothing and closes.", _connected_silent),
    "connection-refused": Fault(
        "After an exchange nobody listens any more: three attempts are refused.", _connection_refused
    ),
    "connection-reset": Fault("The LIS resets the connection instead of an answer.", _connection_reset),
    "connection-reset-early": Fault(
        "The LIS resets two connections before anything was said.", _connection_reset_early
    ),
    "connection-unanswered": Fault("The LIS is stuck: an attempt to connect is not answered.", _connection_unanswered),
    "control-id-missing": Fault("A message has no control id (MSH-10).", _control_id_missing),
    "control-id-reused": Fault("Two different messages have one control id.", _control_id_reused),
    "encrypted": Fault("The device begins to speak TLS.", _encrypted),
    "encoding-characters": Fault("MSH-2 has a character twice.", _encoding_characters),
    "enq-contention": Fault("Both sides ask at once (ENQ).", _enq_contention),
    "enq-refused": Fault("The LIS is busy: it refuses ENQ, then takes it.", _enq_refused),
    "enq-unanswered": Fault("The device asks twice (ENQ), and nobody answers.", _enq_unanswered),
    "field-missing": Fault("A message lacks a required field (OBR-4).", _field_missing),
    "field-too-long": Fault("A field is longer than the standard allows (PV1-3).", _field_too_long),
    "frame-nak": Fault("A frame that is right is refused and sent again.", _frame_nak),
    "frame-number": Fault("A frame number is left out.", _frame_number),
    "frame-repeated": Fault("A frame is sent again although it was accepted.", _frame_repeated),
    "framing-fault": Fault("A block ends without its last byte (0D).", _framing_fault),
    "message-cut": Fault("The device closes in the middle of a message.", _message_cut),
    "message-nak": Fault("The LIS refuses a message with NAK.", _message_nak),
    "message-repeated": Fault("A message that was answered is sent again.", _message_repeated),
    "other-service": Fault("Another service (SSH) answers at the LIS's port.", _other_service),
    "receiver-full": Fault("The LIS reads nothing for a second, and has no room for more.", _receiver_full),
    "retry-storm": Fault("One message is sent on five connections and never answered.", _retry_storm),
    "segment-missing": Fault("A message lacks a required segment (OBR).", _segment_missing),
    "segment-unexpected": Fault("A message has a segment that its structure does not have (PD1).", _segment_unexpected),
    "stray-bytes": Fault("The device says something between two messages.", _stray_bytes),
    "structure-unknown": Fault("MSH-9 names a structure that there is not.", _structure_unknown),
    "transfer-abandoned": Fault("The device closes in the middle of a transfer, without EOT.", _transfer_abandoned),
    "value-not-in-table": Fault("A field has a value that is not in its table (ORC-1).", _value_not_in_table),
    "version-unknown": Fault("MSH-12 names a version that there is not.", _version_unknown),
    "wrong-server": Fault("A web server answers at the LIS's port.", _wrong_server),
}

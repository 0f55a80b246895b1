"""The script of a conversation: who says what, and when. Nothing is sent here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hl7capture.model.elements import Framing
from hl7capture.simulator.frames import frames
from hl7capture.simulator.messages import ack, astm_records, oru
from hl7capture.wire.tcp_writer import Side

_ENQ, _ACK, _EOT = b"\x05", b"\x06", b"\x04"
_LONGEST_STEP = 0.004  # seconds that a side takes to answer


@dataclass(slots=True, frozen=True)
class Turn:
    """What one side says at once. pause: seconds between the turn before it and this one."""

    side: Side
    data: bytes
    pause: float = 0.0


def conversation(framing: Framing, messages: int, *, seed: int = 0, start: datetime, rate: float) -> Iterator[Turn]:
    """All turns of one connection on which the device sends `messages` messages.

    seed: the same seed, start and rate make the same bytes. start: time of the first message, for the time stamps
    inside. rate: messages per second; `math.inf` makes no pauses. Turns are made as they are asked for, so that a
    conversation may be as long as one likes.

    Raises ValueError for a number of messages below 0, or a rate that is not above 0.
    """
    if messages < 0:
        raise ValueError(f"the number of messages is 0 or more, not {messages}")
    if not rate > 0:
        raise ValueError(f"the rate is a number of messages per second above 0, not {rate}")
    return _turns(_SCRIPTS[framing], messages, Random(seed), start, 1 / rate)  # noqa: S311 - invented data, no secrets


def _turns(script: "_Script", messages: int, rng: Random, start: datetime, interval: float) -> Iterator[Turn]:
    """Message after message, `interval` seconds from the beginning of one to the beginning of the next."""
    pause = 0.0
    for number in range(1, messages + 1):
        lines = script(number, start + timedelta(seconds=(number - 1) * interval), rng)
        step = min(_LONGEST_STEP, interval / (2 * len(lines)))
        for side, data in lines:
            yield Turn(side, data, pause)
            pause = step
        pause = interval - step * (len(lines) - 1)


_Lines = list[tuple[Side, bytes]]
_Script = Callable[[int, datetime, Random], _Lines]


def _mllp(number: int, when: datetime, rng: Random) -> _Lines:
    """Blocks of the minimal lower layer protocol, 0B … 1C 0D (HL7 transport specification, MLLP release 1)."""
    message = oru(number, when, rng)
    return [("device", _block(message)), ("lis", _block(ack(message, when)))]


def _block(message: bytes) -> bytes:
    return b"\x0b" + message + b"\x1c\r"


def _unframed(number: int, when: datetime, rng: Random) -> _Lines:
    """Messages with nothing around them, as some gateways send them."""
    message = oru(number, when, rng)
    return [("device", message), ("lis", ack(message, when))]


def _stx(number: int, when: datetime, rng: Random) -> _Lines:
    """STX … CR LF between ENQ and EOT. The first CR LF ends it, so the last segment's own CR is the CR of that."""
    message = b"\x02" + oru(number, when, rng) + b"\n"
    return [*_enquiry(), ("device", message), ("lis", _ACK), ("device", _EOT)]


def _astm(number: int, when: datetime, rng: Random) -> _Lines:
    """E1381-95 §6.2 to §6.4: establishment, transfer and termination; one transfer carries one message, H to L."""
    lines = _enquiry()
    for frame in frames(astm_records(number, when, rng)):
        lines += [("device", frame), ("lis", _ACK)]
    return [*lines, ("device", _EOT)]


def _enquiry() -> _Lines:
    return [("device", _ENQ), ("lis", _ACK)]


_SCRIPTS: dict[Framing, _Script] = {
    Framing.MLLP: _mllp,
    Framing.STX: _stx,
    Framing.ASTM: _astm,
    Framing.NONE: _unframed,
}

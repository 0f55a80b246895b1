"""Faults of the network and of the capture: two programs cannot play them, so they are packets as they would be seen.

Each is called like the finding that it must give (docs/findings.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hl7capture.simulator.seen import Seen
from hl7capture.simulator.words import Words, block, device

_FIRST_REPEAT = 0.2  # seconds: the shortest time after which systems repeat what is not acknowledged
_REPEATS = 3
_SECOND_ASKING = 1.0  # seconds (RFC 6298 §2)
_LOST_MESSAGES = 3
_LOST_BYTES = 200
_QUIET = 0.6  # seconds, in which what is not seen yet could still come


@dataclass(slots=True, frozen=True)
class SeenFault:
    """text: what goes wrong, in a line. show: lets it be seen."""

    text: str
    show: Callable[[Seen, Words], None]


def seen_fault(name: str, *, port: int, start: datetime, seed: int = 0) -> list[tuple[int, bytes]]:
    """The packets of the fault `name` (one of SEEN_FAULTS), as `Seen` has them. start: time in the messages."""
    seen = Seen(port, start, seed)
    SEEN_FAULTS[name].show(seen, Words(start, seed))
    return seen.packets


def _begin(seen: Seen, words: Words) -> None:
    """Everything goes well at first."""
    seen.open()
    seen.say(*words.exchange(1))


def _bytes_missing(seen: Seen, words: Words) -> None:
    _begin(seen, words)
    lost = device(block(words.message(2)))
    seen.miss(lost, _LOST_BYTES)
    seen.say(device(lost.data[_LOST_BYTES:]), only="device")


def _capture_loss(seen: Seen, words: Words) -> None:
    _begin(seen, words)
    message, answer = words.exchange(2)
    seen.miss(message)
    seen.say(answer, *words.exchange(3))
    seen.wait(_QUIET)
    seen.close()


def _half_open(seen: Seen, words: Words) -> None:
    _begin(seen, words)
    seen.wait(_QUIET)
    seen.forget()
    seen.open()
    seen.say(*words.exchange(2))
    seen.close()


def _network_loss(seen: Seen, words: Words) -> None:
    _begin(seen, words)
    for number in range(2, 2 + _LOST_MESSAGES):
        message, answer = words.exchange(number)
        seen.say_in_vain(message)
        seen.wait(_FIRST_REPEAT)
        seen.say(message, answer)
    seen.close()


def _no_tcp_answer(seen: Seen, words: Words) -> None:
    _begin(seen, words)
    message, _ = words.exchange(2)
    for repeat in range(1 + _REPEATS):
        seen.say_in_vain(message)
        seen.wait(_FIRST_REPEAT * 2**repeat)


def _one_direction(seen: Seen, words: Words) -> None:
    seen.open(only="device")
    for number in (1, 2):
        seen.say(*words.exchange(number), only="device")
    seen.close(only="device")


def _slow_opening(seen: Seen, words: Words) -> None:
    seen.ask()
    seen.wait(_SECOND_ASKING)
    _begin(seen, words)
    seen.close()


SEEN_FAULTS: dict[str, SeenFault] = {
    "bytes-missing": SeenFault("A part of a message is missing, and nobody acknowledged it.", _bytes_missing),
    "capture-loss": SeenFault("The capture lost a message that the LIS has received.", _capture_loss),
    "half-open": SeenFault("The device connects anew from the same port, without having closed.", _half_open),
    "network-loss": SeenFault("Three messages get lost on their way and are sent again.", _network_loss),
    "no-tcp-answer": SeenFault("After an exchange the LIS is gone: a message is sent again in vain.", _no_tcp_answer),
    "one-direction": SeenFault("The capture sees only what the device sends.", _one_direction),
    "slow-opening": SeenFault("The device has to ask twice for a connection.", _slow_opening),
}

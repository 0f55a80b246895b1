"""What the two sides of a fault would say if nothing went wrong."""

from datetime import datetime
from random import Random

from hl7capture.simulator.conversation import Turn
from hl7capture.simulator.frames import frame
from hl7capture.simulator.messages import ack, astm_records, oru


class Words:
    """Messages, answers and frames of one fault. start: time in the messages; seed: as of a conversation."""

    def __init__(self, start: datetime, seed: int) -> None:
        self.start = start
        self._seed = seed

    def message(self, number: int = 1, *, when: datetime | None = None) -> bytes:
        return oru(number, when or self.start, Random(self._seed + number))  # noqa: S311 - invented data, no secrets

    def answer(self, message: bytes) -> bytes:
        return ack(message, self.start)

    def exchange(self, number: int = 1) -> list[Turn]:
        """A message in a block, and its answer."""
        message = self.message(number)
        return [device(block(message)), lis(block(self.answer(message)))]

    def frames(self) -> list[bytes]:
        """A frame for each of three records: header, patient, terminator."""
        records = astm_records(1, self.start, Random(self._seed))  # noqa: S311 - invented data, no secrets
        return [frame(number, record) for number, record in enumerate((*records[:2], records[-1]), 1)]


def device(data: bytes, pause: float = 0.0) -> Turn:
    """The device says something."""
    return Turn("device", data, pause)


def lis(data: bytes, pause: float = 0.0) -> Turn:
    """The LIS says something."""
    return Turn("lis", data, pause)


def block(message: bytes) -> bytes:
    """A block of the minimal lower layer protocol."""
    return b"\x0b" + message + b"\x1c\r"

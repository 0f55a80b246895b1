"""Failures that are known and not mended yet: they do not hide others from the fuzzer.

Each has a test in test_found.py that is expected to fail. Once it does not, pytest says so, and the entry here goes.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from hl7capture.capture.capture_reader import CaptureReader
from hl7capture.capture.packets import SYN, segments
from hl7capture.model.events import Counters


@dataclass(frozen=True)
class Known:
    """test: its name in test_found.py; is_it: whether a failure's text, and its input, are of this kind."""

    test: str
    reason: str
    is_it: Callable[[str, bytes], bool]


def _opens_late(data: bytes) -> bool:
    """Some connection has a SYN behind its first data."""
    with suppress(Exception):
        batch = CaptureReader().feed(data)
        if batch is not None:
            found = segments(batch, Counters())
            talking = set()
            for ports, length, flags in zip(found.ports.tolist(), found.length, found.flags, strict=True):
                if flags & SYN and tuple(ports) in talking:
                    return True
                if length:
                    talking.add(tuple(ports))
    return False


def _steps_back(data: bytes) -> bool:
    """Some packet is more than a second older than one before it."""
    with suppress(Exception):
        batch = CaptureReader().feed(data)
        return batch is not None and int((np.maximum.accumulate(batch.time) - batch.time).max()) > 1_000_000_000
    return False


KNOWN: tuple[Known, ...] = (
    Known(
        "test_opening_of_a_foreign_connection_that_comes_late_in_any_pieces",
        "of a foreign connection that opens twice, more is seen in large pieces than in small ones",
        lambda text, data: "when read in pieces" in text and _opens_late(data),
    ),
    Known(
        "test_clock_that_steps_back_by_an_hour_in_any_pieces",
        "what silence ends depends on the pieces where the clock steps back by seconds",
        lambda text, data: "when read in pieces" in text and _steps_back(data),
    ),
)


def known_reason(text: str, data: bytes) -> str | None:
    """Why this failure is known, or None."""
    return next((known.reason for known in KNOWN if known.is_it(text, data)), None)

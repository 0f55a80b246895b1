"""Failures that are known and not mended yet: they do not hide others from the fuzzer.

Each has a test in test_found.py that is expected to fail. Once it does not, pytest says so, and the entry here goes.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hl7capture.capture.capture_reader import CaptureReader
from hl7capture.capture.packets import SYN, segments
from hl7capture.model.events import Counters


@dataclass(frozen=True)
class Known:
    """test: its name in test_found.py; is_it: whether a failure's text, and its input, are of this kind."""

    test: str
    reason: str
    is_it: Callable[[str, bytes], bool]


def _differs_in_pieces(text: str) -> bool:
    return "when read in pieces" in text


def _has_silence(data: bytes) -> bool:
    """Its packets span more time than an MLLP session waits."""
    with suppress(Exception):
        batch = CaptureReader().feed(data)
        return batch is not None and int(batch.time.max() - batch.time.min()) > 25_000_000_000
    return False


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


def _has_simple_packet(data: bytes) -> bool:
    return data[:4] == b"\x0a\x0d\x0d\x0a" and (b"\3\0\0\0" in data or b"\0\0\0\3" in data)


KNOWN: tuple[Known, ...] = (
    Known(
        "test_silence_inside_a_message_ends_the_session_at_the_same_place_in_any_pieces",
        "a session that falls silent inside of something ends at another place when read in other pieces",
        lambda text, data: _differs_in_pieces(text) and _has_silence(data),
    ),
    Known(
        "test_simple_packets_have_the_time_of_the_packet_before_them_in_any_pieces",
        "a simple packet block at the beginning of a piece has the time 0",
        lambda text, data: _differs_in_pieces(text) and _has_simple_packet(data),
    ),
    Known(
        "test_time_of_pcapng_that_is_too_large",
        "a time of pcapng that does not fit into 64 bits of nanoseconds",
        lambda text, _data: text.startswith("OverflowError") and "pcapng.py" in text,
    ),
    Known(
        "test_opening_that_comes_after_the_first_data_in_any_pieces",
        "an opening that comes after the first data is seen in large pieces, and not in small ones",
        lambda text, data: _differs_in_pieces(text) and _opens_late(data),
    ),
    Known(
        "test_two_connections_on_the_same_ports_at_the_same_time_are_two_sessions",
        "sessions of two connections on the same ports that begin in the same microsecond have one id",
        lambda text, _data: "two sessions with one id" in text,
    ),
)


def known_reason(text: str, data: bytes) -> str | None:
    """Why this failure is known, or None."""
    return next((known.reason for known in KNOWN if known.is_it(text, data)), None)

"""How findings name things."""

from collections.abc import Sequence
from datetime import datetime

from hl7capture.model.connection import End
from hl7capture.model.elements import Direction

NAMES = {End.DEVICE: "the device", End.LIS: "the LIS"}
_LONGEST_QUOTE = 120


def sender(direction: Direction) -> End:
    """The end that speaks in this direction."""
    return End.DEVICE if direction is Direction.DEVICE_TO_LIS else End.LIS


def spoken_by(end: End) -> Direction:
    """The direction in which this end speaks."""
    return Direction.DEVICE_TO_LIS if end is End.DEVICE else Direction.LIS_TO_DEVICE


def other(end: End) -> End:
    return End.LIS if end is End.DEVICE else End.DEVICE


def name(end: End) -> str:
    return NAMES[end]


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def count(number: int, what: str) -> str:
    """`1 message`, `1,200 messages`, `2 copies`"""
    if number == 1:
        return f"1 {what}"
    return f"{number:,} {what[:-1]}ies" if what.endswith("py") else f"{number:,} {what}s"


def of(number: int, total: int, what: str) -> str:
    """`The only message`, `1 of 3 messages`, `All 3 messages`"""
    if number == total:
        return f"The only {what}" if total == 1 else f"All {count(total, what)}"
    return f"{number:,} of {count(total, what)}"


def duration(milliseconds: float) -> str:
    """`0.25 ms`, `40 ms`, `1.5 s`, `12 min`"""
    if milliseconds < 1000:
        return f"{milliseconds:.3g} ms"
    if milliseconds < 120_000:
        return f"{milliseconds / 1000:.3g} s"
    return f"{milliseconds / 60_000:,.0f} min"


def moment(milliseconds: float) -> str:
    """`2026-11-21 10:02:11`, local time, of Unix milliseconds; `?` for a time that no calendar has."""
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000).astimezone():%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        return "?"


def span(first: float, last: float) -> str:
    """`at 2026-11-21 10:02:11`, `between 2026-11-21 10:02:11 and 10:20:45`"""
    begin, end = moment(first), moment(last)
    if begin == end:
        return f"at {begin}"
    return f"between {begin} and {end[11:] if begin[:10] == end[:10] else end}"


def quoted(text: str) -> str:
    """What somebody said, short and on one line."""
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= _LONGEST_QUOTE else f"“{line[:_LONGEST_QUOTE]}…”"


def some(texts: Sequence[str], most: int = 3) -> str:
    """The first few, and how many more."""
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest:,} more" if rest > 0 else "")

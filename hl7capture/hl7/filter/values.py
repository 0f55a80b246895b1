"""What a typed value means: addresses and networks, durations, times, numbers, yes and no, patterns."""

import ipaddress
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.names import NAMES, OPERATORS, Kind, kind_of
from hl7capture.hl7.filter.patterns import compiled
from hl7capture.hl7.filter.tree import Comparison, Pattern

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# ASCII: else "ſ" would be an "s". Micro has two signs, and keyboards have the one or the other.
_DURATION = re.compile(r"(\d{1,12}(?:\.\d{1,6})?) ?([\u00b5\u03bc]s|us|ms|s|sec|min|h|d)?", re.IGNORECASE | re.ASCII)
_MILLISECONDS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "sec": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}
_MILLISECONDS |= {"\u00b5s": 1e-3, "\u03bcs": 1e-3}
_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})")
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,6}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


class Span(NamedTuple):
    """A moment as exactly as it was typed: a day, a minute, a second. Unix milliseconds, `end` is not in it."""

    start: float
    end: float


def check(comparison: Comparison, name_column: int, operator_column: int) -> Comparison:
    """The comparison, if it means something. Raises FilterError."""
    name, operator = comparison.name, comparison.operator
    kind = kind_of(name)
    allowed = OPERATORS[kind]
    if operator not in allowed:
        words = ", ".join(f"`{word}`" for word in allowed)
        raise FilterError(f"`{name}` does not go with `{operator}`, but with {words}", operator_column, len(operator))
    for value in comparison.values:
        try:
            if isinstance(value, Pattern):
                compiled(value)
            elif operator == "~":
                _not_empty(value.value)
            else:
                MEANINGS[kind](value.value)
                _check_choice(name, value.value)
        except ValueError as error:
            shown = len(value.value) + (2 + len(value.flags) if isinstance(value, Pattern) else 0)
            raise FilterError(str(error), value.column or name_column, shown) from None
    return comparison


def _not_empty(text: str) -> None:
    if not text:
        raise ValueError("expected a text behind `~`; whether there is anything is asked with `exists`")


def _check_choice(name: str, value: str) -> None:
    known = NAMES.get(name)
    if known is not None and known.is_closed and known.kind is not Kind.YES_NO:
        choices = [str(choice) for choice in known.values]
        if value.casefold() not in {choice.casefold() for choice in choices}:
            raise ValueError(f"`{name}` is one of {', '.join(choices)}, not “{value}”")


def network(text: str) -> Network:
    """`10.0.0.5`, `10.0.0.0/24`, `fe80::/10`. Raises ValueError, in words; so do all of these."""
    try:
        return ipaddress.ip_network(text.strip("[]") if text[:1] == "[" else text, strict=False)
    except ValueError:
        example = "an address is expected, 10.0.0.5, or a network, 10.0.0.0/24; a part of one is found with ~"
        raise ValueError(f"“{text}” is no address; {example}") from None


def duration(text: str) -> float:
    """Milliseconds; a number alone is milliseconds."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"“{text}” is no duration; durations look like 500ms, 2s, 1.5min, 1h")
    return float(match[1]) * _MILLISECONDS[(match[2] or "ms").lower()]


def number(text: str) -> float:
    """A decimal number."""
    found = as_number(text)
    if found is None:
        raise ValueError(f"“{text}” is no number")
    return found


def as_number(text: str) -> float | None:
    """The number that a text is, if it is one and nothing else."""
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def moment(text: str) -> Span:
    """`2026-11-20`, `2026-11-20 14:00`, `2026-11-20T14:00:05.250+01:00`; without an offset it is local time."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'“{text}” is no time; times look like 2026-11-20, "2026-11-20 14:00" or 2026-11-20T14:00:05Z')
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    iso = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}.{(fraction or '').ljust(6, '0')}"
    try:
        start = datetime.fromisoformat(iso + (offset or "").upper())
        if hour is None:
            end = start + timedelta(days=1)
        elif second is None:
            end = start + timedelta(minutes=1)
        else:
            end = start + timedelta(microseconds=10 ** (6 - len(fraction or "")))
        # A day's end is found in local time: it may have 23 or 25 hours.
        return Span(*(when.astimezone().timestamp() * 1000 for when in (start, end)))
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"“{text}” is no time in the calendar, or too far away") from None


def yes_or_no(text: str) -> bool:
    """yes, true, 1; no, false, 0."""
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise ValueError(f"expected yes or no, not “{text}”")


def _any_text(text: str) -> str:
    return text


MEANINGS: dict[Kind, Callable[[str], object]] = {
    Kind.ADDRESS: network,
    Kind.TEXT: _any_text,
    Kind.NUMBER: number,
    Kind.DURATION: duration,
    Kind.TIME: moment,
    Kind.YES_NO: yes_or_no,
    Kind.FIELD: _any_text,
}

"""Numbers, durations and times of a filter as conditions of SQL."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hl7capture.archive.sql import ALL, Condition, Values, exactly
from hl7capture.hl7.filter import values
from hl7capture.hl7.filter.tree import Comparison, Pattern, Text

_FARTHEST = 1e300  # milliseconds; beyond it the server would complain of a difference it cannot hold


def _numbers(column: str, kind: str, meaning: Callable[[str], Any]) -> Callable[[Comparison, Values], Condition]:
    def asked_of(asked: Comparison, to: Values) -> Condition:
        if asked.operator == "exists":
            return ALL
        return exactly(_compared(column, asked, kind, meaning, to))

    return asked_of


def _compared(column: str, asked: Comparison, kind: str, meaning: Callable[[str], Any], to: Values) -> str:
    wanted = [meaning(value.value) for value in asked.values]
    if asked.operator in ("=", "in"):
        return f"({column} = ANY ({to.put(wanted, f'{kind}[]')}))"
    return f"({column} {asked.operator} {to.put(wanted[0], kind)})"


def _number(text: str) -> Decimal:
    return Decimal(values.number(text))


def _port(asked: Comparison, to: Values) -> Condition:
    if asked.operator == "exists":
        return ALL
    ends = [_compared(f"s.{end}_port", asked, "numeric", _number, to) for end in ("device", "lis")]
    return exactly(f"({' OR '.join(ends)})")


def _duration(asked: Comparison, to: Values) -> Condition:
    if asked.operator == "exists":
        return ALL
    is_near = " AND ".join(f"s.{end} BETWEEN -{_FARTHEST} AND {_FARTHEST}" for end in ("start_time", "end_time"))
    fits = _compared("(s.end_time - s.start_time)", asked, "float8", values.duration, to)
    return Condition(
        f"(CASE WHEN {is_near} THEN {fits} ELSE false END)", f"(CASE WHEN {is_near} THEN {fits} ELSE true END)"
    )


def _latency(asked: Comparison, to: Values) -> Condition:
    """Any answer's: the row has the shortest and the longest."""
    if asked.operator == "exists":
        return exactly("(s.latency_max IS NOT NULL)")
    if asked.operator in ("=", "in"):
        wanted = to.put([values.duration(value.value) for value in asked.values], "float8[]")
        is_end = f"(s.latency_max IS NOT NULL AND (s.latency_min = ANY ({wanted}) OR s.latency_max = ANY ({wanted})))"
        is_between = f"EXISTS (SELECT FROM unnest({wanted}) w WHERE w BETWEEN s.latency_min AND s.latency_max)"
        return Condition(is_end, f"(s.latency_max IS NOT NULL AND {is_between})")
    column = "s.latency_max" if asked.operator in (">", ">=") else "s.latency_min"
    fits = _compared(column, asked, "float8", values.duration, to)
    return exactly(f"(s.latency_max IS NOT NULL AND {fits})")


def _time(asked: Comparison, to: Values) -> Condition:
    if asked.operator == "exists":
        return ALL
    spans = [(to.put(start, "float8"), to.put(end, "float8")) for start, end in map(_span, asked.values)]
    start, end = spans[0]
    match asked.operator:
        case "<":
            return exactly(f"(s.start_time < {start})")
        case "<=":
            return exactly(f"(s.start_time < {end} OR s.start_time = {start})")
        case ">":
            return exactly(f"(s.start_time >= {end} AND s.start_time <> {start})")
        case ">=":
            return exactly(f"(s.start_time >= {start})")
        case _:
            fits = (f"(s.start_time >= {start} AND s.start_time < {end})" for start, end in spans)
            return exactly(f"({' OR '.join(fits)})")


def _span(value: Text | Pattern) -> values.Span:
    return values.moment(value.value)


ORDERED: dict[str, Callable[[Comparison, Values], Condition]] = {
    "port": _port,
    "messages": _numbers("s.message_count", "numeric", _number),
    "number": _numbers("s.number", "numeric", _number),
    "duration": _duration,
    "time": _time,
    "latency": _latency,
}

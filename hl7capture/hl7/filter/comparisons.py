"""What one comparison asks. A name has no value, one, or several in a session: `=` asks whether any of them fits, and
`!=` is the same as `not … =`.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from ipaddress import ip_address

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged
from hl7capture.hl7.filter import values
from hl7capture.hl7.filter.facts import Facts
from hl7capture.hl7.filter.names import OPEN, Kind, kind_of
from hl7capture.hl7.filter.paths import path_of
from hl7capture.hl7.filter.patterns import compiled
from hl7capture.hl7.filter.tree import Comparison, Operator, Pattern, Text
from hl7capture.hl7.session_summary import LONGEST_KIND, REST
from hl7capture.model.session import endpoint
from hl7capture.model.session_summary import SessionSummary

Test = Callable[[Facts], bool | None]
Fits = Callable[[str], bool]
Values = Callable[[Facts], Iterable[str] | None]


def test_of(comparison: Comparison) -> Test:
    """The question of a comparison that was checked."""
    if comparison.operator == "!=":
        same = test_of(Comparison(comparison.name, "=", comparison.values))
        return partial(_negated, same)
    name = comparison.name
    match kind_of(name):
        case Kind.ADDRESS:
            return _address(comparison)
        case Kind.NUMBER | Kind.DURATION | Kind.TIME:
            return _ordered(comparison)
        case Kind.YES_NO:
            return _yes_no(comparison)
        case Kind.FIELD:
            return _field(comparison)
        case _ if name == "text":
            return _text(comparison)
        case _ if name in ("type", "trigger"):
            return _of_kinds(comparison)
        case _:
            return _any_value(_TEXTS[name], _fits(comparison))


def _negated(test: Test, facts: Facts) -> bool | None:
    answer = test(facts)
    return None if answer is None else not answer


# -- texts -----------------------------------------------------------------------------------------------------


def _fits(comparison: Comparison) -> Fits:
    """Whether a text is, or has, what is asked for; in whatever case."""
    if comparison.operator == "exists":
        return bool
    if comparison.operator == "~":
        return _has(comparison.values[0])
    wanted = frozenset(value.value.casefold() for value in comparison.values)
    return lambda text: text.casefold() in wanted


def _has(value: Text | Pattern) -> Fits:
    if isinstance(value, Pattern):
        return compiled(value)
    part = value.value.casefold()
    return lambda text: part in text.casefold()


def _any_value(of: Values, fits: Fits) -> Test:
    def test(facts: Facts) -> bool | None:
        found = of(facts)
        return None if found is None else any(map(fits, found))

    return test


def _controls(facts: Facts) -> Iterable[str] | None:
    read = facts.read
    return None if read is None else (message.control_id for message in read)


def _acks(facts: Facts) -> Iterable[str] | None:
    said = facts.acknowledged
    return None if said is None else (word for one in said for word in (one.code, str(one.state)) if word)


_TEXTS: dict[str, Values] = {
    "framing": lambda facts: (facts.summary.framing,),
    "end": lambda facts: (facts.summary.end_reason or OPEN,),
    "id": lambda facts: (facts.summary.session_id,),
    "probe": lambda facts: (facts.summary.probe,),
    "source": lambda facts: (facts.summary.source,),
    "flag": lambda facts: facts.flags,
    "finding": lambda facts: facts.findings,
    "note": lambda facts: facts.notes,
    "control": _controls,
    "ack": _acks,
}


def _text(comparison: Comparison) -> Test:
    """Of a part of a text an index may know."""
    value = comparison.values[0] if comparison.values else None
    if comparison.operator == "exists":
        return lambda facts: facts.summary.message_count > 0
    if comparison.operator == "~" and isinstance(value, Text):
        part = value.value.casefold()
        return lambda facts: facts.has_text(part)
    return _any_value(lambda facts: facts.messages, _fits(comparison))


def _of_kinds(comparison: Comparison) -> Test:
    """`type`: MSH-9.1^9.2, or MSH-9.1 alone; `trigger`: MSH-9.2. A summary knows them but for the rare ones."""
    fits = _fits(comparison)
    is_trigger = comparison.name == "trigger"

    def one(kind: str) -> bool:
        first, _, second = kind.partition("^")
        return fits(second) if is_trigger else fits(kind) or fits(first)

    @lru_cache(maxsize=1000)  # many sessions have the same
    def known(kinds: tuple[tuple[str, int], ...]) -> bool | None:
        if any(one(kind) for kind, _ in kinds):
            return True
        return False if all(kind != REST and len(kind) < LONGEST_KIND for kind, _ in kinds) else None

    def test(facts: Facts) -> bool | None:
        answer = known(facts.summary.kinds)
        if answer is not None:
            return answer
        read = facts.read
        return None if read is None else any(one(message.kind or "message") for message in read)

    return test


# -- addresses -------------------------------------------------------------------------------------------------


def _address(comparison: Comparison) -> Test:
    ends = _ENDS[comparison.name]
    if comparison.operator == "exists":
        return lambda facts: any(ip for ip, _ in ends(facts.summary))
    if comparison.operator == "~":
        has = _has(comparison.values[0])
        return lambda facts: any(has(endpoint(ip, port)) for ip, port in ends(facts.summary))
    networks = [values.network(value.value) for value in comparison.values]
    known: dict[str, bool] = {}  # there are few addresses, and many sessions

    def is_in(ip: str) -> bool:
        answer = known.get(ip)
        if answer is None:
            try:
                address = ip_address(ip)
                answer = any(address in network for network in networks)
            except ValueError:
                answer = False
            if len(known) < 10_000:
                known[ip] = answer
        return answer

    def test(facts: Facts) -> bool:
        return any(is_in(ip) for ip, _ in ends(facts.summary))

    return test


_ENDS: dict[str, Callable[[SessionSummary], tuple[tuple[str, int], ...]]] = {
    "device": lambda summary: ((summary.device_ip, summary.device_port),),
    "lis": lambda summary: ((summary.lis_ip, summary.lis_port),),
    "ip": lambda summary: ((summary.device_ip, summary.device_port), (summary.lis_ip, summary.lis_port)),
}


# -- what has an order -----------------------------------------------------------------------------------------


def _latencies(facts: Facts) -> Iterable[float] | None:
    said = facts.acknowledged
    return None if said is None else [latency for latency in map(_latency, said) if latency is not None]


def _latency(one: Acknowledged) -> float | None:
    return one.latency


_NUMBERS: dict[str, Callable[[Facts], Iterable[float] | None]] = {
    "port": lambda facts: (facts.summary.device_port, facts.summary.lis_port),
    "messages": lambda facts: (facts.summary.message_count,),
    "number": lambda facts: (facts.summary.number,),
    "duration": lambda facts: (facts.summary.end_time - facts.summary.start_time,),
    "time": lambda facts: (facts.summary.start_time,),
    "latency": _latencies,
}


def _ordered(comparison: Comparison) -> Test:
    of = _NUMBERS[comparison.name]
    fits = _number_fits(comparison)

    def test(facts: Facts) -> bool | None:
        found = of(facts)
        return None if found is None else any(map(fits, found))

    return test


def _number_fits(comparison: Comparison) -> Callable[[float], bool]:
    if comparison.operator == "exists":
        return lambda _number: True
    if kind_of(comparison.name) is Kind.TIME:
        spans = [values.moment(value.value) for value in comparison.values]
    else:
        meaning = values.duration if kind_of(comparison.name) is Kind.DURATION else values.number
        numbers = [meaning(value.value) for value in comparison.values]
        spans = [values.Span(number, number) for number in numbers]
        if comparison.operator in ("=", "in"):
            wanted = frozenset(numbers)
            return lambda number: number in wanted
    start, end = spans[0]
    match comparison.operator:
        case "<":
            return lambda number: number < start
        case "<=":
            return lambda number: number < end or number == start
        case ">":
            return lambda number: number >= end and number != start
        case ">=":
            return lambda number: number >= start
        case _:
            return lambda number: any(start <= number < end for start, end in spans)


def _yes_no(comparison: Comparison) -> Test:
    wanted = values.yes_or_no(comparison.values[0].value)
    if comparison.name == "kept":
        return lambda facts: facts.summary.pinned is wanted
    return lambda facts: facts.summary.is_complete is wanted


# -- places in messages ----------------------------------------------------------------------------------------


def _field(comparison: Comparison) -> Test:
    path = path_of(comparison.name)
    operator = comparison.operator
    fits = _fits(comparison) if operator in ("=", "~", "in", "exists") else _order_fits(operator, comparison.values[0])

    def test(facts: Facts) -> bool | None:
        messages = facts.messages
        if messages is None:
            return None
        return any(fits(value) for message in messages for value in path.values(message))

    return test


def _order_fits(operator: Operator, value: Text | Pattern) -> Fits:
    """Numbers are compared as numbers where a number was typed; anything else as text, so that dates can be, too."""
    limit = values.as_number(value.value)
    if limit is None:
        text = value.value.casefold()
        return lambda other: _ORDERS[operator]((other.casefold() > text) - (other.casefold() < text))

    def fits(other: str) -> bool:
        number = values.as_number(other)
        return number is not None and _ORDERS[operator]((number > limit) - (number < limit))

    return fits


_ORDERS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}

"""What a filter must find at least, and how an index finds it: so that a rare word is not looked for in all sessions.

PostgreSQL's planner guesses how rare a text is, and a wrong guess costs minutes. So it is counted: what an index finds
`MOST` times or more is common, and going through the list from its newest end meets it soon.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hl7capture.archive.conditions import WORDS, is_word, session_ids
from hl7capture.archive.rows import MORE
from hl7capture.archive.sql import Values, inet_of, is_altered, like
from hl7capture.hl7.filter import values
from hl7capture.hl7.filter.names import Kind, kind_of
from hl7capture.hl7.filter.paths import path_of
from hl7capture.hl7.filter.tree import And, Comparison, Node, Or, Text, Word
from hl7capture.store.index import searched

MOST = 2_000  # sessions
_MOST_COUNTED = 4  # things, of one filter
_MOST_PARTS = 20  # of one thing

_KEYS = "SELECT probe_id, session_id FROM"


class Interval(NamedTuple):
    """Beginnings of sessions, Unix milliseconds: from `first` to, but not with, `end`; None: without that bound."""

    first: float | None = None
    end: float | None = None


class Narrowed(NamedTuple):
    """A query for the keys of all sessions that can be let through, and more."""

    query: str
    values: Values


def narrowed(node: Node | None) -> list[Narrowed]:
    """Ways to narrow a filter, the likely best first."""
    found = []
    for parts in sorted(_ways(node), key=lambda parts: -min(map(_worth, parts)))[:_MOST_COUNTED]:
        to = Values()
        queries = [query for part in parts for query in _queries(part, to)]
        found.append(Narrowed(" UNION ALL ".join(queries), to))
    return found


def interval_of(node: Node | None) -> Interval:
    """When a session must have begun to be let through."""
    match node:
        case Comparison("time", operator, found) if found and operator != "!=":
            return _interval(operator, [values.moment(value.value) for value in found])
        case And(parts):
            intervals = [interval_of(part) for part in parts]
            firsts = [each.first for each in intervals if each.first is not None]
            ends = [each.end for each in intervals if each.end is not None]
            return Interval(max(firsts, default=None), min(ends, default=None))
        case _:
            return Interval()


def _interval(operator: str, spans: list[values.Span]) -> Interval:
    match operator:
        case "<" | "<=":
            return Interval(None, max(spans[0].end, spans[0].start + 1))
        case ">" | ">=":
            return Interval(spans[0].start, None)
        case _:
            return Interval(min(span.start for span in spans), max(span.end for span in spans))


# -- what can be looked up -------------------------------------------------------------------------------------

Part = Word | Comparison


def _ways(node: Node | None) -> Iterator[list[Part]]:
    """Each a list of which a session that is let through has one."""
    match node:
        case Word() | Comparison():
            if _worth(node):
                yield [node]
        case And(parts):
            for part in parts:
                yield from _ways(part)
        case Or(parts):
            ways = [max(_ways(part), key=lambda way: min(map(_worth, way)), default=[]) for part in parts]
            whole = [part for way in ways for part in way]
            if all(ways) and len(whole) <= _MOST_PARTS:
                yield whole
        case _:
            return


def _worth(part: Part) -> int:
    """The higher, the fewer sessions it is likely to find; 0: no index finds it."""
    match part:
        case Word(text):
            return _worth_of_text(text)
        case Comparison("text", "~" | "=" | "in", found):
            return min(_worth_of_text(value.value) if isinstance(value, Text) else 0 for value in found)
        case Comparison("id", "=" | "in"):
            return 100
        case Comparison("control", "=" | "in", found):
            return 100 if all(is_word(value.value) for value in found) else 0
        case Comparison("finding" | "flag" | "ack" | "type" | "trigger", "=" | "in", found):
            return 2 if all(is_word(value.value) for value in found) else 0
        case Comparison("device", "=" | "in"):
            return 3
        case Comparison() if _is_patient(part):
            return 100
        case Comparison(name, "=" | "in" | "~", found) if kind_of(name) is Kind.FIELD:
            return min(_worth_of_text(value.value) if isinstance(value, Text) else 0 for value in found)
        case _:
            return 0


def _is_patient(part: Part) -> bool:
    """It asks for the patient by whom a message is known: `Summary.patient_id`."""
    match part:
        case Comparison(name, "=" | "in", found):
            path = path_of(name) if kind_of(name) is Kind.FIELD else None
            texts = [value.value for value in found]
            is_first = path in (path_of("PID-3.1"), path_of("P-3.1"))
            is_whole = path in (path_of("PID-3"), path_of("P-3")) and all(map(str.isalnum, texts))
            return (is_first or is_whole) and all(map(is_word, texts)) and not any(map(is_altered, texts))
        case _:
            return False


def _worth_of_text(text: str) -> int:
    """By the letters and digits that stand together: trigrams are made of them. Digits are rarer than words."""
    runs = "".join(c if c.isalnum() else " " for c in searched(text)).split()
    longest = max(map(len, runs), default=0)
    if longest < 3 or is_altered(text):
        return 0
    return longest + 5 * any(c.isdigit() for run in runs for c in run if len(run) >= 3)


def _queries(part: Part, to: Values) -> Iterator[str]:
    match part:
        case Word(text):
            yield from _of_text(text, to)
            yield f"{_KEYS} hl7capture.sessions WHERE search_line LIKE {to.put(like(text), 'text')}"
        case Comparison("text", _, found):
            for value in found:
                yield from _of_text(value.value, to)
        case Comparison("id"):
            yield f"{_KEYS} hl7capture.sessions WHERE session_id = ANY ({to.put(session_ids(part), 'text[]')})"
        case Comparison("device", _, found):
            for value in found:
                yield f"{_KEYS} hl7capture.sessions WHERE device_address <<= {to.put(inet_of(value.value), 'inet')}"
        case Comparison(name, _, found) if name in WORDS:
            words = to.put([*(searched(value.value) for value in found), MORE], "text[]")
            yield f"{_KEYS} hl7capture.sessions WHERE {WORDS[name]} && {words}"
        case Comparison(name, _, found):
            if _is_patient(part):
                words = to.put([*(searched(value.value) for value in found), MORE], "text[]")
                yield f"{_KEYS} hl7capture.sessions WHERE patients && {words}"
            else:
                for value in found:
                    yield from _of_text(value.value, to)
            yield f"{_KEYS} hl7capture.sessions WHERE reads_otherwise"


def _of_text(text: str, to: Values) -> Iterator[str]:
    yield f"{_KEYS} hl7capture.sessions_like({to.put(like(text), 'text')})"

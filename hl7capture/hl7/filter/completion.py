"""What could be typed next."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.grammar import STRING, WORD
from hl7capture.hl7.filter.names import NAMES, OPERATORS, canonical, kind_of
from hl7capture.hl7.filter.tree import quoted

_TOKEN = re.compile(rf'{STRING}|"[^"]*$|[!<>]=|[=<>~(),]|{WORD}')
_SIGNS = frozenset({"=", "!=", "<", "<=", ">", ">=", "~"})
_MOST = 30


class Suggestion(NamedTuple):
    """text: what would stand there; help: what it means, for a person, or empty."""

    text: str
    help: str = ""


class Suggestions(NamedTuple):
    """What could stand between `start` and `end` of the text."""

    start: int
    end: int
    options: tuple[Suggestion, ...]


_CONDITIONS = (*(Suggestion(name, about.help) for name, about in NAMES.items()), Suggestion("not"))


def suggestions(text: str, cursor: int, known: Mapping[str, Sequence[str]] | None = None) -> Suggestions:
    """Names, operators, values or `and`, by what stands before the cursor. Never raises.

    known: values that there are, by name: addresses, sources, codes of findings.
    """
    before = text[:cursor]
    tokens = list(_TOKEN.finditer(before))
    typed, start = "", cursor
    if tokens and tokens[-1].end() == cursor and tokens[-1][0] not in ("(", ")", ",", *_SIGNS):
        typed, start = tokens[-1][0], tokens.pop().start()
    words = [token[0] for token in tokens]
    options = _fitting(typed, _options(words, typed, known or {}))
    return Suggestions(start, cursor, tuple(options)[:_MOST])


def _options(words: list[str], typed: str, known: Mapping[str, Sequence[str]]) -> Iterable[Suggestion]:
    previous = words[-1] if words else ""
    if previous in _SIGNS and len(words) > 1:
        return _values(words[-2], known)
    name = _name_of_list(words)
    if name:
        return _values(name, known)
    if not words or previous == "(" or previous.casefold() in ("and", "or", "not"):
        return _CONDITIONS
    known_name = _canonical(previous)
    is_value = len(words) > 1 and words[-2] in _SIGNS
    if known_name and not is_value:
        return [Suggestion(operator) for operator in OPERATORS[kind_of(known_name)]]
    # Another condition may follow without `and`, but what it could be is only shown to who begins one.
    return [Suggestion("and"), Suggestion("or"), *(_CONDITIONS if typed else ())]


def _name_of_list(words: list[str]) -> str:
    """The name whose values are being listed: `type in (ORU, `."""
    for number in range(len(words) - 1, 1, -1):
        if words[number] == ")":
            return ""
        if words[number] == "(":
            is_list = words[number - 1].casefold() == "in" and words[-1] in ("(", ",")
            return words[number - 2] if is_list else ""
    return ""


def _values(name: str, known: Mapping[str, Sequence[str]]) -> Iterable[Suggestion]:
    canonical_name = _canonical(name)
    about = NAMES.get(canonical_name)
    values = [*known.get(canonical_name, ()), *(about.values if about else ())]
    return (Suggestion(quoted(str(value))) for value in dict.fromkeys(values) if value)


def _canonical(name: str) -> str:
    try:
        return canonical(name, 1)
    except FilterError:
        return ""


def _fitting(typed: str, options: Iterable[Suggestion]) -> Iterable[Suggestion]:
    """Those that begin with what was typed, but not what stands there in full already."""
    wanted = typed.casefold()
    return [
        option for option in options if option.text.casefold().startswith(wanted) and option.text.casefold() != wanted
    ]

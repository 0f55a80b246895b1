"""What a filter asks, as conditions of SQL on one row of `sessions` (there named `s`).

The server cannot answer all that the language asks: it has no RE2, no places in messages, no casefolding of all
scripts. So each part becomes two conditions: what is `sure`ly let through, and what is `possible`; where the server
knows, they are the same. Sessions between the two are judged by `hl7.filter` itself. Values never stand in the text of
SQL, only in `Values`.
"""

import re

from hl7capture.archive.ordered import ORDERED
from hl7capture.archive.rows import LONGEST_WORD, MORE
from hl7capture.archive.sql import (
    ALL,
    NONE,
    UNKNOWN,
    Condition,
    Values,
    exactly,
    inet_of,
    is_altered,
    joined,
    like,
    loosely,
    negated,
)
from hl7capture.hl7.filter import values
from hl7capture.hl7.filter.names import OPEN, Kind, kind_of
from hl7capture.hl7.filter.paths import path_of
from hl7capture.hl7.filter.patterns import compiled
from hl7capture.hl7.filter.tree import And, Comparison, Node, Not, Or, Pattern, Text, Word
from hl7capture.hl7.session_summary import LONGEST_NAME
from hl7capture.store.index import searched

_SESSION_ID = re.compile(r"(\d{8})t(\d{6}\.\d{3})z(-[0-9a-f]{8})")


def condition_of(node: Node | None, to: Values) -> Condition:
    """node: a filter's tree; None asks nothing."""
    match node:
        case None:
            return ALL
        case Word(value):
            return _word(value, to)
        case Comparison():
            return _comparison(node, to)
        case Not(part):
            return negated(condition_of(part, to))
        case And(parts):
            return joined(" AND ", [condition_of(part, to) for part in parts])
        case Or(parts):
            return joined(" OR ", [condition_of(part, to) for part in parts])


# -- words and texts -------------------------------------------------------------------------------------------


def _word(text: str, to: Values) -> Condition:
    pattern = to.put(like(text), "text")
    found = f"(s.search_line LIKE {pattern} OR {_in_messages(pattern)})"
    return loosely(found) if is_altered(text) else exactly(found)


def _in_messages(pattern: str) -> str:
    """OFFSET keeps it what it says: asked of one session after the other, not joined with all messages."""
    return (
        "EXISTS (SELECT FROM hl7capture.messages m WHERE m.probe_id = s.probe_id AND m.session_id = s.session_id "
        f"AND m.text LIKE {pattern} OFFSET 0)"
    )


def _comparison(asked: Comparison, to: Values) -> Condition:
    if asked.operator == "!=":
        return negated(_comparison(Comparison(asked.name, "=", asked.values), to))
    match kind_of(asked.name):
        case Kind.ADDRESS:
            return _address(asked, to)
        case Kind.NUMBER | Kind.DURATION | Kind.TIME:
            return ORDERED[asked.name](asked, to)
        case Kind.YES_NO:
            return _yes_no(asked)
        case Kind.FIELD:
            return _field(asked, to)
        case _ if asked.name == "text":
            return _text(asked, to)
        case _ if asked.name in WORDS:
            return _words(asked, to)
        case _ if asked.name == "id":
            return _id(asked, to)
        case _:
            return _plain_text(asked, to)


def _text(asked: Comparison, to: Values) -> Condition:
    if asked.operator == "exists":
        return exactly("(s.message_count > 0)")
    if any(isinstance(value, Pattern) for value in asked.values):
        return loosely("(s.message_count > 0)")
    found = [_in_messages(to.put(like(value.value), "text")) for value in asked.values]
    possible = f"({' OR '.join(found)})"
    is_known = asked.operator == "~" and not any(is_altered(value.value) for value in asked.values)
    return exactly(possible) if is_known else loosely(possible)


# -- sets of words ---------------------------------------------------------------------------------------------

# Columns with all words of a session, casefolded; whether there is an index does not matter here.
WORDS = {
    "type": "message_types",
    "trigger": "triggers",
    "control": "control_ids",
    "ack": "acks",
    "flag": "flags",
    "finding": "finding_codes",
}


def _words(asked: Comparison, to: Values) -> Condition:
    """A set that does not hold all its words has MORE among them."""
    column = f"s.{WORDS[asked.name]}"
    if asked.operator == "exists":
        return exactly(f"(cardinality({column}) > 0)")
    if asked.operator == "~":
        return _part_of_word(column, asked.values[0], to)
    wanted = [value.value for value in asked.values]
    if not all(map(is_word, wanted)):
        return UNKNOWN
    folded = [searched(text) for text in wanted]
    sure = f"({column} && {to.put(folded, 'text[]')})"
    return Condition(
        "false" if any(map(is_altered, wanted)) else sure, f"({column} && {to.put([*folded, MORE], 'text[]')})"
    )


def is_word(text: str) -> bool:
    """A set of words holds it if the session does: it is neither empty nor cut."""
    return bool(text) and text != MORE and len(text.casefold()) < LONGEST_WORD


def _part_of_word(column: str, value: Text | Pattern, to: Values) -> Condition:
    if isinstance(value, Pattern):
        return loosely(f"(cardinality({column}) > 0)") if not _fits_nothing(value) else UNKNOWN
    pattern = to.put(like(value.value), "text")
    sure = f"EXISTS (SELECT FROM unnest({column}) w WHERE w LIKE {pattern} AND w <> {to.put(MORE, 'text')})"
    possible = f"EXISTS (SELECT FROM unnest({column}) w WHERE w LIKE {pattern} OR w = {to.put(MORE, 'text')})"
    return Condition("false" if is_altered(value.value) else sure, possible)


def _fits_nothing(value: Pattern) -> bool:
    """A pattern that an empty word fits is asked of words that no set holds."""
    return compiled(value)("")


# -- texts of one value ----------------------------------------------------------------------------------------

_TEXTS = {
    "framing": "s.framing",
    "end": f"coalesce(nullif(s.end_reason, ''), '{OPEN}')",
    "probe": "s.probe",
    "source": "s.source",
    "note": "s.note",
}


def _plain_text(asked: Comparison, to: Values) -> Condition:
    column = _TEXTS[asked.name]
    if asked.operator == "exists":
        return exactly(f"({column} <> '')")
    return _folded(column, asked, to)


def _folded(column: str, asked: Comparison, to: Values, whole: str = "true") -> Condition:
    """Of a text that is not casefolded: what is ASCII alone the server can compare. whole: where nothing is cut."""
    value = asked.values[0]
    if isinstance(value, Pattern):
        return UNKNOWN
    texts = [one.value for one in asked.values]
    if any(map(is_altered, texts)) or "" in texts:
        return UNKNOWN
    if asked.operator == "~":
        fits = f"LIKE {to.put(like(value.value), 'text')}"
    else:
        fits = f"= ANY ({to.put([searched(text) for text in texts], 'text[]')})"
    is_ascii = f"(octet_length({column}) = length({column}) AND {whole})"
    fits = f'lower({column} COLLATE "C") {fits}'
    return Condition(f"({is_ascii} AND {fits})", f"(NOT {is_ascii} OR {fits})")


def _id(asked: Comparison, to: Values) -> Condition:
    """A session id is known by its shape, and so by the index."""
    if asked.operator in ("=", "in"):
        return exactly(f"(s.session_id = ANY ({to.put(session_ids(asked), 'text[]')}))")
    if asked.operator == "exists":
        return ALL
    return _folded("s.session_id", asked, to)


def session_ids(asked: Comparison) -> list[str]:
    """Those of its values that are session ids, as they are written."""
    found = [_SESSION_ID.fullmatch(value.value.casefold()) for value in asked.values]
    return [f"{match[1]}T{match[2]}Z{match[3]}" for match in found if match is not None]


# -- addresses -------------------------------------------------------------------------------------------------

_ENDS = {"device": ("device",), "lis": ("lis",), "ip": ("device", "lis")}


def _address(asked: Comparison, to: Values) -> Condition:
    return joined(" OR ", [_end(end, asked, to) for end in _ENDS[asked.name]])


def _end(end: str, asked: Comparison, to: Values) -> Condition:
    ip = f"s.{end}_ip"
    if asked.operator == "exists":
        return exactly(f"({ip} <> '')")
    if asked.operator == "~":
        column = f"(CASE WHEN {ip} LIKE '%%:%%' THEN '[' || {ip} || ']' ELSE {ip} END || ':' || s.{end}_port)"
        return _folded(column, asked, to, f"length({ip}) <= {LONGEST_NAME}")
    is_in = " OR ".join(f"s.{end}_address <<= {to.put(inet_of(value.value), 'inet')}" for value in asked.values)
    possible = f"(s.{end}_address IS NOT NULL AND ({is_in}))"
    # A zone behind an address may be one that makes it none.
    return Condition(f"({possible} AND {ip} NOT LIKE '%%\\%%%%')", possible)


def _yes_no(asked: Comparison) -> Condition:
    column = "s.kept" if asked.name == "kept" else "s.is_complete"
    return exactly(column if values.yes_or_no(asked.values[0].value) else f"(NOT {column})")


# -- places in messages ----------------------------------------------------------------------------------------


def _field(asked: Comparison, to: Values) -> Condition:
    """The messages must have the segment; and the value, unless it may be written with escape sequences."""
    path = path_of(asked.name)
    if asked.operator == "exists" or asked.operator in _ORDERS or isinstance(asked.values[0], Pattern):
        return loosely(_in_messages(to.put(like(path.segment), "text")))
    texts = [value.value for value in asked.values if value.value]  # nothing that is there is empty
    if not texts:
        return NONE
    found = " OR ".join(_in_messages(to.put(like(text), "text")) for text in texts)
    return loosely(f"(s.reads_otherwise OR {found})")


_ORDERS = ("<", "<=", ">", ">=")

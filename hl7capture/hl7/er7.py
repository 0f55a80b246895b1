"""ER7, the bar-and-caret form of HL7 v2 (HL7 v2.5 §2.5 to §2.7)."""

import re
from collections import Counter
from functools import lru_cache

from hl7capture.hl7 import names
from hl7capture.hl7.node import Node
from hl7capture.hl7.split import Delimiters, fields, leaf, lines, plain

DEFAULTS = Delimiters("|", "^", "~", "\\", "&")

_HEADER = re.compile(r"(?:MSH|FHS|BHS)[^\w\s]")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_MOST_ENCODING_CHARACTERS = 5  # component, repetition, escape, subcomponent; from v2.7 on truncation


def parse(text: str) -> tuple[Node, ...]:
    """One node per segment. Every header (MSH, FHS, BHS) sets delimiters and version for what follows it."""
    delimiters = DEFAULTS
    version = names.DEFAULT_VERSION
    seen: Counter[str] = Counter()
    nodes = []
    for number, (start, line) in enumerate(lines(text), 1):
        if is_header(line):
            delimiters = delimiters_of(line)
        segment = line[:3]
        if not _SEGMENT.fullmatch(segment) or line[3:4] not in ("", delimiters.field):
            nodes.append(plain(number, start, line))  # mostly a line break that was not escaped
            continue
        values = line.split(delimiters.field)
        if segment == "MSH":
            version = _version(values, delimiters)
        seen[segment] += 1
        path = segment if seen[segment] == 1 else f"{segment}[{seen[segment]}]"
        nodes.append(_segment(path, start, line, values, delimiters, version))
    return tuple(nodes)


def is_header(line: str) -> bool:
    """True for a segment that declares delimiters: the message header, or a file's or batch's."""
    return _HEADER.match(line) is not None


def delimiters_of(line: str) -> Delimiters:
    """The delimiters that a header segment declares in its first two fields (HL7 v2.5 §2.5.4).

    What the second field leaves out is not used in the message. Where it cannot be what it should be, or the
    line is no header, the usual ones are taken.
    """
    if not is_header(line):
        return DEFAULTS
    field = line[3]
    declared = line[4 : 4 + _MOST_ENCODING_CHARACTERS + 1].split(field)[0]
    usable = declared and len(declared) <= _MOST_ENCODING_CHARACTERS
    if not usable or any(character.isalnum() or character.isspace() for character in declared):
        return DEFAULTS._replace(field=field)
    # A sender that doubles its backslash ("^~\\&") means one: no character can have two duties.
    component, repetition, escape, subcomponent = (*dict.fromkeys(declared), "", "", "")[:4]
    return Delimiters(field, component, repetition, escape, subcomponent)


def unescape(value: str, delimiters: Delimiters = DEFAULTS) -> str:
    r"""The text that a person should read (HL7 v2.5 §2.7; E1394 has the same sequences but \T\ and \.br\).

    Hexadecimal data is read as UTF-8 or else as ISO 8859-1. What is not known here stays as it is: highlighting,
    character sets and the sequences of single sites.
    """
    mark = delimiters.escape
    if not mark or mark not in value:
        return value
    known = {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.subcomponent,
        "R": delimiters.repetition,
        "E": mark,
        ".br": "\n",
    }

    def decoded(match: re.Match[str]) -> str:
        sequence = match[1]
        return _hexadecimal(sequence[1:]) if sequence[0] == "X" else known[sequence] or match[0]

    return _escape_sequence(mark).sub(decoded, value)


@lru_cache(maxsize=32)
def _escape_sequence(mark: str) -> re.Pattern[str]:
    mark = re.escape(mark)
    return re.compile(rf"{mark}([FSTRE]|X(?:[0-9A-Fa-f]{{2}})+|\.br){mark}")


def _hexadecimal(digits: str) -> str:
    data = bytes.fromhex(digits)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")


def _version(values: list[str], delimiters: Delimiters) -> str:
    declared = values[11] if len(values) > 11 else ""
    return names.nearest(declared.split(delimiters.component)[0] if delimiters.component else declared)


def _segment(path: str, start: int, line: str, values: list[str], delimiters: Delimiters, version: str) -> Node:
    segment = line[:3]
    if segment == "OBX" and len(values) > 2:
        definitions = names.observation(version, values[2])
    else:
        definitions = names.fields(version, segment)
    if is_header(line):
        # Field 1 is the separator itself, and field 2 holds the others: neither may be cut by them.
        children = [
            leaf(f"{path}-1", line[3], start + 3, definitions[1]),
            leaf(f"{path}-2", values[1], start + 4, definitions[2]),
            *fields(path, values[2:], start + 5 + len(values[1]), 3, definitions, delimiters),
        ]
    else:
        children = fields(path, values[1:], start + 4, 1, definitions, delimiters)
    name = names.segment_name(segment)
    return Node(path, name, "", line, start, start + len(line), tuple(children))

"""The names that a filter knows, what their values are, and where they stand."""

import difflib
import re
from dataclasses import dataclass
from enum import Enum, auto

from hl7capture.hl7.acknowledgements.acknowledged import AnswerState
from hl7capture.hl7.astm import RECORDS
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.segments import SEGMENTS
from hl7capture.model.elements import Flag, Framing
from hl7capture.model.session import EndReason


class Kind(Enum):
    """What is compared."""

    ADDRESS = auto()
    TEXT = auto()
    NUMBER = auto()
    DURATION = auto()
    TIME = auto()
    YES_NO = auto()
    FIELD = auto()  # a text of a message, or a number in it


OPERATORS = {
    Kind.ADDRESS: ("=", "!=", "~", "in", "exists"),
    Kind.TEXT: ("=", "!=", "~", "in", "exists"),
    Kind.NUMBER: ("=", "!=", "<", "<=", ">", ">=", "in", "exists"),
    Kind.DURATION: ("<", "<=", ">", ">=", "=", "!=", "in", "exists"),
    Kind.TIME: (">=", ">", "<", "<=", "=", "!=", "in", "exists"),
    Kind.YES_NO: ("=", "!="),
    Kind.FIELD: ("=", "!=", "~", "<", "<=", ">", ">=", "in", "exists"),
}


@dataclass(slots=True, frozen=True)
class Name:
    """values: those that there are; all of them where `is_closed`, else only what is often wanted."""

    kind: Kind
    help: str
    values: tuple[str, ...] = ()
    is_closed: bool = False


OPEN = "open"
_KINDS = ("ORU^R01", "OUL^R22", "ORM^O01", "OML^O33", "QRY", "QBP", "RSP", "ACK", "Result", "Query", "Order")
_CODES = ("AA", "AE", "AR", "CA", "CE", "CR", "ACK", "NAK")

NAMES = {
    "device": Name(Kind.ADDRESS, "address of the device, a network, or a part of address:port"),
    "lis": Name(Kind.ADDRESS, "address of the LIS, a network, or a part of address:port"),
    "ip": Name(Kind.ADDRESS, "address of either end"),
    "port": Name(Kind.NUMBER, "port of either end"),
    "type": Name(Kind.TEXT, "kind of a message: ORU^R01, or ORU alone; ASTM: Result, Query, Order, Patient", _KINDS),
    "trigger": Name(Kind.TEXT, "trigger event of a message, MSH-9.2", ("R01", "R22", "O01", "O33", "A01")),
    "control": Name(Kind.TEXT, "control id of a message, MSH-10; ASTM: H-3"),
    "ack": Name(
        Kind.TEXT, "code, or state, of the answer to a message or frame", (*_CODES, *AnswerState), is_closed=True
    ),
    "latency": Name(Kind.DURATION, "time from a message or frame to its answer", ("500ms", "1s", "5s")),
    "framing": Name(Kind.TEXT, "how messages are wrapped", tuple(Framing), is_closed=True),
    "complete": Name(Kind.YES_NO, "nothing of the session is missing", ("yes", "no"), is_closed=True),
    "kept": Name(Kind.YES_NO, "the session is kept for good", ("yes", "no"), is_closed=True),
    "end": Name(Kind.TEXT, "why the session ended", (*EndReason, OPEN), is_closed=True),
    "flag": Name(Kind.TEXT, "what is odd about an element", tuple(Flag)),
    "finding": Name(Kind.TEXT, "code of something that was found to be wrong"),
    "time": Name(Kind.TIME, 'when the session began: 2026-11-20, "2026-11-20 14:00"'),
    "duration": Name(Kind.DURATION, "from the session's first packet to its last", ("1s", "1min")),
    "messages": Name(Kind.NUMBER, "how many messages there are"),
    "number": Name(Kind.NUMBER, "the session's number in the list"),
    "id": Name(Kind.TEXT, "the session's id"),
    "probe": Name(Kind.TEXT, "the machine that captured"),
    "source": Name(Kind.TEXT, "the interface or file"),
    "text": Name(Kind.TEXT, "the text of a message"),
    "note": Name(Kind.TEXT, "what a person has noted about the session"),
}
_OTHERS = {
    "trigger-event": "trigger",
    "message": "text",
    "endreason": "end",
    "flags": "flag",
    "findings": "finding",
    "notes": "note",
}

_INDEX = r"(?:\[(?:[1-9][0-9]{0,3}|\*)\])?"
_NUMBER = r"[1-9][0-9]{0,3}"
PATH = re.compile(
    rf"(?P<segment>[A-Z][A-Z0-9]{{2}}|[A-Z])(?P<n>{_INDEX})"
    rf"(?:-(?P<field>{_NUMBER})(?P<repetition>{_INDEX})(?:\.(?P<component>{_NUMBER})(?:\.(?P<subcomponent>{_NUMBER}))?)?)?"
)


def canonical(name: str, column: int) -> str:
    """The name as the program writes it: `Device` is `device`, `pid-3` is `PID-3`. Raises FilterError."""
    known = name.casefold()
    known = _OTHERS.get(known, known)
    if known in NAMES:
        return known
    path = PATH.fullmatch(name.upper())
    if path is not None and (path["field"] or path["n"] or _is_segment(path["segment"])):
        return name.upper()
    near = difflib.get_close_matches(known, NAMES, 1)
    if near:
        raise FilterError(f"there is no name `{name}`; did you mean `{near[0]}`?", column, len(name))
    if re.match(r"[A-Za-z][A-Za-z0-9]{2}[-\[]", name):
        example = "`PID-3`, `PID-3.1`, `OBX[2]-5`, `OBX[*]-5`, `PID-3[2].1`"
        raise FilterError(f"`{name}` is no path into a message; paths look like {example}", column, len(name))
    raise FilterError(f"there is no name `{name}`; to search for it as text, put it in quotes", column, len(name))


def _is_segment(name: str) -> bool:
    """A word of three letters is taken for a segment only where there is such a one, or could be (Z…)."""
    return name in SEGMENTS or name in RECORDS or name[0] == "Z"


def kind_of(name: str) -> Kind:
    """Of a canonical name."""
    return NAMES[name].kind if name in NAMES else Kind.FIELD

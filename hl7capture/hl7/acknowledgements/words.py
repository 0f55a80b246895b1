"""What a message says about answers: whether it wants one, whether it is one (HL7 v2.5 §2.9, §2.13.1).

This runs for every message of a live capture, so it cuts the header and the first MSA, and nothing else.
"""

from typing import NamedTuple

from hl7capture.hl7 import er7
from hl7capture.hl7.split import BLANK
from hl7capture.hl7.standard import standard_of

_NEVER, _ALWAYS = "NE", "AL"  # HL7 table 0155
_NEGATIVE = frozenset({"AE", "AR", "CE", "CR", "NAK"})


class Words(NamedTuple):
    """control_id: MSH-10; of a batch FHS-11, BHS-11.
    wants_commit, wants_application: an answer of this kind must come; where the header says nothing of it (original
        mode) any answer will do, and both are False.
    wants_any: an answer must come, of whatever kind.
    is_answer: it answers another message, so it wants none itself.
    code, acknowledges: MSA-1 and MSA-2; of a batch the worst code in it, and FHS-12, BHS-12.
    """

    control_id: str = ""
    wants_commit: bool = False
    wants_application: bool = False
    wants_any: bool = True
    is_answer: bool = False
    code: str = ""
    acknowledges: str = ""


def is_negative(code: str) -> bool:
    """AE, AR, CE, CR (HL7 table 0008), NAK."""
    return code in _NEGATIVE


def is_commit(code: str) -> bool:
    """True for what says only that a message has arrived safely: CA, CE, CR, and the control bytes."""
    return code[:1] == "C" or code in ("ACK", "NAK")


def words_of(text: str) -> Words:
    """Never raises. A text that is no ER7 is a message that wants an answer and has no id."""
    if standard_of(text) != "hl7":
        return Words()
    text = text.lstrip(BLANK + "\r\n")
    header = _line(text, 0)
    if not er7.is_header(header):
        return _answer("", *_acknowledged(text, "|", "^")) if _find_msa(text, "|") >= 0 else Words()
    separator, component = header[3], er7.delimiters_of(header).component
    fields = header.split(separator, 17)

    def value(number: int) -> str:
        return _first(fields[number], component) if number < len(fields) else ""

    is_batch = header[:3] != "MSH"
    # MSH-1 is the separator itself, so a header's field n is the part numbered n - 1.
    control_id = value(10 if is_batch else 9)
    if _find_msa(text, separator) >= 0:
        code, acknowledges = _acknowledged(text, separator, component)
        return _answer(control_id, code, value(11) if is_batch else acknowledges)
    if (is_batch and value(11)) or value(8) in ("ACK", "MCF"):
        return _answer(control_id, "", value(11) if is_batch else "")
    if is_batch:
        return Words(control_id)
    commit, application = value(14).upper(), value(15).upper()
    if not commit and not application:
        return Words(control_id)
    wants_commit, wants_application = commit == _ALWAYS, application == _ALWAYS
    return Words(control_id, wants_commit, wants_application, wants_commit or wants_application)


def _answer(control_id: str, code: str, acknowledges: str) -> Words:
    return Words(control_id, wants_any=False, is_answer=True, code=code, acknowledges=acknowledges)


def _acknowledged(text: str, separator: str, component: str) -> tuple[str, str]:
    """MSA-1 and MSA-2 of the first MSA; the worst MSA-1 where there are several."""
    worst = first_id = ""
    at = _find_msa(text, separator)
    is_first = True
    while at >= 0:
        fields = _line(text, at).split(separator, 3)
        code = _first(fields[1], component).strip().upper() if len(fields) > 1 else ""
        if is_first:
            worst, first_id, is_first = code, _first(fields[2], component) if len(fields) > 2 else "", False
        elif is_negative(code) and not is_negative(worst):
            worst = code
        at = _find_msa(text, separator, at + 3)
    return worst, first_id


def _find_msa(text: str, separator: str, start: int = 0) -> int:
    """Where the next MSA segment begins; -1 where there is none."""
    wanted = "MSA" + separator
    if start == 0 and text.startswith(wanted):
        return 0
    at = text.find(wanted, start)
    while at > 0 and text[at - 1] not in "\r\n":
        at = text.find(wanted, at + 1)
    return at


def _line(text: str, start: int) -> str:
    end = text.find("\r", start)
    line = text[start:] if end < 0 else text[start:end]
    return line.split("\n", 1)[0]


def _first(value: str, component: str) -> str:
    return value.split(component, 1)[0] if component else value

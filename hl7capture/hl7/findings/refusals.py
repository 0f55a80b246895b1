"""Refused messages, with the refuser's own words."""

from collections.abc import Iterator, Sequence

from hl7capture.hl7 import er7
from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, AnswerState
from hl7capture.hl7.acknowledgements.words import is_negative
from hl7capture.hl7.findings.words import quoted
from hl7capture.hl7.split import Delimiters, lines
from hl7capture.model.session import Session


def refusals(session: Session, said: Sequence[Acknowledged]) -> Iterator[tuple[Acknowledged, str]]:
    """What was refused, each with the reason: `AE, “Unknown patient”`, `AE, without a reason`, `NAK`."""
    refused = [one for one in said if one.state is AnswerState.NEGATIVE]
    if not refused:
        return
    texts = {element.id: element.message for element in list(session.elements)}
    for one in refused:
        if one.code == "NAK":
            yield one, one.code
            continue
        answer = next(answer for answer in one.answers if is_negative(answer.code))
        number = texts.get(answer.element) if answer.session_id == session.session_id else None
        reason = reason_of(session.messages[number]) if number is not None and number < len(session.messages) else ""
        yield one, f"{one.code}, {quoted(reason) if reason else 'without a reason'}"


def reason_of(text: str) -> str:
    """Why an answer refuses, in its own words: MSA-3, ERR-8, ERR-7, ERR-3.2, ERR-1.4.2 (HL7 v2.5 §2.15.8, §2.15.5)."""
    first: dict[str, list[str]] = {}
    delimiters = er7.DEFAULTS
    for _, line in lines(text):
        if er7.is_header(line):
            delimiters = er7.delimiters_of(line)
        if line[:3] in ("MSA", "ERR"):
            first.setdefault(line[:3], line.split(delimiters.field))
    msa, err = first.get("MSA", []), first.get("ERR", [])
    candidates = (_field(msa, 3), _field(err, 8), _field(err, 7), _part(err, 3, delimiters), _part(err, 1, delimiters))
    return er7.unescape(next((value for value in candidates if value.strip()), ""), delimiters).strip()


def _field(fields: list[str], number: int) -> str:
    return fields[number] if number < len(fields) else ""


def _part(fields: list[str], number: int, delimiters: Delimiters) -> str:
    """The text of a coded field: its longest component or subcomponent that is no number."""
    value = _field(fields, number)
    for separator in (delimiters.component, delimiters.subcomponent):
        value = value.replace(separator, "\r") if separator else value
    return max((part for part in value.split("\r") if not part.isdigit()), key=len, default="")

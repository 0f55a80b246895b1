"""One thing that is wrong or odd."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters to a person who waits for results."""

    ERROR = "error"  # something was not delivered, or refused
    WARNING = "warning"  # it went well this time, or nobody can know whether it did
    NOTE = "note"  # good to know


@dataclass(slots=True, frozen=True)
class Finding:
    """One cause; what follows from it stands in its evidence.

    code: names the rule, and its section in docs/findings.md. text: one sentence in plain words. evidence: sentences.
    elements: ids of the session's elements that show it. time: of the first of them, or else of the session's
    beginning, Unix milliseconds. Texts may quote what was on the wire: they go to people, never into logs.
    """

    code: str
    severity: Severity
    text: str
    advice: str
    session_id: str
    time: float
    elements: tuple[int, ...] = ()
    evidence: tuple[str, ...] = ()

"""What a rule is."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.view import View


class Rule(ABC):
    """One thing that may be wrong. severity: as a rule; a finding may say otherwise. advice: what to do about it."""

    code: ClassVar[str]
    severity: ClassVar[Severity]
    advice: ClassVar[str]

    @abstractmethod
    def find(self, view: View) -> Iterator[Finding]:
        """The findings in a session: one for each cause, not one for each place. In linear time; never raises."""

    def finding(
        self,
        view: View,
        text: str,
        *,
        elements: Sequence[int] = (),
        evidence: Iterable[str] = (),
        severity: Severity | None = None,
    ) -> Finding:
        """A finding of this rule. evidence: empty sentences are left out."""
        first = view.by_id.get(elements[0]) if elements else None
        return Finding(
            self.code,
            severity or self.severity,
            text,
            self.advice,
            view.session.session_id,
            first.timestamp if first else view.session.start_time,
            tuple(elements),
            tuple(sentence for sentence in evidence if sentence),
        )

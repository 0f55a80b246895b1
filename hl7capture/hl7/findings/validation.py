"""What HL7 v2 says of messages, told where the setting validateMessages is on (docs/findings.md)."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.rule import Rule
from hl7capture.hl7.findings.view import View
from hl7capture.hl7.findings.words import capital, count, name, of, quoted, sender, some
from hl7capture.hl7.validation.validation import Fault, What
from hl7capture.model.connection import End

_MOST = 50  # findings of one rule in a session


class _Kind(NamedTuple):
    """Messages of one type and version that one end sends."""

    end: End
    type: str
    version: str

    @property
    def words(self) -> str:
        return f"{capital(name(self.end))} sends {self.type or 'messages'}"


class _Validation(Rule):
    """One finding for each kind of message and each place in it, with how many messages are like that."""

    severity = Severity.WARNING
    what: ClassVar[What]

    def find(self, view: View) -> Iterator[Finding]:
        totals: dict[_Kind, int] = defaultdict(int)
        places: dict[tuple[_Kind, str], list[tuple[int, Fault]]] = defaultdict(list)
        for element, found in view.validated:
            kind = _Kind(sender(element.direction), found.kind, found.version)
            totals[kind] += 1
            for fault in found.faults:
                if fault.what is self.what:
                    places[kind, fault.place].append((element.id, fault))
        for number, ((kind, _), ones) in enumerate(places.items(), 1):
            faults = [fault for _, fault in ones]
            more = f"{count(len(places) - _MOST, 'place')} more like this." if number == _MOST < len(places) else ""
            evidence = [f"{of(len(ones), totals[kind], 'message')} of this kind.", *self._evidence(faults), more]
            text = f"{kind.words} {self._sentence(faults[0], kind.version)}."
            yield self.finding(view, text, elements=[element for element, _ in ones], evidence=evidence)
            if number == _MOST:
                return

    @abstractmethod
    def _sentence(self, fault: Fault, version: str) -> str:
        """What is wrong there, behind “The device sends ORU^R01”."""

    def _evidence(self, faults: list[Fault]) -> Iterator[str]:
        """More of it, from all messages that are like that."""
        yield from ()


def _place(fault: Fault) -> str:
    return f"{fault.place} ({fault.name})" if fault.name else fault.place


class StructureUnknown(_Validation):
    code = "structure-unknown"
    what = What.STRUCTURE_UNKNOWN
    advice = (
        "MSH-9.3 names the structure of the message, and MSH-12 the version that has it (HL7 v2.5 §2.15.9.9). Correct "
        "the one that is wrong in the sender; a receiver that looks at it refuses the message."
    )

    def _sentence(self, fault: Fault, version: str) -> str:
        return f"with the structure {quoted(fault.detail)} (MSH-9.3), which version {version} does not have"

    def _evidence(self, faults: list[Fault]) -> Iterator[str]:
        versions = faults[0].rule
        yield f"Versions that have it: {versions}." if versions else "No version has it."


class SegmentMissing(_Validation):
    code = "segment-missing"
    what = What.SEGMENT_MISSING
    advice = (
        "The structure of the message requires the segment at that place. Add it in the sender, or name the structure "
        "that is meant in MSH-9; the receiver's interface specification says what it needs."
    )

    def _sentence(self, fault: Fault, version: str) -> str:
        return f"without {_place(fault)} where {fault.rule} of version {version} requires it"


class SegmentUnexpected(_Validation):
    code = "segment-unexpected"
    what = What.SEGMENT_UNEXPECTED
    advice = (
        "The structure of the message does not have the segment at that place. Receivers mostly pass over it, and what "
        "it says is lost; segments of one's own begin with Z (HL7 v2.5 §2.11)."
    )

    def _sentence(self, fault: Fault, version: str) -> str:
        return f"with {_place(fault)} where {fault.rule} of version {version} does not have it"


class FieldMissing(_Validation):
    code = "field-missing"
    what = What.FIELD_MISSING
    advice = "The standard requires the field. Fill it in the sender, or agree with the receiver that it may be empty."

    def _sentence(self, fault: Fault, version: str) -> str:
        return f"without {_place(fault)}, which version {version} requires"


class FieldTooLong(_Validation):
    code = "field-too-long"
    what = What.FIELD_TOO_LONG
    advice = (
        "Receivers may cut the field off at the length of the standard, or refuse the message. See how long it may be "
        "in the receiver's interface specification, and that it does not stand there cut."
    )

    def _sentence(self, fault: Fault, version: str) -> str:
        return f"with {_place(fault)} longer than the {fault.rule} characters of version {version}"

    def _evidence(self, faults: list[Fault]) -> Iterator[str]:
        yield f"The longest has {max(int(fault.detail) for fault in faults):,} characters."


class ValueNotInTable(_Validation):
    code = "value-not-in-table"
    what = What.VALUE_NOT_IN_TABLE
    advice = (
        "The field takes the values of HL7's table alone. Let the sender use one of them, or the receiver translate "
        "this one; receivers may refuse or misread what they do not know."
    )

    def _sentence(self, fault: Fault, version: str) -> str:
        return f"with a value in {_place(fault)} that HL7's table {fault.rule} does not have"

    def _evidence(self, faults: list[Fault]) -> Iterator[str]:
        yield f"{some(list(dict.fromkeys(quoted(fault.detail) for fault in faults)))}."

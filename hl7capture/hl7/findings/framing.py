"""What stands around messages, and between them (MLLP release 1: 0B … 1C 0D)."""

from collections.abc import Iterator
from typing import NamedTuple

from hl7capture.hl7.acknowledgements.acknowledged import AnswerState
from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.rule import Rule
from hl7capture.hl7.findings.view import View
from hl7capture.hl7.findings.words import capital, count, name, other, sender
from hl7capture.model.connection import End
from hl7capture.model.elements import ElementType, Flag
from hl7capture.model.session import EndReason


class WrongServer(Rule):
    code = "wrong-server"
    severity = Severity.ERROR
    advice = "Address or port is that of a web server: correct it in the settings of the side that connects."

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            found = [
                element.id
                for element in view.elements
                if element.type is ElementType.OTHER and element.data.lstrip()[:5] == b"HTTP/"
                if sender(element.direction) is end
            ]
            if found:
                view.explained.update(found)
                ones = view.claim(view.waiting_of(other(end)))
                text = f"{capital(name(end))} answers like a web server (HTTP), not with HL7."
                yield self.finding(view, text, elements=[*found, *(one.element for one in ones)])


class _Fault(NamedTuple):
    flag: Flag
    text: str


_FAULTS = (
    _Fault(Flag.NO_FRAMING, "without any framing (0B … 1C 0D)"),
    _Fault(Flag.MISSING_START, "without 0B before them"),
    _Fault(Flag.MISSING_CR, "that end with 1C alone, without 0D"),
    _Fault(Flag.LF_END, "with 0A at their end, where 0D alone belongs"),
    _Fault(Flag.DOUBLED_START, "with more than one 0B"),
    _Fault(Flag.DOUBLED_END, "with more than one 1C"),
    _Fault(Flag.LINE_FEEDS, "whose segments end with 0A, where 0D alone belongs"),
)


class FramingFault(Rule):
    code = "framing-fault"
    severity = Severity.WARNING
    advice = (
        "MLLP is 0B, the message, 1C 0D; segments end with 0D (HL7 v2.5 §2.5.1 and appendix C of the guide). Correct "
        "it in the sender; some receivers wait for ever, or take no notice of what is framed otherwise."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            for fault in _FAULTS:
                found = [e for e in view.flagged if fault.flag in e.flags and sender(e.direction) is end]
                if not found:
                    continue
                ones = view.claim([view.waiting[element.id] for element in found if element.id in view.waiting])
                text = f"{capital(name(end))} sends messages {fault.text}."
                evidence = [
                    f"{count(len(found), 'message')} like this.",
                    f"{count(len(ones), 'message')} of them without an answer; this is the likely cause."
                    if ones
                    else "",
                ]
                severity = Severity.ERROR if ones else Severity.WARNING
                elements = [element.id for element in found]
                yield self.finding(view, text, elements=elements, evidence=evidence, severity=severity)


class StrayBytes(Rule):
    code = "stray-bytes"
    severity = Severity.WARNING
    advice = "See what the sender writes there: logs, greetings, an answer without its framing. Receivers may stumble."

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            found = [
                element
                for element in view.elements
                if element.type is ElementType.OTHER and sender(element.direction) is end
                if not {Flag.GAP, Flag.TRUNCATED} & set(element.flags) and element.id not in view.explained
            ]
            if found:
                size = sum(len(element.data) for element in found)
                is_blank = all(not element.data.strip() for element in found)
                paired = {answer.element for one in view.said for answer in one.answers}
                is_answer = any(element.id in paired for element in found)
                text = f"{capital(name(end))} sent {count(size, 'byte')} that belong to no message."
                evidence = [
                    "Blanks and line ends only." if is_blank else "",
                    "They are an answer without its framing, or with a part of it." if is_answer else "",
                ]
                severity = Severity.NOTE if is_blank else Severity.WARNING
                elements = [element.id for element in found]
                yield self.finding(view, text, elements=elements, evidence=evidence, severity=severity)


class MessageCut(Rule):
    code = "message-cut"
    severity = Severity.ERROR
    advice = (
        "The sender stopped in the middle, or never wrote the end of the block (1C 0D): look into its log at this "
        "time. A receiver goes on waiting for the end and answers nothing."
    )

    def find(self, view: View) -> Iterator[Finding]:
        is_end_unknown = view.session.end_reason in (None, EndReason.STOPPED, EndReason.RECOVERED)
        for end in End:
            facts = view.end(end)
            if facts is not None and (facts.lost or facts.missing or facts.cut):
                continue  # the capture, or the network, may have lost the end
            found = [
                element
                for element in view.flagged
                if Flag.TRUNCATED in element.flags
                and Flag.GAP not in element.flags
                and sender(element.direction) is end
                if element.type is not ElementType.FRAME and element.id not in view.explained
            ]
            if is_end_unknown and found and found[-1] is view.elements[-1]:
                found.pop()
            if not found:
                continue
            said = {element.id for element in found}
            ones = view.claim([view.waiting[element] for element in said if element in view.waiting])
            refused = [one for one in view.in_state(end, AnswerState.NEGATIVE) if one.element in said]
            view.explained.update(said)
            text = f"{capital(count(len(found), 'message'))} of {name(end)} began, but never ended."
            evidence = [
                f"{count(len(found[0].data), 'byte')} of the first one were captured.",
                f"{capital(name(other(end)))} gave no answer to it." if ones else "",
                f"{capital(name(other(end)))} refused it." if refused else "",
            ]
            yield self.finding(view, text, elements=[element.id for element in found], evidence=evidence)

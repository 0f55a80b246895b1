"""Messages that are sent again, and control ids that are used again."""

from collections.abc import Iterable, Iterator

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.history import Repeat, Sent
from hl7capture.hl7.findings.rule import Rule
from hl7capture.hl7.findings.view import View
from hl7capture.hl7.findings.words import capital, count, duration, name, quoted, sender, some
from hl7capture.model.connection import End

_STORM = 5  # times that a message was sent without an answer


def _ids(sent: Iterable[Sent]) -> str:
    ids = list(dict.fromkeys(quoted(one.control_id) for one in sent))
    return f"Control {'id' if len(ids) == 1 else 'ids'} {some(ids)}."


def _repeats(view: View, end: End, *, is_same: bool) -> list[Repeat]:
    return [
        repeat
        for repeat in view.heard.repeats
        if repeat.is_same == is_same
        and sender(repeat.later.direction) is end
        and repeat.later.element not in view.explained
    ]


class RetryStorm(Rule):
    code = "retry-storm"
    severity = Severity.ERROR
    advice = (
        "One message blocks all that wait behind it. Find out why it is not answered (the receiver's log at the time "
        "of the first attempt); until then the sender's queue stands still."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            vain = [one for one in view.heard.sent if _is_in_vain(one) and sender(one.direction) is end]
            explained = [one.element for one in vain]
            view.claim([view.waiting[element] for element in explained if element in view.waiting])
            view.explained.update(explained)
            # Told where it was sent last, and not in each of the sessions before.
            told = [one for one in vain if one.attempts and one.attempts.session_id == view.session.session_id]
            if not told:
                continue
            worst = max((one.attempts for one in told if one.attempts), key=lambda attempts: attempts.number)
            rate = duration((worst.last - worst.first) / (worst.number - 1))
            text = (
                f"{capital(name(end))} sends a message again and again, {worst.number} times so far, without an answer."
            )
            evidence = [_ids(told), f"One attempt every {rate}, on the average."]
            yield self.finding(view, text, elements=[one.element for one in told], evidence=evidence)


def _is_in_vain(one: Sent) -> bool:
    attempts = one.attempts
    return attempts is not None and attempts.number >= _STORM and not attempts.has_succeeded


class Repeated(Rule):
    code = "message-repeated"
    severity = Severity.WARNING
    advice = (
        "If the answer came, see why the sender did not take it: late for it, a wrong MSA-2, or framing it does not "
        "like. If none came, that is the cause. See that the result does not stand in the LIS twice."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            # What was not answered now either is told with the missing answers.
            repeats = [one for one in _repeats(view, end, is_same=True) if one.later.element not in view.waiting]
            if not repeats:
                continue
            answered = sum(one.earlier.was_answered(one.later.timestamp) for one in repeats)
            unknown = sum(
                one.earlier.is_answer_unknown and not one.earlier.was_answered(one.later.timestamp) for one in repeats
            )
            unanswered = len(repeats) - answered - unknown
            # That the earlier one had no answer is why it was sent again: one finding.
            here = [one.earlier.element for one in repeats if one.earlier.session_id == view.session.session_id]
            view.claim([view.waiting[element] for element in here if element in view.waiting])
            evidence = [
                _ids(one.later for one in repeats),
                f"{answered} although the answer had come." if answered else "",
                f"{unanswered} after no answer had come." if unanswered else "",
                f"{unknown} where the capture does not tell." if unknown else "",
            ]
            text = f"{capital(name(end))} sent {count(len(repeats), 'message')} again."
            yield self.finding(view, text, elements=[one.later.element for one in repeats], evidence=evidence)


class IdReused(Rule):
    code = "control-id-reused"
    severity = Severity.WARNING
    advice = (
        "Every message needs a control id of its own (HL7 v2.5 §2.15.9.10): by it answers are told apart, and repeats "
        "are found. A receiver may leave out the second message as a repeat."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            repeats = _repeats(view, end, is_same=False)
            if repeats:
                text = f"{capital(name(end))} used the control id of an earlier message for another one (MSH-10)."
                elements = [one.later.element for one in repeats]
                yield self.finding(view, text, elements=elements, evidence=[_ids(one.later for one in repeats)])


class IdMissing(Rule):
    code = "control-id-missing"
    severity = Severity.WARNING
    advice = "MSH-10 is required (HL7 v2.5 §2.15.9.10): without it nobody can tell which message an answer belongs to."

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            found = [element.id for element, header in view.headers_of(end) if not header.control_id.strip()]
            if found:
                text = f"{capital(count(len(found), 'message'))} of {name(end)} without a control id (MSH-10)."
                yield self.finding(view, text, elements=found)

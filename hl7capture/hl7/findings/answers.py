"""Answers: refusals, missing, late, wrong and too many ones."""

from collections import defaultdict
from collections.abc import Iterator

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, AnswerState
from hl7capture.hl7.acknowledgements.words import is_negative
from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.refusals import refusals
from hl7capture.hl7.findings.rule import Rule
from hl7capture.hl7.findings.view import View
from hl7capture.hl7.findings.words import capital, count, duration, name, of, other, quoted, sender, some
from hl7capture.model.connection import End
from hl7capture.model.elements import ElementType
from hl7capture.model.session import EndReason


def total_of(view: View, end: End) -> int:
    """How many messages (ENQ protocols: frames) of this end wait for an answer at all."""
    return sum(sender(one.direction) is end for one in view.heard.acknowledgements.messages)


def named(ones: list[Acknowledged]) -> str:
    """`Messages 4711, 4712 and 3 more.`"""
    ids = [quoted(one.control_id) for one in ones if one.control_id]
    return f"Control {'id' if len(ids) == 1 else 'ids'} {some(ids)}." if ids else ""


class Negative(Rule):
    code = "ack-negative"
    severity = Severity.ERROR
    advice = (
        "The message was refused: read the reason, which is the refusing side's own word, and ask there. Once it is "
        "cleared the message has to be sent again; few devices do that by themselves."
    )

    def find(self, view: View) -> Iterator[Finding]:
        groups: dict[tuple[End, str], list[Acknowledged]] = defaultdict(list)
        for one, why in refusals(view.session, view.said):
            if one.code != "NAK":
                groups[sender(one.direction), why].append(one)
        for (end, why), ones in groups.items():
            what = of(len(ones), total_of(view, end), "message").lower()
            text = f"{capital(name(other(end)))} refused {what} of {name(end)} ({why})."
            yield self.finding(view, text, elements=[one.element for one in ones], evidence=[named(ones)])


class NakOfMessage(Rule):
    code = "message-nak"
    severity = Severity.ERROR
    advice = "The receiver could not take the message as it was framed or stored: look into its log at this time."

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            ones = [
                one
                for one in view.in_state(end, AnswerState.NEGATIVE)
                if one.type is ElementType.MESSAGE and one.code == "NAK"
            ]
            if not ones:
                continue
            taken = {view.by_id[one.element].data for one in view.said if one.code in ("ACK", "AA", "CA")}
            is_lost = any(view.by_id[one.element].data not in taken for one in ones)
            what = of(len(ones), total_of(view, end), "message").lower()
            text = f"{capital(name(other(end)))} refused {what} of {name(end)} (NAK, which gives no reason)."
            severity = Severity.ERROR if is_lost else Severity.WARNING
            evidence = [named(ones), "" if is_lost else "All of them were accepted when they were sent again."]
            yield self.finding(view, text, elements=[one.element for one in ones], evidence=evidence, severity=severity)


class Missing(Rule):
    code = "ack-missing"
    severity = Severity.ERROR
    advice = (
        "Look into the receiver's log at this time. If it knows the message, its answer was not sent; if it does not, "
        "its software did not take it from the connection. Then see whether the sender gave it time enough."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            waiting = [one for one in view.waiting_of(end) if one.type is not ElementType.START]
            ones = view.claim(waiting)
            if not ones:
                continue
            what = "frame" if ones[0].type is ElementType.FRAME else "message"
            text = f"{of(len(ones), total_of(view, end), what)} of {name(end)} got no answer."
            again = {repeat.later.element for repeat in view.heard.repeats if repeat.is_same}
            repeats = sum(one.element in again for one in ones)
            view.explained.update(again & {one.element for one in ones})
            evidence = [
                named(ones),
                f"Sent again {count(repeats, 'time')}, in vain." if repeats else "",
                self._arrived(view, end),
                self._ended(view, end, ones[-1]),
            ]
            yield self.finding(view, text, elements=[one.element for one in ones], evidence=evidence)

    def _arrived(self, view: View, end: End) -> str:
        facts = view.end(end)
        if facts is None:
            return ""
        if facts.unacknowledged:
            return f"TCP did not acknowledge the last {count(facts.unacknowledged, 'byte')}."
        return f"TCP acknowledged all of it, so it did arrive at {name(other(end))}'s machine."

    def _ended(self, view: View, end: End, last: Acknowledged) -> str:
        facts = view.facts
        if facts is not None and facts.reset_by is not None:
            return f"Then {name(facts.reset_by)} reset the connection."
        if view.session.end_reason is EndReason.IDLE:
            return "Then both were silent until the session was over."
        if facts is None or facts.closed_by is None:
            return ""
        closed = view.end(facts.closed_by)
        after = (closed.last_packet or 0.0) - last.timestamp if closed else 0.0
        return f"{capital(name(facts.closed_by))} closed first; its last packet came {duration(max(after, 0.0))} later."


class Late(Rule):
    code = "ack-late"
    severity = Severity.WARNING
    advice = (
        "Compare with the time that the sender waits: a sender that gives up before the answer comes sends again or "
        "loses the result. What is late by your standards says the setting lateAnswerSeconds."
    )

    def find(self, view: View) -> Iterator[Finding]:
        limit = view.settings.late_answer_seconds
        for end in End:
            late = [
                (latency, one)
                for one in view.said_by(end)
                if (latency := one.latency) is not None and latency > limit * 1000
                if one.element not in view.explained and one.answers[0].is_certain
            ]
            if late:
                longest = max(latency for latency, _ in late)
                what = count(len(late), "answer")
                text = (
                    f"{capital(what)} to {name(end)} came later than {limit} s, the latest after {duration(longest)}."
                )
                ones = [one for _, one in late]
                yield self.finding(view, text, elements=[one.element for one in ones], evidence=[named(ones)])


class Mismatched(Rule):
    code = "ack-mismatched"
    severity = Severity.WARNING
    advice = (
        "MSA-2 has to repeat MSH-10 of the message that is answered (HL7 v2.5 §2.15.8.2). A sender that compares them "
        "takes the message for not answered. Correct it where the answer is made."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            ones = view.in_state(end, AnswerState.MISMATCHED)
            if not ones:
                continue
            wrong = next(answer for one in ones for answer in one.answers if answer.acknowledges)
            what = capital(count(len(ones), "answer"))
            text = f"{what} of {name(other(end))} came in turn, but with a wrong id (MSA-2)."
            evidence = [f"{quoted(wrong.acknowledges)} instead of {quoted(ones[0].control_id)}."]
            yield self.finding(view, text, elements=[one.element for one in ones], evidence=evidence)


class Unmatched(Rule):
    code = "ack-unmatched"
    severity = Severity.WARNING
    advice = (
        "Look at whether the answering side mixes up its connections, or still answers a message of an earlier one."
    )

    def find(self, view: View) -> Iterator[Finding]:
        receipts = self._receipts(view)
        for end in End:
            answers = [
                answer
                for answer in view.heard.acknowledgements.unmatched
                if answer.is_certain and sender(view.by_id[answer.element].direction) is end
                if answer.element not in view.explained and answer.element not in receipts
            ]
            if answers:
                ids = [quoted(answer.acknowledges) for answer in answers if answer.acknowledges]
                text = f"{capital(count(len(answers), 'answer'))} of {name(end)} to nothing that was said before."
                evidence = [f"Named: {some(ids)}." if ids else ""]
                yield self.finding(view, text, elements=[answer.element for answer in answers], evidence=evidence)

    @staticmethod
    def _receipts(view: View) -> set[int]:
        """Bytes in a block (06) that belong to an answer: MLLP release 2 confirms each block, answers too."""
        free = {answer.element for answer in view.heard.acknowledgements.unmatched if answer.code == "ACK"}
        answers = {one.element for one in view.said if one.words.is_answer}
        open_answers = dict.fromkeys(End, 0)
        receipts = set()
        for element in view.elements if free else ():
            end = sender(element.direction)
            if element.id in answers:
                open_answers[end] += 1
            elif element.id in free and open_answers[other(end)]:
                open_answers[other(end)] -= 1
                receipts.add(element.id)
        return receipts


class Twice(Rule):
    code = "answered-twice"
    severity = Severity.WARNING
    advice = "A sender may take the second answer for that to its next message. Correct it where answers are made."

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            ones = view.in_state(end, AnswerState.TWICE)
            if ones:
                what = of(len(ones), total_of(view, end), "message").lower()
                text = f"{capital(name(other(end)))} answered {what} of {name(end)} more than once."
                yield self.finding(view, text, elements=[one.element for one in ones], evidence=[named(ones)])


class ApplicationMissing(Rule):
    code = "application-ack-missing"
    severity = Severity.WARNING
    advice = (
        "The message asks for an answer of the application as well (MSH-16). It may come later, or on another "
        "connection: look there first."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            ones = [
                one
                for one in view.said_by(end)
                if one.words.wants_application
                if one.answers and one.lacks_application_answer and not is_negative(one.code)
            ]
            if ones:
                what = count(len(ones), "message")
                text = f"{what} of {name(end)} got a receipt, but no answer of the application here."
                yield self.finding(view, text, elements=[one.element for one in ones], evidence=[named(ones)])

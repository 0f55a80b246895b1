"""The ENQ protocols: establishment, frames, end of a transfer (ASTM E1381-95 §6.2 to §6.5)."""

from collections.abc import Iterator

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, AnswerState
from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.rule import Rule
from hl7capture.hl7.findings.view import View
from hl7capture.hl7.findings.words import capital, count, name, other, sender
from hl7capture.model.connection import End
from hl7capture.model.elements import ElementType, Flag
from hl7capture.model.session import EndReason


def _refused(view: View, end: End, kind: ElementType) -> list[Acknowledged]:
    """What this end said of this kind that was answered by NAK, and has no cause yet."""
    return [
        one
        for one in view.in_state(end, AnswerState.NEGATIVE)
        if one.type is kind and one.element not in view.explained
    ]


class Contention(Rule):
    code = "enq-contention"
    severity = Severity.NOTE
    advice = (
        "Normal once in a while: the device waits 1 s, the LIS 20 s, then one asks again (E1381-95 §6.2.7). If it "
        "happens often, look at these two times."
    )

    def find(self, view: View) -> Iterator[Finding]:
        if not view.is_by_enq:
            return
        found = []
        for first, second in zip(view.elements, view.elements[1:], strict=False):
            if first.type is second.type is ElementType.START and first.direction is not second.direction:
                found += [first.id, second.id]
        if found:
            view.claim([view.waiting[element] for element in found if element in view.waiting])
            text = "Both sides asked to send at the same time (ENQ), as far as the order in the capture tells."
            yield self.finding(view, text, elements=list(dict.fromkeys(found)))


class EnqRefused(Rule):
    code = "enq-refused"
    severity = Severity.WARNING
    advice = (
        "NAK to ENQ means “busy” (E1381-95 §6.2.6): ask again after 10 s. If it lasts, see what keeps the receiver."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            ones = _refused(view, end, ElementType.START)
            if ones:
                view.explained.update(one.element for one in ones)
                is_over = not _came_through(view, end)
                evidence = ["It never said yes in this session." if is_over else "Later it said yes."]
                text = f"{capital(name(other(end)))} was not ready to receive: NAK to ENQ ({count(len(ones), 'time')})."
                severity = Severity.ERROR if is_over else Severity.WARNING
                elements = [one.element for one in ones]
                yield self.finding(view, text, elements=elements, evidence=evidence, severity=severity)


class EnqUnanswered(Rule):
    code = "enq-unanswered"
    severity = Severity.ERROR
    advice = (
        "The connection stands, but nobody answers ENQ within 15 s (E1381-95 §6.5.2): see whether the receiving "
        "software runs, is stuck, or expects another protocol on this port."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            ones = view.claim(one for one in view.waiting_of(end) if one.type is ElementType.START)
            if not ones:
                continue
            facts = view.end(end)
            came = _came_through(view, end)
            evidence = [
                "Another ENQ of the session was answered." if came else "",
                f"TCP acknowledged it, so it did arrive at {name(other(end))}'s machine."
                if facts is not None and not facts.unacknowledged
                else "",
            ]
            text = f"{capital(name(end))} asked to send (ENQ, {count(len(ones), 'time')}) and got no answer."
            severity = Severity.WARNING if came else Severity.ERROR
            elements = [one.element for one in ones]
            yield self.finding(view, text, elements=elements, evidence=evidence, severity=severity)


def _came_through(view: View, end: End) -> bool:
    return any(
        one.type is ElementType.START and one.code == "ACK" and sender(one.direction) is end for one in view.said
    )


class _FrameFault(Rule):
    """Frames with a flag: a NAK to one of them is its consequence."""

    flag: Flag
    what: str

    def find(self, view: View) -> Iterator[Finding]:
        if not view.is_by_enq:
            return
        said = {one.element: one for one in view.said}
        for end in End:
            found = [e for e in view.flagged if self.flag in e.flags and sender(e.direction) is end]
            if not found:
                continue
            ones = [said[element.id] for element in found if element.id in said]
            refused = [one for one in ones if one.code == "NAK"]
            accepted = [one for one in ones if one.code == "ACK"]
            view.explained.update(one.element for one in refused)
            is_lost = any(view.by_id[one.element].message is None for one in refused)
            evidence = [
                f"{capital(name(other(end)))} answered {count(len(refused), 'time')} with NAK." if refused else "",
                f"{capital(name(other(end)))} accepted {count(len(accepted), 'frame')} all the same."
                if accepted
                else "",
                "What was refused did not come through in this session." if is_lost else "",
            ]
            yield self.finding(
                view,
                f"{capital(count(len(found), 'frame'))} of {name(end)} {self.what}.",
                elements=[element.id for element in found],
                evidence=evidence,
                severity=Severity.ERROR if is_lost else Severity.WARNING,
            )


class Checksum(_FrameFault):
    code = "bad-checksum"
    severity = Severity.WARNING
    advice = (
        "TCP has a checksum of its own, so the frame was damaged before it came to the network: a serial line with a "
        "converter, wrong line settings, or software that counts wrongly. Which byte is wrong nobody can know."
    )
    flag = Flag.BAD_CHECKSUM
    what = "with a wrong checksum"


class FrameNumber(_FrameFault):
    code = "frame-number"
    severity = Severity.WARNING
    advice = (
        "Frames are counted 1 to 7, then 0, and from 1 again after each ENQ (E1381-95 §6.3.1.2). Correct it in the "
        "sender; a strict receiver refuses such frames."
    )
    flag = Flag.WRONG_NUMBER
    what = "out of order, by number"


class Nak(Rule):
    code = "frame-nak"
    severity = Severity.WARNING
    advice = (
        "Checksum and number are right as far as the capture shows, so the frame was refused for its contents, or "
        "because the receiver could not store it: look into its log at this time."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            ones = _refused(view, end, ElementType.FRAME)
            if not ones:
                continue
            view.explained.update(one.element for one in ones)
            is_lost = any(view.by_id[one.element].message is None for one in ones)
            text = (
                f"{capital(name(other(end)))} refused {count(len(ones), 'frame')} of {name(end)} that look right (NAK)."
            )
            evidence = ["It did not come through in this session." if is_lost else "Sent again it was accepted."]
            severity = Severity.ERROR if is_lost else Severity.WARNING
            yield self.finding(view, text, elements=[one.element for one in ones], evidence=evidence, severity=severity)


class FrameRepeated(Rule):
    code = "frame-repeated"
    severity = Severity.WARNING
    advice = (
        "After an ACK: the sender did not take it, so see whether it came too late for it. Without an answer: see why "
        "the receiver was silent. The receiver has to drop the second copy (E1381-95 §6.5.1)."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            after_ack, in_vain, found = 0, 0, []
            before: Acknowledged | None = None
            for one in view.said:
                if sender(one.direction) is not end or one.type is ElementType.START:
                    continue
                if Flag.RETRANSMITTED in view.by_id[one.element].flags and before is not None:
                    if before.code == "ACK":
                        after_ack += 1
                        found.append(one.element)
                    elif before.element in view.waiting and one.answers:
                        view.claim([before])
                        in_vain += 1
                        found.append(one.element)
                before = one
            if found:
                evidence = [
                    f"{count(after_ack, 'time')} although it had been accepted (ACK)." if after_ack else "",
                    f"{count(in_vain, 'time')} because no answer had come." if in_vain else "",
                ]
                text = f"{capital(name(end))} sent {count(len(found), 'frame')} again that had not been refused."
                yield self.finding(view, text, elements=found, evidence=evidence)


class Abandoned(Rule):
    code = "transfer-abandoned"
    severity = Severity.ERROR
    advice = (
        "A transfer ends with EOT (E1381-95 §6.4). See what the sender's log says at this time; whole messages before "
        "it are valid, the one under way is not."
    )

    def find(self, view: View) -> Iterator[Finding]:
        session = view.session
        if not view.is_by_enq or session.end_reason not in (EndReason.CLOSED, EndReason.RESET, EndReason.IDLE):
            return
        last = view.elements[-1] if view.elements else None
        if session.is_complete or last is None or last.id in view.explained or Flag.GAP in last.flags:
            return
        facts = view.facts
        if facts is not None and any(end.lost or end.missing for end in (facts.device, facts.lis)):
            return
        closed = f"{capital(name(facts.closed_by))} closed the connection." if facts and facts.closed_by else ""
        cut = sum(Flag.TRUNCATED in element.flags for element in view.flagged)
        evidence = [closed, f"{capital(count(cut, 'frame'))} of a text that never ended." if cut else ""]
        yield self.finding(view, "The transfer broke off: no EOT came.", elements=[last.id], evidence=evidence)

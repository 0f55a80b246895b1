"""What TCP tells of trouble: who was there, who ended it, what was lost where."""

from collections.abc import Iterator

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged
from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.rule import Rule
from hl7capture.hl7.findings.view import View
from hl7capture.hl7.findings.words import capital, count, duration, name, other, sender
from hl7capture.model.connection import End, EndFacts

_LEAST_REPEATS = 2  # TCP backs off and repeats; one repeat may cross with the acknowledgement
_LEAST_LOSS, _LOSS_RATE = 3, 0.02  # of an end's packets: below that no person notices anything
_REORDERED = 50.0  # milliseconds: what comes late by less has taken another way, and was not sent again
_CLOSES_IN_A_ROW = 3


def unanswered(ones: list[Acknowledged]) -> str:
    """That messages had no answer, as evidence."""
    return f"{capital(count(len(ones), 'message'))} without an answer." if ones else ""


def _is_unheard(view: View, end: End) -> bool:
    """Did this end repeat its last bytes in vain, although the other end had been there before?"""
    facts, far = view.end(end), view.end(other(end))
    if facts is None or far is None or not far.packets:
        return False
    return facts.unacknowledged > 0 and facts.in_vain >= _LEAST_REPEATS


class OneDirection(Rule):
    code = "one-direction"
    severity = Severity.WARNING
    advice = (
        "Mirror both directions of the switch port (rx and tx), or capture on one of the two machines. Until then "
        "nothing can be said about answers."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            silent, speaker = view.end(end), view.end(other(end))
            if silent is None or speaker is None or silent.packets or not speaker.packets:
                continue
            ones = view.claim(view.waiting_of(other(end)))
            text = f"The capture has no packet at all from {name(end)}, so it cannot tell whether it answered."
            elements = [one.element for one in ones]
            yield self.finding(view, text, elements=elements, evidence=[count(speaker.packets, "packet") + " one way."])


class NoTcpAnswer(Rule):
    code = "no-tcp-answer"
    severity = Severity.ERROR
    advice = (
        "Look at what lies between the two ends, and whether both still run: cable, switch, firewall, the computer "
        "itself. A capture at the other end tells which of them it is."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            facts = view.end(end)
            if facts is None or not _is_unheard(view, end):
                continue
            ones = view.claim(view.waiting_of(end))
            text = (
                f"What {name(end)} sent last was not even acknowledged by TCP: a cut connection, a machine that is "
                f"down and a filter in between look the same from here."
            )
            evidence = [
                f"{count(facts.unacknowledged, 'byte')} not acknowledged, {count(facts.in_vain, 'segment')} "
                f"sent again in vain.",
                unanswered(ones),
            ]
            yield self.finding(view, text, elements=[one.element for one in ones], evidence=evidence)


class Reset(Rule):
    code = "connection-reset"
    severity = Severity.ERROR
    advice = (
        "Look into the log of the software on the side that the reset came from, at this time: it ended, crashed, or "
        "dropped the connection. If it knows nothing of it, look at firewalls between the two."
    )

    def find(self, view: View) -> Iterator[Finding]:
        facts = view.facts
        if facts is None or facts.reset_by is None:
            return
        by = facts.reset_by
        ones = view.claim(view.waiting_of(other(by)))
        middle = [end for end in End if (view.end(end) or EndFacts()).is_unfinished]
        is_abandoned = view.is_by_enq and not view.session.is_complete
        is_harmless = not ones and not middle and not is_abandoned
        if is_harmless and view.waiting:
            return  # who reset it had waited in vain: told with the missing answers
        if middle:
            where = f"while {name(middle[0])} was in the middle of a message"
        elif ones:
            where = f"with {count(len(ones), 'message')} not answered"
        else:
            where = "in the middle of a transfer" if is_abandoned else "between messages"
        view.explained.update(element.id for element in view.elements[-1:] if middle or is_abandoned)
        evidence = [
            f"{capital(name(facts.closed_by))} had closed the connection before (FIN)." if facts.closed_by else "",
            unanswered(ones),
        ]
        yield self.finding(
            view,
            f"The connection was reset (RST, from the address of {name(by)}) {where}.",
            elements=[one.element for one in ones],
            evidence=evidence,
            severity=Severity.NOTE if is_harmless else Severity.ERROR,
        )


class HalfOpen(Rule):
    code = "half-open"
    severity = Severity.WARNING
    advice = (
        "One end was restarted, or a firewall forgot the connection, while the other end kept it. TCP keep-alives, or "
        "a shorter idle time than the firewall's, prevent it."
    )

    def find(self, view: View) -> Iterator[Finding]:
        if view.facts is not None and view.facts.is_replaced:
            ones = view.claim(list(view.waiting.values()))
            text = "The same ports were used anew although this connection was never closed: one end had forgotten it."
            yield self.finding(view, text, elements=[one.element for one in ones], evidence=[unanswered(ones)])


class ReceiverFull(Rule):
    code = "receiver-full"
    severity = Severity.WARNING
    advice = "The software on that side reads too slowly or is stuck: look at its load, its log, and what it waits for."

    def find(self, view: View) -> Iterator[Finding]:
        late = view.settings.late_answer_seconds * 1000
        for end in End:
            facts = view.end(end)
            if facts is None or not facts.zero_windows:
                continue
            longest = facts.longest_zero_window or 0.0
            ones = view.claim(view.waiting_of(other(end)))
            slow = [one for one in view.said if sender(one.direction) is not end and (one.latency or 0) > late]
            view.explained.update(one.element for one in slow)
            elements = [one.element for one in (*ones, *slow)]
            evidence = [
                f"The window was 0 {count(facts.zero_windows, 'time')}, {duration(longest)} at most.",
                unanswered(ones),
                f"{capital(count(len(slow), 'answer'))} came late." if slow else "",
            ]
            text = f"{capital(name(end))} did not read what had arrived: its TCP said that it had no room for more."
            is_harmless = not elements and longest < late
            severity = Severity.ERROR if ones else Severity.NOTE if is_harmless else Severity.WARNING
            yield self.finding(view, text, elements=elements, evidence=evidence, severity=severity)


class CaptureLoss(Rule):
    code = "capture-loss"
    severity = Severity.WARNING
    advice = (
        "The conversation itself was whole: only the capture is not. Capture with less load, a larger buffer or snap "
        "length, or nearer to one of the two; do not accuse anybody of what is missing here."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            facts = view.end(end)
            if facts is None or not (facts.lost or facts.cut):
                continue
            evidence = [
                f"{count(facts.lost, 'byte')} never seen, but acknowledged by the other end." if facts.lost else "",
                f"{count(facts.cut, 'byte')} cut off by the snap length." if facts.cut else "",
            ]
            text = f"The capture lost a part of what {name(end)} sent; the other end received it."
            yield self.finding(view, text, evidence=evidence)


class BytesMissing(Rule):
    code = "bytes-missing"
    severity = Severity.WARNING
    advice = "A second capture at another place tells whether the network or the capture lost them."

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            facts = view.end(end)
            if facts is not None and facts.missing:
                text = f"Bytes of {name(end)} are missing, and nobody acknowledged them: who lost them is not known."
                yield self.finding(view, text, evidence=[f"{count(facts.missing, 'byte')} missing."])


class NetworkLoss(Rule):
    code = "network-loss"
    severity = Severity.NOTE
    advice = (
        "Look for errors on the switch ports and cables of the way, for a duplex mismatch, Wi-Fi or VPN in it. Answers "
        "can be late because of it."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            facts = view.end(end)
            if facts is None or _is_unheard(view, end):
                continue
            filled = facts.filled if (facts.longest_hole or 0.0) >= _REORDERED else 0
            again = facts.repeated + filled
            if again < _LEAST_LOSS or again < facts.packets * _LOSS_RATE:
                continue
            evidence = [
                f"{count(facts.repeated, 'segment')} seen twice: lost behind the place of the capture, or taken for "
                f"lost."
                if facts.repeated
                else "",
                f"{count(filled, 'segment')} seen late, {duration(facts.longest_hole or 0.0)} at most: lost before it."
                if filled
                else "",
            ]
            text = f"{capital(name(end))} had to send {count(again, 'segment')} of {facts.packets:,} again."
            yield self.finding(view, text, evidence=evidence)


class SlowOpening(Rule):
    code = "slow-opening"
    severity = Severity.NOTE
    advice = "The server was not yet there, was overloaded, or packets were lost. If it happens often, look at that."

    def find(self, view: View) -> Iterator[Finding]:
        facts = view.facts
        if facts is not None and facts.opened_by is not None and facts.attempts > 1:
            text = f"{capital(name(facts.opened_by))} had to ask {facts.attempts:,} times until the connection stood."
            waited = f"Answered after {duration(facts.syn_answered)}." if facts.syn_answered is not None else ""
            yield self.finding(view, text, evidence=[waited])


class ClosesEach(Rule):
    code = "closes-each"
    severity = Severity.NOTE
    advice = (
        "Many systems are made like this. If the device cannot cope with it, set the LIS to keep connections open, or "
        "the device to open one for each message."
    )

    def find(self, view: View) -> Iterator[Finding]:
        if view.heard.closes == _CLOSES_IN_A_ROW:  # once for each link
            yield self.finding(view, "The LIS closes the connection after each message.")

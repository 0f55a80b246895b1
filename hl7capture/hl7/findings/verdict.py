"""Sessions in a line that a person can read out on the phone."""

from collections import Counter
from collections.abc import Sequence
from statistics import median

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, AnswerState
from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.report import Report
from hl7capture.hl7.findings.words import capital, count, duration, name, of, other, sender
from hl7capture.model.connection import End
from hl7capture.model.elements import ElementType

# These are told by the counts, or by the finding that says the same with its reason.
_COUNTED = frozenset({"ack-missing"})
_REFUSED = frozenset({"ack-negative", "message-nak"})


def verdict_of(reports: Sequence[Report]) -> str:
    """`The LIS refused 3 of 120 messages of the device (AE, “Unknown patient”). Everything else was answered, in 40 ms
    (median).` Of one session, or of all sessions of a link.
    """
    sentences = _errors([finding for report in reports for finding in report.findings])
    for end in End:
        sentences += _answers(
            end, [one for report in reports for one in report.heard.acknowledgements.messages], reports
        )
    return " ".join(sentences) or "No message was sent."


def _errors(findings: list[Finding]) -> list[str]:
    """What failed, each code once, in the words of its first finding; refusals are counted elsewhere."""
    errors = [f for f in findings if f.severity is Severity.ERROR and f.code not in _COUNTED | _REFUSED]
    counts = Counter(finding.code for finding in errors)
    first = {finding.code: finding for finding in reversed(errors)}
    return [
        first[code].text + (f" ({number} sessions like this.)" if number > 1 else "")
        for code, number in sorted(counts.items(), key=lambda pair: -pair[1])
    ]


def _answers(end: End, ones: list[Acknowledged], reports: Sequence[Report]) -> list[str]:
    """How what this end said was answered."""
    ones = [one for one in ones if sender(one.direction) is end]
    if not ones:
        return []
    what = "frame" if ones[0].type is ElementType.FRAME else "message"
    sentences = []
    states = Counter(one.state for one in ones)
    refused = states[AnswerState.NEGATIVE]
    if refused:
        whose = f"{of(refused, len(ones), what).lower()} of {name(end)}"
        sentences.append(f"{capital(name(other(end)))} refused {whose}{_reasons(end, reports)}.")
    if states[AnswerState.UNANSWERED]:
        sentences.append(f"{of(states[AnswerState.UNANSWERED], len(ones), what)} of {name(end)} got no answer.")
    if states[AnswerState.UNKNOWN]:
        sentences.append(f"Of {count(states[AnswerState.UNKNOWN], what)} the capture does not tell.")
    rest = [one for one in ones if one.state in _GOOD]
    if rest:
        took = duration(median(one.latency or 0.0 for one in rest))
        begin = "Everything else" if sentences else f"{of(len(rest), len(ones), what)} of {name(end)}"
        were = "was" if sentences or len(rest) == 1 else "were"
        sentences.append(f"{begin} {were} answered, in {took}{'' if len(rest) == 1 else ' (median)'}.")
    return sentences


_GOOD = (AnswerState.ANSWERED, AnswerState.TWICE, AnswerState.MISMATCHED)


def _reasons(end: End, reports: Sequence[Report]) -> str:
    """The reason that was given most often, as its finding quotes it."""
    reasons: Counter[str] = Counter()
    for report in reports:
        for finding in report.findings:
            is_of_end = bool(finding.elements) and finding.text.startswith(capital(name(other(end))))
            if finding.code in _REFUSED and is_of_end:
                reasons[finding.text[finding.text.rindex(f" of {name(end)} (") + len(f" of {name(end)} ") : -1]] += len(
                    finding.elements
                )
    if not reasons:
        return ""
    first, *others = (reason for reason, _ in reasons.most_common())
    return f" {first}" + (f" and {len(others)} other reasons" if others else "")

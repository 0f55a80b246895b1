"""Sessions in a line that a person can read out on the phone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from hl7capture.hl7.acknowledgements.acknowledged import AnswerState
from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.refusals import refusals
from hl7capture.hl7.findings.report import Report
from hl7capture.hl7.findings.view import decided
from hl7capture.hl7.findings.words import capital, duration, name, of, other, sender
from hl7capture.model.connection import End
from hl7capture.model.elements import ElementType

# These are told by the counts, or by the finding that says the same with its reason.
_COUNTED = frozenset({"ack-missing"})
_REFUSED = frozenset({"ack-negative", "message-nak"})
_ANSWERED = (AnswerState.ANSWERED, AnswerState.TWICE, AnswerState.MISMATCHED)


def verdict_of(reports: Sequence[Report], of_link: Sequence[Finding] = ()) -> str:
    """`The LIS refused 3 of 120 messages of the device (AE, “Unknown patient”). Everything else was answered, in 40 ms
    (median).` Of one session, or of all sessions of a link; of_link: what is wrong with it where no session shows it.
    """
    sentences = [finding.text for finding in of_link if not reports or finding.severity is not Severity.NOTE]
    sentences += _errors([finding for report in reports for finding in report.findings])
    counts = {end: _Counts() for end in End}
    for report in reports:
        _count(report, counts)
    for end in End:
        sentences += _answers(end, counts[end])
    return " ".join(sentences) or "No message was sent."


@dataclass(slots=True)
class _Counts:
    """Of what one end said. what: frame or message. latencies: milliseconds, of what was answered."""

    what: str = "message"
    total: int = 0
    unanswered: int = 0
    unknown: int = 0
    latencies: list[float] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)


def _count(report: Report, counts: dict[End, _Counts]) -> None:
    acknowledgements = report.heard.acknowledgements
    known = {one.element for one in decided(report.session, acknowledgements.messages)}
    is_one_way = any(finding.code == "one-direction" for finding in report.findings)
    for one in acknowledgements.messages:
        count_of = counts[sender(one.direction)]
        count_of.total += 1
        if one.type is ElementType.FRAME:
            count_of.what = "frame"
        if one.state in _ANSWERED:
            count_of.latencies.append(one.latency or 0.0)
        elif one.state is AnswerState.UNANSWERED and one.element in known and not is_one_way:
            count_of.unanswered += 1
        elif one.state is not AnswerState.NEGATIVE:
            count_of.unknown += 1
    for one, why in refusals(report.session, acknowledgements.messages):
        counts[sender(one.direction)].refusals[why] += 1


def _errors(findings: list[Finding]) -> list[str]:
    """What failed, each code once, in the words of its first finding; refusals are counted elsewhere."""
    errors = [f for f in findings if f.severity is Severity.ERROR and f.code not in _COUNTED | _REFUSED]
    counts = Counter(finding.code for finding in errors)
    first = {finding.code: finding for finding in reversed(errors)}
    return [
        first[code].text + (f" ({number} sessions like this.)" if number > 1 else "")
        for code, number in sorted(counts.items(), key=lambda pair: -pair[1])
    ]


def _answers(end: End, counts: _Counts) -> list[str]:
    """How what this end said was answered."""
    if not counts.total:
        return []
    sentences = []
    refused = counts.refusals.total()
    if refused:
        (why, _), *others = counts.refusals.most_common()
        more = f", and {len(others)} other reasons" if others else ""
        whose = f"{of(refused, counts.total, counts.what).lower()} of {name(end)}"
        sentences.append(f"{capital(name(other(end)))} refused {whose} ({why}{more}).")
    if counts.unanswered:
        sentences.append(f"{of(counts.unanswered, counts.total, counts.what)} of {name(end)} got no answer.")
    if counts.unknown:
        whose = f"{of(counts.unknown, counts.total, counts.what).lower()} of {name(end)}"
        sentences.append(f"Whether {whose} got an answer the capture does not tell.")
    answered = len(counts.latencies)
    if answered:
        took = duration(median(counts.latencies))
        begin = "Everything else" if sentences else f"{of(answered, counts.total, counts.what)} of {name(end)}"
        were = "was" if sentences or answered == 1 else "were"
        sentences.append(f"{begin} {were} answered, in {took}{'' if answered == 1 else ' (median)'}.")
    return sentences

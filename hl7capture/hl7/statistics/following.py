"""A connection while its sessions grow: what has come since the last look. For live views alone."""

from collections import deque
from dataclasses import dataclass, field

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, AnswerState
from hl7capture.hl7.acknowledgements.pairing import Pairing
from hl7capture.hl7.session_summary import MOST_KINDS, REST, kind_of, kinds_of, opening_of
from hl7capture.hl7.statistics.latency import bucket_of
from hl7capture.model.elements import Direction, ElementType
from hl7capture.model.session import EndReason, Session
from hl7capture.model.session_summary import SessionSummary

_MOST_AWAITED = 1000  # of a direction


@dataclass(slots=True, frozen=True)
class Fresh:
    """What has come. messages: (time, kind). answers: (time of the message, its kind, bucket of its latency).

    waiting_since: since when an answer is waited for that has to come; None: nothing is waited for. Unix milliseconds.
    """

    messages: list[tuple[float, str]]
    answers: list[tuple[float, str, int]]
    waiting_since: float | None


@dataclass(slots=True)
class _Told:
    """Of one session: the kinds of its messages so far, and what a summary would say of it."""

    kinds: list[str] = field(default_factory=list)
    times: dict[int, float] = field(default_factory=dict)  # of messages that are not complete
    elements: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    latencies: dict[str, dict[int, int]] = field(default_factory=dict)


class Following:
    """One connection; takes its sessions in order, each as often as it has grown."""

    def __init__(self) -> None:
        self._pairing = Pairing()
        self._session_id = ""
        self._told = _Told()
        self._awaited: dict[Direction, deque[tuple[Acknowledged, _Told]]] = {
            direction: deque(maxlen=_MOST_AWAITED) for direction in Direction
        }
        self._answered = dict.fromkeys(Direction, -1)  # the last number that was

    def take(self, session: Session) -> Fresh:
        """What has come since the last time. Never raises; linear in what has come."""
        if session.session_id != self._session_id:
            self._session_id = session.session_id
            self._told = _Told()
        told = self._told
        found = self._pairing.grow(session)
        messages = self._messages(session, told)
        for one in found.said:
            if one.words.wants_any:
                self._awaited[one.direction].append((one, told))
        found.said.clear()  # what waits for an answer stands elsewhere; the rest is not looked at any more
        answers = [answer for direction in Direction for answer in self._take_answers(direction, session)]
        if session.end_reason not in (None, EndReason.IDLE, EndReason.ROLLED):
            for awaited in self._awaited.values():
                awaited.clear()
        return Fresh(messages, answers, self._waiting_since())

    def summary_of(self, session: Session) -> SessionSummary:
        """Of the session that was taken last, as far as it has been taken."""
        told = self._told
        summary = opening_of(session)
        summary.end_reason = session.end_reason
        summary.kinds = tuple(told.counts.items())
        summary.message_count = len(told.kinds)
        summary.latencies = tuple((kind, tuple(counts.items())) for kind, counts in told.latencies.items())
        return summary

    def _messages(self, session: Session, told: _Told) -> list[tuple[float, str]]:
        elements = session.elements[told.elements :]
        told.elements += len(elements)
        for element in elements:
            if element.message is not None:
                told.times[element.message] = element.timestamp
        fresh = []
        for kind in kinds_of(session, len(told.kinds), len(session.messages)):
            kind = kind if kind in told.counts or len(told.counts) < MOST_KINDS else REST
            fresh.append((told.times.pop(len(told.kinds), session.end_time), kind))
            told.kinds.append(kind)
            told.counts[kind] = told.counts.get(kind, 0) + 1
        return fresh

    def _take_answers(self, direction: Direction, session: Session) -> list[tuple[float, str, int]]:
        """Answers to frames wait until it is known what kind of message these are of."""
        answers = []
        open_ones: list[tuple[Acknowledged, _Told]] = []
        for one, told in self._awaited[direction]:
            if not one.answers:
                open_ones.append((one, told))
                continue
            self._answered[direction] = max(self._answered[direction], one.number)
            if one.type is ElementType.START:
                continue
            is_known = one.message is not None and one.message < len(told.kinds)
            if not is_known and told is self._told and session.is_open:
                open_ones.append((one, told))
                continue
            kind = told.kinds[one.message] if is_known and one.message is not None else kind_of("")
            bucket = bucket_of(one.latency or 0.0)
            counts = told.latencies.setdefault(kind, {})
            counts[bucket] = counts.get(bucket, 0) + 1
            answers.append((one.timestamp, kind, bucket))
        self._awaited[direction] = deque(open_ones, _MOST_AWAITED)
        return answers

    def _waiting_since(self) -> float | None:
        """Whoever has answered something later does not answer what was before it any more."""
        return min(
            (
                one.timestamp
                for direction, awaited in self._awaited.items()
                for one, _ in awaited
                if one.number > self._answered[direction] and one.state is AnswerState.UNANSWERED
            ),
            default=None,
        )

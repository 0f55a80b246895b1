"""What one side has said and the other side may still answer.

Answers keep the order of what they answer: behind an answer to a message nothing older is waited for by order any more,
though it may still be named by its id. Every list is emptied from its left end, so the time is linear.
"""

from collections import OrderedDict, deque

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, Answer

_MOST = 1000  # of a connection: nobody waits for the first of so many any longer
_MOST_NAMED = 250  # that an answer may name; behind so many others it comes too late


class Waiting:
    """One direction of a connection.

    latest: what was said last, until the transfer is over. hole: what the speaker said from this number on stands
    behind a hole; None where no answer can belong to what is missing. is_heard: there was an answer since that hole.
    unmatched: places of answers to nothing, since the speaker's latest word.
    """

    def __init__(self) -> None:
        self.latest: Acknowledged | None = None
        self.has_spoken = False
        self.hole: int | None = None
        self.is_heard = False
        self.unmatched: list[int] = []
        self._doubtful: list[tuple[Acknowledged, int]] = []
        self._by_id: OrderedDict[str, Acknowledged | _SameId] = OrderedDict()  # most ids are said once
        self._ids = 0
        self._in_turn: tuple[deque[Acknowledged], ...] = (deque(maxlen=_MOST), deque(maxlen=_MOST))
        self._unexcused: deque[Acknowledged] = deque(maxlen=_MOST)

    def add(self, one: Acknowledged) -> None:
        """The speaker said this."""
        self.latest, self.has_spoken = one, True
        self.unmatched.clear()
        self._doubtful.clear()
        if not one.words.is_answer:
            for queue in self._in_turn:
                queue.append(one)
            self._unexcused.append(one)
        if one.control_id:
            same = self._by_id.get(one.control_id)
            if same is None:
                self._by_id[one.control_id] = one
            else:
                if isinstance(same, Acknowledged):
                    self._by_id[one.control_id] = same = _SameId(same)
                same.ones.append(one)
                self._by_id.move_to_end(one.control_id)
            self._ids += 1
            if self._ids > _MOST_NAMED:
                self._forget_oldest()

    def named(self, control_id: str, *, is_commit: bool) -> Acknowledged | None:
        """Whom an answer names: the oldest with this id that has no such answer yet, or else the newest."""
        same = self._by_id.get(control_id)
        return same.next(is_commit=is_commit) if isinstance(same, _SameId) else same

    def next(self, *, is_commit: bool) -> tuple[Acknowledged | None, bool]:
        """Whose turn it is to be answered, and whether it is the only one."""
        queue = self._in_turn[is_commit]
        while queue and (_has(queue[0], is_commit=is_commit) or not _may_have(queue[0], is_commit=is_commit)):
            queue.popleft()
        return (queue[0], len(queue) == 1) if queue else (None, True)

    def pair(self, one: Acknowledged, answer: Answer, *, is_sure: bool) -> None:
        """Answered; what is older is not waited for any more. is_sure: a first answer cannot be meant for another."""
        if not is_sure or _has(one, is_commit=answer.is_commit):
            self._doubtful.append((one, len(one.answers)))
        one.answers.append(answer)
        is_commit = answer.is_commit
        for queue in (self._in_turn[is_commit], self._unexcused):
            while queue and queue[0].number <= one.number:
                queue.popleft()
        other = self._in_turn[not is_commit]
        while other and not _may_have(other[0], is_commit=not is_commit):
            other.popleft()

    def excuse(self) -> None:
        """From here on, answers to all that is waited for may be missing in the capture."""
        while self._unexcused:
            self._unexcused.popleft().is_excused = True

    def doubt(self) -> None:
        """What the speaker said before its next word may be missing: some answers may belong to that."""
        for one, place in self._doubtful:
            one.answers[place] = one.answers[place].doubtful()
        self._doubtful.clear()

    def _forget_oldest(self) -> None:
        control_id, same = self._by_id.popitem(last=False)
        self._ids -= 1
        if isinstance(same, _SameId) and len(same.ones) > 1:
            same.forget_oldest()
            self._by_id[control_id] = same
            self._by_id.move_to_end(control_id, last=False)


class _SameId:
    """What was said with the same control id, in order; for each kind of answer, from where on one is waited for."""

    __slots__ = ("_next", "ones")

    def __init__(self, one: Acknowledged) -> None:
        self.ones = [one]
        self._next = [0, 0]

    def next(self, *, is_commit: bool) -> Acknowledged:
        """The oldest without such an answer, or else the newest."""
        place, last = self._next[is_commit], len(self.ones) - 1
        while place < last and _has(self.ones[place], is_commit=is_commit):
            place += 1
        self._next[is_commit] = place
        return self.ones[place]

    def forget_oldest(self) -> None:
        del self.ones[0]
        self._next = [max(0, place - 1) for place in self._next]


def _has(one: Acknowledged, *, is_commit: bool) -> bool:
    answers = one.answers
    return bool(answers) and any(answer.is_commit is is_commit for answer in answers)


def _may_have(one: Acknowledged, *, is_commit: bool) -> bool:
    """Without having asked for both kinds a message gets one answer, as far as the order tells."""
    return not one.answers or (one.words.wants_commit if is_commit else one.words.wants_application)

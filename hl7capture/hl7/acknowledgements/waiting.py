"""What one side has said and the other side may still answer.

Answers keep the order of what they answer: behind an answer to a message nothing older is waited for by order any more,
though it may still be named by its id. Every list is emptied from its left end, so the time is linear.
"""

from collections import OrderedDict, deque

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, Answer

_MOST = 1000  # of a connection: nobody waits for the first of so many any longer


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
        self._by_id: OrderedDict[tuple[str, bool], deque[Acknowledged]] = OrderedDict()
        self._ids = 0
        self._in_turn: tuple[deque[Acknowledged], deque[Acknowledged]] = (deque(), deque())
        self._unexcused: deque[Acknowledged] = deque()

    def add(self, one: Acknowledged) -> None:
        """The speaker said this."""
        self.latest, self.has_spoken = one, True
        self.unmatched.clear()
        self._doubtful.clear()
        if not one.words.is_answer:
            for queue in (*self._in_turn, self._unexcused):
                queue.append(one)
                if len(queue) > _MOST:
                    queue.popleft()
        if one.control_id:
            for is_commit in (False, True):
                key = (one.control_id, is_commit)
                self._by_id.setdefault(key, deque()).append(one)
                self._by_id.move_to_end(key)
                self._ids += 1
            while self._ids > 2 * _MOST:
                self._forget_oldest()

    def named(self, control_id: str, *, is_commit: bool) -> Acknowledged | None:
        """Whom an answer names: the oldest with this id that has no such answer yet, or else the newest."""
        same = self._by_id.get((control_id, is_commit))
        if not same:
            return None
        while len(same) > 1 and _has(same[0], is_commit=is_commit):
            same.popleft()
            self._ids -= 1
        return same[0]

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
        for queue in (self._in_turn[answer.is_commit], self._unexcused):
            while queue and queue[0].number <= one.number:
                queue.popleft()

    def excuse(self) -> None:
        """From here on, answers to all that is waited for may be missing in the capture."""
        while self._unexcused:
            self._unexcused.popleft().is_excused = True

    def doubt(self) -> None:
        """What the speaker said before its next word may be missing: some answers may belong to that."""
        for one, place in self._doubtful:
            one.answers[place] = one.answers[place]._replace(is_certain=False)
        self._doubtful.clear()

    def _forget_oldest(self) -> None:
        key, same = next(iter(self._by_id.items()))
        same.popleft()
        self._ids -= 1
        if not same:
            del self._by_id[key]


def _has(one: Acknowledged, *, is_commit: bool) -> bool:
    return any(answer.is_commit == is_commit for answer in one.answers)


def _may_have(one: Acknowledged, *, is_commit: bool) -> bool:
    """Without having asked for both kinds a message gets one answer, as far as the order tells."""
    return not one.answers or (one.words.wants_commit if is_commit else one.words.wants_application)

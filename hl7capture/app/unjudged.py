"""Sessions that wait to be judged, in the order of their coming, and how much memory they take."""

from collections import deque
from collections.abc import Callable

from hl7capture.model.session import Session
from hl7capture.store.waiting import weight_of
from hl7capture.turns import give_way

# Bytes of sessions that wait: beyond it, what is on disk is read again when its turn comes. Reading a megabyte stops
# the window for some milliseconds, so that fifty sessions which end at once are still kept.
_MOST_MEMORY = 128 << 20


class Unjudged:
    """`put` may be called from any thread; everything else is the judge's thread's.

    find: a session that is on disk; raises OSError, ValueError.
    """

    def __init__(self, find: Callable[[str], Session]) -> None:
        self._find = find
        self._new: deque[Session] = deque()  # not weighed yet: whoever brings them has no time for that
        self._waiting: deque[tuple[Session | str, int]] = deque()  # with its memory; the id of one that was let go
        self._memory = 0

    def __bool__(self) -> bool:
        return bool(self._new or self._waiting)

    @property
    def memory(self) -> int:
        """Bytes, about, that they take; without those that nobody has weighed yet."""
        return self._memory

    def put(self, session: Session) -> None:
        """One more, behind all others. Returns at once."""
        self._new.append(session)

    def next(self) -> tuple[Session | None, int]:
        """The first, and the bytes it takes; None where it is not on disk any more. Ask where there is one."""
        self.weigh()
        one, memory = self._waiting.popleft()
        if isinstance(one, Session):
            self._memory -= memory
            return one, memory
        try:
            return self._find(one), memory
        except (OSError, ValueError):
            return None, 0

    def weigh(self) -> None:
        """Takes note of what has come, and lets go of what is too much, the latest first, where it is on disk."""
        while self._new:
            give_way()
            memory = weight_of(self._new[0])
            self._waiting.append((self._new.popleft(), memory))
            self._memory += memory
        for at in reversed(range(len(self._waiting))):
            if self._memory <= _MOST_MEMORY:
                return
            one, memory = self._waiting[at]
            if isinstance(one, Session) and one.saved_at is not None:
                self._waiting[at] = one.session_id, memory
                self._memory -= memory

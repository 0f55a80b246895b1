"""What waits for the disk: the latest state of each session, oldest first, and how much memory that takes."""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from hl7capture.model.session import Session
from hl7capture.turns import give_way

_ELEMENT_BYTES = 300  # of an element beside its data


@dataclass(slots=True, eq=False)
class Waiter:
    """A session on its way to the disk. weight: bytes of memory, about. is_taken: somebody is writing it."""

    session: Session
    weight: int
    is_taken: bool = False


class Waiting:
    """Thread-safe. `put` never waits for anything; what it brought is weighed by whoever looks next."""

    def __init__(self) -> None:
        self._new: deque[Session] = deque()
        self._weighing = threading.Lock()  # not `put`'s: a large session takes its time to be weighed
        self._lock = threading.Lock()
        self._waiters: dict[str, Waiter] = {}
        self._weight = 0

    def __len__(self) -> int:
        return len(self._new) + len(self._waiters)

    @property
    def weight(self) -> int:
        """Bytes of memory, about, that all of them take."""
        self._weigh_new()
        return self._weight

    def put(self, session: Session) -> None:
        """A session that shall be on disk as it is now. Returns at once."""
        self._new.append(session)

    def take(self) -> Waiter | None:
        """The oldest that nobody has taken yet; it is the caller's until `put_back` or `done`."""
        self._weigh_new()
        with self._lock:
            waiter = next((waiter for waiter in self._waiters.values() if not waiter.is_taken), None)
            if waiter is not None:
                waiter.is_taken = True
            return waiter

    def put_back(self, waiter: Waiter) -> None:
        """It could not be written, and is for anybody to take."""
        waiter.is_taken = False

    def oldest(self) -> Waiter | None:
        """The oldest, also where somebody has taken it."""
        self._weigh_new()
        with self._lock:
            return next(iter(self._waiters.values()), None)

    def done(self, waiter: Waiter) -> None:
        """It waits no longer, unless it was put again meanwhile."""
        with self._lock:
            if self._waiters.get(waiter.session.session_id) is waiter:
                self._drop(waiter.session.session_id)

    def forget(self, session_ids: Iterable[str]) -> None:
        """Sessions that shall not be written any more."""
        self._weigh_new()
        with self._lock:
            for session_id in session_ids:
                self._drop(session_id)

    def ids(self) -> list[str]:
        """The sessions' ids, oldest first."""
        self._weigh_new()
        with self._lock:
            return list(self._waiters)

    def _weigh_new(self) -> None:
        while self._new:
            give_way()
            with self._weighing:
                if self._new:
                    self._weigh(self._new[0])
                    self._new.popleft()  # only now: nobody shall see it nowhere

    def _weigh(self, session: Session) -> None:
        waiter = Waiter(session, weight_of(session))
        with self._lock:
            self._drop(session.session_id)
            self._waiters[session.session_id] = waiter
            self._weight += waiter.weight

    def _drop(self, session_id: str) -> None:
        waiter = self._waiters.pop(session_id, None)
        if waiter is not None:
            self._weight -= waiter.weight


def weight_of(session: Session) -> int:
    """Bytes of memory that a session takes, about."""
    elements = list(session.elements)
    data = sum([len(element.data) for element in elements]) + _ELEMENT_BYTES * len(elements)
    return data + sum(map(len, session.messages))

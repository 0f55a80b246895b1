"""Which files wait for the archive, oldest first. The folder is the queue that survives; this is its list."""

import threading
import time
from collections.abc import Iterable

from hl7capture.model.session import Codes

MOST = 200  # sessions in a batch
_TRIES = 3
_MOST_CODES = 20_000  # the index knows them as well, if a little later
_LATER = 3600.0  # seconds until what has failed by itself so often is tried again


class Queue:
    """Names of session files; from any thread. A name waits once, however often it is added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[str, None] = {}
        self._later: dict[str, float] = {}  # names, and when on the monotonic clock they are due
        self._failures: dict[str, int] = {}
        self._codes: dict[str, Codes] = {}
        self._most = MOST

    def __len__(self) -> int:
        with self._lock:
            return len(self._names) + len(self._later)

    @property
    def most(self) -> int:
        """How many to take at once: few after a failure, for one of them may have caused it."""
        return self._most

    def fill(self, names: Iterable[str]) -> None:
        """These wait, as well as what does already; in this order."""
        with self._lock:
            known = self._names
            self._names = {name: None for name in names if name not in self._later}
            self._names.update(known)

    def add(self, name: str, codes: Codes | None = None) -> None:
        """codes: of its findings, where they are known."""
        with self._lock:
            self._later.pop(name, None)
            self._names[name] = None
            if codes is not None and len(self._codes) < _MOST_CODES:
                self._codes[name] = codes

    def codes_of(self, name: str) -> Codes | None:
        """Of its findings, where they were told."""
        with self._lock:
            return self._codes.get(name)

    def judged(self) -> list[str]:
        """The names of files that wait and whose findings were told."""
        with self._lock:
            return list(self._codes)

    def take(self) -> str | None:
        """The next one, which waits no longer."""
        with self._lock:
            name = next(iter(self._names), None)
            if name is None:
                name = next((name for name, due in self._later.items() if due <= time.monotonic()), None)
                if name is not None:
                    del self._later[name]
                return name
            del self._names[name]
            return name

    def put_back(self, names: Iterable[str]) -> None:
        """They were taken too early."""
        with self._lock:
            self._names = dict.fromkeys(names) | self._names

    def done(self, names: Iterable[str]) -> None:
        """They were taken, and nothing has failed."""
        with self._lock:
            for name in names:
                self._failures.pop(name, None)
                if name not in self._names:  # it was not judged anew since it was taken
                    self._codes.pop(name, None)
            self._most = min(MOST, 2 * self._most)

    def failed(self, names: list[str]) -> None:
        """They were taken, and one of them may be why the connection was lost. They wait again.

        One that fails alone again and again lets all others go first, and then waits for long.
        """
        with self._lock:
            self._most = 1
            if len(names) == 1:
                (name,) = names
                self._failures[name] = self._failures.get(name, 0) + 1
                if self._failures[name] >= _TRIES:
                    del self._failures[name]
                    self._later[name] = time.monotonic() + _LATER
                    return
            self._names = dict.fromkeys(names) | self._names

"""The window comes first: threads that work in Python give it its turn.

One thread at a time runs Python. Who wants to go on waits until another one gives up, each time for as long as
`sys.getswitchinterval()`, and longer where several wait; and Qt calls Python hundreds of times to paint one list. While
sessions came fast that made half a second of a picture that takes ten milliseconds. So the other threads wait, between
two small steps of theirs, while the window is at work: it says so itself, and who sends it something does.

And they share one processor. On several the one that has waited longest is passed over again and again: beside three
threads that compute the window's waits up to a tenth of a second for its turn, beside three on one processor 7 ms.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

# For `sys.setswitchinterval`: how long the window, or who drains a capture's pipe, waits where nobody gives way.
SWITCH_SECONDS = 0.0001
_LONGEST = 0.2  # seconds: whatever the window does for longer, the others go on beside it
_BEHIND = 5  # how much nicer: a third of the processor's time, where others want it, too (sched(7))

if sys.platform == "linux":
    _PROCESSORS = sorted(os.sched_getaffinity(0))  # that this program may use
else:
    _PROCESSORS = [0]


class Turns:
    """The program's one window. on_last: called when its work seems done; calls `end` as soon as nothing waits for it.

    Without a window nobody waits.
    """

    def __init__(self) -> None:
        self.on_last: Callable[[], None] | None = None
        self._is_free = threading.Event()
        self._is_free.set()
        self._window = 0  # its thread
        self._since = 0.0

    def begin(self) -> None:
        """The window has, or will have at once, something to do. From any thread."""
        if self.on_last is not None and self._is_free.is_set():
            self._since = time.monotonic()
            self._is_free.clear()

    def end(self) -> None:
        """It has nothing more to do. From its thread."""
        self._window = threading.get_ident()
        self._is_free.set()

    def call(self) -> None:
        """Something is about to be sent to the window: it is to look at it at once. From any thread."""
        if self.on_last is not None:
            self.begin()
            self.on_last()

    def give_way(self) -> None:
        """Waits while the window is at work. For all other threads, between two steps; never with a lock in hand."""
        if not self._is_free.is_set() and threading.get_ident() != self._window:
            rest = self._since + _LONGEST - time.monotonic()
            if rest > 0:
                self._is_free.wait(rest)


turns = Turns()
give_way = turns.give_way  # so cheap that it may stand between two messages


def step_back() -> None:
    """The calling thread leaves the processor to those that capture and show, for good.

    On Linux alone, where it still gets its share. Elsewhere one that stands behind may get nothing for seconds while
    other programs compute, and it would stop the window, too, if it had to wait while it runs Python.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # where somebody else has set it already
            nice = os.getpriority(os.PRIO_PROCESS, os.getpid()) + _BEHIND
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)  # there, of one thread: setpriority(2)


def behind_window() -> AbstractContextManager[None]:
    """For work in Python on any other thread: meanwhile it shares a processor with all the others behind the window.

    A process that is started meanwhile has this processor alone. Without a window nothing happens, and on Linux alone:
    the other systems do not let one choose, or not without harm.
    """
    return _running_on({_PROCESSORS[os.getpid() % len(_PROCESSORS)]})  # not the same one for two such programs


def without_python() -> AbstractContextManager[None]:
    """Behind the window: for what computes for long outside of Python, and would keep the others from their turn."""
    return _running_on(_PROCESSORS)


@contextmanager
def _running_on(processors: Collection[int]) -> Iterator[None]:
    """The calling thread goes back to where it was, also when the window has gone meanwhile."""
    before = _moved_to(processors) if turns.on_last is not None else ()
    try:
        yield
    finally:
        _moved_to(before)


def _moved_to(processors: Collection[int]) -> Collection[int]:
    """The calling thread; where it ran before. It stays there where one of the processors was taken from us."""
    before: Collection[int] = ()
    if sys.platform == "linux" and processors:
        before = os.sched_getaffinity(0)  # there, of the calling thread: sched_setaffinity(2)
        with suppress(OSError):
            os.sched_setaffinity(0, processors)
    return before


@contextmanager
def window_at_work() -> Iterator[None]:
    """For the window's thread. As a decorator only where a signal brings exactly what the function takes."""
    turns.begin()
    try:
        yield
    finally:
        if turns.on_last is not None:
            turns.on_last()

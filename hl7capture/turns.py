"""The window comes first: threads that work in Python give it its turn.

One thread at a time runs Python. Who wants to go on waits until another one gives up, each time for as long as
`sys.getswitchinterval()` and longer where several wait; and Qt calls Python hundreds of times to paint one list. While
sessions come fast that made half a second of a picture that takes ten milliseconds. So the window says when it is at
such work, and the other threads wait for its end, between two small steps of theirs: a few times a second, for a few
milliseconds.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_SECONDS = 0.001  # for `sys.setswitchinterval`: how long the window waits where nobody gives way
_LONGEST = 0.05  # seconds: whatever the window does, the others go on, if slowly

_is_free = threading.Event()
_is_free.set()
_holders: list[int] = []  # the window's thread, as often as it has begun


@contextmanager
def window_at_work() -> Iterator[None]:
    """For the window's thread alone; may be nested."""
    _holders.append(threading.get_ident())
    _is_free.clear()
    try:
        yield
    finally:
        _holders.pop()
        if not _holders:
            _is_free.set()


def give_way() -> None:
    """Waits while the window is at work. For all other threads, between two steps; never with a lock in hand."""
    if not _is_free.is_set() and threading.get_ident() not in _holders:
        _is_free.wait(_LONGEST)

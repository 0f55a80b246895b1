"""A failing input made small, so that a person can read it."""

import time
from collections.abc import Callable


def shrink(data: bytes, still_fails: Callable[[bytes], bool], seconds: float) -> bytes:
    """The smallest input found in that time that fails in the same way: parts left out, smaller and smaller ones,
    then bytes made zero.
    """
    until = time.monotonic() + seconds
    size = max(1, len(data) // 2)
    while size >= 1 and time.monotonic() < until:
        at, shorter = 0, False
        while at < len(data) and time.monotonic() < until:
            without = data[:at] + data[at + size :]
            if without and still_fails(without):
                data, shorter = without, True
            else:
                at += size
        if not shorter:
            size //= 2
    for at in range(len(data)):
        if time.monotonic() > until:
            break
        zero = data[:at] + b"\0" + data[at + 1 :]
        if data[at] and still_fails(zero):
            data = zero
    return data

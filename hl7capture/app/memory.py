"""Memory that was needed for a moment serves the next one, or goes back to the system."""

import ctypes
import sys
from contextlib import suppress

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of glibc's malloc.h
_LARGE = 1 << 20  # bytes


def tame_allocator() -> bool:
    """To be called before there are threads; False where the system's library is another one than glibc (mallopt(3)).

    *Blocks of more than a megabyte stay out of the heap.* glibc takes them from the system, and gives them back, until
    the first of them is freed; from then on it puts what is smaller than that one, up to 32 MB, into the heap, where a
    few small things between keep it for good. A session being written makes blocks of some megabytes, so that a window
    that captures for hours was larger by 50 MB.

    *All threads share one heap.* glibc makes new ones, up to eight for each processor, where two threads ask at once,
    and what was freed in one serves nobody who is given memory from another. Sessions are made by one thread and taken
    apart, judged and written by others, so that the window grew by 50 MB a minute on a slow machine. Python, of which
    one thread runs at a time, hardly ever waits for a heap.
    """
    if sys.platform != "linux":
        return False
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        return bool(library.mallopt(_M_MMAP_THRESHOLD, _LARGE)) and bool(library.mallopt(_M_ARENA_MAX, 1))
    return False

"""Memory that was needed for a moment goes back to the system."""

import ctypes
import sys
from contextlib import suppress

_M_MMAP_THRESHOLD = -3  # of glibc's malloc.h
_LARGE = 1 << 20  # bytes


def give_back_large_blocks() -> bool:
    """Keeps blocks of more than a megabyte out of the heap; False where the system's library does not know how.

    glibc takes them from the system, and gives them back, until the first of them is freed; from then on it puts what
    is smaller than that one, up to 32 MB, into the heap, where a few small things between keep it for good. A session
    being written makes blocks of some megabytes, so that a window that captures for hours was larger by 50 MB
    (mallopt(3), M_MMAP_THRESHOLD).
    """
    if sys.platform != "linux":
        return False
    with suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE))
    return False

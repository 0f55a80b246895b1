"""Which documents stay in memory: of the newest sessions so many, and never more than so many bytes.

Only what is on disk is let go; it is read again when somebody looks at it.
"""

import heapq
import itertools
import math
import time

from hl7capture.store.loading import LARGEST_MEMORY
from hl7capture.ui.session_row import SessionRow


class HeldDocuments:
    """The rows whose documents are in memory and on disk."""

    def __init__(self) -> None:
        self.most = 1000  # sessions
        self.looked_at: SessionRow | None = None  # its document stays, however old it is
        self._heap: list[tuple[str, int, SessionRow]] = []  # ids sort by time: the oldest first
        self._held: dict[str, SessionRow] = {}
        self._bytes = 0
        self._count = itertools.count()  # of two entries with one id neither row is asked which comes first

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, row: SessionRow) -> None:
        """A row's document is in memory, and on disk."""
        if row.session_id not in self._held and not row.summary.is_open:
            self._held[row.session_id] = row
            self._bytes += row.summary.memory
            heapq.heappush(self._heap, (row.session_id, next(self._count), row))

    def trim(self, until: float = math.inf) -> bool:
        """Lets go of the oldest until the rest fits; False where it is `until` before (seconds of the monotonic clock).

        A thousand elements take half a millisecond to be forgotten, and fifty sessions may end in the same moment.
        """
        spared = None
        is_over = False
        while not is_over and self._is_too_much():
            entry = heapq.heappop(self._heap)
            row = entry[2]
            if row is self.looked_at:
                spared = entry
            elif self._held.get(row.session_id) is row:
                self.forget(row)
                row.release()
                is_over = time.monotonic() >= until
        if spared is not None:
            heapq.heappush(self._heap, spared)
        return not is_over

    def _is_too_much(self) -> bool:
        return bool(self._heap) and (len(self._held) > self.most or self._bytes > LARGEST_MEMORY)

    def forget(self, row: SessionRow) -> None:
        """The row is gone from the list."""
        if self._held.pop(row.session_id, None) is not None:
            self._bytes -= row.summary.memory

    def clear(self) -> None:
        """All rows are gone."""
        self._heap.clear()
        self._held.clear()
        self._bytes = 0

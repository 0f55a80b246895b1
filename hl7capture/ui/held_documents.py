"""Which documents stay in memory: of the newest sessions so many, and never more than so many bytes.

Only what is on disk is let go; it is read again when somebody looks at it.
"""

import heapq
import math
import time

from hl7capture.store.loading import LARGEST_MEMORY
from hl7capture.ui.session_row import SessionRow


class HeldDocuments:
    """The rows whose documents are in memory and on disk."""

    def __init__(self) -> None:
        self.most = 1000  # sessions
        self.looked_at: set[SessionRow] = set()  # their documents stay, however old they are
        self._held: dict[str, tuple[SessionRow, int]] = {}  # by session id; with what is counted of its document
        self._bytes = 0
        # Ids sort by time: the oldest first. Some are of rows that are gone: an id keeps no document in memory.
        self._heap: list[str] = []

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, row: SessionRow) -> None:
        """A row's document is in memory, and on disk; as large as its summary says now, which may be said again."""
        if row.summary.is_open:
            return
        if row.session_id in self._held:
            self._bytes -= self._held[row.session_id][1]
        else:
            heapq.heappush(self._heap, row.session_id)
        self._held[row.session_id] = (row, row.summary.memory)
        self._bytes += row.summary.memory

    def trim(self, until: float = math.inf) -> bool:
        """Lets go of the oldest until the rest fits; False where it is `until` before (seconds of the monotonic clock).

        A thousand elements take half a millisecond to be forgotten, and fifty sessions may end in the same moment.
        """
        spared: list[str] = []
        is_over = False
        while not is_over and self._is_too_much():
            session_id = heapq.heappop(self._heap)
            if session_id not in self._held:
                continue
            row, _ = self._held[session_id]
            if row in self.looked_at:
                spared.append(session_id)
            else:
                self.forget(row)
                row.release()
                is_over = time.monotonic() >= until
        for session_id in spared:
            heapq.heappush(self._heap, session_id)
        return not is_over

    def _is_too_much(self) -> bool:
        return bool(self._heap) and (len(self._held) > self.most or self._bytes > LARGEST_MEMORY)

    def forget(self, row: SessionRow) -> None:
        """The row is gone from the list."""
        _, counted = self._held.pop(row.session_id, (row, 0))
        self._bytes -= counted
        if not self._held:
            self._heap.clear()

    def clear(self) -> None:
        """All rows are gone."""
        self._heap.clear()
        self._held.clear()
        self._bytes = 0

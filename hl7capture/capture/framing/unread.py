"""The bytes of one side that no element has taken yet: what they are, when they came, and where turns begin.

A turn of a side begins where the other side has spoken, or where the side itself has been silent for a while. What was
only waiting for more ends there (docs/decisions/0026).
"""

from bisect import bisect_left, bisect_right

from hl7capture.capture.delivery import Exchange, Run

# Nanoseconds. Longer than TCP needs to repeat what was lost, shorter than anybody waits for an answer.
SILENCE = 5 * 1_000_000_000
# Bytes before the run at hand whose packets are still known: the longest beginning or end that may be waiting for more.
_REMEMBERED = 32


class Unread:
    """Offsets count from the first byte that was not taken yet."""

    def __init__(self, side: int) -> None:
        self.data: bytes | bytearray = b""
        self.first_time = 0  # when the first byte came, nanoseconds
        self._side = side
        self._carried = 0  # how much of the data was there before the run at hand
        self._run = Run(b"", [], [], [])
        self._turns: list[int] = []  # where turns begin, in the data
        # Size, number and time of the chunks that hold the last bytes before the run at hand, newest first.
        self._recent: list[tuple[int, int, int]] = []

    def __len__(self) -> int:
        return len(self.data)

    def was_silent(self, run: Run) -> bool:
        """Has the side been silent for so long that `run` begins a new turn?"""
        return bool(self._recent) and run.times[0] - self._recent[0][2] > SILENCE

    def add(self, run: Run, exchange: Exchange, *, is_turn: bool) -> None:
        """The bytes that follow. is_turn: they begin a new turn. Everything before them has been looked at."""
        self._run = run
        self._carried = len(self.data)
        if self._carried:
            if not isinstance(self.data, bytearray):
                self.data = bytearray(self.data)
            self.data += run.data
        else:
            self.data = run.data
            self.first_time = run.times[0]
        first = [0] if is_turn else []
        self._turns = [self._carried + offset for offset in first + self._turns_inside(exchange)]

    def drop(self, size: int) -> None:
        """The first `size` bytes were taken, and what is left was looked at."""
        if size >= len(self.data):
            self.data = b""
        elif size:
            self.first_time = self.packet(size)[1]
            if isinstance(self.data, bytearray):
                del self.data[:size]
            else:
                self.data = self.data[size:]
        self._remember()
        self._run = Run(b"", [], [], [])
        self._carried = len(self.data)
        self._turns = []

    def packet(self, at: int) -> tuple[int, int]:
        """Number and time of the packet that brought the byte at `at`."""
        offset = at - self._carried
        if offset >= 0:
            chunk = self._run.chunk_of(offset)
            return self._run.orders[chunk], self._run.times[chunk]
        reach = 0
        for size, order, time in self._recent:
            reach += size
            if reach >= -offset:
                return order, time
        return self._recent[-1][1:]

    def is_turn(self, at: int) -> bool:
        """Does a new turn begin with the byte at `at`?"""
        found = bisect_left(self._turns, at)
        return found < len(self._turns) and self._turns[found] == at

    def turn_after(self, at: int) -> int:
        """The first place behind `at` where a new turn begins; the length of the data where there is none."""
        found = bisect_right(self._turns, at)
        return self._turns[found] if found < len(self._turns) else len(self.data)

    def _turns_inside(self, exchange: Exchange) -> list[int]:
        """Offsets in the run at hand, the first byte's excluded, where a turn begins."""
        run = self._run
        if len(run.ends) == 1:
            return []
        chunks = set()
        if exchange.runs[1 - self._side] is not None:
            chunks = {first for side, first, _stop in exchange.turns() if side == self._side and first}
        times = run.times
        chunks.update(chunk for chunk in range(1, len(times)) if times[chunk] - times[chunk - 1] > SILENCE)
        return [run.ends[chunk - 1] for chunk in sorted(chunks)]

    def _remember(self) -> None:
        """What is decided later is decided by one of the last few bytes: their packets are kept."""
        run = self._run
        recent: list[tuple[int, int, int]] = []
        reach = 0
        for chunk in range(len(run.ends) - 1, -1, -1):
            size = run.ends[chunk] - (run.ends[chunk - 1] if chunk else 0)
            recent.append((size, run.orders[chunk], run.times[chunk]))
            reach += size
            if reach >= _REMEMBERED:
                break
        self._recent = (recent + self._recent)[:_REMEMBERED]

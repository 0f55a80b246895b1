"""The bytes of one side that no element has taken yet: what they are, when they came, and where turns begin.

A turn of a side begins where the other side has spoken, or where nobody has for a while. What was only waiting for more
ends there (docs/decisions/0026). Silences never lie inside of what is added: they are told before.
"""

from bisect import bisect_left, bisect_right

from hl7capture.capture.delivery import Exchange, Run

# Bytes before the run at hand whose packets are still known: the longest beginning or end that may be waiting for more.
_REMEMBERED = 32
_NO_RUN, _NO_EXCHANGE = Run(b"", [], [], []), Exchange((None, None))


class Unread:
    """Offsets count from the first byte that was not taken yet.

    scanned: where to go on looking for an end; turned: the next run begins a new turn.
    """

    def __init__(self, side: int) -> None:
        self.data: bytes | bytearray = b""
        self.first_time = 0  # when the first byte came, nanoseconds
        self.scanned = 0
        self.turned = False
        self._side = side
        self._carried = 0  # how much of the data was there before the run at hand
        self._run, self._exchange = _NO_RUN, _NO_EXCHANGE
        self._found_turns: list[int] | None = []  # where turns begin, in the data; None: nobody has asked yet
        # Size, number and time of the chunks that hold the last bytes before the run at hand, newest first.
        self._recent: list[tuple[int, int, int]] = []
        self._marked: tuple[int, int, int] | None = None  # a byte, and number and time of its packet

    def __len__(self) -> int:
        return len(self.data)

    @property
    def since(self) -> int | None:
        """Number of the packet that brought the first byte, or of the oldest that is known; None without bytes."""
        return self.packet(0)[0] if self.data else None

    def followed_by(self, run: Run) -> bytes | None:
        """What would be unread with the run; None where too much is: that is not copied with each of its packets."""
        if not self.data:
            return run.data
        return bytes(self.data) + run.data if len(self.data) <= len(run.data) else None

    def part(self, at: int, end: int) -> bytes:
        """The bytes from `at` to `end`, copied once: a message may have 50 MB."""
        if isinstance(self.data, bytes):
            return self.data[at:end]
        with memoryview(self.data) as view:
            return bytes(view[at:end])

    def add(self, run: Run, exchange: Exchange) -> None:
        """The bytes that follow. Everything before them has been looked at."""
        self._run, self._exchange = run, exchange
        self._carried = len(self.data)
        if not self._carried:
            self.first_time = run.times[0]
        joined = self.followed_by(run)
        if joined is not None:
            self.data = joined
        else:
            if not isinstance(self.data, bytearray):
                self.data = bytearray(self.data)
            self.data += run.data
        self._found_turns = None

    def drop(self, size: int) -> None:
        """The first `size` bytes were taken, and what is left was looked at."""
        if self._marked is not None and size:
            at, order, time = self._marked
            self._marked = (at - size, order, time) if at >= size else None
        if size >= len(self.data):
            self.data = b""
            self.scanned = 0
        elif size:
            self.first_time = self.packet(size)[1]
            self.scanned = max(self.scanned - size, 0)
            if isinstance(self.data, bytearray):
                del self.data[:size]
            else:
                self.data = self.data[size:]
        self._remember()
        self._run, self._exchange = _NO_RUN, _NO_EXCHANGE  # else each connection would keep its latest piece in memory
        self._carried = len(self.data)
        self._found_turns = []

    def mark(self, at: int) -> None:
        """The packet of the byte at `at` will be asked for, whatever comes meanwhile; of one byte at a time."""
        self._marked = (at, *self.packet(at))

    def packet(self, at: int) -> tuple[int, int]:
        """Number and time of the packet that brought the byte at `at`."""
        if self._marked is not None and self._marked[0] == at:
            return self._marked[1:]
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
        turns = self._turns()
        found = bisect_left(turns, at)
        return found < len(turns) and turns[found] == at

    def turn_after(self, at: int) -> int:
        """The first place behind `at` where a new turn begins; the length of the data where there is none."""
        turns = self._turns()
        found = bisect_right(turns, at)
        return turns[found] if found < len(turns) else len(self.data)

    def _turns(self) -> list[int]:
        if self._found_turns is None:
            first = [0] if self.turned else []
            chunks = self._exchange.turns_of(self._side)
            self._found_turns = [self._carried + at for at in [*first, *(self._run.ends[n - 1] for n in chunks)]]
        return self._found_turns

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

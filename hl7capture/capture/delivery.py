"""What reassembly hands to framing: bytes in order, with the packets they came in."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise


@dataclass(slots=True)
class Run:
    """In-order bytes of one side of a connection.

    ends[i]: offset in `data` behind the last byte of chunk i; times[i]: nanoseconds since 1970 at which the chunk
    was there, everything before it too; orders[i]: number of the packet that brought it.
    """

    data: bytes
    ends: list[int]
    times: list[int]
    orders: list[int]

    def chunk_of(self, offset: int) -> int:
        """Index of the chunk that holds the byte at `offset`."""
        return bisect_right(self.ends, offset)

    def followed_by(self, later: "Run") -> "Run":
        """Both, one after the other."""
        size = len(self.data)
        return Run(
            self.data + later.data,
            self.ends + [size + end for end in later.ends],
            self.times + later.times,
            self.orders + later.orders,
        )

    def from_chunk(self, chunk: int) -> "Run | None":
        """What is left without the chunks before this one; None where nothing is."""
        if chunk >= len(self.ends):
            return None
        size = self.ends[chunk - 1] if chunk else 0
        ends = [end - size for end in self.ends[chunk:]]
        return Run(self.data[size:], ends, self.times[chunk:], self.orders[chunk:])

    def from_byte(self, offset: int) -> "Run":
        """What is left without the bytes before `offset`, which lies inside of the run."""
        chunk = self.chunk_of(offset)
        ends = [end - offset for end in self.ends[chunk:]]
        return Run(self.data[offset:], ends, self.times[chunk:], self.orders[chunk:])

    def part(self, first: int, stop: int) -> "Run":
        """The chunks from `first` up to `stop`, which is not in it any more."""
        if first == 0 and stop == len(self.ends):
            return self
        start = self.ends[first - 1] if first else 0
        ends = [end - start for end in self.ends[first:stop]]
        return Run(self.data[start : start + ends[-1]], ends, self.times[first:stop], self.orders[first:stop])

    def cut(self, orders: list[int]) -> "list[Run | None]":
        """What came before the first of these packets, before the second, and so on; None where that is nothing."""
        places = [0, *(bisect_left(self.orders, order) for order in orders), len(self.orders)]
        return [self.part(first, stop) if first < stop else None for first, stop in pairwise(places)]

    def chunks(self, side: int) -> "list[tuple[int, int, bytes]]":
        """Number of the packet, side and bytes of each chunk."""
        starts = [0, *self.ends[:-1]]
        return [
            (order, side, self.data[start:end])
            for order, start, end in zip(self.orders, starts, self.ends, strict=True)
        ]


@dataclass(slots=True)
class Exchange:
    """What both sides of a connection said in one piece of the capture: a run of side 0 and one of side 1."""

    runs: tuple[Run | None, Run | None]

    @property
    def first_time(self) -> int:
        """When the first chunk of both sides was there, in nanoseconds."""
        return min((run.orders[0], run.times[0]) for run in self.runs if run is not None)[1]

    @property
    def last_time(self) -> int:
        """When the last chunk of both sides was there, in nanoseconds."""
        return max((run.orders[-1], run.times[-1]) for run in self.runs if run is not None)[1]

    def chunks(self) -> list[tuple[int, int, bytes]]:
        """Number of the packet, side and bytes of each chunk, in wire order."""
        chunks = [chunk for side, run in enumerate(self.runs) if run is not None for chunk in run.chunks(side)]
        return sorted(chunks, key=lambda chunk: chunk[0])

    def turns(self) -> list[tuple[int, int, int]]:
        """Who speaks how long until the other side does: side, first chunk, and the chunk behind the last."""
        turns: list[tuple[int, int, int]] = []
        at = [0, 0]
        orders = [run.orders if run is not None else [] for run in self.runs]
        while at[0] < len(orders[0]) or at[1] < len(orders[1]):
            side = 0 if at[1] == len(orders[1]) else 1 if at[0] == len(orders[0]) else -1
            if side >= 0:  # the other side is silent from here on
                stop = len(orders[side])
            else:
                side = 0 if orders[0][at[0]] <= orders[1][at[1]] else 1
                stop = bisect_right(orders[side], orders[1 - side][at[1 - side]], at[side])
            turns.append((side, at[side], stop))
            at[side] = stop
        return turns

    def turns_of(self, side: int) -> list[int]:
        """Chunks with which `side` begins another turn: the other side has spoken since the chunk before."""
        run, other = self.runs[side], self.runs[1 - side]
        if run is None or other is None or len(run.ends) == 1:
            return []
        before = [bisect_left(other.orders, order) for order in run.orders]
        return [chunk for chunk in range(1, len(before)) if before[chunk] != before[chunk - 1]]

    def parts(self, silence: int) -> "list[Exchange]":
        """What was said before and behind each silence: nobody spoke for more than so many nanoseconds."""
        runs = [run for run in self.runs if run is not None]
        if max(max(run.times) for run in runs) - min(min(run.times) for run in runs) <= silence:
            return [self]
        said = sorted(packet for run in runs for packet in zip(run.orders, run.times, strict=True))
        begins = [order for (_, before), (order, time) in pairwise(said) if time - before > silence]
        sides = (run.cut(begins) if run is not None else [None] * (len(begins) + 1) for run in self.runs)
        return [Exchange(both) for both in zip(*sides, strict=True)]


@dataclass(slots=True, frozen=True)
class Gap:
    """Bytes of one side that will not come: they are not in the capture."""

    side: int
    size: int
    order: int
    time: int


@dataclass(slots=True, frozen=True)
class Closed:
    """The connection has ended: both sides said FIN, or one of them reset it."""

    order: int
    time: int
    reset: bool


Delivery = Exchange | Gap | Closed

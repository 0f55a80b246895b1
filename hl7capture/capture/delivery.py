"""What reassembly hands to framing: bytes in order, with the packets they came in."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass


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

    def chunks(self) -> list[tuple[int, int, bytes]]:
        """Number of the packet, side and bytes of each chunk, in wire order."""
        chunks = [chunk for side, run in enumerate(self.runs) if run is not None for chunk in run.chunks(side)]
        return sorted(chunks, key=lambda chunk: chunk[0])

    def spoke_between(self, side: int, after: int, before: int) -> bool:
        """Did `side` say something in a packet numbered between the two, both excluded?"""
        run = self.runs[side]
        if run is None:
            return False
        return bisect_right(run.orders, after) < bisect_left(run.orders, before)


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

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


@dataclass(slots=True)
class Exchange:
    """What both sides of a connection said in one piece of the capture: a run of side 0 and one of side 1."""

    runs: tuple[Run | None, Run | None]

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

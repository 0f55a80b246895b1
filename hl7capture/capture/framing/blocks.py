"""MLLP blocks by the thousand, as columns: what is beyond doubt in a run is found in one pass.

Beyond doubt is a run in which each 0B begins a block and each 1C ends one, with its CR in the same packet; whose turn
it was does not matter there, nor any silence but one after which nothing goes on. Everything else is the framer's, byte
by byte, with the same result.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hl7capture.capture.delivery import Run
from hl7capture.capture.framing.control import FS, VT
from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.capture.framing.silence import ABANDONED
from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.text import decode_together
from hl7capture.model.elements import ElementType

_BETWEEN = b"\x1c\r\x0b"  # the end of one block and the start of the next
_END = b"\x1c\r"
_LINE_FEED = b"\n"  # may stand between segments: the framer looks closer
_AROUND = 3  # bytes of framing around a block's text


@dataclass(slots=True)
class Blocks:
    """MLLP messages in wire order; all columns have one entry per message. For the meaning see `Framed`."""

    sides: Ints
    orders: Ints
    times: Ints
    starts: Ints
    data: list[bytes]
    texts: list[str]

    def __len__(self) -> int:
        return len(self.data)

    @property
    def order(self) -> int:
        """Number of the packet that completed the last of them."""
        return int(self.orders[-1])

    def framed(self, at: int) -> Framed:
        """One of them by itself."""
        return Framed(
            int(self.sides[at]),
            int(self.orders[at]),
            int(self.times[at]),
            int(self.starts[at]),
            ElementType.MESSAGE,
            self.data[at],
            body=self.data[at][1:-2],
        )

    def merged(self, other: "Blocks") -> "Blocks":
        """Those of both sides, in wire order."""
        orders = np.concatenate((self.orders, other.orders))
        places = np.argsort(orders, kind="stable")
        indices = places.tolist()
        data, texts = self.data + other.data, self.texts + other.texts
        return Blocks(
            np.concatenate((self.sides, other.sides))[places],
            orders[places],
            np.concatenate((self.times, other.times))[places],
            np.concatenate((self.starts, other.starts))[places],
            [data[index] for index in indices],
            [texts[index] for index in indices],
        )


# What framing makes of one piece of a conversation, in wire order.
Elements = Sequence[Framed | Tail | Blocks]


def find_blocks(side: int, data: bytes, run: Run, began: int) -> tuple[Blocks, int] | None:
    """The blocks in `data`, and where what is left begins: nothing, or the beginning of one more block.

    data: what was left of the runs before, and the run. began: when its first byte came, in nanoseconds.
    None: not all of it is beyond doubt.
    """
    stop = data.rfind(_END) + len(_END)
    if stop < len(_END) or data[0] != VT or (stop < len(data) and data[stop] != VT):
        return None
    if _LINE_FEED in data:
        return None
    bodies = data[1 : stop - len(_END)].split(_BETWEEN)
    if data.count(FS) != len(bodies) or data.count(VT) != len(bodies) + (stop < len(data)):
        return None
    sizes = np.fromiter(map(len, bodies), np.int64, len(bodies)) + _AROUND
    ends = sizes.cumsum()
    begins = ends - sizes
    carried = len(data) - len(run.data)
    chunk_ends = np.asarray(run.ends) + carried
    chunk = chunk_ends.searchsorted(ends - 2, side="right")
    is_split = (chunk_ends.searchsorted(ends - 1, side="right") != chunk).any() or ends[0] - 1 == carried
    if is_split or sizes.min() <= _AROUND + 1:  # one byte: a commit acknowledgement, of MLLP release 2
        return None
    times = np.asarray(run.times)
    if (times[1:] - times[:-1] > ABANDONED).any():
        return None
    starts = times[chunk_ends.searchsorted(begins, side="right")]
    starts[0] = began
    cuts = ends.tolist()
    found = Blocks(
        np.full(len(bodies), side),
        np.asarray(run.orders)[chunk],
        times[chunk],
        starts,
        [data[begin:end] for begin, end in zip(begins.tolist(), cuts, strict=True)],
        decode_together(data, bodies),
    )
    return found, stop

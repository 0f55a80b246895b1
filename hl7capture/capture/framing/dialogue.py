"""Both sides of one connection: detection first, then one framer a side, and their elements in wire order."""

from hl7capture.capture.delivery import Exchange, Gap, Run
from hl7capture.capture.framing.control import Markers
from hl7capture.capture.framing.detection import DECISION_BYTES, Protocol, detect
from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.capture.framing.framer import Framer


class Dialogue:
    """Takes what reassembly delivers of one connection; gives its elements in wire order.

    from_start: the connection's opening was seen, so its first bytes are the protocol's first.
    """

    def __init__(self, markers: Markers, *, from_start: bool) -> None:
        self.protocol = Protocol.UNDECIDED
        self._markers = markers
        self._from_start = from_start
        self._held: list[Exchange] = []  # while undecided
        self._said = [b"", b""]
        self._framers: tuple[Framer, Framer] | None = None

    @property
    def is_foreign(self) -> bool:
        return self.protocol in (Protocol.FOREIGN, Protocol.TLS)

    @property
    def is_inside(self) -> bool:
        """One side is in the middle of a block or frame."""
        return self._framers is not None and any(framer.is_inside for framer in self._framers)

    def feed(self, exchange: Exchange) -> list[Framed | Tail]:
        """The elements that the exchange completes."""
        if self._framers is not None:
            return self._frame(exchange)
        if self.is_foreign:
            return []
        self._held.append(exchange)
        for side, run in enumerate(exchange.runs):
            if run is not None:
                self._said[side] += run.data
        return self._decide(is_final=False)

    def gap(self, gap: Gap) -> list[Framed | Tail]:
        """Bytes of one side are missing from here on."""
        if self._framers is not None:
            return self._framers[gap.side].gap()
        self._from_start = False
        return []

    def pause(self) -> list[Framed | Tail]:
        """Both sides are silent: what was only waiting for a tail is complete."""
        if self._framers is None:
            return []
        return _in_order([element for framer in self._framers for element in framer.other_side_spoke()])

    def finish(self) -> list[Framed | Tail]:
        """No more bytes will come."""
        elements = self._decide(is_final=True) if self.protocol is Protocol.UNDECIDED and self._held else []
        for framer in self._framers or ():
            elements += framer.finish()
        return _in_order(elements)

    def _decide(self, *, is_final: bool) -> list[Framed | Tail]:
        said = (self._said[0], self._said[1])
        self.protocol = detect(said, self._markers, from_start=self._from_start, is_final=is_final)
        if self.protocol is Protocol.UNDECIDED:
            self._forget_the_oldest()
            return []
        held, self._held, self._said = self._held, [], [b"", b""]
        if self.is_foreign:
            return []
        knows_frames = self.protocol is Protocol.ENQ
        is_lost = not self._from_start
        self._framers = (
            Framer(0, self._markers, knows_frames=knows_frames, is_lost=is_lost),
            Framer(1, self._markers, knows_frames=knows_frames, is_lost=is_lost),
        )
        return [element for exchange in held for element in self._frame(exchange)]

    def _forget_the_oldest(self) -> None:
        """A connection seen from the middle may become readable at any time: only its latest bytes are kept."""
        while len(self._held) > 1 and sum(map(len, self._said)) > 2 * DECISION_BYTES:
            for side, run in enumerate(self._held.pop(0).runs):
                if run is not None:
                    self._said[side] = self._said[side][len(run.data) :]
        if sum(map(len, self._said)) > 2 * DECISION_BYTES:
            last = self._held[0]
            runs = [_last_bytes(run) for run in last.runs]
            self._held = [Exchange((runs[0], runs[1]))]
            self._said = [run.data if run else b"" for run in runs]

    def _frame(self, exchange: Exchange) -> list[Framed | Tail]:
        assert self._framers is not None
        elements: list[Framed | Tail] = []
        for side, framer in enumerate(self._framers):
            mine, other = exchange.runs[side], exchange.runs[1 - side]
            if other is not None and (mine is None or other.orders[0] < mine.orders[0]):
                elements += framer.other_side_spoke()
            if mine is not None:
                elements += framer.feed(mine, exchange)
                if other is not None and other.orders[-1] > mine.orders[-1]:
                    elements += framer.other_side_spoke()
        return _in_order(elements)


def _in_order(elements: list[Framed | Tail]) -> list[Framed | Tail]:
    elements.sort(key=lambda element: element.order)
    return elements


def _last_bytes(run: Run | None) -> Run | None:
    if run is None or len(run.data) <= DECISION_BYTES:
        return run
    size = len(run.data) - DECISION_BYTES
    first = run.chunk_of(size)
    ends = [end - size for end in run.ends[first:]]
    return Run(run.data[size:], ends, run.times[first:], run.orders[first:])

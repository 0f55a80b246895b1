"""Both sides of one connection: detection first, then one framer a side, and their elements in wire order."""

from hl7capture.capture.delivery import Exchange, Gap
from hl7capture.capture.framing import tls
from hl7capture.capture.framing.control import Markers
from hl7capture.capture.framing.detection import DECISION_BYTES, Protocol, detect, detect_at_end
from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.capture.framing.framer import Framer
from hl7capture.capture.framing.watch import Watch


class Dialogue:
    """Takes what reassembly delivers of one connection; gives its elements in wire order.

    from_start: the connection's opening was seen, so its first bytes are the protocol's first.
    """

    def __init__(self, markers: Markers, *, from_start: bool) -> None:
        self.protocol = Protocol.UNDECIDED
        self.greeter: int | None = None  # TLS: the side that began it
        self.server_name: str | None = None  # TLS: whom it asked for
        self._markers = markers
        self._held: list[Exchange] = []  # what was said while undecided
        self._said = (b"", b"")
        self._watch = None if from_start else Watch(markers)
        self._framers: tuple[Framer, Framer] | None = None

    @property
    def is_foreign(self) -> bool:
        return self.protocol in (Protocol.FOREIGN, Protocol.TLS)

    @property
    def is_inside(self) -> bool:
        """One side is in the middle of a block or frame."""
        return self._framers is not None and any(framer.is_inside for framer in self._framers)

    @property
    def is_waiting(self) -> bool:
        """There are bytes that no element has taken yet: `pause` ends what is complete if no more comes."""
        return self._framers is not None and any(framer.is_waiting for framer in self._framers)

    def feed(self, exchange: Exchange) -> list[Framed | Tail]:
        """The elements that the exchange completes."""
        if self._framers is not None:
            return self._frame(exchange)
        if self.is_foreign:
            return []
        if self._watch is not None:
            found = self._watch.look(exchange)
            return self._begin(found.protocol, [found.exchange], is_lost=True) if found else []
        self._held.append(exchange)
        for _order, side, data in exchange.chunks():
            mine = self._said[side] + data[: DECISION_BYTES - len(self._said[side])]
            self._said = (mine, self._said[1]) if side == 0 else (self._said[0], mine)
            protocol = detect(self._said, side, self._markers)
            if protocol is not Protocol.UNDECIDED:
                return self._begin(protocol, self._held, is_lost=False)
        return []

    def gap(self, gap: Gap) -> list[Framed | Tail]:
        """Bytes of one side are missing from here on."""
        if self._framers is not None:
            return self._framers[gap.side].gap()
        if self._watch is None:
            self._watch = Watch(self._markers)
            self._held = []
        return []

    def pause(self) -> list[Framed | Tail]:
        """Both sides are silent: what was only waiting for a tail is complete."""
        if self._framers is None:
            return []
        return _in_order([element for framer in self._framers for element in framer.other_side_spoke()])

    def finish(self, *, is_closed: bool = False) -> list[Framed | Tail]:
        """No more bytes will come. is_closed: both sides have said so, so nothing was cut off."""
        elements: list[Framed | Tail] = []
        if self.protocol is Protocol.UNDECIDED and self._held:
            elements = self._begin(detect_at_end(self._said, self._markers), self._held, is_lost=False)
        for framer in self._framers or ():
            elements += framer.finish(is_closed=is_closed)
        return _in_order(elements)

    def _begin(self, protocol: Protocol, held: list[Exchange], *, is_lost: bool) -> list[Framed | Tail]:
        """The protocol is known: what was held back is framed, or forgotten."""
        self.protocol = protocol
        if protocol is Protocol.TLS:
            self.greeter = tls.greeter(self._said)
            self.server_name = tls.server_name(self._said[self.greeter or 0])
        self._held, self._said, self._watch = [], (b"", b""), None
        if self.is_foreign:
            return []
        knows_frames = protocol is Protocol.ENQ
        self._framers = (
            Framer(0, self._markers, knows_frames=knows_frames, is_lost=is_lost),
            Framer(1, self._markers, knows_frames=knows_frames, is_lost=is_lost),
        )
        return [element for exchange in held for element in self._frame(exchange)]

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

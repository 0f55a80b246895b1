"""Both sides of one connection: detection first, then one framer a side, and their elements in wire order."""

from hl7capture.capture.delivery import Exchange, Gap
from hl7capture.capture.framing.blocks import Blocks, Elements
from hl7capture.capture.framing.control import Markers
from hl7capture.capture.framing.detection import Protocol, detect, detect_at_end
from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.capture.framing.framer import Framer
from hl7capture.capture.framing.watch import Watch


class Dialogue:
    """Takes what reassembly delivers of one connection; gives its elements in wire order.

    from_start: the connection's opening was seen, so its first bytes are the protocol's first.
    """

    def __init__(self, markers: Markers, *, from_start: bool) -> None:
        self.protocol = Protocol.UNDECIDED
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
        """One side has said a message that has no end of its own: an answer, or silence, will end it."""
        return self._framers is not None and any(framer.is_unframed for framer in self._framers)

    @property
    def waiting_bytes(self) -> int:
        """Bytes that no element has taken yet."""
        if self._framers is not None:
            return self._framers[0].waiting_bytes + self._framers[1].waiting_bytes
        said = 2 * (len(self._said[0]) + len(self._said[1]))  # it is held, too
        return said + (self._watch.waiting_bytes if self._watch is not None else 0)

    @property
    def waiting_since(self) -> int | None:
        """Number of the first packet of which elements may still be made; None where all are."""
        if self._framers is not None:
            first, second = self._framers[0].waiting_since, self._framers[1].waiting_since
            return second if first is None else first if second is None else min(first, second)
        if self._watch is not None:
            return self._watch.waiting_since
        return (
            min((run.orders[0] for run in self._held[0].runs if run is not None), default=None) if self._held else None
        )

    def feed(self, exchange: Exchange) -> Elements:
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
            self._said = (self._said[0] + data, self._said[1]) if side == 0 else (self._said[0], self._said[1] + data)
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
        return _in_order([element for framer in self._framers for element in framer.fell_silent()])

    def finish(self) -> Elements:
        """No more bytes will come."""
        begun: list[Framed | Tail | Blocks] = []
        if self.protocol is Protocol.UNDECIDED and self._held:
            begun = self._begin(detect_at_end(self._said, self._markers), self._held, is_lost=False)
        return begun + _in_order([element for framer in self._framers or () for element in framer.finish()])

    def _begin(self, protocol: Protocol, held: list[Exchange], *, is_lost: bool) -> list[Framed | Tail | Blocks]:
        """The protocol is known: what was held back is framed, or forgotten."""
        self.protocol = protocol
        self._held, self._said, self._watch = [], (b"", b""), None
        if self.is_foreign:
            return []
        first, second = (
            Framer(
                side,
                self._markers,
                knows_frames=protocol is Protocol.ENQ,
                knows_unframed=protocol is Protocol.UNFRAMED,
                is_lost=is_lost,
            )
            for side in (0, 1)
        )
        self._framers = first, second
        return [element for exchange in held for element in self._frame(exchange)]

    def _frame(self, exchange: Exchange) -> Elements:
        assert self._framers is not None
        elements: list[Framed | Tail] = []
        blocks: list[Blocks] = []
        for side, framer in enumerate(self._framers):
            mine, other = exchange.runs[side], exchange.runs[1 - side]
            if other is not None and (mine is None or other.orders[0] < mine.orders[0]):
                elements += framer.other_side_spoke()
            if mine is not None:
                found = framer.feed(mine, exchange)
                if isinstance(found, Blocks):
                    blocks.append(found)
                else:
                    elements += found
                if other is not None and other.orders[-1] > mine.orders[-1]:
                    elements += framer.other_side_spoke()
        if blocks and not elements:
            return [blocks[0] if len(blocks) == 1 else blocks[0].merged(blocks[1])]
        for columns in blocks:
            elements += map(columns.framed, range(len(columns)))
        return _in_order(elements)


def _in_order(elements: list[Framed | Tail]) -> list[Framed | Tail]:
    elements.sort(key=lambda element: element.order)
    return elements

"""Both sides of one connection: detection first, then one framer a side, and their elements in wire order."""

from hl7capture.capture.delivery import Exchange, Gap
from hl7capture.capture.framing import tls
from hl7capture.capture.framing.blocks import Blocks, Elements
from hl7capture.capture.framing.control import Markers
from hl7capture.capture.framing.detection import DECISION_BYTES, Protocol, detect, detect_at_end
from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.capture.framing.framer import Framer
from hl7capture.capture.framing.services import service_of
from hl7capture.capture.framing.silence import ABANDONED, SILENCE
from hl7capture.capture.framing.watch import Watch


class Dialogue:
    """Takes what reassembly delivers of one connection; gives its elements in wire order.

    from_start: the connection's opening was seen, so its first bytes are the protocol's first.
    """

    def __init__(self, markers: Markers, *, from_start: bool) -> None:
        self.protocol = Protocol.UNDECIDED
        self.server_name: str | None = None  # TLS: whom the client asked for
        self.greeting: tuple[int, str] | None = None  # the side that spoke first, and which other service it is
        self._markers = markers
        self._held: list[Exchange] = []  # what was said while undecided
        self._said = (b"", b"")
        self._watch = None if from_start else Watch(markers)
        self._framers: tuple[Framer, Framer] | None = None
        self._last_time = 0  # of the last bytes that were framed, nanoseconds

    @property
    def is_foreign(self) -> bool:
        return self.protocol in (Protocol.FOREIGN, Protocol.TLS)

    @property
    def is_waiting(self) -> bool:
        """There are bytes that no element has taken yet: `fall_silent` ends what is complete if no more comes."""
        return self._framers is not None and any(framer.is_waiting for framer in self._framers)

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
            mine = self._said[side] + data[: DECISION_BYTES - len(self._said[side])]
            self._said = (mine, self._said[1]) if side == 0 else (self._said[0], mine)
            protocol = detect(self._said, side, self._markers)
            if protocol is not Protocol.UNDECIDED:
                return self._begin(protocol, self._held, is_lost=False)
        return []

    def gap(self, gap: Gap) -> list[Framed | Tail]:
        """Bytes of one side are missing from here on."""
        if self._framers is not None:
            return self.fall_silent(gap.time) + self._framers[gap.side].gap()
        if self._watch is None:
            self._watch = Watch(self._markers)
            self._held = []
        return []

    def fall_silent(self, now: int) -> list[Framed | Tail]:
        """It is `now` (nanoseconds), and nothing more was said: what was only waiting for more may be complete."""
        silence = now - self._last_time
        if self._framers is None or silence <= SILENCE:
            return []
        ended = _in_order([element for framer in self._framers for element in framer.fell_silent()])
        if silence > ABANDONED:
            ended += _in_order([element for framer in self._framers for element in framer.abandoned()])
        return ended

    def finish(self, *, is_closed: bool = False) -> Elements:
        """No more bytes will come. is_closed: both sides have said so, so nothing was cut off."""
        begun: list[Framed | Tail | Blocks] = []
        if self.protocol is Protocol.UNDECIDED and self._held:
            begun = self._begin(detect_at_end(self._said, self._markers), self._held, is_lost=False)
        return begun + _in_order([one for framer in self._framers or () for one in framer.finish(is_closed=is_closed)])

    def _begin(self, protocol: Protocol, held: list[Exchange], *, is_lost: bool) -> list[Framed | Tail | Blocks]:
        """The protocol is known: what was held back is framed, or forgotten."""
        self.protocol = protocol
        if protocol is Protocol.TLS:
            self.server_name = tls.server_name(self._said[0]) or tls.server_name(self._said[1])
        if protocol is Protocol.FOREIGN and not all(self._said):
            speaker = 0 if self._said[0] else 1
            service = service_of(self._said[speaker])
            self.greeting = (speaker, service) if service is not None else None
        self._held, self._said, self._watch = [], (b"", b""), None
        if self.is_foreign:
            return []
        knows_frames = protocol is Protocol.ENQ
        self._framers = (
            Framer(0, self._markers, knows_frames=knows_frames, is_lost=is_lost),
            Framer(1, self._markers, knows_frames=knows_frames, is_lost=is_lost),
        )
        self._last_time = held[0].first_time
        return [element for exchange in held for element in self._frame(exchange)]

    def _frame(self, exchange: Exchange) -> list[Framed | Tail | Blocks]:
        """The elements that the exchange completes: what is no plain block is looked at between silences."""
        before: list[Framed | Tail | Blocks] = [*self.fall_silent(exchange.first_time)]
        parts = exchange.parts(SILENCE)
        if len(parts) > 1 and (blocks := self._whole_blocks(exchange)) is not None:
            self._last_time = exchange.last_time
            return [*before, blocks]
        return before + [element for part in parts for element in self._frame_part(part)]

    def _whole_blocks(self, exchange: Exchange) -> Blocks | None:
        """All the exchange completes, where nobody says anything but whole blocks beyond doubt."""
        assert self._framers is not None
        found: list[tuple[Blocks, int]] = []
        for framer, run in zip(self._framers, exchange.runs, strict=True):
            whole = framer.whole_blocks(run) if run is not None else None
            if whole is not None:
                found.append(whole)
            elif run is not None or framer.is_waiting:
                return None
        stops = iter(found)
        for side, framer in enumerate(self._framers):
            mine, other = exchange.runs[side], exchange.runs[1 - side]
            if mine is not None:
                framer.skip(mine, next(stops)[1])
            if other is not None and (mine is None or other.orders[-1] > mine.orders[-1]):
                framer.other_side_spoke()
        return _merged([blocks for blocks, _ in found])

    def _frame_part(self, exchange: Exchange) -> list[Framed | Tail | Blocks]:
        assert self._framers is not None
        before = self.fall_silent(exchange.first_time)
        self._last_time = exchange.last_time
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
            return [*before, _merged(blocks)]
        for columns in blocks:
            elements += map(columns.framed, range(len(columns)))
        return [*before, *_in_order(elements)]


def _merged(blocks: list[Blocks]) -> Blocks:
    return blocks[0] if len(blocks) == 1 else blocks[0].merged(blocks[1])


def _in_order(elements: list[Framed | Tail]) -> list[Framed | Tail]:
    elements.sort(key=lambda element: element.order)
    return elements

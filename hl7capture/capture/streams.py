"""TCP segments of one connection to bytes in order.

The common case, segments in order, is handled as columns; from the first segment that is not what its side should
send next, segments are taken one by one until the connection has no hole any more.

Rules (RFC 9293 for the numbers): the first copy of a byte wins; sequence numbers wrap at 2³²; a connection seen from
the middle begins with its first segment; a hole is given up once the other side has acknowledged past it and some
more packets have come (a merged capture may show the acknowledgement first), or at a bounded buffer.

While one side has a hole, what the other side says is held back too, so that both stay in wire order: behind a hole
that fills, the bytes count from the packet that filled it; behind one that does not, from the packets they came in.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from hl7capture.capture.delivery import Closed, Delivery, Exchange, Gap, Run
from hl7capture.capture.ledger import Fact, Ledger
from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets import ACK, FIN, RST, SYN, SegmentBatch
from hl7capture.model.events import Counters

MOST_WAITING_BYTES = 4 << 20
MOST_WAITING_PIECES = 4096
# How long a hole that was acknowledged is waited for: this many segments, or this time.
PATIENCE_SEGMENTS = 16
PATIENCE_NANOSECONDS = 500_000_000
# An attempt to connect whose SYN came so often, and no answer, has failed; two may be one that was lost.
UNANSWERED_SYNS = 3
# How long any hole is waited for while the connection is silent: TCP gives up as late as that, or does not repeat.
HOLE_SILENCE = 30 * 1_000_000_000
# How long a closed connection is remembered, so that a late retransmission opens nothing.
REMEMBERED = 120 * 1_000_000_000
# A reset counts when its number is this near to what was expected; others are somebody's guess. What else is further
# behind than that, or more than _MOST_MISSING ahead, may belong to another connection.
NEAR, _MOST_MISSING = 1 << 20, 256 << 20
_MOST_REPEATED = 64 << 20  # no window is larger, so that nobody sends again what lies further back
# What Python needs to keep a piece of a stream, beside its bytes, and an entry of the ledger.
_PIECE_COST, _ENTRY_COST = 256, 192
_SHORT_RUN = 8  # below this many rows in order, columns cost more than they save
_STEPS = 32  # rows to take one by one before columns are tried again

_HALF, _WHOLE = 1 << 31, 1 << 32


class Origin(NamedTuple):
    """How a connection began.

    opener: the side that opened it, None where that was not seen. numbers: the sequence number of each side's first
    byte, None where it has said nothing yet. greeted: whether each side's SYN was seen. These two tell connections
    apart that use the same ports one after the other.
    """

    opener: int | None
    numbers: tuple[int | None, int | None]
    greeted: tuple[bool, bool]


@dataclass(slots=True)
class _Piece:
    """Bytes that came before their turn."""

    at: int
    data: bytes
    lost: int
    order: int
    time: int

    @property
    def end(self) -> int:
        return self.at + len(self.data) + self.lost


@dataclass(slots=True)
class _Half:
    """What one side sends. Positions count from the side's first byte and do not wrap."""

    base: int | None = None  # sequence number of position 0
    next: int = 0  # position of the next byte in order
    initial: int | None = None  # sequence number of its SYN
    fin: int | None = None  # position behind its last byte
    fin_order: int = 0  # packet that told it
    acknowledged: int = 0  # position up to which the other side has acknowledged
    waiting: list[_Piece] = field(default_factory=list)
    waiting_bytes: int = 0
    suspected: tuple[int, int] | None = None  # segment count and time at which a hole was seen to be acknowledged
    furthest: int = 0  # position behind the last byte that it has sent, in order or not
    size: int = 0  # of the latest segment whose bytes were handed on
    last_byte: bytes = b""  # of them; empty where it was not captured
    hole_since: int = 0  # time of the first segment that has to wait
    is_shut: bool = False  # it has no room for more

    def position(self, sequence: int) -> int:
        assert self.base is not None
        ahead = (sequence - self.base - self.next) % _WHOLE
        return self.next + (ahead - _WHOLE if ahead >= _HALF else ahead)

    def ahead(self, sequences: Ints) -> Ints:
        """The same for many, counted from the next byte."""
        assert self.base is not None
        return (sequences - (self.base + self.next - _HALF)) % _WHOLE - _HALF

    @property
    def is_finished(self) -> bool:
        return self.fin is not None and self.next >= self.fin

    @property
    def is_plain(self) -> bool:
        """It has room, and no byte of what it has sent so far is missing."""
        return not self.is_shut and self.furthest == self.next and self.resumes_at is None

    @property
    def resumes_at(self) -> int | None:
        """Where a hole ends; None where there is none."""
        if self.waiting:
            return self.waiting[0].at
        return self.fin if self.fin is not None and self.fin > self.next else None

    @property
    def hole_began(self) -> int | None:
        """Number of the packet that showed the hole."""
        if self.resumes_at is None:
            return None
        return min((piece.order for piece in self.waiting), default=self.fin_order)


@dataclass(slots=True, frozen=True)
class _Chunk:
    """Bytes of one side that are in order."""

    side: int
    data: bytes
    order: int
    time: int


class Connection:
    """Reassembles one TCP connection."""

    def __init__(self, counters: Counters) -> None:
        self.opener: int | None = None
        self.opened = 0  # time of the first segment that opens it, nanoseconds
        self.is_over = False
        self.last_time = 0  # of the last segment, nanoseconds
        self.ledger = Ledger()
        self.refused: int | None = None  # number of the packet by which the other side refused it
        self.unanswered: int | None = None  # number of the SYN that was once too many
        self.reset_by: int | None = None  # side
        self._halves = (_Half(), _Half())
        self._counters = counters
        self._segments = 0
        self._syns = 0  # without ACK
        self._is_established = False  # the opener has gone on after its SYN was answered
        self._queue: list[_Chunk | Gap] = []  # what was not handed out yet
        self._queued_bytes = 0
        self._out: list[Delivery] = []

    @property
    def origin(self) -> Origin:
        """How it began, as far as that was seen."""
        first, second = self._halves
        return Origin(self.opener, (first.base, second.base), (first.initial is not None, second.initial is not None))

    @property
    def waiting_syns(self) -> int:
        """SYNs that opened the connection, where nothing else was said by anybody."""
        is_answered = self.opener is None or self._halves[1 - self.opener].base is not None
        return 0 if is_answered or self._syns < self._segments else self._syns

    @property
    def is_silent(self) -> bool:
        """It stands, or stood, and neither side has said a byte, nor acknowledged one that was not captured."""
        return self._is_established and all(
            half.furthest == 0 and half.acknowledged <= (half.fin is not None) for half in self._halves
        )

    @property
    def has_hole(self) -> bool:
        """Bytes are missing that may still come."""
        return any(half.resumes_at is not None for half in self._halves)

    def receive(self, batch: SegmentBatch, rows: Ints) -> tuple[list[Delivery], int]:
        """What the segments `rows` of the batch make deliverable, and how many of them were taken.

        Fewer than all were taken where a SYN shows that the ports are used again: the rest belongs to a new
        connection.
        """
        at = 0
        while at < len(rows):
            if len(rows) - at >= _SHORT_RUN and self._is_plain():
                clean = self._rows_in_order(batch, rows[at:])
                if clean >= _SHORT_RUN:
                    self._take_in_order(batch, rows[at : at + clean])
                    at += clean
            stop = min(at + _STEPS, len(rows))
            while at < stop:
                if not self._step(batch, int(rows[at])):
                    return self._handed_out(), at
                at += 1
        return self._handed_out(), at

    def ignore(self, batch: SegmentBatch, rows: Ints) -> None:
        """These segments came, but nobody wants to know what they say."""
        if len(rows):
            self.last_time = max(self.last_time, int(batch.time[rows[-1]]))

    @property
    def waiting_bytes(self) -> int:
        """What it takes in memory to keep what has to wait for a hole to fill."""
        waiting = self._queued_bytes + _ENTRY_COST * self.ledger.waiting + _PIECE_COST * len(self._queue)
        return waiting + sum(half.waiting_bytes + _PIECE_COST * len(half.waiting) for half in self._halves)

    @property
    def hole_began(self) -> int | None:
        """Number of the packet that showed the first hole; None where there is none."""
        return min((order for half in self._halves if (order := half.hole_began) is not None), default=None)

    def give_up_holes(self, order: int, time: int) -> list[Delivery]:
        """At the end of a capture or connection: what lies behind holes is delivered, the holes are gaps."""
        for side, half in enumerate(self._halves):
            while half.resumes_at is not None:
                self._gap(side, order, time)
            if half.fin is None and half.acknowledged > half.next + 1:
                # The last bytes were acknowledged but never captured; the last of them may be a FIN.
                self.ledger.note(order, time, side, Fact.LOST, half.acknowledged - half.next)
                self._queue_gap(side, half.acknowledged - half.next, order, time)
                half.next = half.acknowledged
        return self._handed_out()

    def give_up_silent_holes(self, order: int) -> list[Delivery]:
        """The same where nothing has come for `HOLE_SILENCE`, whenever that is noticed."""
        return self.give_up_holes(order, self.last_time + HOLE_SILENCE)

    # -- in order: columns -------------------------------------------------------------------------------------

    def _rows_in_order(self, batch: SegmentBatch, rows: Ints) -> int:
        """How many of the first rows are exactly what their sides should send next."""
        odd = batch.is_special[rows]
        sides, lengths, sequences = batch.side[rows], batch.length[rows], batch.sequence[rows]
        for side, half in enumerate(self._halves):
            mine = (sides == side).nonzero()[0]
            if half.base is None:
                odd[mine[:1]] = True
                continue
            start = half.ahead(sequences[mine])
            odd[mine[(start < -NEAR) | (start > _MOST_MISSING)]] = True
            says = lengths[mine] > 0
            mine, start = mine[says], start[says]
            if not len(mine):
                continue
            if start[0]:
                odd[mine[0]] = True
            odd[mine[1:][start[1:] != (start + lengths[mine])[:-1]]] = True
        first = int(odd.argmax())
        return first if odd[first] else len(rows)

    def _take_in_order(self, batch: SegmentBatch, rows: Ints) -> None:
        self._segments += len(rows)
        stretch = self.ledger.stretch(batch, rows)
        self.last_time = max(self.last_time, int(stretch.times[-1]))
        has_data = stretch.sizes > 0
        payload = memoryview(batch.data)
        runs: list[Run | None] = [None, None]
        if self.opener is not None and not self._is_established:
            self._is_established = bool((stretch.sides == self.opener).any())
        for side, half in enumerate(self._halves):
            is_mine = stretch.sides == side
            said = rows[has_data & is_mine]
            if len(said):
                start, length = batch.start[said], batch.length[said]
                data = b"".join([payload[a:b] for a, b in zip(start.tolist(), (start + length).tolist(), strict=True)])
                runs[side] = Run(data, length.cumsum().tolist(), batch.time[said].tolist(), batch.order[said].tolist())
                half.next += len(data)
                half.furthest, half.size, half.last_byte = half.next, int(length[-1]), data[-1:]
            acknowledging = rows[~is_mine & (stretch.flags & ACK != 0)]
            if len(acknowledging) and half.base is not None:
                ahead = half.ahead(batch.acknowledgement[acknowledging])
                known = int(ahead[ahead <= _MOST_MISSING].max(initial=0))
                half.acknowledged = max(half.acknowledged, half.next + known)
        if runs[0] or runs[1]:
            self._hand_out_queue()
            self._out.append(Exchange((runs[0], runs[1])))

    # -- out of order: one by one ------------------------------------------------------------------------------

    def _step(self, batch: SegmentBatch, row: int) -> bool:
        """Takes one segment; False where it opens a new connection on the same ports."""
        flags = int(batch.flags[row])
        side = int(batch.side[row])
        sequence = int(batch.sequence[row])
        order, time = int(batch.order[row]), int(batch.time[row])
        half, other = self._halves[side], self._halves[1 - side]
        silence = time - self.last_time
        if self.has_hole and silence > HOLE_SILENCE:
            self._out = self.give_up_silent_holes(order)
        if self.is_over and silence > REMEMBERED:
            return False
        acknowledgement = int(batch.acknowledgement[row]) if flags & ACK else None
        fits = bool(flags & SYN) or self._fits(half, other, sequence, acknowledgement)
        if flags & SYN:
            if self._is_new_connection(half, sequence, flags):
                return False
        elif batch.length[row] and not flags & RST and self._is_of_another(side, sequence, silence, fits=fits):
            return False
        if fits:
            self.last_time = max(self.last_time, time)
        self._segments += 1
        if flags & SYN:
            self._open(side, sequence, flags, time)
            sequence += 1
            self._syns += not flags & ACK
        if self.is_over:
            return True
        is_first = half.base is None
        if half.base is None:
            half.base = self.ledger.first[side] = sequence % _WHOLE
        self._is_established |= side == self.opener and not flags & (SYN | RST) and other.initial is not None
        if acknowledgement is not None and other.base is not None:
            known = other.position(acknowledgement)
            if known - other.next <= _MOST_MISSING:
                other.acknowledged = max(other.acknowledged, known)
        position = half.position(sequence)
        length, lost = int(batch.length[row]), int(batch.lost[row])
        end = position + length + lost
        is_said = (length or lost or flags & FIN) and not flags & RST
        fresh = max(end - half.furthest, 0) if is_said else 0
        half.furthest += fresh
        self.ledger.packet(order, time, side, length + lost, fresh, acknowledgement)
        if flags & SYN:
            self.ledger.note(order, time, side, Fact.SYN_ACK if flags & ACK else Fact.SYN)
            if self.unanswered is None and self.waiting_syns == UNANSWERED_SYNS:
                self.unanswered = order
        if flags & RST:
            if abs(position - half.next) <= NEAR:
                self.ledger.note(order, time, side, Fact.RST)
                self.reset_by = side
                # RFC 9293 §3.5.2: a RST to a SYN acknowledges it.
                if is_first and other.initial is not None and acknowledgement == (other.initial + 1) % _WHOLE:
                    self.refused = order
                self._close(order, time, reset=True)
            return True
        self._look_at_window(side, batch.window(row), order, time)
        if flags & FIN and half.fin is None and end >= half.next:
            half.fin, half.fin_order = end, order
            self.ledger.note(order, time, side, Fact.FIN)
        if length or lost:
            start = int(batch.start[row])
            self._data(side, _Piece(position, batch.data[start : start + length], lost, order, time))
        self._check_holes(order, time)
        if self._halves[0].is_finished and self._halves[1].is_finished:
            self._close(order, time, reset=False)
        return True

    def _look_at_window(self, side: int, window: int, order: int, time: int) -> None:
        half = self._halves[side]
        if half.is_shut != (window == 0):
            half.is_shut = window == 0
            self.ledger.note(order, time, side, Fact.WINDOW, int(window > 0))

    def _is_new_connection(self, half: _Half, sequence: int, flags: int) -> bool:
        if half.initial is not None:
            return half.initial != sequence
        if self.is_over and self.reset_by is not None and flags & ACK:
            return True  # it was reset before it stood: the same SYN was sent once more, and is answered now
        # A SYN on a connection that was seen from the middle; the answer to a SYN may come late, in a merged capture.
        return half.base is not None and (not flags & ACK or half.next > 0)

    @staticmethod
    def _fits(half: _Half, other: _Half, sequence: int, acknowledgement: int | None) -> bool:
        """Is the segment's number, or what it acknowledges, near to what was expected, or only some bytes ahead?"""
        if half.base is None or -NEAR <= half.position(sequence) - half.next <= _MOST_MISSING:
            return True
        if other.base is None or acknowledgement is None:
            return False
        return -NEAR <= other.position(acknowledgement) - other.next <= _MOST_MISSING

    def _is_of_another(self, side: int, sequence: int, silence: int, *, fits: bool) -> bool:
        """Do these bytes belong to a later connection on the same ports, whose beginning was not captured?

        Numbers that do not fit say so where nothing that fits has come for long; else they are those of somebody who
        repeats what was before, perhaps of another tap. And who has closed or reset the connection does not go on with
        it: nobody has obeyed that reset (RFC 5961 §3.2), or it was somebody else's.
        """
        half = self._halves[side]
        if half.base is None or not (self.is_over or silence > HOLE_SILENCE):
            return False
        position = half.position(sequence)
        if silence > HOLE_SILENCE and (not fits or position < half.next - _MOST_REPEATED):
            return True
        if not (fits and self.is_over and self.reset_by in (None, side)):
            return False
        # A FIN has a number, too, and whoever looks whether anybody is there may send a byte with it.
        ahead = position - half.furthest - (self.reset_by is None)
        return 0 <= ahead <= _MOST_MISSING

    def _open(self, side: int, sequence: int, flags: int, time: int) -> None:
        half = self._halves[side]
        if half.initial is None:
            half.initial = sequence
            half.base = self.ledger.first[side] = (sequence + 1) % _WHOLE
            if not any(half.next for half in self._halves):  # in merged captures it may come late
                self.opener = 1 - side if flags & ACK else side
                self.opened = min(self.opened, time) if self.opened else time

    def _data(self, side: int, piece: _Piece) -> None:
        half = self._halves[side]
        if piece.end <= half.next:
            self._counters.retransmitted += 1
            is_last = piece.end - piece.at == 1 and piece.end == half.next
            is_other = bool(piece.data and half.last_byte) and piece.data != half.last_byte
            is_probe = is_last and (half.size != 1 or is_other)
            self.ledger.note(piece.order, piece.time, side, Fact.KEEP_ALIVE if is_probe else Fact.REPEATED)
            return
        if piece.at > half.next:
            if not half.waiting:
                half.hole_since = piece.time
            is_new = self._wait(half, piece)
            self.ledger.note(piece.order, piece.time, side, Fact.OUT_OF_ORDER if is_new else Fact.REPEATED)
            return
        if piece.at < half.next:
            self.ledger.note(piece.order, piece.time, side, Fact.REPEATED)
        if half.waiting:
            self.ledger.note(piece.order, piece.time, side, Fact.FILLED, max(piece.time - half.hole_since, 0))
        self._deliver(side, piece, piece.order, piece.time)
        half.size = piece.end - piece.at
        while half.waiting and half.waiting[0].at <= half.next:
            self._deliver(side, self._first_waiting(half), piece.order, piece.time)
        if half.resumes_at is None:
            half.suspected = None

    def _deliver(self, side: int, piece: _Piece, order: int, time: int) -> None:
        """Queues what is new in a piece that begins at or before the next byte, as said in packet `order`."""
        half = self._halves[side]
        if piece.end <= half.next:
            return
        fresh = piece.data[half.next - piece.at :]
        if fresh:
            self._queue.append(_Chunk(side, fresh, order, time))
            self._queued_bytes += len(fresh)
            half.next += len(fresh)
            half.last_byte = fresh[-1:]
        if piece.end > half.next:  # cut by the snap length
            self.ledger.note(order, time, side, Fact.CUT, piece.end - half.next)
            self._queue_gap(side, piece.end - half.next, order, time)
            half.next = piece.end
            half.last_byte = b""

    def _wait(self, half: _Half, new: _Piece) -> bool:
        """Keeps bytes until their turn; of bytes that are there already, the first copy stays.

        False where nothing of it was new.
        """
        is_new = False
        at, data, lost = new.at, new.data, new.lost
        pieces = half.waiting
        index = bisect_left(pieces, at, key=lambda piece: piece.end)
        while data or lost:
            taken = pieces[index] if index < len(pieces) else None
            if taken is not None and taken.at <= at:
                skip = max(taken.end - at, 0)
                lost = max(lost - max(skip - len(data), 0), 0)
                data, at = data[skip:], at + skip
                index += 1
                continue
            room = taken.at - at if taken is not None else len(data) + lost
            fits = data[:room]
            fresh = _Piece(at, fits, min(lost, room - len(fits)), new.order, new.time)
            pieces.insert(index, fresh)
            half.waiting_bytes += len(fits)
            lost -= fresh.lost
            data, at = data[room:], fresh.end
            index += 1
            is_new = True
        return is_new

    def _first_waiting(self, half: _Half) -> _Piece:
        piece = half.waiting.pop(0)
        half.waiting_bytes -= len(piece.data)
        if half.waiting:  # behind another hole, perhaps
            half.hole_since = half.waiting[0].time
        return piece

    def _is_plain(self) -> bool:
        """Nothing is going on that makes every segment count."""
        return not self.is_over and all(half.is_plain for half in self._halves)

    def _check_holes(self, order: int, time: int) -> None:
        for side, half in enumerate(self._halves):
            resumes_at = half.resumes_at
            if resumes_at is None:
                continue
            if half.suspected is None and half.acknowledged >= resumes_at:
                half.suspected = (self._segments, time)
            segments, since = half.suspected or (self._segments, time)
            is_lost = self._segments - segments >= PATIENCE_SEGMENTS or time - since >= PATIENCE_NANOSECONDS
            while half.resumes_at is not None and (is_lost or self._holds_too_much(half)):
                is_lost = False
                self._gap(side, order, time)

    def _holds_too_much(self, half: _Half) -> bool:
        if not self._is_much(half):
            return False
        self._hand_out_queue()  # what waits for no hole does not count
        return self._is_much(half)

    def _is_much(self, half: _Half) -> bool:
        return (
            half.waiting_bytes + self._queued_bytes > MOST_WAITING_BYTES
            or len(half.waiting) + len(self._queue) > MOST_WAITING_PIECES
        )

    def _gap(self, side: int, order: int, time: int) -> None:
        """Gives up the first hole of a side: what lies behind it was said when its packets came."""
        half = self._halves[side]
        assert half.resumes_at is not None
        first = half.waiting[0] if half.waiting else _Piece(half.resumes_at, b"", 0, order, time)
        size = first.at - half.next
        lost = min(max(half.acknowledged - half.next, 0), size)
        for fact, amount in ((Fact.LOST, lost), (Fact.MISSING, size - lost)):
            if amount:
                self.ledger.note(first.order, first.time, side, fact, amount)
        self._queue_gap(side, size, first.order, first.time)
        half.next = first.at
        half.suspected = None
        while half.waiting and half.waiting[0].at <= half.next:
            piece = self._first_waiting(half)
            first = piece if piece.order > first.order else first
            self._deliver(side, piece, first.order, first.time)

    def _close(self, order: int, time: int, *, reset: bool) -> None:
        self._out = self.give_up_holes(order, time)
        self._out.append(Closed(order, time, reset))
        self.is_over = True

    # -- handing out -------------------------------------------------------------------------------------------

    def _queue_gap(self, side: int, size: int, order: int, time: int) -> None:
        self._counters.gaps += 1
        self._queue.append(Gap(side, size, order, time))

    def _hand_out_queue(self) -> None:
        """Moves what is queued to the output, in wire order; what came since a hole began stays."""
        if not self._queue:
            return
        self._queue.sort(key=lambda item: item.order)
        began = [half.hole_began for half in self._halves]
        limit = min((order for order in began if order is not None), default=None)
        chunks: list[_Chunk] = []
        kept: list[_Chunk | Gap] = []
        for item in self._queue:
            if limit is not None and item.order >= limit:
                kept.append(item)
            elif isinstance(item, _Chunk):
                chunks.append(item)
            else:
                self._hand_out_chunks(chunks)
                chunks = []
                self._out.append(item)
        self._hand_out_chunks(chunks)
        self._queue = kept
        self._queued_bytes = sum(len(item.data) for item in kept if isinstance(item, _Chunk))

    def _hand_out_chunks(self, chunks: list[_Chunk]) -> None:
        if not chunks:
            return
        runs: list[Run | None] = [None, None]
        for side in (0, 1):
            mine = [chunk for chunk in chunks if chunk.side == side]
            if mine:
                runs[side] = Run(
                    b"".join([chunk.data for chunk in mine]),
                    list(accumulate(len(chunk.data) for chunk in mine)),
                    [chunk.time for chunk in mine],
                    [chunk.order for chunk in mine],
                )
        self._out.append(Exchange((runs[0], runs[1])))

    def _handed_out(self) -> list[Delivery]:
        self._hand_out_queue()
        out, self._out = self._out, []
        return out

"""What happens on one connection, written down packet by packet, to be summed up to any of them.

A session may end anywhere in a piece of the capture, and its facts must not depend on where the pieces were cut. So
nothing is summed up at once: entries wait for the sessions that end before them. Segments in order are one entry for
all, and are summed as columns.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum, auto
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets import ACK, SegmentBatch
from hl7capture.model.connection import ConnectionFacts, End, EndFacts

MOST_WAITING = 4096  # segments and notes that wait from one piece of the capture to the next
_SHORT = 16  # segments; below this, columns cost more than they save
_MILLISECOND = 1_000_000
_HALF, _WHOLE = 1 << 31, 1 << 32


class Fact(IntEnum):
    """What an entry tells of a side; `amount` is a number of segments or bytes, except where it says otherwise."""

    REPEATED = 0
    KEEP_ALIVE = auto()
    OUT_OF_ORDER = auto()
    FILLED = auto()  # amount: how long the hole was open, nanoseconds
    LOST = auto()
    MISSING = auto()
    CUT = auto()
    SYN = auto()
    SYN_ACK = auto()
    WINDOW = auto()  # amount: 0 shut, 1 open again
    FIN = auto()
    RST = auto()
    REPLACED = auto()  # the side opens another connection on the same ports


_SUMMED = (Fact.REPEATED, Fact.KEEP_ALIVE, Fact.OUT_OF_ORDER, Fact.LOST, Fact.MISSING, Fact.CUT)


class _Note(NamedTuple):
    order: int
    time: int
    side: int
    fact: Fact
    amount: int


class _Packet(NamedTuple):
    """One segment. size: of its payload on the wire; fresh: bytes of it behind all that the side had sent."""

    order: int
    time: int
    side: int
    size: int
    fresh: int
    acknowledgement: int | None


class Stretch(NamedTuple):
    """Segments in order, or (in a list of their own) copies: columns, one row a segment, at least one."""

    orders: Ints
    times: Ints
    sides: Ints
    sizes: Ints
    acknowledgements: Ints
    flags: Ints

    @classmethod
    def of(cls, batch: SegmentBatch, rows: Ints | slice) -> "Stretch":
        return cls(
            batch.order[rows],
            batch.time[rows],
            batch.side[rows],
            batch.length[rows],
            batch.acknowledgement[rows],
            batch.flags[rows],
        )

    @property
    def order(self) -> int:
        """Of the first packet."""
        return int(self.orders[0])

    def until(self, order: int | None, time: int | None) -> int:
        """How many of the segments come no later than that."""
        taken = len(self.orders)
        if order is not None and order < self.orders[-1]:
            taken = int(self.orders.searchsorted(order, side="right"))
        if time is not None:
            late = self.times[:taken] > time
            taken = int(late.argmax()) if late.any() else taken
        return taken

    def part(self, rows: slice) -> "Stretch":
        return Stretch(*(column[rows] for column in self))

    def packets(self) -> "Iterator[_Packet]":
        """One by one."""
        for order, time, side, size, acknowledgement, flags in zip(*(column.tolist() for column in self), strict=True):
            yield _Packet(order, time, side, size, size, acknowledgement if flags & ACK else None)

    def kept(self) -> "Stretch":
        """The same, without the columns that it is a part of."""
        return Stretch(*(column.copy() for column in self))


@dataclass(slots=True)
class _Sums:
    """One side; times in nanoseconds."""

    packets: int = 0
    bytes: int = 0
    last: int | None = None
    sent: int = 0  # position behind the last byte it sent
    acknowledgement: int | None = None  # its latest
    counts: list[int] = field(default_factory=lambda: [0] * len(Fact))
    longest_hole: int | None = None
    longest_shut: int | None = None
    shut_since: int | None = None
    copies: int = 0
    in_vain: int = 0  # segments repeated since the other side was heard


class Ledger:
    """The facts of one connection."""

    def __init__(self) -> None:
        self.first: list[int | None] = [None, None]  # sequence number of each side's first byte
        self._entries: list[_Note | _Packet | Stretch] = []  # in the order of their packets
        self._read = 0  # how many of them are summed
        self._kept = 0  # how many came from earlier pieces of the capture
        self.waiting = 0  # segments and notes that are not summed up yet
        self._copies: list[Stretch] = []
        self._sums = (_Sums(), _Sums())
        self._opener: int | None = None
        self._opened: int | None = None  # time of the first SYN
        self._syn_answered: int | None = None
        self._handshake: int | None = None
        self._closer: int | None = None
        self._resetter: int | None = None
        self._is_replaced = False

    # -- writing -----------------------------------------------------------------------------------------------

    def note(self, order: int, time: int, side: int, fact: Fact, amount: int = 1) -> None:
        """Writes down a fact that packet `order` tells; it may be one from before."""
        self.waiting += 1
        entries = self._entries
        if not entries or entries[-1].order <= order:
            entries.append(_Note(order, time, side, fact, amount))
            return
        at = bisect_right(entries, order, lo=self._read, key=lambda entry: entry.order)
        entries.insert(at, _Note(order, time, side, fact, amount))

    def packet(self, order: int, time: int, side: int, size: int, fresh: int, acknowledgement: int | None) -> None:
        """Writes down one segment."""
        self.waiting += 1
        self._entries.append(_Packet(order, time, side, size, fresh, acknowledgement))

    def stretch(self, batch: SegmentBatch, rows: Ints) -> Stretch:
        """Writes down segments, at least one, that are exactly what their sides should send next; their columns."""
        self.waiting += len(rows)
        columns = Stretch.of(batch, rows)
        self._entries.append(columns)
        return columns

    def copies(self, batch: SegmentBatch) -> None:
        """Writes down second copies, at least one, that were left out."""
        self.waiting += len(batch)
        self._copies.append(Stretch.of(batch, slice(None)))

    # -- reading -----------------------------------------------------------------------------------------------

    def facts(
        self, device: int, order: int, until: int | None = None, unfinished: tuple[bool, bool] = (False, False)
    ) -> ConnectionFacts:
        """All that was known when packet `order` had come, and no later than `until` (nanoseconds, None: any time).

        device: its side; unfinished: which sides were in the middle of a message. What was summed up to a later packet
        already stays in.
        """
        self._sum_up(order, until)
        ends = (End.DEVICE, End.LIS) if device == 0 else (End.LIS, End.DEVICE)

        def end(side: int | None) -> End | None:
            return None if side is None else ends[side]

        return ConnectionFacts(
            device=self._end_facts(device, is_unfinished=unfinished[device]),
            lis=self._end_facts(1 - device, is_unfinished=unfinished[1 - device]),
            opened_by=end(self._opener),
            attempts=0 if self._opener is None else self._sums[self._opener].counts[Fact.SYN],
            syn_answered=_milliseconds(self._syn_answered),
            handshake=_milliseconds(self._handshake),
            closed_by=end(self._closer),
            reset_by=end(self._resetter),
            is_replaced=self._is_replaced,
        )

    def settle(self, before: int | None, until: int | None) -> None:
        """The piece of the capture ends: only what sessions may still end before is kept.

        before: number of a packet, until: a time; neither where no session can end before what has come. Where too
        much would have to be kept, nothing is.
        """
        self._sum_up(None if before is None else before - 1, until)
        if self.waiting > MOST_WAITING:
            self._sum_up(None, None)
        entries = self._entries
        del entries[: self._read]
        for number in range(max(self._kept - self._read, 0), len(entries)):
            if isinstance(entry := entries[number], Stretch):
                entries[number] = entry.kept()
        self._read, self._kept = 0, len(entries)
        self._copies = [stretch.kept() for stretch in self._copies]

    def _sum_up(self, order: int | None, until: int | None) -> None:
        """Sums all entries up to packet `order`, and to the first that comes later than `until`."""
        entries = self._entries
        while self._read < len(entries):
            entry = entries[self._read]
            if order is not None and entry.order > order:
                break
            if isinstance(entry, Stretch):
                taken = entry.until(order, until)
                self.waiting -= taken
                if taken < len(entry.orders):
                    self._pass(entry.part(slice(taken)))
                    entries[self._read] = entry.part(slice(taken, None))
                    break
                self._pass(entry)
            elif until is not None and entry.time > until:
                break
            else:
                self.waiting -= 1
                if isinstance(entry, _Packet):
                    self._pass_one(entry)
                else:
                    self._take(entry)
            self._read += 1
        if self._copies:
            self._sum_copies(order, until)

    def _sum_copies(self, order: int | None, until: int | None) -> None:
        rest: list[Stretch] = []
        for stretch in self._copies:
            taken = stretch.until(order, until)
            higher = int(np.count_nonzero(stretch.sides[:taken]))
            self._sums[0].copies += taken - higher
            self._sums[1].copies += higher
            self.waiting -= taken
            if taken < len(stretch.orders):
                rest.append(stretch.part(slice(taken, None)))
        self._copies = rest

    def _pass(self, stretch: Stretch) -> None:
        if len(stretch.orders) < _SHORT:
            for packet in stretch.packets():
                self._pass_one(packet)
            return
        packets, size = len(stretch.sides), int(stretch.sizes.sum())
        of_second, size_of_second = int(np.count_nonzero(stretch.sides)), int(stretch.sizes @ stretch.sides)
        shares = (packets - of_second, size - size_of_second), (of_second, size_of_second)
        for side, (sums, (count, said)) in enumerate(zip(self._sums, shares, strict=True)):
            if not count:
                continue
            self._sums[1 - side].in_vain = 0
            sums.packets += count
            sums.bytes += said
            sums.sent += said
            is_mine = stretch.sides == side
            last = _last(is_mine)
            sums.last = int(stretch.times[last])
            if not stretch.flags[last] & ACK:
                is_mine &= stretch.flags & ACK != 0
                last = _last(is_mine)
            if is_mine[last]:
                sums.acknowledgement = int(stretch.acknowledgements[last])
            if side == self._opener and self._handshake is None:
                self._end_handshake(int(stretch.times[(stretch.sides == side).argmax()]))

    def _pass_one(self, packet: _Packet) -> None:
        sums = self._sums[packet.side]
        self._sums[1 - packet.side].in_vain = 0
        sums.packets += 1
        sums.bytes += packet.size
        sums.sent += packet.fresh
        sums.last = packet.time
        if packet.acknowledgement is not None:
            sums.acknowledgement = packet.acknowledgement
            if packet.side == self._opener and self._handshake is None:
                self._end_handshake(packet.time)

    def _end_handshake(self, time: int) -> None:
        """The side that opened has said something: its first word after SYN/ACK is the ACK of that."""
        if self._syn_answered is not None and self._opened is not None:
            self._handshake = time - self._opened

    def _take(self, note: _Note) -> None:
        _, time, side, fact, amount = note
        sums = self._sums[side]
        sums.counts[fact] += amount if fact in _SUMMED else 1
        if fact is Fact.REPEATED:
            sums.in_vain += amount
        elif fact is Fact.FILLED:
            sums.longest_hole = max(sums.longest_hole or 0, amount)
        elif fact is Fact.WINDOW:
            self._take_window(sums, time, is_open=amount > 0)
        elif fact is Fact.SYN:
            if self._opener is None:
                self._opener, self._opened = side, time
        elif fact is Fact.SYN_ACK:
            if self._opener is None:
                self._opener = 1 - side
            elif self._opener == 1 - side and self._syn_answered is None and self._opened is not None:
                self._syn_answered = time - self._opened
        elif fact is Fact.FIN:
            self._closer = side if self._closer is None else self._closer
        elif fact is Fact.RST:
            self._resetter = side
        elif fact is Fact.REPLACED:
            self._is_replaced = True

    @staticmethod
    def _take_window(sums: _Sums, time: int, *, is_open: bool) -> None:
        if not is_open:
            sums.shut_since = time
        elif sums.shut_since is not None:
            sums.longest_shut = max(sums.longest_shut or 0, time - sums.shut_since)
            sums.shut_since = None

    def _end_facts(self, side: int, *, is_unfinished: bool) -> EndFacts:
        sums, other = self._sums[side], self._sums[1 - side]
        counts = sums.counts
        longest_shut = sums.longest_shut
        if sums.shut_since is not None:  # and no room until now
            latest = max(time for time in (sums.last, other.last, sums.shut_since) if time is not None)
            longest_shut = max(longest_shut or 0, latest - sums.shut_since)
        return EndFacts(
            packets=sums.packets,
            bytes=sums.bytes,
            last_packet=None if sums.last is None else sums.last // 1000 / 1000,
            repeated=counts[Fact.REPEATED],
            in_vain=sums.in_vain,
            keep_alives=counts[Fact.KEEP_ALIVE],
            out_of_order=counts[Fact.OUT_OF_ORDER],
            filled=counts[Fact.FILLED],
            longest_hole=_milliseconds(sums.longest_hole),
            zero_windows=(counts[Fact.WINDOW] + 1) // 2,  # shut, open, shut …
            longest_zero_window=_milliseconds(longest_shut),
            lost=counts[Fact.LOST],
            missing=counts[Fact.MISSING],
            cut=counts[Fact.CUT],
            copies=sums.copies,
            unacknowledged=self._unacknowledged(side),
            has_closed=counts[Fact.FIN] > 0,
            is_unfinished=is_unfinished,
        )

    def _unacknowledged(self, side: int) -> int:
        first, acknowledgement, sent = self.first[side], self._sums[1 - side].acknowledgement, self._sums[side].sent
        if first is None or acknowledgement is None or not sent:
            return sent
        behind = (first + sent - acknowledgement) % _WHOLE
        return behind if behind < _HALF else 0


def _last(is_it: NDArray[np.bool_]) -> int:
    """The last row of which it is true; any row where it is true of none."""
    return len(is_it) - 1 - int(is_it[::-1].argmax())


def _milliseconds(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / _MILLISECOND

"""Waiting for a conversation that was under way when the capture began, or that lost its beginning.

A beginning may turn up at any time: the start of a block, a whole frame with the right checksum, or ENQ, its answer,
and what follows that. No beginning spans two turns, so only the latest bytes of the turn at hand are kept, and of them
only those that may still begin something.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from hl7capture.capture.delivery import Exchange, Run
from hl7capture.capture.framing.control import STX, VT, Markers
from hl7capture.capture.framing.detection import Protocol
from hl7capture.capture.framing.header import BLOCK_BEGINNING, STX_MESSAGE

_BLOCK = re.compile(BLOCK_BEGINNING)
_FRAME = re.compile(rb"\x02([0-7][^\x02\x03\x17]{0,4000}[\x03\x17])([0-9A-Fa-f]{2})\r\n")
# Long enough for such a frame; no other beginning is longer than a few bytes.
_LONGEST_FRAME, _LONGEST_BEGINNING = 4096, 16
_MOST_CONTROL_BYTES = 16  # of one turn, before the first frame


@dataclass(slots=True, frozen=True)
class Beginning:
    """What turned up: the protocol, and all that both sides said from there on."""

    protocol: Protocol
    exchange: Exchange


class Watch:
    """Looks for a beginning in what both sides say."""

    def __init__(self, markers: Markers) -> None:
        self._side = -1  # whose turn it is
        self._kept: Run | None = None  # the last bytes of that turn
        self._opening: _Opening | None = _Opening(markers)

    @property
    def waiting_bytes(self) -> int:
        """Bytes that are kept, for a beginning may stand in them."""
        return sum(len(run.data) for run in self._waiting())

    @property
    def waiting_since(self) -> int | None:
        """Number of the packet that brought the first of them; None where there are none."""
        return min((run.orders[0] for run in self._waiting()), default=None)

    def look(self, exchange: Exchange) -> Beginning | None:
        """The first beginning to be complete, if there is one."""
        for side, first, stop in exchange.turns():
            run = exchange.runs[side]
            assert run is not None
            turn = run.part(first, stop)
            opening = self._opened(side, turn)
            if opening is not None:
                rest = _rest(exchange, side, first, stop)
                return Beginning(Protocol.ENQ, Exchange((_both(opening[0], rest[0]), _both(opening[1], rest[1]))))
            if side == self._side and self._kept is not None:
                turn = self._kept.followed_by(turn)
            found = _beginning(turn.data)
            if found is not None:
                protocol, at = found
                rest = _rest(exchange, side, stop, stop)
                begun = _both(turn.from_byte(at), rest[side])
                return Beginning(protocol, Exchange((begun, rest[1]) if side == 0 else (rest[0], begun)))
            self._side, self._kept = side, _what_may_begin(turn)
        return None

    def _waiting(self) -> list[Run]:
        opening = self._opening.said if self._opening is not None else ()
        return [run for run in (self._kept, *opening) if run is not None]

    def _opened(self, side: int, turn: Run) -> tuple[Run | None, Run | None] | None:
        """ENQ and its answer, if the turn shows that they were that."""
        if self._opening is None:
            return None
        is_opening = self._opening.take(side, turn)
        if is_opening:
            return self._opening.said
        if is_opening is False:
            self._opening = None
        return None


class _Opening:
    """The first turns of all: ENQ, an answer, and then what follows an answer. One byte alone would prove nothing."""

    def __init__(self, markers: Markers) -> None:
        self._enq = bytes((markers.enq,))
        self._control = bytes((markers.enq, markers.ack, markers.nak, markers.eot))
        self._following = (STX, VT, markers.enq, markers.eot)
        self._turns: list[tuple[int, Run]] = []

    def take(self, side: int, turn: Run) -> bool | None:
        """True: it is one, and this turn follows it; False: it is none; None: it may be one."""
        turns = self._turns
        if len(turns) == 2 and turns[1][0] != side:
            return turn.data[0] in self._following
        if turns and turns[-1][0] == side:
            turn = turns.pop()[1].followed_by(turn)
        turns.append((side, turn))
        allowed = self._enq if len(turns) == 1 else self._control
        is_control = len(turn.data) <= _MOST_CONTROL_BYTES and not turn.data.strip(allowed)
        return None if is_control else False

    @property
    def said(self) -> tuple[Run | None, Run | None]:
        """Both turns, by side."""
        by_side = dict(self._turns)
        return by_side.get(0), by_side.get(1)


def _beginning(data: bytes) -> tuple[Protocol, int] | None:
    """The beginning that is complete first, and where it stands."""
    frame = next((match for match in _FRAME.finditer(data) if _is_sound(match)), None)
    found = [
        (match.end(), match.start(), protocol)
        for match, protocol in (
            (_BLOCK.search(data), Protocol.MLLP),
            (STX_MESSAGE.search(data), Protocol.ENQ),
            (frame, Protocol.ENQ),
        )
        if match
    ]
    if not found:
        return None
    _end, at, protocol = min(found, key=lambda one: one[:2])
    return protocol, at


def _what_may_begin(turn: Run) -> Run | None:
    """The end of a turn in which nothing began: from the latest STX on, or a few bytes."""
    size = len(turn.data)
    stx = turn.data.rfind(b"\x02", max(size - _LONGEST_FRAME, 0))
    start = max(size - _LONGEST_BEGINNING, 0)
    return turn.from_byte(min(stx, start) if stx >= 0 else start)


def _rest(exchange: Exchange, side: int, chunk: int, stop: int) -> tuple[Run | None, Run | None]:
    """What `side` said from this chunk of a turn on, and the other behind the turn, which is over at chunk `stop`."""
    run, other = exchange.runs[side], exchange.runs[1 - side]
    assert run is not None
    mine = run.from_chunk(chunk)
    theirs = other.from_chunk(bisect_right(other.orders, run.orders[stop - 1])) if other is not None else None
    return (mine, theirs) if side == 0 else (theirs, mine)


def _both(first: Run | None, second: Run | None) -> Run | None:
    return first.followed_by(second) if first is not None and second is not None else first or second


def _is_sound(frame: re.Match[bytes]) -> bool:
    return sum(frame[1]) & 0xFF == int(frame[2], 16)

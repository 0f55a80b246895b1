"""Waiting for a conversation that was under way when the capture began, or that lost its beginning.

A beginning may turn up at any time: the start of a block, or a whole frame with the right checksum. Until then only the
latest bytes are kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hl7capture.capture.delivery import Exchange, Run
from hl7capture.capture.framing.control import HEADERS, Markers
from hl7capture.capture.framing.detection import Protocol

# Long enough for one E1381 frame (240 characters by the standard, a few thousand in the field).
_KEPT = 4096
_BLOCK = re.compile(rb"\x0b[\x0b\s\xef\xbb\xbf]{0,8}(?:" + b"|".join(HEADERS) + rb")[^A-Za-z0-9]")
_FRAME = re.compile(rb"\x02([0-7][^\x02\x03\x17]{0,4000}[\x03\x17])([0-9A-Fa-f]{2})\r\n")
_STX_MESSAGE = re.compile(rb"\x02(?:MSH|FHS|BHS|H)[^A-Za-z0-9\s]")


@dataclass(slots=True, frozen=True)
class Beginning:
    """What turned up: the protocol, and all that both sides said from there on."""

    protocol: Protocol
    exchange: Exchange


class Watch:
    """Looks for a beginning in what both sides say."""

    def __init__(self, markers: Markers) -> None:
        self._markers = markers
        self._kept: list[Run | None] = [None, None]
        self._first: list[tuple[int, int] | None] = [None, None]  # each side's first byte, and its packet

    @property
    def waiting_bytes(self) -> int:
        """Bytes that are kept, for a beginning may stand in them."""
        return sum(len(run.data) for run in self._kept if run is not None)

    @property
    def waiting_since(self) -> int | None:
        """Number of the packet that brought the first of them; None where there are none."""
        return min((run.orders[0] for run in self._kept if run is not None), default=None)

    def look(self, exchange: Exchange) -> Beginning | None:
        """The first beginning to be complete, if there is one."""
        for side, run in enumerate(exchange.runs):
            if run is not None:
                kept = self._kept[side]
                self._kept[side] = run if kept is None else kept.followed_by(run)
                self._first[side] = self._first[side] or (run.data[0], run.orders[0])
        found = min(self._beginnings(), default=None)
        if found is None:
            self._forget()
            return None
        _complete, begins, protocol = found
        runs = [run.from_chunk(_chunk_since(run, begins)) if run else None for run in self._kept]
        return Beginning(Protocol.MLLP if protocol == "mllp" else Protocol.ENQ, Exchange((runs[0], runs[1])))

    def _beginnings(self) -> Iterator[tuple[int, int, str]]:
        """Packets that completed and that began it, and the protocol."""
        for side, run in enumerate(self._kept):
            if run is None:
                continue
            frame = next((match for match in _FRAME.finditer(run.data) if _is_sound(match)), None)
            for match, protocol in (
                (_BLOCK.search(run.data), "mllp"),
                (_STX_MESSAGE.search(run.data), "enq"),
                (frame, "enq"),
            ):
                if match:
                    yield _order(run, match.end() - 1), _order(run, match.start()), protocol
            first, answer = self._first[side], self._first[1 - side]
            if first and answer and first[0] == self._markers.enq and first[1] < answer[1]:
                is_kept = run.orders[0] == first[1]
                if is_kept and answer[0] in (self._markers.ack, self._markers.nak):
                    yield answer[1], first[1], "enq"

    def _forget(self) -> None:
        for side, run in enumerate(self._kept):
            if run is not None and len(run.data) > _KEPT:
                self._kept[side] = run.from_chunk(run.chunk_of(len(run.data) - _KEPT))


def _order(run: Run, offset: int) -> int:
    return run.orders[run.chunk_of(offset)]


def _chunk_since(run: Run, order: int) -> int:
    return next((chunk for chunk, other in enumerate(run.orders) if other >= order), len(run.orders))


def _is_sound(frame: re.Match[bytes]) -> bool:
    return sum(frame[1]) & 0xFF == int(frame[2], 16)

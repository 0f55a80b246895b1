"""How much passes by, and how much of it looks like HL7 or ASTM: cheap, and good enough to say where to listen.

It needs the first bytes of each packet only. Nothing is reassembled: a connection looks like HL7 from the segment on
that begins as a message does, or from the answer to an ENQ on. What it is in truth the engine says.
"""

import re
from dataclasses import dataclass

import numpy as np

from hl7capture.capture.capture_reader import CaptureReader
from hl7capture.capture.framing.control import STX, VT, Markers
from hl7capture.capture.framing.header import BLOCK_BEGINNING, HEADER, STX_MESSAGE
from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets import SYN, PacketDecoder, SegmentBatch
from hl7capture.model.events import Counters

SNAP_LENGTH = 256  # bytes of a packet: labels and tunnels, the longest headers, and a message's beginning
MOST_CONNECTIONS = 10_000  # that are counted; more are as good as that
_MOST_WAITING = 1000  # connections that may still turn out to be one, for each reason to wait
_LOOKED_AT = 64  # bytes of a segment; no beginning is longer
_MOST_CONTROL_BYTES = 8

_BLOCK = re.compile(BLOCK_BEGINNING)
_HEADER = re.compile(rb"[\r\n \x00]{0,8}" + HEADER)
_BLANKS = b"\r\n \x00"
_HEADER_STARTS = b"MFB"


@dataclass(slots=True, frozen=True)
class Traffic:
    """What has passed by so far.

    hl7_packets: TCP segments on connections that look like HL7 or ASTM, roughly: all of the piece in which that was
    seen. hl7_connections: how many those are, at most MOST_CONNECTIONS.
    """

    packets: int = 0
    hl7_packets: int = 0
    hl7_connections: int = 0


class TrafficMeter:
    """Takes a pcap stream of one interface, in pieces of any size that end anywhere."""

    def __init__(self, markers: Markers) -> None:
        self.traffic = Traffic()
        self._reader = CaptureReader()
        self._decoder = PacketDecoder(Counters())
        self._control = bytes((markers.enq, markers.ack, markers.nak, markers.eot))
        self._enq = bytes((markers.enq,))
        # By the hash of a connection; two of the same hash count as one, which does no harm here.
        self._hl7: set[int] = set()
        self._hl7_column = np.empty(0, dtype=np.uint64)
        self._silent: dict[int, int] = {}  # opened, and nothing was said yet: by which side
        self._asked: dict[int, int] = {}  # which side said ENQ, and nothing else
        self._may_begin = np.zeros(256, dtype=np.bool_)
        self._may_begin[list(bytes((VT, STX)) + self._control + _BLANKS + _HEADER_STARTS)] = True

    def feed(self, data: bytes) -> None:
        """Counts what is in the next piece. Raises CaptureFormatError where it is no capture, or damaged."""
        batch = self._reader.feed(data)
        if batch is None:
            return
        found = self._decoder.segments(batch)
        is_hl7 = np.isin(found.connection, self._hl7_column)
        for row in self._worth_a_look(found, np.flatnonzero(~is_hl7)).tolist():
            self._look(found, row)
        if len(self._hl7) != len(self._hl7_column):
            self._hl7_column = np.array(sorted(self._hl7), dtype=np.uint64)
            is_hl7 = np.isin(found.connection, self._hl7_column)
        before = self.traffic
        self.traffic = Traffic(
            before.packets + len(batch), before.hl7_packets + int(np.count_nonzero(is_hl7)), len(self._hl7)
        )

    def _worth_a_look(self, found: SegmentBatch, rows: Ints) -> Ints:
        """Segments that open a connection, that may begin a message, or that follow either an opening or an ENQ."""
        opens = found.flags[rows] & SYN != 0
        length = found.length[rows]
        octets = np.frombuffer(found.data, dtype=np.uint8)
        first = np.zeros(len(rows), dtype=np.uint8)
        first[length > 0] = octets[found.start[rows[length > 0]]]
        asks = (length > 0) & (length <= _MOST_CONTROL_BYTES) & (first == self._enq[0])
        waiting = np.array([*self._silent, *self._asked], dtype=np.uint64)
        waiting = np.concatenate((waiting, found.connection[rows[opens | asks]]))
        follows = np.isin(found.connection[rows], waiting)
        worth: Ints = rows[opens | ((length > 0) & (self._may_begin[first] | follows))]
        return worth

    def _look(self, found: SegmentBatch, row: int) -> None:
        connection, side = int(found.connection[row]), int(found.side[row])
        if connection in self._hl7:
            return
        start = int(found.start[row])
        said = found.data[start : start + min(int(found.length[row]), _LOOKED_AT)]
        if not said:  # SYN
            self._asked.pop(connection, None)
            _remember(self._silent, connection, side)
            return
        is_first = connection in self._silent
        self._silent.pop(connection, None)
        asker = self._asked.pop(connection, None)
        if self._is_beginning(said, is_first=is_first, is_answer=asker == 1 - side):
            if len(self._hl7) < MOST_CONNECTIONS:
                self._hl7.add(connection)
        elif not said.strip(self._enq) and len(said) <= _MOST_CONTROL_BYTES:
            _remember(self._asked, connection, side)

    def _is_beginning(self, said: bytes, *, is_first: bool, is_answer: bool) -> bool:
        """is_first: of all that was said on a connection; else HL7 without framing may stand in anything (HTTP).
        is_answer: to ENQ."""
        if is_answer and not said.strip(self._control):
            return len(said) <= _MOST_CONTROL_BYTES
        text = said.lstrip(self._control)  # ENQ and a frame in one segment, as some devices send them
        return bool(_BLOCK.match(text) or STX_MESSAGE.match(text) or (is_first and _HEADER.match(said)))


def _remember(known: dict[int, int], connection: int, value: int) -> None:
    """The oldest goes where there are too many."""
    known.pop(connection, None)
    known[connection] = value
    if len(known) > _MOST_WAITING:
        del known[next(iter(known))]

"""Elements to sessions: when one opens, what belongs to it, why it ends.

A session of an ENQ protocol runs from ENQ to EOT. On MLLP it runs from the first block until EOT, the connection's end,
silence, or the most messages a session may hold. Times are packet times, never wall time.
"""

import ipaddress
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from hl7capture.capture.assembly import Assembly
from hl7capture.capture.flows import ConnectionKey
from hl7capture.capture.framing.blocks import Blocks, Elements
from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.capture.framing.silence import ABANDONED
from hl7capture.capture.ledger import Ledger
from hl7capture.capture.streams import Origin
from hl7capture.capture.text import decode
from hl7capture.model.connection import ConnectionFacts
from hl7capture.model.elements import Direction, Element, ElementType, Flag, Framing
from hl7capture.model.events import Counters, Event, SessionCompleted, SessionGrown, SessionOpened
from hl7capture.model.session import EndReason, Session, session_id_of
from hl7capture.model.settings import Settings

# A session of many large messages rolls over before its document becomes too large to be read again.
MOST_BYTES = 64 << 20
MOST_ELEMENTS = 200_000
_ELEMENT_COST = 256  # what Python needs to keep an element, beside its bytes
# What stands behind a block now and then, and says nothing: it joins the block before it.
_STRAY_ENDS = {b"\n": Flag.LF_END, b"\x1c\r": Flag.DOUBLED_END}


@dataclass(slots=True)
class Context:
    """What all sessions of a capture share."""

    settings: Settings
    probe: str
    source: str
    counters: Counters


@dataclass(slots=True)
class Happening:
    """An event and the number of the packet that caused it, so that events of all connections can be put in order."""

    order: int
    event: Event


class SessionTracker:
    """The sessions of one connection, one after the other. Times in nanoseconds."""

    def __init__(self, key: ConnectionKey, context: Context, ledger: Ledger) -> None:
        self.ends = (_address(key[0], key[1]), key[2]), (_address(key[3], key[4]), key[5])  # address and port
        self._ledger = ledger
        self._context = context
        self._device: int | None = None
        self._session: Session | None = None
        self.is_by_enq = False  # the session began with ENQ, or with a frame: EOT ends it
        self._is_framing_known = False
        self._assembly = Assembly()
        self._latest: list[int | None] = [None, None]  # the element of each side that a tail belongs to
        self._opened_before = 0
        self._last_time = 0
        self._was_cut = False
        self._bytes = 0  # of the open session's elements
        self._is_torn = False  # the session before this one rolled over in the middle of a message
        self._happenings: list[Happening] = []

    @property
    def open_session_id(self) -> str | None:
        return self._session.session_id if self._session else None

    @property
    def open_bytes(self) -> int:
        """What it takes in memory to keep the open session: its elements, and their texts."""
        return 2 * self._bytes + _ELEMENT_COST * len(self._session.elements) if self._session else 0

    @property
    def has_had_sessions(self) -> bool:
        return self._opened_before > 0

    def take(self, elements: Elements, origin: Origin) -> list[Happening]:
        """The events that elements, in wire order, lead to. origin: how the connection began."""
        for element in elements:
            if isinstance(element, Blocks):
                self._take_blocks(element, origin)
            elif isinstance(element, Tail):
                self._take_tail(element)
            else:
                self._take(element, origin)
        if elements and self._session is not None:
            self._tell(elements[-1].order, SessionGrown(self._session))
        return self._told()

    def patient_until(self) -> int | None:
        """Time at which silence will have ended the session; None where no session is open."""
        return None if self._session is None else self._last_time + self._patience()

    def end(self, reason: EndReason, order: int, until: int | None = None) -> list[Happening]:
        """The connection, the capture, or patience (at time `until`) has come to an end."""
        if self._session is not None:
            self._complete(self._session, reason, order, until)
        return self._told()

    # -- one element -------------------------------------------------------------------------------------------

    def _patience(self) -> int:
        """Nanoseconds of silence between two elements that end the session.

        ENQ to EOT has no time limit, and a LIS may think for minutes; but a device that was switched off in the middle
        of a transfer never ends it.
        """
        if self.is_by_enq:
            return ABANDONED
        return self._context.settings.session_idle_seconds * 1_000_000_000

    def _take(self, framed: Framed, origin: Origin) -> None:
        if self._session is not None and framed.start - self._last_time > self._patience():
            self._complete(self._session, EndReason.IDLE, framed.order, self._last_time + self._patience())
        session = self._session
        if session is None:
            if framed.type not in (ElementType.START, ElementType.MESSAGE, ElementType.FRAME):
                self._context.counters.stray += 1
                return
            session = self._open(framed, origin)
        self._last_time = framed.time
        if framed.type is ElementType.OTHER and self._joins_block(session, framed):
            return
        session.end_time = _milliseconds(framed.time)
        self._know_framing(session, framed)
        number = len(session.elements)
        message, flags = self._message(session, framed, number)
        direction = self._direction(framed.side)
        session.elements.append(Element(number, session.end_time, direction, framed.type, framed.data, message, flags))
        self._latest[framed.side] = number
        self._bytes += len(framed.data)
        if Flag.TRUNCATED in flags:
            self._was_cut = True
        if framed.type is ElementType.END and not self._assembly.is_unfinished(1 - framed.side):
            self._complete(session, EndReason.EOT, framed.order)
        elif self._is_full(session):
            self._is_torn = self._assembly.side is not None
            self._complete(session, EndReason.ROLLED, framed.order)

    def _take_blocks(self, blocks: Blocks, origin: Origin) -> None:
        """As many as the session at hand can hold without ending are taken as columns; what is left, by itself."""
        at = 0
        while at < len(blocks):
            end = at + self._room_for(blocks, at)
            if end == at:
                self._take(blocks.framed(at), origin)
                at += 1
            else:
                self._append(blocks, at, end)
                at = end

    def _room_for(self, blocks: Blocks, at: int) -> int:
        """How many of the blocks from `at` on neither complete the session nor open one."""
        session = self._session
        if session is None or self.is_by_enq or not self._is_framing_known:
            return 0
        most = self._context.settings.session_max_messages - len(session.messages)
        most = min(most, MOST_ELEMENTS - len(session.elements))
        end = min(len(blocks), at + most - 1)
        if end <= at:
            return 0
        before = np.concatenate(([self._last_time], blocks.times[at : end - 1]))
        stops = blocks.starts[at:end] - before > self._patience()
        sizes = np.fromiter(map(len, blocks.data[at:end]), dtype=np.int64, count=end - at)
        stops |= np.cumsum(sizes) + self._bytes >= MOST_BYTES
        return int(stops.argmax()) if stops.any() else end - at

    def _append(self, blocks: Blocks, at: int, end: int) -> None:
        session = self._session
        assert session is not None
        count, first, message = end - at, len(session.elements), len(session.messages)
        sides = blocks.sides[at:end].tolist()
        data = blocks.data[at:end]
        session.messages += blocks.texts[at:end]
        session.elements += map(
            Element._make,
            zip(
                range(first, first + count),
                (blocks.times[at:end] // 1000 / 1000).tolist(),
                map((self._direction(0), self._direction(1)).__getitem__, sides),
                repeat(ElementType.MESSAGE),
                data,
                range(message, message + count),
                repeat(()),
                repeat(None),
            ),
        )
        self._context.counters.messages += count
        self._bytes += sum(map(len, data))
        self._last_time = int(blocks.times[end - 1])
        session.end_time = _milliseconds(self._last_time)
        for side in (0, 1):
            if side in sides:
                self._latest[side] = first + count - 1 - sides[::-1].index(side)

    def _is_full(self, session: Session) -> bool:
        if self._bytes >= MOST_BYTES or len(session.elements) >= MOST_ELEMENTS:
            return True
        return not self.is_by_enq and len(session.messages) >= self._context.settings.session_max_messages

    def _joins_block(self, session: Session, framed: Framed) -> bool:
        """Makes LF, or a second end, behind a block a part of that."""
        flag, number = _STRAY_ENDS.get(framed.data), self._latest[framed.side]
        if flag is None or framed.flags or number is None:
            return False
        block = session.elements[number]
        if block.data[:1] != b"\x0b" or block.data[-1:] not in (b"\r", b"\x1c") or flag in block.flags:
            return False
        session.elements[number] = block.with_tail(framed.data, flag)
        return True

    def _take_tail(self, tail: Tail) -> None:
        number = self._latest[tail.side]
        if self._session is None or number is None:
            return
        elements = self._session.elements
        elements[number] = elements[number].with_tail(tail.data)

    def _message(self, session: Session, framed: Framed, number: int) -> tuple[int | None, tuple[str, ...]]:
        """Index of the message that the element carries a part of, and the element's flags."""
        self._note_control(session, framed)
        if framed.body is None:
            return None, framed.flags
        if framed.type is ElementType.MESSAGE:
            self._finish_message(session)
            session.messages.append(decode(framed.body))
            self._context.counters.messages += 1
            return len(session.messages) - 1, framed.flags
        flags = self._frame_flags(session, framed)
        self._assembly.add(
            number,
            framed.side,
            framed.number,
            framed.body,
            ends_text=framed.ends_text,
            is_sound=Flag.BAD_CHECKSUM not in flags,
        )
        return None if self._assembly.is_tail else len(session.messages), flags

    def _note_control(self, session: Session, framed: Framed) -> None:
        """What a control byte, and a gap, do to the message that is on its way."""
        sender = 1 - framed.side
        if Flag.GAP in framed.flags:
            self._assembly.cut(framed.side)
        if framed.type is ElementType.NAK:
            self._assembly.refuse(sender)
        elif framed.type is ElementType.ACK or (
            # A receiver may accept with EOT, to ask the sender to stop (E1381-95 §6.3.5).
            framed.type is ElementType.END and self._assembly.is_unfinished(sender)
        ):
            self._assembly.accept(sender)
        elif framed.type is ElementType.START:
            if self._assembly.side == framed.side:  # without an EOT before it
                self._finish_message(session)
            self._assembly.begin_transfer(framed.side)
            self._is_torn = False

    def _frame_flags(self, session: Session, framed: Framed) -> tuple[str, ...]:
        """The flags of a whole frame, among what was sent before it; finishes the message that ended before it."""
        assembly, side, body = self._assembly, framed.side, framed.body or b""
        flags = framed.flags
        if self._is_torn and Flag.GAP not in flags:
            flags = (*flags, Flag.GAP)
        self._is_torn = False
        if Flag.GAP in flags:  # what is missing may hold the end of one message and the beginning of another
            self._finish_message(session)
            assembly.forget_numbers()
        elif assembly.is_repeat(side, framed.number, body):
            return (*flags, Flag.RETRANSMITTED)
        elif assembly.begins_message(side, body):
            self._finish_message(session)
        return (*flags, Flag.WRONG_NUMBER) if assembly.is_wrong_number(side, framed.number) else flags

    def _finish_message(self, session: Session) -> None:
        """What was put together from frames becomes a message; what was refused, cut, or never ended, is in none."""
        done = self._assembly.finish()
        for number in done.refused:
            session.elements[number] = session.elements[number]._replace(message=None)
        for number in done.unfinished:
            element = session.elements[number]
            session.elements[number] = element._replace(message=None, flags=(*element.flags, Flag.TRUNCATED))
        if done.text is not None:
            session.messages.append(done.text)  # last: who sees it sees what is in it, too
            self._context.counters.messages += 1

    # -- opening and completing --------------------------------------------------------------------------------

    def _open(self, framed: Framed, origin: Origin) -> Session:
        if self._device is None:
            self._device = self._device_side(framed, origin.opener)
        device, lis = self.ends[self._device], self.ends[1 - self._device]
        self._opened_before += 1
        self.is_by_enq = framed.type is not ElementType.MESSAGE or framed.data[:1] == b"\x02"
        self._is_framing_known = False
        self._was_cut = False
        self._bytes = 0
        self._latest = [None, None]
        self._session = Session(
            session_id=self._session_id(framed.start, framed.side, origin),
            number=0,  # given when the events of all connections are in order
            probe=self._context.probe,
            source=self._context.source,
            device_ip=device[0],
            device_port=device[1],
            lis_ip=lis[0],
            lis_port=lis[1],
            framing=Framing.ASTM if self.is_by_enq else Framing.MLLP,
            start_time=_milliseconds(framed.start),
            end_time=_milliseconds(framed.time),
        )
        self._tell(framed.order, SessionOpened(self._session))
        return self._session

    def _know_framing(self, session: Session, framed: Framed) -> None:
        """ENQ alone does not tell what will follow; the first frame or message does."""
        if self._is_framing_known or framed.type not in (ElementType.FRAME, ElementType.MESSAGE):
            return
        self._is_framing_known = True
        if framed.type is ElementType.FRAME:
            session.framing = Framing.ASTM
        elif Flag.NO_FRAMING in framed.flags:
            session.framing = Framing.NONE
        else:
            session.framing = Framing.STX if framed.data[:1] == b"\x02" else Framing.MLLP

    def _complete(self, session: Session, reason: EndReason, order: int, until: int | None = None) -> None:
        self._finish_message(session)
        self._assembly.forget()
        self._session = None
        session.connection = self._connection_facts(session, order, until)
        session.is_complete = reason is EndReason.EOT if self.is_by_enq else not self._was_cut
        session.end_reason = reason
        self._tell(order, SessionCompleted(session))

    def _connection_facts(self, session: Session, order: int, until: int | None) -> ConnectionFacts:
        assert self._device is not None
        first, second = (
            number is not None
            and Flag.TRUNCATED in (flags := session.elements[number].flags)
            and Flag.GAP not in flags  # else it was the capture that cut it
            for number in self._latest
        )
        return self._ledger.facts(self._device, order, until, (first, second))

    def _device_side(self, framed: Framed, opener: int | None) -> int:
        """Which side is the device: the settings say, or who connected, or who spoke first."""
        settings = self._context.settings
        for side in (0, 1):
            mine, other = self.ends[side], self.ends[1 - side]
            if settings.lis_port in (mine[1], other[1]) and mine[1] != other[1]:
                return side if other[1] == settings.lis_port else 1 - side
            if mine[0] != other[0]:
                if mine[0] == settings.device_ip or other[0] == settings.lis_ip:
                    return side
                if other[0] == settings.device_ip or mine[0] == settings.lis_ip:
                    return 1 - side
        if opener is not None:
            return opener
        is_answer = b"\rMSA" in (framed.body or b"")
        return 1 - framed.side if is_answer else framed.side

    def _direction(self, side: int) -> Direction:
        return Direction.DEVICE_TO_LIS if side == self._device else Direction.LIS_TO_DEVICE

    def _session_id(self, start: int, side: int, origin: Origin) -> str:
        """Sorts by time; the same conversation read twice has the same id, so that it is not kept twice.

        Where the sequence numbers began of the side that opens the session, and whether that was seen, tells apart what
        uses the same ports at the same time.
        """
        number = origin.numbers[side] if origin.greeted[side] else f"~{origin.numbers[side]}"
        return session_id_of(start, f"{self.ends}|{number}|{start // 1000}|{self._opened_before}".encode())

    def _tell(self, order: int, event: Event) -> None:
        self._happenings.append(Happening(order, event))

    def _told(self) -> list[Happening]:
        told, self._happenings = self._happenings, []
        return told


def _address(high: int, low: int) -> str:
    address = ipaddress.IPv6Address(high << 64 | low)
    return str(address.ipv4_mapped or address)


def _milliseconds(nanoseconds: int) -> float:
    """Unix milliseconds; the fraction keeps microseconds."""
    return nanoseconds // 1000 / 1000

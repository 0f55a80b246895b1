"""The five floors as one: bytes of a capture in, events out.

`feed` takes pieces of any size; what comes out does not depend on how the stream was cut into them.
"""

from collections import OrderedDict
from collections.abc import Collection

import numpy as np

from hl7capture.capture.capture_reader import CaptureReader
from hl7capture.capture.delivery import Closed, Delivery, Exchange
from hl7capture.capture.encrypted import EncryptedServers
from hl7capture.capture.flows import ConnectionKey, by_connection
from hl7capture.capture.framing.control import Markers
from hl7capture.capture.framing.detection import Protocol
from hl7capture.capture.framing.dialogue import Dialogue
from hl7capture.capture.framing.framed import Framed, Tail
from hl7capture.capture.framing.unread import SILENCE
from hl7capture.capture.packet_batch import CaptureFormatError, Ints
from hl7capture.capture.packets import SYN, SegmentBatch, segments
from hl7capture.capture.sessions import Context, Happening, SessionTracker
from hl7capture.capture.streams import Connection
from hl7capture.model.events import Counters, Event, Notice, SessionGrown, SessionOpened
from hl7capture.model.session import EndReason
from hl7capture.model.settings import Settings

MOST_CONNECTIONS = 20_000
# How long a closed connection is remembered, so that a late retransmission opens nothing (nanoseconds).
_REMEMBERED = 120 * 1_000_000_000
_SWEEP_INTERVAL = 1_000_000_000


class Engine:
    """Reads one capture. `settings` may be replaced at any time and counts from then on.

    probe: name of this machine; source: interface or file name: both go into every session.
    first_number: the running number of the first session.
    """

    def __init__(self, settings: Settings, *, probe: str, source: str, first_number: int = 1) -> None:
        self.counters = Counters()
        self._context = Context(settings, probe, source, self.counters)
        self._reader = CaptureReader()
        self._links: OrderedDict[ConnectionKey, _Link] = OrderedDict()
        self._encrypted = EncryptedServers()
        self._next_number = first_number
        self._now = 0  # time of the latest packet, nanoseconds
        self._swept = 0  # time of the latest look for silent connections
        self._happenings: list[Happening] = []

    @property
    def settings(self) -> Settings:
        return self._context.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._context.settings = settings

    def feed(self, data: bytes) -> list[Event]:
        """The events that the next bytes of the capture lead to.

        Raises CaptureFormatError where they are no capture, or damaged; `finish` still gives what was there before.
        """
        batch = self._reader.feed(data)
        if batch is None:
            return []
        found = segments(batch, self.counters)
        for key, rows in by_connection(found):
            self._receive(key, found, rows)
        self._now = max(self._now, int(batch.time[-1]))
        if self._now - self._swept >= _SWEEP_INTERVAL:
            self._swept = self._now
            self._sweep(self._now)
        self._evict()
        return self._told()

    def pass_time(self, seconds: float) -> list[Event]:
        """No packet has come for `seconds` after the latest one: sessions may end by silence."""
        self._sweep(self._now + int(seconds * 1e9))
        return self._told()

    def finish(self) -> list[Event]:
        """The capture has ended: open sessions are completed as `stopped`. What is wrong with its end is a Notice."""
        problem: str | None
        try:
            problem = self._reader.finish()
        except CaptureFormatError as error:
            problem = str(error)
        for link in self._links.values():
            self._end(link, EndReason.STOPPED)
        self._links.clear()
        events = self._told()
        if problem:
            events.append(Notice(problem))
        return events

    @property
    def next_number(self) -> int:
        """The running number of the next session."""
        return self._next_number

    def roll(self, session_ids: Collection[str]) -> list[Event]:
        """Ends the MLLP sessions among these, so that their links begin new ones with the next message."""
        for link in self._links.values():
            if link.tracker.open_session_id in session_ids and not link.tracker.is_by_enq:
                self._happenings += link.tracker.end(EndReason.ROLLED, self.counters.packets)
        return self._told()

    def _receive(self, key: ConnectionKey, batch: SegmentBatch, rows: Ints) -> None:
        while len(rows):
            link = self._links.get(key)
            if link is None:
                link = self._links[key] = _Link(key, self._context)
                self.counters.connections += 1
            self._links.move_to_end(key)
            if link.is_ignored:  # until its ports are used again
                opens = np.flatnonzero(batch.flags[rows] & SYN)
                if not len(opens):
                    return
                rows = rows[opens[0] :]
            deliveries, taken = link.connection.receive(batch, rows)
            self._deliver(link, deliveries)
            rows = rows[taken:]
            if len(rows):  # the ports are used again
                self._end(link, EndReason.CLOSED, int(batch.order[rows[0]]))
                del self._links[key]

    def _deliver(self, link: "_Link", deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if isinstance(delivery, Closed):
                elements = link.finish(is_closed=not delivery.reset)
                self._note_protocol(link, delivery.order)
                reason = EndReason.RESET if delivery.reset else EndReason.CLOSED
                self._happenings += link.tracker.take(elements, link.connection.opener)
                self._happenings += link.tracker.end(reason, delivery.order)
                continue
            dialogue = link.dialogue_for(self._context.settings)
            elements = dialogue.feed(delivery) if isinstance(delivery, Exchange) else dialogue.gap(delivery)
            self._note_protocol(link, self.counters.packets)
            if elements:
                self._happenings += link.tracker.take(elements, link.connection.opener)

    def _note_protocol(self, link: "_Link", order: int) -> None:
        """What a connection speaks is known: an encrypted one may be worth telling."""
        dialogue = link.dialogue
        if link.is_noted or dialogue is None or dialogue.protocol in (Protocol.UNDECIDED, Protocol.FOREIGN):
            return
        link.is_noted = True
        ends, opener = link.tracker.ends, link.connection.opener
        if dialogue.protocol is Protocol.TLS:
            self.counters.encrypted += 1
            client = dialogue.greeter or 0
            name = dialogue.server_name
            text = self._encrypted.encrypts(ends[client], ends[1 - client], name, self._context.settings)
        elif opener is None:
            return
        else:
            text = self._encrypted.carries(ends[1 - opener])
        if text:
            self._happenings.append(Happening(order, Notice(text, is_problem=False)))

    def _sweep(self, now: int) -> None:
        """Ends sessions that have fallen silent, and forgets connections that were closed long ago."""
        forgotten = []
        for key, link in self._links.items():
            if link.is_waiting:
                if now - link.connection.last_time <= SILENCE:
                    continue  # what is on its way may still belong to the session
                if not link.connection.has_hole:
                    self._happenings += link.tracker.take(link.pause(), link.connection.opener)
            until = link.tracker.patient_until(is_inside=link.is_inside)
            if until is not None and now > until:
                self._end(link, EndReason.CLOSED if link.connection.has_fin else EndReason.IDLE)
            elif link.connection.is_over and now - link.connection.last_time > _REMEMBERED:
                forgotten.append(key)
        for key in forgotten:
            del self._links[key]

    def _evict(self) -> None:
        """Too many connections: those that were silent for the longest are given up."""
        while len(self._links) > MOST_CONNECTIONS:
            _, link = self._links.popitem(last=False)
            self._end(link, EndReason.IDLE)
            self.counters.evicted += 1

    def _end(self, link: "_Link", reason: EndReason, order: int | None = None) -> None:
        """Ends the link's session, with everything that was still waiting in the floors below."""
        order = self.counters.packets if order is None else order
        self._deliver(link, link.connection.give_up_holes(order, self._now))
        # A link that is silent between two elements may go on; one that fell silent inside of one was cut.
        elements = link.pause() if reason is EndReason.IDLE and not link.is_inside else link.finish()
        self._note_protocol(link, order)
        self._happenings += link.tracker.take(elements, link.connection.opener)
        self._happenings += link.tracker.end(reason, order)

    def _told(self) -> list[Event]:
        """The events so far in the order of their packets; a session gets its number here."""
        happenings, self._happenings = self._happenings, []
        happenings.sort(key=lambda happening: happening.order)
        for happening in happenings:
            if isinstance(happening.event, SessionOpened):
                happening.event.session.number = self._next_number
                self._next_number += 1
                self.counters.sessions += 1
        return [h.event for h in happenings if not (isinstance(h.event, SessionGrown) and not h.event.session.is_open)]


class _Link:
    """One connection on its way through the floors."""

    def __init__(self, key: ConnectionKey, context: Context) -> None:
        self.connection = Connection(context.counters)
        self.tracker = SessionTracker(key, context)
        self.dialogue: Dialogue | None = None
        self.is_noted = False  # it is known what it speaks

    def dialogue_for(self, settings: Settings) -> Dialogue:
        """The connection's dialogue, begun with its first bytes, when it is known whether its opening was seen."""
        if self.dialogue is None:
            self.dialogue = Dialogue(Markers.of(settings), from_start=self.connection.opener is not None)
        return self.dialogue

    @property
    def is_ignored(self) -> bool:
        """Speaks something else: its bytes need not be looked at."""
        return self.dialogue is not None and self.dialogue.is_foreign

    @property
    def is_inside(self) -> bool:
        return self.dialogue is not None and self.dialogue.is_inside

    @property
    def is_waiting(self) -> bool:
        return self.dialogue is not None and self.dialogue.is_waiting

    def pause(self) -> list[Framed | Tail]:
        return self.dialogue.pause() if self.dialogue else []

    def finish(self, *, is_closed: bool = False) -> list[Framed | Tail]:
        return self.dialogue.finish(is_closed=is_closed) if self.dialogue else []

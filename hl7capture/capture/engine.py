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
from hl7capture.capture.framing.blocks import Elements
from hl7capture.capture.framing.control import Markers
from hl7capture.capture.framing.detection import Protocol
from hl7capture.capture.framing.dialogue import Dialogue
from hl7capture.capture.packet_batch import CaptureFormatError, Ints, PacketBatch
from hl7capture.capture.packets import SYN, PacketDecoder, SegmentBatch
from hl7capture.capture.sessions import Context, Happening, SessionTracker
from hl7capture.capture.streams import HOLE_SILENCE, REMEMBERED, Connection
from hl7capture.model.events import Counters, Event, Notice, SessionGrown, SessionOpened
from hl7capture.model.session import EndReason
from hl7capture.model.settings import Settings

MOST_CONNECTIONS = 20_000
_SWEEP_INTERVAL = 1_000_000_000


class Engine:
    """Reads one capture. `settings` may be replaced at any time and counts from then on.

    probe: name of this machine; source: interface or file name: both go into every session.
    first_number: the running number of the first session.
    """

    def __init__(self, settings: Settings, *, probe: str, source: str, first_number: int = 1) -> None:
        self.counters = Counters()
        self._context = Context(settings, _text(probe), _text(source), self.counters)
        self._reader = CaptureReader()
        self._decoder = PacketDecoder(self.counters)
        self._encrypted = EncryptedServers()
        self._links: OrderedDict[ConnectionKey, _Link] = OrderedDict()
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
        try:
            batch = self._reader.feed(data)
        finally:
            self.counters.dropped = self._reader.dropped
        return [] if batch is None else self.take(batch)

    def take(self, batch: PacketBatch) -> list[Event]:
        """The events that these packets lead to: for captures whose format is read elsewhere, as when files are merged.

        One engine is either fed or given packets.
        """
        found = self._decoder.segments(batch)
        for key, rows in by_connection(found):
            self._receive(key, found, rows)
        self._now = max(self._now, int(batch.time.max()))
        if self._now - self._swept >= _SWEEP_INTERVAL:
            self._swept = self._now
            self._sweep(self._now)
        self._evict()
        return self._told()

    def pass_time(self, seconds: float) -> list[Event]:
        """No packet has come for `seconds` after the latest one: sessions may end by silence."""
        self._sweep(self._now + int(seconds * 1e9))
        return self._told()

    def finish(self, *, ends_anywhere: bool = False) -> list[Event]:
        """The capture has ended: open sessions are completed as `stopped`. What is wrong with its end is a Notice.

        ends_anywhere: no end is wrong, for it was asked for, or somebody else tells of it.
        """
        problem: str | None
        try:
            problem = self._reader.finish()
            if ends_anywhere:
                problem = None
        except CaptureFormatError as error:
            problem = str(error)
        self._decoder.finish()
        self._sweep(self._now)
        for link in self._links.values():
            self._end(link, EndReason.STOPPED)
        self._links.clear()
        events = self._told()
        if problem:
            events.append(Notice(problem))
        return events

    @property
    def next_number(self) -> int:
        """The running number of the next session; engines that work side by side take turns with it."""
        return self._next_number

    @next_number.setter
    def next_number(self, number: int) -> None:
        self._next_number = number

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
                ignored = int(opens[0]) if len(opens) else len(rows)
                link.connection.ignore(batch, rows[:ignored])
                rows = rows[ignored:]
                if not len(rows):
                    return
            deliveries, taken = link.connection.receive(batch, rows)
            self._deliver(link, deliveries)
            rows = rows[taken:]
            if len(rows) and (batch.flags[rows[0]] & SYN or not link.is_ignored):  # the ports are used again
                order = int(batch.order[rows[0]])
                self._fall_silent(link, order, int(batch.time[rows[0]]))
                self._end(link, EndReason.CLOSED, order)
                del self._links[key]

    def _deliver(self, link: "_Link", deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if isinstance(delivery, Closed):
                self._fall_silent(link, delivery.order, delivery.time)
                reason = EndReason.RESET if delivery.reset else EndReason.CLOSED
                self._take(link, link.finish(is_closed=not delivery.reset), delivery.order)
                self._happenings += link.tracker.end(reason, delivery.order)
                continue
            dialogue = link.dialogue_for(self._context.settings)
            elements: Elements = dialogue.feed(delivery) if isinstance(delivery, Exchange) else dialogue.gap(delivery)
            self._take(link, elements, self.counters.packets)

    def _take(self, link: "_Link", elements: Elements, order: int) -> None:
        """The elements go to the link's sessions; what it speaks may be worth telling."""
        if link.protocol is not link.noted_protocol:
            link.noted_protocol = link.protocol
            self._note_protocol(link, order)
        if elements:
            self._happenings += link.tracker.take(elements, link.connection.origin)

    def _note_protocol(self, link: "_Link", order: int) -> None:
        opener = link.connection.opener
        if opener is None or link.protocol is Protocol.FOREIGN:
            return
        client, server = link.tracker.ends[opener], link.tracker.ends[1 - opener]
        if link.protocol is Protocol.TLS:
            self.counters.encrypted += 1
            text = self._encrypted.spoke_tls(client, server, link.server_name, self.settings)
        else:
            text = self._encrypted.spoke_in_the_open(server)
        if text:
            self._happenings.append(Happening(order, Notice(text, is_problem=False)))

    def _sweep(self, now: int) -> None:
        """Ends sessions that have fallen silent, and forgets connections that were closed long ago.

        It only does earlier what the connection's next packet would lead to.
        """
        forgotten = []
        for key, link in self._links.items():
            self._fall_silent(link, self.counters.packets, now)
            is_old = link.connection.is_over and now - link.connection.last_time > REMEMBERED
            if is_old and not link.is_ignored:
                forgotten.append(key)
        for key in forgotten:
            del self._links[key]

    def _fall_silent(self, link: "_Link", order: int, now: int) -> None:
        """It is `now`, and nothing more has come: holes are given up, elements and sessions may be over."""
        connection = link.connection
        if connection.has_hole and now - connection.last_time > HOLE_SILENCE:
            self._deliver(link, connection.give_up_holes(order, now))
        if connection.has_hole:
            return
        self._take(link, link.fall_silent(now), order)
        until = link.tracker.patient_until()
        if until is not None and now > until and not link.is_waiting:
            self._happenings += link.tracker.end(EndReason.IDLE, order)

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
        self._take(link, link.finish(), order)
        self._happenings += link.tracker.end(reason, order)

    def _told(self) -> list[Event]:
        """The events so far in the order of their packets; a session gets its number here."""
        happenings, self._happenings = self._happenings, []
        happenings.sort(key=lambda happening: happening.order)
        for happening in happenings:
            if isinstance(happening.event, SessionOpened):
                session = happening.event.session
                session.number = self._next_number
                self._next_number += 1
                self.counters.sessions += 1
        return [h.event for h in happenings if not (isinstance(h.event, SessionGrown) and not h.event.session.is_open)]


def _text(name: str) -> str:
    """The name as it can stand in a document: a file's name may hold bytes that are no text."""
    return name.encode(errors="replace").decode()


class _Link:
    """One connection on its way through the floors."""

    def __init__(self, key: ConnectionKey, context: Context) -> None:
        self.connection = Connection(context.counters)
        self.tracker = SessionTracker(key, context)
        self.noted_protocol = Protocol.UNDECIDED
        self._dialogue: Dialogue | None = None

    def dialogue_for(self, settings: Settings) -> Dialogue:
        """The connection's dialogue, begun with its first bytes, when it is known whether its opening was seen."""
        if self._dialogue is None:
            self._dialogue = Dialogue(Markers.of(settings), from_start=self.connection.opener is not None)
        return self._dialogue

    @property
    def protocol(self) -> Protocol:
        return self._dialogue.protocol if self._dialogue else Protocol.UNDECIDED

    @property
    def server_name(self) -> str | None:
        """The name that was asked for, where the connection is encrypted."""
        return self._dialogue.server_name if self._dialogue else None

    @property
    def is_ignored(self) -> bool:
        """Speaks something else: its bytes need not be looked at."""
        return self._dialogue is not None and self._dialogue.is_foreign

    @property
    def is_waiting(self) -> bool:
        """Something is on its way that may still belong to the open session."""
        return self._dialogue is not None and self._dialogue.is_waiting

    def fall_silent(self, now: int) -> Elements:
        return self._dialogue.fall_silent(now) if self._dialogue else []

    def finish(self, *, is_closed: bool = False) -> Elements:
        return self._dialogue.finish(is_closed=is_closed) if self._dialogue else []

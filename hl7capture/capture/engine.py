"""The five floors as one: bytes of a capture in, events out.

`feed` takes pieces of any size; what comes out does not depend on how the stream was cut into them.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection

import numpy as np

from hl7capture.capture.capture_reader import CaptureReader
from hl7capture.capture.delivery import Closed, Delivery, Exchange
from hl7capture.capture.flows import ConnectionKey, by_connection
from hl7capture.capture.framing.blocks import Elements
from hl7capture.capture.framing.detection import Protocol
from hl7capture.capture.ledger import Fact
from hl7capture.capture.link import Link
from hl7capture.capture.packet_batch import CaptureFormatError, Ints, PacketBatch
from hl7capture.capture.packets import SYN, PacketDecoder, SegmentBatch
from hl7capture.capture.sessions import Context, Happening
from hl7capture.capture.streams import HOLE_SILENCE, REMEMBERED
from hl7capture.capture.troubles import LinkTroubles
from hl7capture.model.events import Counters, Event, Notice, SessionGrown, SessionOpened
from hl7capture.model.link import LinkTrouble, TroubleKind
from hl7capture.model.session import EndReason
from hl7capture.model.settings import Settings

MOST_CONNECTIONS = 20_000
# What all connections may keep together, and what they keep when the largest have given way: docs/decisions/0034.
MOST_BYTES, ROOM_AGAIN = 192 << 20, 144 << 20
_SWEEP_INTERVAL = 1_000_000_000
# What is given up moves from floor to floor: out of order, unfinished, in the open session.
_MOST_STEPS = 3
_TOO_MUCH = (
    f"More than {MOST_BYTES >> 20} MiB waited at once to be completed; the largest streams out of order, unfinished "
    "messages and open sessions were given up, so messages may be cut"
)
# A SYN that was repeated and then no more for so long (nanoseconds) has failed: systems double the time each time.
_UNANSWERED_AFTER = 10 * 1_000_000_000
# A connection that still stands is called silent when nothing was said for so long (nanoseconds).
_SILENT_AFTER = 60 * 1_000_000_000


class Engine:
    """Reads one capture. `settings` may be replaced at any time and counts from then on.

    probe: name of this machine; source: interface or file name: both go into every session.
    first_number: the running number of the first session. between: called now and then, between two connections.
    """

    def __init__(self, settings: Settings, *, probe: str, source: str, first_number: int = 1) -> None:
        self.counters = Counters()
        self._context = Context(settings, _text(probe), _text(source), self.counters)
        self._reader = CaptureReader()
        self._decoder = PacketDecoder(self.counters)
        self._troubles = LinkTroubles()
        self._links: OrderedDict[ConnectionKey, Link] = OrderedDict()
        self._next_number = first_number
        self._now = 0  # time of the latest packet, nanoseconds
        self._swept = 0  # time of the latest look for silent connections
        self._happenings: list[Happening] = []
        self.between: Callable[[], None] = lambda: None
        self.held_bytes = 0  # what all connections keep in memory until more of them comes

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
        copies = self._copies()
        for key, rows in by_connection(found):
            self._receive(key, found, rows, copies.pop(key, None))
            self.between()
        for key, rest in copies.items():  # of packets that came in an earlier piece
            if (link := self._links.get(key)) is not None and not link.is_ignored:
                link.connection.ledger.copies(rest)
                self._settle(link)
        self._now = max(self._now, int(batch.time.max()))
        if self._now - self._swept >= _SWEEP_INTERVAL:
            self._swept = self._now
            self._sweep(self._now)
        self._evict()
        if self.held_bytes > MOST_BYTES:
            self._give_way()
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
            self._end(link, EndReason.STOPPED, self.counters.packets, self._now)
        self._links.clear()
        self.held_bytes = 0
        events = self._told()
        events += [Notice(text, is_problem=False) for text in self._troubles.totals()]
        if problem:
            events.append(Notice(problem))
        return events

    @property
    def troubles_noted(self) -> int:
        """Another number as soon as `link_troubles` has something else to tell."""
        return self._troubles.noted

    def link_troubles(self) -> list[LinkTrouble]:
        """What became of connections that have no session; silent ones are among them when they are over."""
        return self._troubles.links(self.settings)

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
                self._settle(link)
        return self._told()

    def _copies(self) -> dict[ConnectionKey, SegmentBatch]:
        """The second copies among the latest packets, for each connection."""
        copies = self._decoder.copies
        return {} if copies is None else {key: copies.select(rows) for key, rows in by_connection(copies)}

    def _receive(self, key: ConnectionKey, batch: SegmentBatch, rows: Ints, copies: SegmentBatch | None) -> None:
        while len(rows):
            link = self._links.get(key)
            if link is None:
                link = self._links[key] = Link(key, self._context)
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
            if copies is not None:
                mine = copies.order < batch.order[rows[taken]] if taken < len(rows) else copies.order >= 0
                if mine.any():
                    link.connection.ledger.copies(copies.select(mine))
                copies = copies.select(~mine)
            self._deliver(link, deliveries)
            if link.connection.unanswered is not None:
                self._fail(link, TroubleKind.UNANSWERED, link.connection.unanswered)
            rows = rows[taken:]
            if len(rows) and (batch.flags[rows[0]] & SYN or not link.is_ignored):  # the ports are used again
                order, time, side = (int(column[rows[0]]) for column in (batch.order, batch.time, batch.side))
                if batch.flags[rows[0]] & SYN and not link.connection.is_over:
                    link.connection.ledger.note(order, time, side, Fact.REPLACED)
                if link.connection.waiting_syns:
                    self._fail(link, TroubleKind.UNANSWERED, order)
                self._fall_silent(link, order, time)
                self._end(link, EndReason.CLOSED, order, time)
                self._forget(key)
            else:
                self._settle(link)

    def _deliver(self, link: Link, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if isinstance(delivery, Closed):
                self._fall_silent(link, delivery.order, delivery.time)
                reason = EndReason.RESET if delivery.reset else EndReason.CLOSED
                self._take(link, link.finish(is_closed=not delivery.reset), delivery.order)
                self._happenings += link.tracker.end(reason, delivery.order)
                if delivery.reset:
                    self._note_reset(link, delivery.order)
                else:
                    self._note_silence(link, delivery.order, delivery.time, is_open=False)
                continue
            dialogue = link.dialogue
            elements: Elements = dialogue.feed(delivery) if isinstance(delivery, Exchange) else dialogue.gap(delivery)
            self._take(link, elements, self.counters.packets)

    def _take(self, link: Link, elements: Elements, order: int) -> None:
        """The elements go to the link's sessions; what it speaks may be worth telling."""
        if link.protocol is not link.noted_protocol:
            link.noted_protocol = link.protocol
            self._note_protocol(link, order)
        if elements:
            self._happenings += link.tracker.take(elements, link.connection.origin)

    def _note_protocol(self, link: Link, order: int) -> None:
        if link.client_and_server is None:
            return
        if link.protocol is Protocol.TLS:
            self.counters.encrypted += 1
            self._note_trouble(link, TroubleKind.ENCRYPTED, order, name=link.server_name)
        elif link.protocol is Protocol.FOREIGN:
            if link.other_service is not None:
                self._note_trouble(link, TroubleKind.OTHER_SERVICE, order, name=link.other_service)
        else:
            _, server = link.client_and_server
            for text in self._troubles.speaks(server):
                self._notice(order, text)

    def _sweep(self, now: int) -> None:
        """Ends sessions that have fallen silent, and forgets connections that were closed long ago.

        It only does earlier what the connection's next packet would lead to.
        """
        forgotten = []
        for key, link in self._links.items():
            if link.held_bytes:
                self._fall_silent(link, self.counters.packets, now)
                self._settle(link)
            silence = now - link.connection.last_time
            if link.connection.waiting_syns > 1 and silence > _UNANSWERED_AFTER:
                self._fail(link, TroubleKind.UNANSWERED, self.counters.packets)
            elif link.connection.is_over and silence > REMEMBERED and not link.is_ignored:
                forgotten.append(key)
        for key in forgotten:
            self._forget(key)

    def _fall_silent(self, link: Link, order: int, now: int) -> None:
        """It is `now`, and nothing more has come: holes are given up, elements and sessions may be over."""
        connection = link.connection
        if connection.has_hole and now - connection.last_time > HOLE_SILENCE:
            self._deliver(link, connection.give_up_silent_holes(order))
        if connection.has_hole:
            return
        self._take(link, link.fall_silent(now), order)
        if not link.is_waiting:
            self._lose_patience(link, order, now)

    def _lose_patience(self, link: Link, order: int, now: int) -> None:
        """Ends the link's session where it has been silent for long enough."""
        until = link.tracker.patient_until()
        if until is not None and now > until:
            self._happenings += link.tracker.end(EndReason.IDLE, order, until)

    def _evict(self) -> None:
        """Too many connections: those that were silent for the longest are given up."""
        while len(self._links) > MOST_CONNECTIONS:
            key, link = next(iter(self._links.items()))
            self._end(link, EndReason.IDLE, self.counters.packets, self._now)
            self._forget(key)
            self.counters.evicted += 1

    def _give_way(self) -> None:
        """Too much is kept in all: the connections that keep the most give way, until there is room again."""
        if not self.counters.gave_way:
            self._happenings.append(Happening(self.counters.packets, Notice(_TOO_MUCH)))
        for link in sorted(self._links.values(), key=lambda link: link.held_bytes, reverse=True):
            if self.held_bytes <= ROOM_AGAIN:
                return
            self.counters.gave_way += 1
            before = link.held_bytes
            for _ in range(_MOST_STEPS):
                self._give_up_largest(link)
                self._settle(link)
                if link.held_bytes <= before // 2:
                    break

    def _give_up_largest(self, link: Link) -> None:
        """The largest part of what a connection keeps moves on: behind a hole, out of an element, or to its end."""
        out_of_order, unfinished = link.connection.waiting_bytes, link.unfinished_bytes
        if out_of_order >= max(unfinished, link.tracker.open_bytes):
            self._deliver(link, link.connection.give_up_holes(self.counters.packets, self._now))
            link.connection.ledger.settle(None, None)
        elif unfinished >= link.tracker.open_bytes:
            self._take(link, link.give_up(self.counters.packets, self._now), self.counters.packets)
        else:
            self._happenings += link.tracker.end(EndReason.ROLLED, self.counters.packets)

    def _settle(self, link: Link) -> None:
        """The link has taken all its packets of a piece of the capture, or given up some of what it keeps."""
        link.settle()
        before, link.held_bytes = link.held_bytes, link.kept_bytes
        self.held_bytes += link.held_bytes - before

    def _forget(self, key: ConnectionKey) -> None:
        self.held_bytes -= self._links.pop(key).held_bytes

    def _end(self, link: Link, reason: EndReason, order: int, time: int) -> None:
        """Ends the link's session, with everything that was still waiting in the floors below."""
        if link.connection.waiting_syns > 1:
            self._fail(link, TroubleKind.UNANSWERED, order)
        is_waiting = link.is_waiting
        self._deliver(link, link.connection.give_up_holes(order, time))
        self._take(link, link.finish(), order)
        if not is_waiting:
            self._lose_patience(link, order, time)  # where there was a hole nobody has looked yet
        self._happenings += link.tracker.end(reason, order)
        self._note_silence(link, order, time, is_open=True)

    def _note_reset(self, link: Link, order: int) -> None:
        """A connection was reset: worth telling where no session shows it."""
        connection = link.connection
        if connection.refused is not None:
            self._fail(link, TroubleKind.REFUSED, order)
        elif connection.opener is not None and not (link.tracker.has_had_sessions or link.is_ignored):
            is_by_client = connection.reset_by == connection.opener
            self._fail(link, TroubleKind.RESET_BY_CLIENT if is_by_client else TroubleKind.RESET_BY_SERVER, order)

    def _note_silence(self, link: Link, order: int, now: int, *, is_open: bool) -> None:
        """The connection is over, or at least what is known of it, and perhaps nobody has said anything."""
        silence = now - link.connection.opened
        if link.connection.is_silent and not link.has_failed and (silence > _SILENT_AFTER or not is_open):
            link.has_failed = True
            self._note_trouble(link, TroubleKind.SILENT, order, silence=silence, is_open=is_open)

    def _fail(self, link: Link, failure: TroubleKind, order: int) -> None:
        """The connection has come to nothing; that is counted once."""
        if link.has_failed or link.client_and_server is None:
            return
        link.has_failed = True
        self.counters.refused += failure is TroubleKind.REFUSED
        self.counters.unanswered += failure is TroubleKind.UNANSWERED
        self._note_trouble(link, failure, order)

    def _note_trouble(
        self,
        link: Link,
        kind: TroubleKind,
        order: int,
        *,
        name: str | None = None,
        silence: int = 0,
        is_open: bool = False,
    ) -> None:
        assert link.client_and_server is not None
        client, server = link.client_and_server
        opened, settings = link.connection.opened, self.settings
        text = self._troubles.happened(
            kind, client, server, opened, settings, name=name, silence=silence, is_open=is_open
        )
        self._notice(order, text)

    def _notice(self, order: int, text: str | None) -> None:
        if text:
            self._happenings.append(Happening(order, Notice(text, is_problem=False)))

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
                for text in self._troubles.speaks((session.lis_ip, session.lis_port)):
                    self._notice(happening.order, text)
        happenings += self._happenings
        self._happenings = []
        return [h.event for h in happenings if not (isinstance(h.event, SessionGrown) and not h.event.session.is_open)]


def _text(name: str) -> str:
    """The name as it can stand in a document: a file's name may hold bytes that are no text."""
    return name.encode(errors="replace").decode()

"""One connection on its way through the floors: reassembly, framing, sessions, and what it keeps in memory there."""

from hl7capture.capture.delivery import Gap
from hl7capture.capture.flows import ConnectionKey
from hl7capture.capture.framing.blocks import Elements
from hl7capture.capture.framing.control import Markers
from hl7capture.capture.framing.detection import Protocol
from hl7capture.capture.framing.dialogue import Dialogue
from hl7capture.capture.sessions import Context, SessionTracker
from hl7capture.capture.streams import Connection
from hl7capture.capture.troubles import End


class Link:
    """The connection, its dialogue and its sessions.

    noted_protocol, has_failed, held_bytes: what the engine has told of it and counted.
    """

    def __init__(self, key: ConnectionKey, context: Context) -> None:
        self.connection = Connection(context.counters)
        self.tracker = SessionTracker(key, context, self.connection.ledger)
        self.noted_protocol = Protocol.UNDECIDED
        self.has_failed = False  # or came to its end, before anything was said
        self.held_bytes = 0  # `kept_bytes` when the engine last looked
        self._context = context
        self._dialogue: Dialogue | None = None

    @property
    def dialogue(self) -> Dialogue:
        """Begun with the connection's first bytes, when it is known whether its opening was seen."""
        if self._dialogue is None:
            self._dialogue = self._new_dialogue(from_start=self.connection.opener is not None)
        return self._dialogue

    @property
    def client_and_server(self) -> tuple[End, End] | None:
        """Both ends, the one that opened the connection first; None where that was not seen."""
        opener = self.connection.opener
        return None if opener is None else (self.tracker.ends[opener], self.tracker.ends[1 - opener])

    @property
    def protocol(self) -> Protocol:
        return self._dialogue.protocol if self._dialogue else Protocol.UNDECIDED

    @property
    def server_name(self) -> str | None:
        """The name that was asked for, where the connection is encrypted."""
        return self._dialogue.server_name if self._dialogue else None

    @property
    def other_service(self) -> str | None:
        """Which service the server greets as, where that is none that takes messages."""
        greeting = self._dialogue.greeting if self._dialogue else None
        return greeting[1] if greeting is not None and greeting[0] != self.connection.opener else None

    @property
    def is_ignored(self) -> bool:
        """Speaks something else: its bytes need not be looked at."""
        return self._dialogue is not None and self._dialogue.is_foreign

    @property
    def is_waiting(self) -> bool:
        """Something is on its way that may still belong to the open session."""
        return self._dialogue is not None and self._dialogue.is_waiting

    @property
    def unfinished_bytes(self) -> int:
        """Bytes that no element has taken yet."""
        return self._dialogue.waiting_bytes if self._dialogue else 0

    @property
    def kept_bytes(self) -> int:
        """What it takes in memory to keep what is not delivered, not finished, or not completed yet."""
        return self.connection.waiting_bytes + self.unfinished_bytes + self.tracker.open_bytes

    def fall_silent(self, now: int) -> Elements:
        """It is `now` (nanoseconds), and nothing more was said."""
        return self._dialogue.fall_silent(now) if self._dialogue else []

    def finish(self, *, is_closed: bool = False) -> Elements:
        """No more bytes will come. is_closed: both sides have said so."""
        return self._dialogue.finish(is_closed=is_closed) if self._dialogue else []

    def give_up(self, order: int, time: int) -> Elements:
        """What has begun is cut, and a new beginning is looked for."""
        if self.protocol is Protocol.UNDECIDED:
            self._dialogue = self._new_dialogue(from_start=False)
            return []
        return [element for side in (0, 1) for element in self.dialogue.gap(Gap(side, 0, order, time))]

    def settle(self) -> None:
        """The link has taken all its packets of a piece of the capture: facts that no session needs by itself go."""
        waiting = (self.connection.hole_began, self._dialogue.waiting_since if self._dialogue else None)
        before = min((order for order in waiting if order is not None), default=None)
        self.connection.ledger.settle(before, self.tracker.patient_until())

    def _new_dialogue(self, *, from_start: bool) -> Dialogue:
        return Dialogue(Markers.of(self._context.settings), from_start=from_start)

"""What earlier sessions tell of a later one: answers that come in another session, messages that are sent again."""

from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, Acknowledgements
from hl7capture.hl7.acknowledgements.tracker import AcknowledgementTracker
from hl7capture.hl7.acknowledgements.words import words_in
from hl7capture.hl7.header import Header
from hl7capture.model.connection import End
from hl7capture.model.elements import Direction, Element, ElementType, Framing
from hl7capture.model.session import Session

_MOST_IDS = 20_000
_MOST_LINKS = 10_000


class Attempts(msgspec.Struct, gc=False):
    """All the times that one message was sent with the same bytes, MSH-7 apart; also those that came later.

    first, last: when, Unix milliseconds. session_id: where it was sent last.
    """

    first: float
    last: float
    session_id: str
    number: int
    has_succeeded: bool


class Sent(msgspec.Struct, eq=False, gc=False):
    """A message as it was sent one time. digest: the same for the same bytes, MSH-7 apart.

    attempts: None as long as it is the only one.
    """

    control_id: str
    digest: int
    element: int
    direction: Direction
    timestamp: float
    session_id: str
    acknowledged: Acknowledged | None
    attempts: Attempts | None = None

    @property
    def is_answered(self) -> bool:
        return self.acknowledged is not None and bool(self.acknowledged.answers)

    def was_answered(self, before: float) -> bool:
        """Had an answer come before that time?"""
        one = self.acknowledged
        return one is not None and any(answer.timestamp <= before for answer in one.answers)

    @property
    def is_answer_unknown(self) -> bool:
        return self.acknowledged is None or self.acknowledged.is_excused


@dataclass(slots=True)
class Repeat:
    """A control id that stood in an earlier message of the same device (or LIS), too."""

    earlier: Sent
    later: Sent

    @property
    def is_same(self) -> bool:
        """The same message, MSH-7 apart."""
        return self.earlier.digest == self.later.digest


@dataclass(slots=True)
class Heard:
    """What is known of a session. headers: of its ER7 messages, with their elements, a list for each direction.

    sent: its messages that have a control id and are no answers. closes: how many sessions of this link in a row, this
    one included, the LIS closed after one message.
    """

    acknowledgements: Acknowledgements
    headers: dict[Direction, list[tuple[Element, Header]]] = field(
        default_factory=lambda: {direction: [] for direction in Direction}
    )
    sent: list[Sent] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    closes: int = 0


class History:
    """Takes completed sessions in the order of their beginning, each once. Everything it keeps is bounded."""

    def __init__(self) -> None:
        self._tracker = AcknowledgementTracker()
        self._sent: OrderedDict[tuple[str, str, Direction, str], Sent] = OrderedDict()
        self._closes: OrderedDict[tuple[str, str, int], int] = OrderedDict()

    def take(self, session: Session) -> Heard:
        """The next session: what is known of it. Later ones add to that, until its messages are long ago.

        Never raises.
        """
        heard = Heard(self._tracker.take(session))
        said = {one.element: one for one in heard.acknowledgements.said}
        is_by_enq = session.framing in (Framing.ASTM, Framing.STX)
        for element in list(session.elements):
            if element.type is not ElementType.MESSAGE or element.message is None:
                continue
            if element.message >= len(session.messages):
                continue
            text = session.messages[element.message]
            one = said.get(element.id)
            words = words_in(session, element.message) if one is None or is_by_enq else one.words
            header = words.header
            if header is None or header.is_batch:
                continue
            heard.headers[element.direction].append((element, header))
            if header.control_id and not words.is_answer:
                # Many devices stamp a message anew when they send it again.
                digest = hash(text.replace(header.time, "", 1) if header.time else text)
                self._note(session, element, header.control_id, digest, one, heard)
        heard.closes = self._count_closes(session, heard)
        for kept, most in ((self._sent, _MOST_IDS), (self._closes, _MOST_LINKS)):
            while len(kept) > most:
                kept.popitem(last=False)
        return heard

    def _note(
        self, session: Session, element: Element, control_id: str, digest: int, one: Acknowledged | None, heard: Heard
    ) -> None:
        key = (session.device_ip, session.lis_ip, element.direction, control_id)
        earlier = self._sent.pop(key, None)
        later = Sent(control_id, digest, element.id, element.direction, element.timestamp, session.session_id, one)
        if earlier is not None:
            if earlier.digest == digest:
                _sent_again(earlier, later)
            heard.repeats.append(Repeat(earlier, later))
        heard.sent.append(later)
        self._sent[key] = later

    def _count_closes(self, session: Session, heard: Heard) -> int:
        facts = session.connection
        link = (session.device_ip, session.lis_ip, session.lis_port)
        is_closed_after = False
        if facts is not None and facts.closed_by is End.LIS:
            messages = heard.acknowledgements.messages
            is_closed_after = len(messages) == 1 and bool(messages[0].answers)
        closes = self._closes.pop(link, 0) + 1 if is_closed_after else 0
        self._closes[link] = closes
        return closes


def _sent_again(earlier: Sent, later: Sent) -> None:
    attempts = earlier.attempts
    if attempts is None:
        attempts = Attempts(earlier.timestamp, 0.0, "", 1, earlier.is_answered)
    attempts.number += 1
    attempts.last, attempts.session_id = later.timestamp, later.session_id
    attempts.has_succeeded = attempts.has_succeeded or later.is_answered
    earlier.attempts = later.attempts = attempts

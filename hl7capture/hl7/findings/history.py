"""What earlier sessions tell of a later one: answers that come in another session, messages that are sent again."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, Acknowledgements
from hl7capture.hl7.acknowledgements.tracker import AcknowledgementTracker
from hl7capture.hl7.findings.header import Header, header_of, without_time
from hl7capture.model.connection import End
from hl7capture.model.elements import Direction, Element, ElementType
from hl7capture.model.session import Session

_MOST_SESSIONS = 20_000
_MOST_IDS = 50_000
_MOST_LINKS = 10_000


@dataclass(slots=True)
class Attempts:
    """All the times that one message was sent with the same bytes, MSH-7 apart; also those that came later.

    first, last: when, Unix milliseconds. session_id: where it was sent last.
    """

    first: float
    last: float
    session_id: str
    number: int = 0
    has_succeeded: bool = False


@dataclass(slots=True)
class Sent:
    """A message as it was sent one time."""

    control_id: str
    digest: bytes
    element: Element
    session_id: str
    acknowledged: Acknowledged | None
    attempts: Attempts

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
    """What is known of a session. headers: of its ER7 messages, with their elements.

    sent: its messages that have a control id and are no answers. closes: how many sessions of this link in a row, this
    one included, the LIS closed after one message.
    """

    acknowledgements: Acknowledgements
    headers: list[tuple[Element, Header]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    closes: int = 0


class History:
    """Takes completed sessions in the order of their beginning, each once. Everything it keeps is bounded."""

    def __init__(self) -> None:
        self._tracker = AcknowledgementTracker()
        self._heard: OrderedDict[str, Heard] = OrderedDict()
        self._sent: OrderedDict[tuple[str, str, Direction, str], Sent] = OrderedDict()
        self._closes: OrderedDict[tuple[str, str, int], int] = OrderedDict()

    def heard(self, session: Session) -> Heard:
        """What is known of the session, which is taken now if it was not yet. Never raises."""
        return self._heard.get(session.session_id) or self.take(session)

    def take(self, session: Session) -> Heard:
        """The next session."""
        heard = Heard(self._tracker.take(session))
        self._heard[session.session_id] = heard
        said = {one.element: one for one in heard.acknowledgements.said}
        for element in list(session.elements):
            if element.type is not ElementType.MESSAGE or element.message is None:
                continue
            text = session.messages[element.message] if element.message < len(session.messages) else ""
            header = header_of(text)
            if header is None:
                continue
            heard.headers.append((element, header))
            one = said.get(element.id)
            if header.control_id and not (one and one.words.is_answer):
                self._note(session, element, header.control_id, text, one, heard)
        heard.closes = self._count_closes(session, heard)
        for kept, most in ((self._heard, _MOST_SESSIONS), (self._sent, _MOST_IDS), (self._closes, _MOST_LINKS)):
            while len(kept) > most:
                kept.popitem(last=False)
        return heard

    def _note(
        self, session: Session, element: Element, control_id: str, text: str, one: Acknowledged | None, heard: Heard
    ) -> None:
        key = (session.device_ip, session.lis_ip, element.direction, control_id)
        digest = hashlib.blake2b(without_time(text).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        earlier = self._sent.pop(key, None)
        if earlier is not None and earlier.digest == digest:
            attempts = earlier.attempts
        else:
            attempts = Attempts(element.timestamp, element.timestamp, session.session_id)
        attempts.number += 1
        attempts.last, attempts.session_id = element.timestamp, session.session_id
        attempts.has_succeeded = attempts.has_succeeded or bool(one and one.answers)
        later = Sent(control_id, digest, element, session.session_id, one, attempts)
        if earlier is not None:
            heard.repeats.append(Repeat(earlier, later))
        heard.sent.append(later)
        self._sent[key] = later

    def _count_closes(self, session: Session, heard: Heard) -> int:
        facts = session.connection
        link = (session.device_ip, session.lis_ip, session.lis_port)
        messages = heard.acknowledgements.messages
        is_one = len(messages) == 1 and bool(messages[0].answers)
        is_closed_after = facts is not None and facts.closed_by is End.LIS and is_one
        closes = self._closes.pop(link, 0) + 1 if is_closed_after else 0
        self._closes[link] = closes
        return closes

"""What a rule sees of a session."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, AnswerState
from hl7capture.hl7.findings.history import Heard
from hl7capture.hl7.findings.words import sender, spoken_by
from hl7capture.hl7.header import Header
from hl7capture.hl7.validation.validation import Validated, validated
from hl7capture.model.connection import ConnectionFacts, End, EndFacts
from hl7capture.model.elements import Direction, Element, ElementType, Flag, Framing
from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings


class View:
    """A session, what is known of its answers, and what is still to be explained.

    facts: None where the document does not say. waiting: what got no answer, by element id, as long as no rule has
    found the cause; rules run from causes to consequences, and each claims what it explains. flagged: the elements with
    something odd about them, which are few.
    """

    def __init__(self, session: Session, heard: Heard, settings: Settings) -> None:
        self.session = session
        self.heard = heard
        self.settings = settings
        self.facts: ConnectionFacts | None = session.connection
        self.elements = list(session.elements)
        self.flagged = [element for element in self.elements if element.flags]
        self.by_id: dict[int, Element] = {element.id: element for element in self.elements}
        self.said = decided(session, heard.acknowledgements.said)
        self._by_state: dict[tuple[Direction, AnswerState], list[Acknowledged]] = defaultdict(list)
        for one in self.said:
            self._by_state[one.direction, one.state].append(one)
        self.waiting = {one.element: one for end in End for one in self.in_state(end, AnswerState.UNANSWERED)}
        self.is_by_enq = session.framing in (Framing.ASTM, Framing.STX)
        self.explained: set[int] = set()  # elements in the evidence of a cause

    def said_by(self, end: End) -> list[Acknowledged]:
        """What this end said that may be answered, in order."""
        direction = spoken_by(end)
        return [one for one in self.said if one.direction is direction]

    @cached_property
    def validated(self) -> list[tuple[Element, Validated]]:
        """What HL7 says of the whole messages of the session; nothing where the settings do not ask for it."""
        if not self.settings.validate_messages:
            return []
        messages = self.session.messages
        return [
            (element, found)
            for element in self.elements
            if element.type is ElementType.MESSAGE and element.message is not None and element.message < len(messages)
            if not {Flag.GAP, Flag.TRUNCATED} & set(element.flags)
            if (found := validated(messages[element.message])) is not None
        ]

    def in_state(self, end: End, state: AnswerState) -> list[Acknowledged]:
        """What this end said that was answered so."""
        return self._by_state.get((spoken_by(end), state), [])

    def headers_of(self, end: End) -> list[tuple[Element, Header]]:
        """The headers of this end's ER7 messages, with their elements."""
        return self.heard.headers[spoken_by(end)]

    def end(self, end: End) -> EndFacts | None:
        """What TCP tells of one end."""
        if self.facts is None:
            return None
        return self.facts.device if end is End.DEVICE else self.facts.lis

    def claim(self, ones: Iterable[Acknowledged]) -> list[Acknowledged]:
        """These got no answer because of the cause that asks."""
        claimed = [one for one in ones if self.waiting.pop(one.element, None) is not None]
        self.explained.update(one.element for one in claimed)
        return claimed

    def waiting_of(self, end: End) -> list[Acknowledged]:
        """What this end said that got no answer, and has no cause yet."""
        return [one for one in self.waiting.values() if sender(one.direction) is end]


def decided(session: Session, said: list[Acknowledged]) -> list[Acknowledged]:
    """Without what may still be answered in the next session, where this one only rolled over."""
    if session.end_reason is not EndReason.ROLLED:
        return said
    latest = dict.fromkeys(Direction, -1.0)
    for element in session.elements:
        latest[element.direction] = max(latest[element.direction], element.timestamp)
    return [one for one in said if one.answers or one.timestamp <= latest[one.direction.opposite]]

"""How long each answer took, worked out as a session grows."""

from typing import NamedTuple

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged
from hl7capture.hl7.acknowledgements.pairing import Pairing
from hl7capture.model.elements import Element
from hl7capture.model.session import Session


class AnswerTime(NamedTuple):
    """milliseconds: from the last byte of what is answered to the answer's. answered: the id of that element."""

    milliseconds: float
    answered: int


class AnswerTimes:
    """Of one session, whose elements are heard in their order, each once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pairing = Pairing()
        self._pairing.begin(session)
        self._answered: dict[int, tuple[Acknowledged, int]] = {}

    def hear(self, number: int, element: Element) -> None:
        """The next element; number: its index in the session."""
        one = self._pairing.hear(element, self._session)
        if one is not None:
            self._answered[number] = one, len(one.answers) - 1

    def of(self, number: int) -> AnswerTime | None:
        """Of an answer; None where it is none, or where it may be the answer to something that is missing."""
        one, place = self._answered.get(number, (None, 0))
        if one is None or not one.answers[place].is_certain:
            return None
        return AnswerTime(max(0.0, one.answers[place].timestamp - one.timestamp), one.element)

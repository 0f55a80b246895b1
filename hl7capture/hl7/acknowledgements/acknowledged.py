"""A message (or frame, or ENQ) and what came back for it."""

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from hl7capture.hl7.acknowledgements.words import Words, is_commit, is_negative
from hl7capture.model.elements import Direction, ElementType


class AnswerState(StrEnum):
    """What is known of the answer to a message."""

    ANSWERED = "answered"
    NEGATIVE = "negative"  # AE, AR, CE, CR, NAK
    MISMATCHED = "mismatched"  # an answer came in its turn, but names another control id
    TWICE = "twice"  # more than one answer of the same kind
    UNANSWERED = "unanswered"
    NOT_WANTED = "not-wanted"  # none came, and none had to: it is an answer itself, or said so in MSH-15, MSH-16
    UNKNOWN = "unknown"  # the capture does not tell: bytes are missing near it, or it ended before


class Answer(msgspec.Struct, frozen=True, gc=False):
    """code: MSA-1; "ACK" or "NAK" for a byte; "" where the answer has none.
    acknowledges: MSA-2.  timestamp: of its last byte, Unix milliseconds.
    is_by_order: it was taken for the answer because it came in its turn, not because it names the message.
    is_certain: False where bytes are missing near it, so that it may be the answer to something else.
    """

    session_id: str
    element: int
    timestamp: float
    code: str
    acknowledges: str = ""
    is_by_order: bool = False
    is_certain: bool = True

    @property
    def is_commit(self) -> bool:
        return is_commit(self.code)

    def doubtful(self) -> "Answer":
        """The same, not certain any more."""
        return msgspec.structs.replace(self, is_certain=False)


class Acknowledged(msgspec.Struct, eq=False, gc=False):
    """One thing that was said, and its answers, in the order of their coming.

    number: counts what was said on the connection. message: index into the session's messages; None for ENQ, and for
    frames that are in no message. timestamp: of its last byte, Unix milliseconds.
    is_excused: an answer that was not seen may have stood where the capture has a hole, or after its end.
    """

    number: int
    session_id: str
    element: int
    message: int | None
    type: ElementType
    direction: Direction
    timestamp: float
    words: Words
    answers: list[Answer] = msgspec.field(default_factory=list)
    is_excused: bool = False

    @property
    def control_id(self) -> str:
        return self.words.control_id

    @property
    def answer(self) -> Answer | None:
        """The one that counts: the application's, where there is one, else the first that came."""
        application = next((answer for answer in self.answers if not answer.is_commit), None)
        return application or (self.answers[0] if self.answers else None)

    @property
    def code(self) -> str:
        """Of the answer that counts; a refusal counts before all others."""
        refusal = next((answer.code for answer in self.answers if is_negative(answer.code)), "")
        return refusal or (self.answer.code if self.answer else "")

    @property
    def latency(self) -> float | None:
        """Milliseconds from the message's last byte to its first answer's; None where there is no answer."""
        return max(0.0, self.answers[0].timestamp - self.timestamp) if self.answers else None

    @property
    def lacks_application_answer(self) -> bool:
        """It asked for an application's answer (MSH-16), got a commit alone, and no hole explains it."""
        return self.words.wants_application and not self.is_excused and all(a.is_commit for a in self.answers)

    @property
    def state(self) -> AnswerState:
        if not self.answers:
            if not self.words.wants_any:
                return AnswerState.NOT_WANTED
            return AnswerState.UNKNOWN if self.is_excused else AnswerState.UNANSWERED
        certain = [answer for answer in self.answers if answer.is_certain]
        if not certain:
            return AnswerState.UNKNOWN
        # A wrong id comes before a refusal: what refuses another message may not be meant for this one.
        for answer in certain:
            if answer.is_by_order and answer.acknowledges and self.control_id:
                return AnswerState.MISMATCHED
        for answer in certain:
            if is_negative(answer.code):
                return AnswerState.NEGATIVE
        if len(certain) > 1 and len({answer.is_commit for answer in certain}) < len(certain):
            return AnswerState.TWICE
        return AnswerState.ANSWERED


@dataclass(slots=True)
class Acknowledgements:
    """What a session says of answers.

    said: all that was said in it and may be answered, in order. unmatched: answers in it to nothing that was seen;
    one that is not certain may belong to what is missing. changed: of earlier sessions of the connection, what was
    answered in this one.
    """

    said: list[Acknowledged] = field(default_factory=list)
    unmatched: list[Answer] = field(default_factory=list)
    changed: list[Acknowledged] = field(default_factory=list)

    @property
    def messages(self) -> list[Acknowledged]:
        """Without ENQ and answers, to which nobody says anything."""
        return [
            one for one in self.said if one.type is not ElementType.START and one.state is not AnswerState.NOT_WANTED
        ]

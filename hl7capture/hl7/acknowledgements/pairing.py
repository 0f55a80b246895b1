"""Pairs what was said on one connection with its answers.

MLLP and HL7 without framing: by MSA-2, and by the order where that is empty or names nothing that was said; a commit
byte (MLLP release 2) by the order. ENQ protocols: each ENQ, frame and STX … CR LF waits for one byte, and the next one
is said only when it has come.

Absence near a hole is no evidence. The first element behind a hole is flagged `gap`, so what was concluded since the
element before it is taken back then.
"""

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledged, Acknowledgements, Answer
from hl7capture.hl7.acknowledgements.waiting import Waiting
from hl7capture.hl7.acknowledgements.words import Words, is_commit, words_in, words_of
from hl7capture.model.elements import Direction, Element, ElementType, Flag, Framing
from hl7capture.model.session import EndReason, Session
from hl7capture.turns import give_way

_BYTES = {ElementType.ACK: "ACK", ElementType.NAK: "NAK"}
_NO_WORDS = Words()
_OVER = (EndReason.CLOSED, EndReason.RESET)
_CAPTURE_ENDED = (None, EndReason.STOPPED, EndReason.RECOVERED)


class Pairing:
    """One connection: takes its sessions in order. Answers of a later session join what was said in an earlier one."""

    def __init__(self) -> None:
        self._waiting = {direction: Waiting() for direction in Direction}
        self._count = 0
        self._session_id = ""
        self._heard = 0  # elements of the session
        self._is_by_enq = False
        self._result = Acknowledgements()

    def take(self, session: Session) -> Acknowledgements:
        """The next session; one that is open is the last one."""
        self.begin(session)
        for element in list(session.elements):
            give_way()
            self.hear(element, session)
        if session.end_reason in _CAPTURE_ENDED:
            for waiting in self._waiting.values():
                waiting.excuse()
        elif session.end_reason in _OVER:
            self._waiting = {direction: Waiting() for direction in Direction}
        result, self._result = self._result, Acknowledgements()  # it is theirs who asked, as long as they keep it
        return result

    def grow(self, session: Session) -> Acknowledgements:
        """The same session while it is open, or the next one: what has come of it since the last time is heard.

        The same result, grown; nothing in it is excused by the capture's end.
        """
        if session.session_id != self._session_id:
            self.begin(session)
        self._is_by_enq = session.framing in (Framing.ASTM, Framing.STX)
        fresh = session.elements[self._heard :]
        self._heard += len(fresh)
        for element in fresh:
            give_way()
            self.hear(element, session)
        return self._result

    def begin(self, session: Session) -> None:
        """The next session, whose elements will be heard one by one as they come."""
        self._result = Acknowledgements()
        self._session_id = session.session_id
        self._is_by_enq = session.framing in (Framing.ASTM, Framing.STX)
        self._heard = 0
        for waiting in self._waiting.values():
            waiting.unmatched.clear()  # they are places in the result of the session before

    def hear(self, element: Element, session: Session) -> Acknowledged | None:
        """The next element of this session; what it answers, of which it is the last answer then."""
        flags = element.flags
        if flags and (Flag.GAP in flags or (Flag.TRUNCATED in flags and not self._is_by_enq)):
            self._note_hole(element)
        match element.type:
            case ElementType.MESSAGE if not self._is_by_enq:
                if element.message is not None and element.message < len(session.messages):
                    words = words_in(session, element.message)
                    answered = self._answer(element, words.code, words.acknowledges) if words.is_answer else None
                    self._say(element, words)
                    return answered
            case ElementType.ACK | ElementType.NAK:
                return self._answer(element, _BYTES[element.type], "")
            case ElementType.START | ElementType.FRAME | ElementType.MESSAGE if self._is_by_enq:
                self._say(element, _NO_WORDS)
            case ElementType.END:
                self._waiting[element.direction].latest = None
            case ElementType.OTHER if b"MSA" in element.data:
                # An answer that was sent without its framing, or with a part of it.
                words = words_of(element.data.decode("latin-1").strip("\x0b\x1c\r\n"))
                if words.is_answer:
                    return self._answer(element, words.code, words.acknowledges)
        return None

    def _say(self, element: Element, words: Words) -> None:
        waiting = self._waiting[element.direction]
        if waiting.is_heard and Flag.GAP not in element.flags:
            waiting.hole = None  # what is missing has been answered, or never will be
        one = Acknowledged(
            self._count,
            self._session_id,
            element.id,
            element.message,
            element.type,
            element.direction,
            element.timestamp,
            words,
        )
        self._count += 1
        self._result.said.append(one)
        waiting.add(one)

    def _answer(self, element: Element, code: str, acknowledges: str) -> Acknowledged | None:
        waiting = self._waiting[element.direction.opposite]
        kind = is_commit(code)
        one = waiting.named(acknowledges, is_commit=kind) if acknowledges else None
        if one is not None:
            is_first = waiting.hole is None or all(other.is_commit != kind for other in one.answers)
            self._pair(waiting, one, self._answered(element, code, acknowledges, is_certain=is_first))
            if waiting.hole is not None and one.number >= waiting.hole:
                waiting.hole = None
        elif self._is_by_enq:
            one = self._to_latest(waiting, element, code)
        elif acknowledges and waiting.hole is not None:
            self._no_pair(waiting, self._answered(element, code, acknowledges, is_certain=False))
            waiting.excuse()
        else:
            one = self._by_order(waiting, element, code, acknowledges)
        waiting.is_heard = True
        return one

    def _answered(
        self, element: Element, code: str, acknowledges: str = "", *, is_certain: bool, is_by_order: bool = False
    ) -> Answer:
        return Answer(self._session_id, element.id, element.timestamp, code, acknowledges, is_by_order, is_certain)

    def _to_latest(self, waiting: Waiting, element: Element, code: str) -> Acknowledged | None:
        """ENQ protocols: nothing is said before the byte that answers what was said before."""
        one = waiting.latest
        is_whole = waiting.hole is None
        if one is None:
            is_certain = waiting.has_spoken and is_whole and Flag.GAP not in element.flags
            self._no_pair(waiting, self._answered(element, code, is_certain=is_certain))
            return None
        is_certain = not one.answers or is_whole
        self._pair(waiting, one, self._answered(element, code, is_certain=is_certain, is_by_order=True))
        return one

    def _by_order(self, waiting: Waiting, element: Element, code: str, acknowledges: str) -> Acknowledged | None:
        one, is_only = waiting.next(is_commit=is_commit(code))
        is_certain = waiting.hole is None
        if one is None:
            # Before anything was said the capture may have begun between a message and its answer; and where it lost
            # something on this side, it may well have lost what is answered on the other.
            is_certain = is_certain and waiting.has_spoken and Flag.GAP not in element.flags
            self._no_pair(waiting, self._answered(element, code, acknowledges, is_certain=is_certain))
            return None
        answer = self._answered(element, code, acknowledges, is_certain=is_certain, is_by_order=True)
        self._pair(waiting, one, answer)
        if not is_only:
            waiting.excuse()  # which of them has no answer, if one of them has none, the order does not tell
        return one

    def _pair(self, waiting: Waiting, one: Acknowledged, answer: Answer) -> None:
        waiting.pair(one, answer, is_sure=self._is_by_enq or not answer.is_by_order)
        if one.session_id != self._session_id:
            self._result.changed.append(one)

    def _no_pair(self, waiting: Waiting, answer: Answer) -> None:
        waiting.unmatched.append(len(self._result.unmatched))
        self._result.unmatched.append(answer)

    def _note_hole(self, element: Element) -> None:
        """Bytes of this side are missing, at the element or before it: what it said, or what it answered."""
        self._waiting[element.direction.opposite].excuse()
        waiting = self._waiting[element.direction]
        waiting.hole, waiting.is_heard = self._count, False
        waiting.doubt()
        unmatched = self._result.unmatched
        for place in waiting.unmatched:
            unmatched[place] = unmatched[place].doubtful()

"""A session without patients' data: its messages, and the bytes that carried them, changed alike."""

from collections import defaultdict
from dataclasses import dataclass, replace

from hl7capture.capture.text import read
from hl7capture.hl7.places import Places, places_in, places_of
from hl7capture.hl7.privacy.byte_edits import codec_of, edited, with_checksum
from hl7capture.hl7.privacy.known import Known
from hl7capture.hl7.privacy.parts import Found, find
from hl7capture.hl7.privacy.pseudonyms import Pseudonyms
from hl7capture.hl7.privacy.report import Report
from hl7capture.hl7.privacy.rules import Rules
from hl7capture.hl7.privacy.texts import Rewriting, applied, learn
from hl7capture.model.connection import ConnectionFacts, EndFacts
from hl7capture.model.elements import CONTROL, Element, ElementType, Flag
from hl7capture.model.session import Session

MARK = "deidentified"  # the field of a session document that says so
_FLAGS = frozenset(Flag)


@dataclass(slots=True)
class _Carrier:
    """A text, and where its bytes are. message: which one it is; None for bytes that are in no message."""

    text: str
    found: Found
    places: Places | None
    message: int | None


class Deidentification:
    """Of one export: sessions go in and come out, one by one. `report` says what was replaced so far."""

    def __init__(self, rules: Rules | None = None, pseudonyms: Pseudonyms | None = None) -> None:
        self._rules = rules or Rules()
        self.pseudonyms = pseudonyms or Pseudonyms()
        self.report = Report()
        self.report.is_time_kept = self.pseudonyms.keeps_times
        self.report.is_address_kept = self.pseudonyms.keeps_addresses
        self._rewriting = Rewriting(self.pseudonyms, self.report)

    def session(self, session: Session) -> Session:
        """The session without patients' data; it has an id of its own. The given one is left as it is.

        Never raises; time grows with its bytes. What no standard explains is replaced altogether: letters by letters,
        digits by digits.
        """
        # A file from elsewhere may give two elements one id.
        session = replace(session, elements=[one._replace(id=at) for at, one in enumerate(session.elements)])
        carriers = self._carriers(session)
        known = Known()
        for carrier in carriers:
            learn(carrier.text, carrier.found, known, self.pseudonyms)
        if not self.pseudonyms.keeps_addresses:
            known.add(session.device_ip)
            known.add(session.lis_ip)
        messages = [""] * len(session.messages)
        data = {element.id: bytearray(element.data) for element in session.elements}
        bodies: dict[bytes, bytes] = {}
        for carrier in carriers:
            self._rewrite(carrier, known, messages, data, bodies)
        self._rewrite_repeated(session, carriers, known, messages, data, bodies)
        self.report.sessions += 1
        moved = self.pseudonyms.moved
        made = replace(
            session,
            session_id=self.pseudonyms.session_id(session.session_id),
            probe="",
            source="",
            device_ip=self.pseudonyms.address(session.device_ip),
            lis_ip=self.pseudonyms.address(session.lis_ip),
            start_time=moved(session.start_time),
            end_time=moved(session.end_time),
            elements=[self._element(element, bytes(data[element.id])) for element in session.elements],
            messages=messages,
            connection=None if session.connection is None else self._connection(session.connection),
            saved_at=None,
            persisted_until=None,
            pinned=False,
            note="",
            kinds=[],
            extra={MARK: True},
        )
        self.report.addresses = self.pseudonyms.addresses
        return made

    def text(self, text: str) -> str:
        """A message by itself, without patients' data."""
        found = find(text, self._rules)
        known = Known()
        learn(text, found, known, self.pseudonyms)
        return applied(text, self._rewriting.edits(text, found, known, "utf-8"))

    def _carriers(self, session: Session) -> list[_Carrier]:
        carried: dict[int, list[Element]] = defaultdict(list)
        loose = []
        for element in session.elements:
            if element.message is not None and 0 <= element.message < len(session.messages):
                carried[element.message].append(element)
            elif not _is_control(element):
                loose.append(element)
        carriers = []
        for number, text in enumerate(session.messages):
            places = places_of(text, carried[number]) if carried[number] else None
            carriers.append(_Carrier(text, find(text, self._rules), places, number))
            if places is None and carried[number]:
                self.report.unmatched += 1
                loose += carried[number]
        return [*carriers, *map(self._loose, loose)]

    def _loose(self, element: Element) -> _Carrier:
        """An element whose bytes are in no message."""
        places = places_in(element)
        text = places.decoded.text
        return _Carrier(text, find(text, self._rules, is_whole=False), places, None)

    def _rewrite(
        self,
        carrier: _Carrier,
        known: Known,
        messages: list[str],
        data: dict[int, bytearray],
        bodies: dict[bytes, bytes],
    ) -> None:
        """bodies: what became of the bytes of each piece; the same ones, sent again, become the same."""
        places = carrier.places
        if places is None:
            edits = self._rewriting.edits(carrier.text, carrier.found, known, "utf-8")
            assert carrier.message is not None
            messages[carrier.message] = applied(carrier.text, edits)
            return
        pieces = places.pieces
        if carrier.message is None and len(pieces) == 1 and places.data in bodies:
            made = bodies[places.data]
        else:
            made = edited(places, self._rewriting.edits(carrier.text, carrier.found, known, codec_of(places)))
        if carrier.message is not None:
            messages[carrier.message] = read(made).text
        for piece in pieces:
            new = made[piece.start : piece.end]
            bodies.setdefault(places.data[piece.start : piece.end], new)
            data[piece.element][piece.at : piece.at + len(new)] = new

    def _rewrite_repeated(
        self,
        session: Session,
        carriers: list[_Carrier],
        known: Known,
        messages: list[str],
        data: dict[int, bytearray],
        bodies: dict[bytes, bytes],
    ) -> None:
        """Frames that were replaced by their repetition: they have the message's number, but are no part of it."""
        done = {piece.element for carrier in carriers if carrier.places for piece in carrier.places.pieces}
        for element in session.elements:
            if element.id not in done and not _is_control(element):
                self._rewrite(self._loose(element), known, messages, data, bodies)

    def _element(self, element: Element, data: bytes) -> Element:
        if element.type is ElementType.FRAME:
            data = with_checksum(data, element.data)
        return element._replace(
            timestamp=self.pseudonyms.moved(element.timestamp),
            data=data,
            flags=tuple(flag for flag in element.flags if flag in _FLAGS),
            extra=None,
        )

    def _connection(self, facts: ConnectionFacts) -> ConnectionFacts:
        return facts._replace(device=self._end(facts.device), lis=self._end(facts.lis), extra=None)

    def _end(self, facts: EndFacts) -> EndFacts:
        last = facts.last_packet
        return facts._replace(last_packet=None if last is None else self.pseudonyms.moved(last), extra=None)


def _is_control(element: Element) -> bool:
    """A control byte, perhaps in a block (MLLP release 2). More in one is from a file that nobody can trust."""
    return (
        element.type in CONTROL
        and sum(bytes((byte,)).isalnum() for byte in element.data) <= 1
        and (max(element.data, default=0) < 0x80 or len(element.data) == 1)
    )

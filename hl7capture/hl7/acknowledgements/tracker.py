"""Acknowledgements of all connections, session after session."""

from collections import OrderedDict

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledgements
from hl7capture.hl7.acknowledgements.pairing import Pairing
from hl7capture.model.session import EndReason, Session

_MOST_CONNECTIONS = 1000

Connection = tuple[str, int, str, int]


class AcknowledgementTracker:
    """Takes completed sessions in the order of their beginning; answers may come in a later one of a connection."""

    def __init__(self) -> None:
        self._pairings: OrderedDict[Connection, Pairing] = OrderedDict()

    def take(self, session: Session) -> Acknowledgements:
        """What the session says of answers; `changed` has what it says of earlier ones. Never raises."""
        key = (session.device_ip, session.device_port, session.lis_ip, session.lis_port)
        pairing = self._pairings.pop(key, None) or Pairing()
        acknowledgements = pairing.take(session)
        if session.end_reason not in (EndReason.CLOSED, EndReason.RESET):
            self._pairings[key] = pairing
            if len(self._pairings) > _MOST_CONNECTIONS:
                self._pairings.popitem(last=False)
        return acknowledgements


def acknowledgements_of(session: Session) -> Acknowledgements:
    """What one session alone says of answers; it may be open. Never raises."""
    return Pairing().take(session)

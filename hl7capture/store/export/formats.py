"""The formats in which sessions leave, and one door to all of them."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from hl7capture.model.session import Session
from hl7capture.store.document import document_pieces
from hl7capture.store.export.messages import messages_of
from hl7capture.store.export.packets import packets_of
from hl7capture.store.export.table import table_of


class Format(StrEnum):
    """How sessions are written; the value is also the ending of file names."""

    HL7 = "hl7"  # the messages alone
    JSON = "json"  # session documents, one a line
    CSV = "csv"  # one row an element
    PCAP = "pcap"  # packets, made again


def exported(sessions: Iterable[Session], to: Format) -> Iterator[bytes]:
    """The content of one file with all the sessions, which come in the order of their start.

    They are asked for one by one, so that not all of them must be in memory. Raises ExportError.
    """
    return _WRITERS[to](sessions)


def _documents_of(sessions: Iterable[Session]) -> Iterator[bytes]:
    for session in sessions:
        yield from document_pieces(session)
        yield b"\n"


_WRITERS: dict[Format, Callable[[Iterable[Session]], Iterator[bytes]]] = {
    Format.HL7: messages_of,
    Format.JSON: _documents_of,
    Format.CSV: table_of,
    Format.PCAP: packets_of,
}

"""What is chosen in the ladder, in detail: Fields, Text, Hex; the connection it came over; findings."""

from contextlib import nullcontext
from datetime import datetime
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, QThreadPool, Signal
from PySide6.QtWidgets import QLabel, QTabWidget, QVBoxLayout, QWidget

from hl7capture.hl7 import tables
from hl7capture.hl7.charset import Doubt, doubt_of, spoken
from hl7capture.hl7.places import Places, places_of
from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.tree import Node, delimiters_of, nodes_at, parse
from hl7capture.model.elements import Direction, Element, ElementType, Flag
from hl7capture.model.session import Session
from hl7capture.ui.background import Background
from hl7capture.ui.connection_view import ConnectionView
from hl7capture.ui.fields_view import FieldsView
from hl7capture.ui.findings_view import FindingsView
from hl7capture.ui.garbage import no_search
from hl7capture.ui.hex_view import HexView
from hl7capture.ui.ladder import label_of
from hl7capture.ui.plain import visible
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.text_view import TextView

_BIG = 200_000  # characters
_EXPLAINED = {
    ElementType.START: QT_TRANSLATE_NOOP("Detail", "ENQ ({0}): asks whether the other side is ready to receive"),
    ElementType.ACK: QT_TRANSLATE_NOOP("Detail", "ACK ({0}): accepts what came before"),
    ElementType.NAK: QT_TRANSLATE_NOOP("Detail", "NAK ({0}): refuses what came before"),
    ElementType.END: QT_TRANSLATE_NOOP("Detail", "EOT ({0}): ends the transfer"),
    ElementType.OTHER: QT_TRANSLATE_NOOP("Detail", "Bytes that fit no block, frame or control byte"),
    ElementType.MESSAGE: QT_TRANSLATE_NOOP("Detail", "This message was cut; Hex shows what was seen of it"),
    ElementType.FRAME: QT_TRANSLATE_NOOP("Detail", "This frame is part of no message"),
}
_FLAGS = {
    Flag.TRUNCATED: QT_TRANSLATE_NOOP("Detail", "cut: its end was never seen"),
    Flag.GAP: QT_TRANSLATE_NOOP("Detail", "bytes before, in or after it are missing in the capture"),
    Flag.BAD_CHECKSUM: QT_TRANSLATE_NOOP("Detail", "its checksum is wrong"),
    Flag.NO_CHECKSUM: QT_TRANSLATE_NOOP("Detail", "it has no checksum"),
    Flag.RETRANSMITTED: QT_TRANSLATE_NOOP("Detail", "the same frame was sent again"),
    Flag.WRONG_NUMBER: QT_TRANSLATE_NOOP("Detail", "its frame number is missing, or not the next one"),
    Flag.MISSING_START: QT_TRANSLATE_NOOP("Detail", "its block has no 0B at its beginning"),
    Flag.LF_END: QT_TRANSLATE_NOOP("Detail", "LF stands behind its last 1C or CR"),
    Flag.DOUBLED_START: QT_TRANSLATE_NOOP("Detail", "its block begins with more than one 0B"),
    Flag.DOUBLED_END: QT_TRANSLATE_NOOP("Detail", "its block ends with more than one 1C"),
    Flag.LINE_FEEDS: QT_TRANSLATE_NOOP("Detail", "its segments end in LF or CR LF instead of CR"),
    Flag.NO_FRAMING: QT_TRANSLATE_NOOP("Detail", "nothing frames it: no 0B before it, no 1C behind it"),
    Flag.MISSING_CR: QT_TRANSLATE_NOOP("Detail", "its block ends at 1C, without the CR after it"),
}


_DOUBTS = {
    Doubt.UNDECLARED: QT_TRANSLATE_NOOP("Detail", "No character set is named; the message is read as {0}"),
    Doubt.UNKNOWN: QT_TRANSLATE_NOOP("Detail", "MSH-18 names {1}, which is not known here; it is read as {0}"),
    Doubt.UNFIT: QT_TRANSLATE_NOOP("Detail", "MSH-18 names {1}, which its bytes do not fit; it is read as {0}"),
}


class Detail(QWidget):
    """Shows one element; its message is taken apart off the GUI's thread.

    What is chosen in Fields is marked in Text and Hex, and the other way round.
    told: something that a person should read, and whether it is an error.
    """

    told = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._wanted = 0
        self._shown: tuple[str, bytes] | None = None
        self._element = -1
        self._odd: list[str] = []  # what is odd about the element, in words
        self._parsed = _NOTHING
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.title.setContentsMargins(12, 8, 12, 8)
        self.title.setWordWrap(True)
        self.flags = QLabel()
        self.flags.setTextFormat(Qt.TextFormat.PlainText)
        self.flags.setContentsMargins(12, 0, 12, 8)
        self.flags.setWordWrap(True)
        self.flags.setProperty("warning", True)
        self.fields = FieldsView()
        self.text = TextView()
        self.hex = HexView()
        self.connection = ConnectionView()
        self.findings = FindingsView()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.fields, self.tr("Fields"))
        self.tabs.addTab(self.text, self.tr("Text"))
        self.tabs.addTab(self.hex, self.tr("Hex"))
        self.tabs.addTab(self.connection, self.tr("Connection"))
        self.tabs.addTab(self.findings, self.tr("Findings"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.flags)
        layout.addWidget(self.tabs)
        self.fields.chosen.connect(self._on_field)
        self.fields.told.connect(self.told)
        self.text.chosen.connect(self._on_character)
        self.hex.chosen.connect(self._on_byte)
        self.show_element(None, -1)

    def show_element(self, row: SessionRow | None, number: int) -> None:
        """One element of a session; none where `number` is no element."""
        self.connection.show_session(row.session if row else None)
        self.findings.show_session(row.session if row else None)
        if row is None or not 0 <= number < len(row.session.elements):
            self._shown = None
            self._element = -1
            self.title.setText(self.tr("Choose an arrow of the ladder"))
            self._show_message("")
            self.hex.show_bytes(b"")
            self._show_odd([])
            return
        session = row.session
        element = session.elements[number]
        is_whole = element.message is not None and element.message < len(session.messages)
        text = session.messages[element.message] if is_whole and element.message is not None else ""
        self.title.setText(self._title(row, element, bool(text)))
        self._show_odd([_flag_words(flag) for flag in element.flags])
        if self._shown == (text, element.data) and self._element == element.id:
            self._show_doubt()
            return
        self._shown = (text, element.data)
        self._element = element.id
        self._show_message(text, session, element.message)
        self.hex.show_bytes(element.data)

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self.text.refresh_colours()

    def _title(self, row: SessionRow, element: Element, has_text: bool) -> str:
        moment = datetime.fromtimestamp(element.timestamp / 1000).astimezone()
        way = self.tr("device to LIS") if element.direction is Direction.DEVICE_TO_LIS else self.tr("LIS to device")
        title = f"{label_of(row, element)} — {way}, {moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond:06d}"
        if has_text:
            return title
        if element.message is not None:
            if row.session.is_open:
                return f"{title}\n{self.tr('The message is still being put together')}"
            return f"{title}\n{self.tr('The message was never finished')}"
        # The bytes are settings, so what was on the wire is said.
        return f"{title}\n{self.tr(str(_EXPLAINED[element.type])).format(element.data[:1].hex().upper())}"

    def _show_odd(self, words: list[str]) -> None:
        """What is odd about the element."""
        self._odd = words
        self.flags.setText("⚑ " + "; ".join(words) if words else "")
        self.flags.setVisible(bool(words))

    def _show_doubt(self) -> None:
        """Whether the character set is a guess, behind the flags."""
        places = self._parsed.places
        doubt = doubt_of(places.decoded) if places is not None else None
        if places is not None and doubt is not None:
            decoded = places.decoded
            words = self.tr(str(_DOUBTS[doubt])).format(spoken(decoded.charset), visible(decoded.declared, 40))
            self._show_odd([*self._odd, words])

    def _show_message(self, text: str, session: Session | None = None, number: int | None = None) -> None:
        self.text.show_message(text)
        self._parsed = _NOTHING
        self._wanted += 1
        if not text or session is None:
            self.fields.show_nodes((), None)
            return
        work = partial(_parsed, self._wanted, text, session, number)
        Background(work, self._on_parsed).start(self._pool)

    def _on_parsed(self, parsed: "_Parsed") -> None:
        if parsed.request == self._wanted:
            self._parsed = parsed
            self.fields.show_nodes(parsed.nodes, parsed.delimiters)
            self._show_doubt()

    # -- what is chosen in one view is marked in the others ------------------------------------------------------

    def _on_field(self, node: Node) -> None:
        if self._parsed is not _NOTHING:  # else Fields still shows the message before
            self._mark(node, self.fields)

    def _on_character(self, at: int) -> None:
        self._lead(at, self.text)

    def _on_byte(self, byte: int) -> None:
        places = self._parsed.places
        at = None if places is None else places.character_at(self._element, byte)
        if at is None:
            self.hex.mark((byte, byte + 1), into_sight=False)  # framing, or nothing that is known
        else:
            self._lead(at, self.hex)

    def _lead(self, at: int, origin: QWidget) -> None:
        """Goes to the field that holds a character."""
        chain = nodes_at(self._parsed.nodes, at)
        if chain:
            self.fields.go_to(chain)
            self._mark(chain[-1], origin)

    def _mark(self, node: Node, origin: QWidget) -> None:
        """Marks a field; the view where a person chose it does not move."""
        self.text.mark(node.start, node.end, into_sight=origin is not self.text)
        places = self._parsed.places
        span = None if places is None else places.in_element(self._element, node.start, node.end)
        self.hex.mark(span, into_sight=origin is not self.hex)


class _Parsed(NamedTuple):
    """A message taken apart. request: which one it answers. places: None where its bytes are not known."""

    request: int = 0
    nodes: tuple[Node, ...] = ()
    delimiters: Delimiters | None = None
    places: Places | None = None


_NOTHING = _Parsed()


def _parsed(request: int, text: str, session: Session, number: int | None) -> _Parsed:
    """Takes a message apart; for a thread of its own."""
    with no_search() if len(text) > _BIG else nullcontext():
        tables.preload()
        carried = [element for element in session.elements if element.message == number]
        return _Parsed(request, parse(text), delimiters_of(text), places_of(text, carried))


def _flag_words(flag: str) -> str:
    """A flag in words; one of a later version is shown as it is."""
    return QCoreApplication.translate("Detail", str(_FLAGS[Flag(flag)])) if flag in _FLAGS else visible(flag, 80)

"""What is chosen in the ladder, in detail: Fields, Text, Hex; the connection it came over; findings."""

from contextlib import nullcontext
from datetime import datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QObject, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtWidgets import QLabel, QTabWidget, QVBoxLayout, QWidget

from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.tree import Node, delimiters_of, parse
from hl7capture.model.elements import Direction, Element, ElementType, Flag
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


class Detail(QWidget):
    """Shows one element; its message is taken apart off the GUI's thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._wanted = 0
        self._shown: tuple[str, bytes] | None = None
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
        self.show_element(None, -1)

    def show_element(self, row: SessionRow | None, number: int) -> None:
        """One element of a session; none where `number` is no element."""
        self.connection.show_session(row.session if row else None)
        self.findings.show_session(row.session if row else None)
        if row is None or not 0 <= number < len(row.session.elements):
            self._shown = None
            self.title.setText(self.tr("Choose an arrow of the ladder"))
            self._show_message("")
            self.hex.show_bytes(b"")
            self._show_flags(())
            return
        session = row.session
        element = session.elements[number]
        is_whole = element.message is not None and element.message < len(session.messages)
        text = session.messages[element.message] if is_whole and element.message is not None else ""
        self.title.setText(self._title(row, element, bool(text)))
        self._show_flags(element.flags)
        if self._shown == (text, element.data):
            return
        self._shown = (text, element.data)
        self._show_message(text)
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

    def _show_flags(self, flags: tuple[str, ...]) -> None:
        """What is odd about the element, in words; a flag of a later version is shown as it is."""
        words = [self.tr(str(_FLAGS[Flag(flag)])) if flag in _FLAGS else visible(flag, 80) for flag in flags]
        self.flags.setText("⚑ " + "; ".join(words) if words else "")
        self.flags.setVisible(bool(words))

    def _show_message(self, text: str) -> None:
        self.text.show_message(text)
        self._wanted += 1
        if not text:
            self.fields.show_nodes((), None)
            return
        job = _Parsing(self._wanted, text)
        job.told.parsed.connect(self._on_parsed, Qt.ConnectionType.QueuedConnection)
        self._pool.start(job)

    def _on_parsed(self, number: int, nodes: tuple[Node, ...], delimiters: Delimiters) -> None:
        if number == self._wanted:
            self.fields.show_nodes(nodes, delimiters)


class _Told(QObject):
    parsed = Signal(int, object, object)  # which request, tuple[Node, …], Delimiters


class _Parsing(QRunnable):
    def __init__(self, number: int, text: str) -> None:
        super().__init__()
        self.told = _Told()
        self._number = number
        self._text = text

    def run(self) -> None:
        with no_search() if len(self._text) > _BIG else nullcontext():
            nodes = parse(self._text)
        self.told.parsed.emit(self._number, nodes, delimiters_of(self._text))

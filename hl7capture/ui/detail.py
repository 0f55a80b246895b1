"""What is chosen in the ladder, in detail: Fields, Text, Hex."""

from datetime import datetime

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtWidgets import QLabel, QTabWidget, QVBoxLayout, QWidget

from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.tree import Node, delimiters_of, parse
from hl7capture.model.elements import Direction, Element, ElementType
from hl7capture.ui.fields_view import FieldsView
from hl7capture.ui.hex_view import HexView
from hl7capture.ui.ladder import label_of
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.text_view import TextView

_EXPLAINED = {
    ElementType.START: "ENQ (05): asks whether the other side is ready to receive",
    ElementType.ACK: "ACK (06): accepts what came before",
    ElementType.NAK: "NAK (15): refuses what came before",
    ElementType.END: "EOT (04): ends the transfer",
    ElementType.OTHER: "Bytes that fit no block, frame or control byte",
    ElementType.MESSAGE: "This message was cut; Hex shows what was seen of it",
    ElementType.FRAME: "This frame is part of no message",
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
        self.fields = FieldsView()
        self.text = TextView()
        self.hex = HexView()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.fields, self.tr("Fields"))
        self.tabs.addTab(self.text, self.tr("Text"))
        self.tabs.addTab(self.hex, self.tr("Hex"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.tabs)
        self.show_element(None, -1)

    def show_element(self, row: SessionRow | None, number: int) -> None:
        """One element of a session; none where `number` is no element."""
        if row is None or not 0 <= number < len(row.session.elements):
            self._shown = None
            self.title.setText(self.tr("Choose an arrow of the ladder"))
            self._show_message("")
            self.hex.show_bytes(b"")
            return
        session = row.session
        element = session.elements[number]
        is_whole = element.message is not None and element.message < len(session.messages)
        text = session.messages[element.message] if is_whole and element.message is not None else ""
        self.title.setText(self._title(row, element, bool(text)))
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
            return f"{title}\n{self.tr('The message is still being put together')}"
        return f"{title}\n{_EXPLAINED[element.type]}"

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
        nodes = parse(self._text)
        self.told.parsed.emit(self._number, nodes, delimiters_of(self._text))

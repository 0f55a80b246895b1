"""What is chosen in the ladder, in detail: Fields, Text, Hex; the connection it came over; findings."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, QThreadPool, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QTabWidget, QToolButton, QVBoxLayout, QWidget

from hl7capture.hl7.charset import Doubt, doubt_of, spoken
from hl7capture.hl7.privacy.rules import rules_of
from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.tree import Node, nodes_at
from hl7capture.model.elements import CONTROL, Element, ElementType, Flag
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.turns import window_at_work
from hl7capture.ui.background import Background
from hl7capture.ui.connection_view import ConnectionView
from hl7capture.ui.deidentified_copy import DeidentifiedCopy
from hl7capture.ui.fields_view import FieldsView
from hl7capture.ui.findings_view import FindingsView
from hl7capture.ui.hex_view import MOST_COPIED, HexView
from hl7capture.ui.icons import icon
from hl7capture.ui.ladder import direction_text, label_of
from hl7capture.ui.letting_go import let_go
from hl7capture.ui.locale_words import date_text
from hl7capture.ui.notes_view import NotesView
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import CopyableLabel, PlainLabel
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.taking_apart import NOTHING, Parsed, parsed_of
from hl7capture.ui.text_view import TextView

_PATIENCE_MS = 150  # nearly all messages are taken apart in less: fields stay as long, and do not flicker
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
    While the settings want it, patients' data is masked in all of them.
    told: something that a person should read, and whether it is an error. filter_wanted: a condition that a person
    wants to add to the filter. element_wanted: the number of an element of this session that a person wants to see.
    """

    told = Signal(str, bool)
    filter_wanted = Signal(str)
    element_wanted = Signal(int)
    message_shown = Signal(object, int)  # Session, or None; which of its messages the element is a part of

    def __init__(
        self,
        deidentified: DeidentifiedCopy | None = None,
        message_actions: Sequence[QAction] = (),
        parent: QWidget | None = None,
    ) -> None:
        """deidentified: makes copies without patients' data, together with those of the rest of the window.

        message_actions: how the message that is shown is compared with another one.
        """
        super().__init__(parent)
        self._deidentified = deidentified or DeidentifiedCopy()
        self._settings = Settings()
        self._row: SessionRow | None = None
        self._number = -1
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._wanted = 0
        self._shown: tuple[str, bytes] | None = None
        self._element = -1
        self._odd: list[str] = []  # what is odd about the element, in words
        self._parsed = NOTHING
        self._nodes: tuple[Node, ...] = ()  # those that Fields shows
        self._patience = QTimer(self, interval=_PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(self._wait_for_fields)
        self.title = CopyableLabel()
        self.title.setContentsMargins(12, 8, 12, 8)
        self.flags = PlainLabel(wraps=True)
        self.flags.setContentsMargins(12, 0, 12, 8)
        self.flags.setProperty("warning", True)
        self.fields = FieldsView()
        self.text = TextView()
        self.hex = HexView()
        self.connection = ConnectionView()
        self.findings = FindingsView()
        self.notes = NotesView()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setAccessibleName(self.tr("Detail"))
        self.tabs.tabBar().setAccessibleName(self.tr("Detail"))
        self.tabs.addTab(self.fields, self.tr("Fields"))
        self.tabs.addTab(self.text, self.tr("Text"))
        self.tabs.addTab(self.hex, self.tr("Hex"))
        self.tabs.addTab(self.connection, self.tr("Connection"))
        self.tabs.addTab(self.findings, self.tr("Findings"))
        self.tabs.addTab(self.notes, "")
        self._name_notes(False)
        self.compare = QToolButton()
        self.compare.setText(self.tr("Compare"))
        self.compare.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.tabs.setCornerWidget(self.compare)  # first: without a parent it would be a window for a moment
        self.compare.setProperty("opensMenu", True)
        self.compare.clicked.connect(self.compare.showMenu)  # an instant popup is out of a screen reader's reach
        menu = QMenu(self.compare)
        menu.addActions(list(message_actions))
        self.compare.setMenu(menu)
        self.compare.setVisible(bool(message_actions))
        for view in (self.fields.tree, self.text, self.hex):
            view.addActions(list(message_actions))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.flags)
        layout.addWidget(self.tabs)
        self.notes.filled.connect(self._name_notes)
        self.fields.chosen.connect(self._on_field)
        self.fields.told.connect(self.told)
        self.fields.filter_wanted.connect(self.filter_wanted)
        search = QShortcut(QKeySequence("Ctrl+Shift+F"), self)
        search.activated.connect(self._search)
        self.findings.element_wanted.connect(self.element_wanted)
        self.text.chosen.connect(self._on_character)
        self.hex.chosen.connect(self._on_byte)
        self.fields.deidentified_wanted.connect(self._copy_text)
        self.text.deidentified_wanted.connect(self._copy_text)
        self.hex.deidentified_wanted.connect(self._copy_bytes)
        self.refresh_colours()
        self.show_element(None, -1)

    def apply_settings(self, settings: Settings) -> None:
        """They count for what is shown, too."""
        before, self._settings = self._settings, settings
        self.findings.ask_again()
        names = ("mask_patient_data", "deidentify_z_segments", "patient_fields")
        if any(getattr(before, name) != getattr(settings, name) for name in names):
            self._shown = None
            self.show_element(self._row, self._number)

    @window_at_work()
    def show_element(self, row: SessionRow | None, number: int) -> None:
        """One element of a session; none where `number` is no element."""
        self._row, self._number = row, number
        self.connection.show_session(row.session if row else None)
        self.findings.show_session(row.session if row else None)
        self.findings.show_element(number)
        self.notes.show_session(row.session if row else None)
        if row is None or not 0 <= number < len(row.session.elements):
            self._shown = None
            self._element = -1
            self.title.setText(self.tr("Choose an arrow of the ladder"))
            self._show_message("", None)
            self.hex.show_bytes(b"")
            self._show_odd([])
            self.message_shown.emit(None, -1)
            return
        session = row.session
        element = session.elements[number]
        is_whole = element.message is not None and element.message < len(session.messages)
        text = session.messages[element.message] if is_whole and element.message is not None else ""
        self.message_shown.emit(session if text else None, element.message if text else -1)
        self.title.setText(self._title(row, element, bool(text)))
        self._show_odd([_flag_words(flag) for flag in element.flags])
        if self._shown == (text, element.data) and self._element == element.id:
            self._show_doubt()
            return
        self._shown = (text, element.data)
        self._element = element.id
        # What is masked is shown once it is known where.
        self.hex.show_bytes(element.data, [(0, len(element.data))] if self._is_masking(element) else ())
        self._show_message(text, element)

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self.compare.setIcon(icon("compare"))
        self.fields.search.refresh_colours()
        self.text.refresh_colours()
        self.findings.refresh_colours()

    def _search(self) -> None:
        """The person looks for something in the message."""
        self.tabs.setCurrentWidget(self.fields)
        self.fields.search.focus()

    def _name_notes(self, has_note: bool) -> None:
        """One sees without going there whether there is a note."""
        number = self.tabs.indexOf(self.notes)
        self.tabs.setTabText(number, self.tr("Notes •") if has_note else self.tr("Notes"))
        self.tabs.setTabToolTip(number, self.tr("There is a note") if has_note else "")

    def _title(self, row: SessionRow, element: Element, has_text: bool) -> str:
        moment = datetime.fromtimestamp(element.timestamp / 1000).astimezone()
        clock = f"{date_text(moment.date())} {moment:%H:%M:%S}.{moment.microsecond:06d}"
        title = f"{label_of(row, element)} — {direction_text(element.direction)}, {clock}"
        if has_text:
            return title
        if element.message is not None:
            if row.session.is_open:
                return title + "\n" + self.tr("The message is still being put together")
            return title + "\n" + self.tr("The message was never finished")
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

    def _is_masking(self, element: Element) -> bool:
        return self._settings.mask_patient_data and element.type not in CONTROL

    def _show_message(self, text: str, element: Element | None) -> None:
        is_masking = element is not None and self._is_masking(element)
        self.text.show_message("" if is_masking else text)
        self._parsed = NOTHING
        self._wanted += 1
        self._patience.stop()
        if not text or is_masking:
            self._show_fields((), None)
        if element is None or self._row is None or not (text or is_masking):
            return
        rules = rules_of(self._settings) if is_masking else None
        request, session = self._wanted, self._row.session

        def work() -> Parsed:
            if request != self._wanted:  # another element was chosen while this one waited for its turn
                return Parsed(request)
            return parsed_of(request, text, session, element, rules)

        Background(work, self._on_parsed).start(self._pool)
        self._patience.start()

    @window_at_work()
    def _wait_for_fields(self) -> None:
        """The fields of the message before would pass for those of the one that is shown."""
        self._show_fields((), None)
        self.fields.set_waiting(True)

    def _show_fields(self, nodes: tuple[Node, ...], delimiters: Delimiters | None, *, is_masked: bool = False) -> None:
        before, self._nodes = [self._nodes], nodes
        self.fields.show_nodes(nodes, delimiters, is_masked=is_masked)
        let_go(before)

    @window_at_work()
    def _on_parsed(self, parsed: Parsed) -> None:
        if parsed.request != self._wanted:
            let_go([parsed.nodes])
        else:
            self._parsed = parsed
            self._patience.stop()
            self._show_fields(parsed.nodes, parsed.delimiters, is_masked=parsed.masked is not None)
            if parsed.masked is not None:
                self.text.show_message(parsed.masked)
                self.hex.conceal(parsed.hidden)
            self._show_doubt()

    # -- copies without patients' data -------------------------------------------------------------------------

    def _copy_text(self, start: int, end: int) -> None:
        """These characters of the message."""
        element = self._chosen_element()
        if element is None or element.message is None:
            return
        number = element.message
        self._copy(lambda made: made.messages[number][start:end].replace("\r", "\n").rstrip("\n"))

    def _copy_bytes(self) -> None:
        """The bytes of the element in hexadecimal."""
        number = self._number  # another one may be chosen before the copy is made
        self._copy(lambda made: made.elements[number].data[:MOST_COPIED].hex(" "))

    def _copy(self, take: Callable[[Session], str]) -> None:
        if self._row is not None and self._chosen_element() is not None:
            self._deidentified.copy([self._row.session], rules_of(self._settings), lambda made: take(made[0]))

    def _chosen_element(self) -> Element | None:
        if self._row is None or not 0 <= self._number < len(self._row.session.elements):
            return None
        return self._row.session.elements[self._number]

    # -- what is chosen in one view is marked in the others ------------------------------------------------------

    def _on_field(self, node: Node) -> None:
        if self._parsed is not NOTHING:  # else Fields still shows the message before
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


def _flag_words(flag: str) -> str:
    """A flag in words; one of a later version is shown as it is."""
    return QCoreApplication.translate("Detail", str(_FLAGS[Flag(flag)])) if flag in _FLAGS else visible(flag, 80)

"""Findings: what is wrong in a session, with its evidence and what to do."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from hl7capture.hl7.findings.finding import Finding
from hl7capture.model.elements import CONTROL, Element, ElementType
from hl7capture.model.session import Session
from hl7capture.turns import window_at_work
from hl7capture.ui.finding_card import LONGEST, ElementLink, FindingCard, badge_labels
from hl7capture.ui.locale_words import number_text, since_text
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import CopyableLabel
from hl7capture.ui.severity import BADGES, Badge
from hl7capture.ui.until_seen import UntilSeen

_CARDS_AT_ONCE = 50  # a thousand would stop the window for a second


class FindingsView(QScrollArea):
    """The verdict, then a card for each finding of a session that has ended, errors first.

    Filled when it is seen. They are found elsewhere: `wanted` asks.
    element_wanted: the number, from 0, of an element that a person wants to see.
    """

    wanted = Signal(object)  # Session: `show_findings` answers
    element_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Findings"))
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._shown: tuple[Session | None, bool] = (None, False)
        self._element = -1
        self._verdict = ""
        self._findings: list[Finding] = []
        self._cards: list[FindingCard] = []
        self._most = _CARDS_AT_ONCE
        self._page = QWidget()
        self.setWidget(self._page)
        self._filling = UntilSeen(self, self._fill)

    def ask_again(self) -> None:
        """What is late, or may be shown of patients, is something else now."""
        session, _ = self._shown
        self._shown = (None, False)
        self.show_session(session)

    def show_session(self, session: Session | None) -> None:
        """The findings of another session, or of the same one when it has ended."""
        now = (session, session is not None and session.is_open)
        if now == self._shown:
            return
        self._shown = now
        self._verdict, self._findings, self._most = "", [], _CARDS_AT_ONCE
        self._filling.want()
        if session is not None and not session.is_open:
            self.wanted.emit(session)

    def show_findings(self, session_id: str, verdict: str, findings: list[Finding]) -> None:
        """What there is to say of a session, unless another one has been chosen meanwhile."""
        shown = self._shown[0]
        if shown is None or shown.session_id != session_id:
            return
        self._verdict, self._findings = verdict, findings
        self._filling.want()

    def show_element(self, number: int) -> None:
        """The element that is chosen in the ladder, from 0: links that lead to it say so."""
        self._element = number
        for card in self._cards:
            card.mark(number)

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self._filling.want()

    @property
    def cards(self) -> list[FindingCard]:
        """Those that are shown."""
        self._filling.now()
        return self._cards

    @property
    def text(self) -> str:
        """All that is shown."""
        self._filling.now()
        return "\n".join(label.text() for label in self._page.findChildren(QLabel) if label.text())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._filling.now()

    @window_at_work()
    def _fill(self) -> None:
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(12, 10, 12, 10)
        rows.setSpacing(8)
        session = self._shown[0]
        self._cards = []
        if session is not None and session.is_open:
            rows.addWidget(CopyableLabel(self.tr("What is wrong is known when the session has ended")))
        if session is not None and self._verdict:
            rows.addWidget(self._verdict_card())
            numbers = {element.id: number for number, element in enumerate(session.elements)}
            self._cards = [self._card(finding, session, numbers) for finding in self._findings[: self._most]]
        for card in self._cards:
            rows.addWidget(card)
        if len(self._findings) > self._most:
            rest = len(self._findings) - self._most
            more = QPushButton(self.tr("Show more: {0} are left").format(number_text(rest)))
            more.clicked.connect(self._show_more, Qt.ConnectionType.QueuedConnection)  # it takes the button away
            rows.addWidget(more)
        rows.addStretch(1)
        self._page = page
        self.setWidget(page)  # the one before it goes

    def _show_more(self) -> None:
        place = self.verticalScrollBar().value()
        self._most += _CARDS_AT_ONCE
        self._filling.want()
        self.verticalScrollBar().setValue(place)

    def _verdict_card(self) -> QFrame:
        """A sentence that a person can read out on the phone."""
        badge, said = Badge("complete", "good"), self.tr("Nothing is wrong")
        if self._findings:
            badge, said = BADGES[self._findings[0].severity], self.tr("Verdict")
        card = QFrame()
        card.setProperty("card", True)
        lines = QVBoxLayout(card)
        lines.setContentsMargins(12, 10, 12, 10)
        head = QHBoxLayout()
        head.setSpacing(8)
        picture, word = badge_labels(badge, said)
        head.addWidget(picture)
        head.addWidget(word, 1)
        lines.addLayout(head)
        lines.addWidget(CopyableLabel(visible(self._verdict, LONGEST)))
        return card

    def _card(self, finding: Finding, session: Session, numbers: dict[int, int]) -> FindingCard:
        links = [
            ElementLink(numbers[element], _label(session, numbers[element]))
            for element in finding.elements
            if element in numbers
        ]
        card = FindingCard(finding, links)
        card.mark(self._element)
        card.element_wanted.connect(self.element_wanted)
        return card


def _label(session: Session, number: int) -> str:
    """`Element 3: NAK, 2.045 s`; elements count from 1 for people, times from the session's beginning."""
    element = session.elements[number]
    since = since_text(element.timestamp - session.start_time)
    return QCoreApplication.translate("FindingsView", "Element {0}: {1}, {2}").format(number + 1, _word(element), since)


def _word(element: Element) -> str:
    if element.type is ElementType.FRAME and element.data[1:2].isdigit():
        return f"frame {chr(element.data[1])}"
    return CONTROL.get(element.type, str(element.type))

"""The choice of a message on one side of a comparison."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from hl7capture.hl7.summary import summarise
from hl7capture.model.session import Session
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import CopyableLabel

_BEGINNING = 65_536  # characters: they say what a message is, however long it is


class Side(QFrame):
    """Says which message of which session it is; another one of the session can be chosen."""

    changed = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._session: Session | None = None
        name = CopyableLabel(title)
        name.setProperty("section", True)
        self.where = CopyableLabel()
        self.where.setProperty("muted", True)
        self.what = CopyableLabel()
        self.what.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.number = QSpinBox()
        self.number.setAccessibleName(self.tr("{0}: number of the message").format(title))
        self.number.setKeyboardTracking(False)
        self.number.valueChanged.connect(self._on_number)
        row = QHBoxLayout()
        row.addWidget(self.number)
        row.addWidget(self.what, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addWidget(name)
        layout.addWidget(self.where)
        layout.addLayout(row)

    def show_message(self, session: Session | None, message: int = 0) -> None:
        """A session that has messages, and which of them, from 0; None: nothing. Tells nobody."""
        self._session = session
        count = len(session.messages) if session is not None else 0
        self.number.blockSignals(True)
        self.number.setPrefix(self.tr("Message "))
        self.number.setSuffix(self.tr(" of {0}").format(number_text(count)))
        self.number.setRange(min(count, 1), count)
        self.number.setValue(message + 1)
        self.number.blockSignals(False)
        self.number.setEnabled(count > 1)
        self.where.setText("" if session is None else where_of(session))
        self._describe()

    @property
    def text(self) -> str:
        """The message."""
        return "" if self._session is None else self._session.messages[self.number.value() - 1]

    @property
    def line(self) -> str:
        """The message in a line."""
        return f"{self.where.text()}, {self.number.text()}: {self.what.text()}"

    def _on_number(self) -> None:
        self._describe()
        self.changed.emit()

    def _describe(self) -> None:
        self.what.setText(name_of(self.text))


def name_of(text: str) -> str:
    """`ORU^R01 · MSG00001`; "" where the message does not say."""
    summary = summarise(text[:_BEGINNING])
    return visible(" · ".join(filter(None, (summary.kind, summary.control_id))), 80)


def where_of(session: Session) -> str:
    """`#17  10.0.0.5:40001 → 10.1.0.1:2575, eth0`"""
    return visible(f"#{session.number}  {session.device} → {session.lis}, {session.source}", 200)

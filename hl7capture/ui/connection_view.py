"""Connection: what TCP tells of the session's connection, in words."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFormLayout, QLabel, QScrollArea, QWidget

from hl7capture.app.connection_words import connection_words
from hl7capture.model.session import Session
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import CopyableLabel
from hl7capture.ui.until_seen import UntilSeen


class ConnectionView(QScrollArea):
    """One row for each thing that is known, one line for each fact. Filled when it is seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Connection"))
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._shown: Session | None = None
        self._was_open = False
        self._page = QWidget()
        self.setWidget(self._page)
        self._filling = UntilSeen(self, self._fill)

    def show_session(self, session: Session | None) -> None:
        """The connection of another session, or of the same one when it has ended."""
        is_open = session is not None and session.is_open
        if (session, is_open) == (self._shown, self._was_open):
            return
        self._shown, self._was_open = session, is_open
        self._filling.want()

    @property
    def text(self) -> str:
        """All that is shown."""
        self._filling.now()
        return "\n".join(label.text() for label in self._page.findChildren(QLabel))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._filling.now()

    def _fill(self) -> None:
        self._page = QWidget()
        rows = QFormLayout(self._page)
        rows.setContentsMargins(12, 10, 12, 10)
        for title, text in self._rows(self._shown):
            name = CopyableLabel(title)
            name.setProperty("muted", True)
            rows.addRow(name, CopyableLabel(text))
        self.setWidget(self._page)  # the one before it goes

    def _rows(self, session: Session | None) -> list[tuple[str, str]]:
        if session is None:
            return []
        ends = [(self.tr("Device"), visible(session.device, 80)), (self.tr("LIS"), visible(session.lis, 80))]
        if session.connection is None:
            reason = (
                self.tr("Its facts are known when the session has ended")
                if session.is_open
                else self.tr("The session was kept by a version that did not note the facts of connections")
            )
            return [*ends, ("", reason)]
        return ends + [(section.title, "\n".join(section.facts)) for section in connection_words(session.connection)]

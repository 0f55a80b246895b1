"""Findings: what is wrong in a session, with its evidence and what to do."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QScrollArea, QWidget

from hl7capture.hl7.findings.finding import Finding
from hl7capture.model.session import Session
from hl7capture.ui.connection_view import plain_label
from hl7capture.ui.plain import visible

_LONGEST = 2000  # characters of one sentence


class FindingsView(QScrollArea):
    """The verdict, then a row for each finding of a session that has ended. They are found elsewhere: `wanted` asks."""

    wanted = Signal(object)  # Session: `show_findings` answers

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Findings"))
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._shown: tuple[Session | None, bool] = (None, False)
        self._page = QWidget()
        self.setWidget(self._page)

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
        if session is None or session.is_open:
            self._show([] if session is None else [("", self.tr("What is wrong is known when the session has ended"))])
            return
        self._show([])
        self.wanted.emit(session)

    def show_findings(self, session_id: str, verdict: str, findings: list[Finding]) -> None:
        """What there is to say of a session, unless another one has been chosen meanwhile."""
        shown = self._shown[0]
        if shown is None or shown.session_id != session_id:
            return
        rows = [(self.tr("Verdict"), visible(verdict, _LONGEST))]
        self._show(rows + [(f"{one.severity.capitalize()}\n{one.code}", _words(one)) for one in findings])

    @property
    def text(self) -> str:
        """All that is shown."""
        return "\n".join(label.text() for label in self._page.findChildren(QLabel))

    def _show(self, rows: list[tuple[str, str]]) -> None:
        self._page = QWidget()
        form = QFormLayout(self._page)
        form.setContentsMargins(12, 10, 12, 10)
        for title, text in rows:
            name = plain_label(title)
            name.setProperty("muted", True)
            form.addRow(name, plain_label(text))
        self.setWidget(self._page)  # the one before it goes


def _words(finding: Finding) -> str:
    return "\n".join(visible(line, _LONGEST) for line in (finding.text, *finding.evidence, f"→ {finding.advice}"))

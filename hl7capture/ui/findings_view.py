"""Findings: what is wrong in a session, with its evidence and what to do."""

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QScrollArea, QWidget

from hl7capture.hl7.findings.finding import Finding
from hl7capture.hl7.findings.report import report_of
from hl7capture.hl7.findings.verdict import verdict_of
from hl7capture.hl7.privacy.pseudonyms import Pseudonyms
from hl7capture.hl7.privacy.rules import rules_of
from hl7capture.hl7.privacy.sessions import Deidentification
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.ui.connection_view import plain_label
from hl7capture.ui.plain import visible

_LONGEST = 2000  # characters of one sentence


class FindingsView(QScrollArea):
    """The verdict, then a row for each finding; they are found off the GUI's thread, of sessions that have ended.

    settings: say what is late, and whether patients' data is masked: then findings quote pseudonyms.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = Settings()
        self.setAccessibleName(self.tr("Findings"))
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._wanted = 0
        self._shown: tuple[Session | None, bool] = (None, False)
        self._page = QWidget()
        self.setWidget(self._page)

    def apply_settings(self, settings: Settings) -> None:
        """They count for what is shown, too."""
        session, _ = self._shown
        self.settings = settings
        self._shown = (None, False)
        self.show_session(session)

    def show_session(self, session: Session | None) -> None:
        """The findings of another session, or of the same one when it has ended."""
        now = (session, session is not None and session.is_open)
        if now == self._shown:
            return
        self._shown = now
        self._wanted += 1
        if session is None or session.is_open:
            self._show([] if session is None else [("", self.tr("What is wrong is known when the session has ended"))])
            return
        self._show([])
        job = _Judging(self._wanted, session, self.settings)
        job.told.judged.connect(self._on_judged, Qt.ConnectionType.QueuedConnection)
        self._pool.start(job)

    @property
    def text(self) -> str:
        """All that is shown."""
        return "\n".join(label.text() for label in self._page.findChildren(QLabel))

    def _on_judged(self, number: int, verdict: str, findings: list[Finding]) -> None:
        if number == self._wanted:
            rows = [(self.tr("Verdict"), verdict)]
            self._show(
                rows + [(f"{finding.severity.capitalize()}\n{finding.code}", _words(finding)) for finding in findings]
            )

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


class _Told(QObject):
    judged = Signal(int, str, list)  # which request, the verdict, list[Finding]


class _Judging(QRunnable):
    def __init__(self, number: int, session: Session, settings: Settings) -> None:
        super().__init__()
        self.told = _Told()
        self._number = number
        self._session = session
        self._settings = settings

    def run(self) -> None:
        session = self._session
        if self._settings.mask_patient_data:
            keeping = Pseudonyms(keeps_times=True, keeps_addresses=True)
            session = Deidentification(rules_of(self._settings), keeping).session(session)
        report = report_of(session, settings=self._settings)
        self.told.judged.emit(self._number, visible(verdict_of([report]), _LONGEST), report.findings)

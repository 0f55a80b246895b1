"""How it stands with the archive: always in the status bar, and in the banner where a person may want to know."""

from PySide6.QtCore import QObject, QTimer

from hl7capture.app.archiving import Archiving
from hl7capture.archive.state import ArchiveState, Condition
from hl7capture.ui.banner import Banner, Remedy
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.status import Status

AWAY, REFUSED = "archive-away", "archive-refused"
_PATIENCE_MS = 10_000  # a server that is started anew is no news


class ArchiveNotices(QObject):
    """Takes back what it said when it is over; what a person has closed is not said again until then."""

    def __init__(self, archiving: Archiving, banner: Banner, status: Status, parent: QObject) -> None:
        super().__init__(parent)
        self._archiving = archiving
        self._banner = banner
        self._status = status
        self._refused = 0
        self._is_told = False
        self._patience = QTimer(self, interval=_PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(self._tell)
        archiving.changed.connect(self._on_changed)
        self._on_changed(archiving.state)

    def _on_changed(self, state: ArchiveState) -> None:
        self._status.show_archive(self._short(state), is_away=state.condition is Condition.AWAY)
        if state.condition is not Condition.AWAY:
            self._patience.stop()
            self._is_told = False
            self._banner.take_back(AWAY)
        elif not self._is_told and not self._patience.isActive():
            self._patience.start()
        elif self._banner.holds(AWAY):
            self._tell()
        if state.refused > self._refused:
            text = self.tr(
                "Sessions that the archive does not take: {0}. They stay on this computer; "
                "the command “hl7capture archive status” says which they are, and why."
            )
            self._banner.say(text.format(number_text(state.refused)), key=REFUSED)
        elif not state.refused:
            self._banner.take_back(REFUSED)
        self._refused = state.refused

    def _tell(self) -> None:
        state = self._archiving.state
        self._is_told = True
        text = self.tr("{0}. {1} Capturing goes on; they are sent when it is back.")
        remedy = Remedy(self.tr("Try now"), self._archiving.try_now)
        self._banner.say(text.format(self._away(state), state.reason), is_error=False, key=AWAY, remedy=remedy)

    def _away(self, state: ArchiveState) -> str:
        text = self.tr("Archive away since {0}, {1} session(s) waiting", "", state.waiting)
        return text.format(state.clock, number_text(state.waiting))

    def _short(self, state: ArchiveState) -> str:
        """For the status bar."""
        words = {
            Condition.OFF: "",
            Condition.CONNECTING: self.tr("Archive …"),
            Condition.SENDING: self.tr("Archive: {0} waiting").format(number_text(state.waiting)),
            Condition.READY: self.tr("Archive ✓"),
            Condition.READING: self.tr("Archive: reading only"),
        }
        return words[state.condition] if state.condition in words else f"⚠ {self._away(state)}"

"""What the clean-up did, or why it did nothing."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QObject

from hl7capture.store.retention import CleanUp
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.banner import Banner, Remedy
from hl7capture.ui.locale_words import date_text, number_text, size_text
from hl7capture.ui.status import Status

_CLOCK, _UNARCHIVED, _PROBLEM = "clock", "unarchived", "clean-up"
_SHOWN_MS = 6_000


class CleanUpNotices(QObject):
    """Says where sessions were deleted, and where they could not be; asks where the clock is not to be believed."""

    def __init__(self, store: SessionStore, banner: Banner, status: Status, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._banner = banner
        self._status = status
        store.cleaned.connect(self._on_cleaned)

    def _on_cleaned(self, done: CleanUp) -> None:
        if done.files:
            self._status.showMessage(self.tr("Cleaned up: {0}").format(clean_up_text(done)), _SHOWN_MS)
        if done.problem and not done.is_idle:
            text = self.tr("Expired sessions could not be deleted. {0}")
            self._banner.say(text.format(done.problem), key=_PROBLEM)
        else:
            self._banner.take_back(_PROBLEM)
        if done.unarchived:
            text = self.tr("The disk is nearly full. Sessions that were deleted although the archive lacks them: {0}.")
            self._banner.say(text.format(number_text(done.unarchived)), key=_UNARCHIVED)
        if done.clock:
            text = self.tr("{0} No session is deleted until somebody says that the clock is right.")
            remedy = Remedy(self.tr("The clock is right"), self._confirm)
            self._banner.say(text.format(done.clock), is_error=False, key=_CLOCK, remedy=remedy)
        else:
            self._banner.take_back(_CLOCK)

    def _confirm(self) -> None:
        self._banner.take_back(_CLOCK)
        self._store.clean_up(is_clock_confirmed=True)


def clean_up_text(done: CleanUp) -> str:
    """`3 sessions, 48.2 kB, from 2026-10-01 to 2026-10-02`"""
    if done.oldest is None or done.newest is None:
        return QCoreApplication.translate("CleanUp", "no session")
    first, last = (datetime.fromtimestamp(time / 1000).astimezone() for time in (done.oldest, done.newest))
    text = QCoreApplication.translate("CleanUp", "sessions: {0}, {1}, from {2} to {3}")
    return text.format(number_text(done.files), size_text(done.size), date_text(first), date_text(last))

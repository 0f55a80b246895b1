"""What the store has to tell, as messages in the banner."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from hl7capture.store.recovery import Recovery
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.banner import Banner, Remedy
from hl7capture.ui.locale_words import number_text

_WAITING, _JOURNAL, _IN_USE, _LOST = "store", "journal", "in-use", "lost"


class StoreNotices(QObject):
    """Says what the store cannot do, why, and what helps; takes it back when it is over."""

    def __init__(self, store: SessionStore, banner: Banner, edit_folder: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._banner = banner
        self._remedy = Remedy(self.tr("Output folder…"), edit_folder)
        self._lost = 0
        store.waiting_changed.connect(self._on_waiting)
        store.journal_failed.connect(self._on_journal_failed)
        store.lost.connect(self._on_lost)
        store.recovered.connect(self._on_recovered)
        store.in_use.connect(self._on_in_use)
        store.saved.connect(lambda _session: banner.take_back(_IN_USE))

    def _on_waiting(self, waiting: int, problem: str) -> None:
        if problem:
            text = self.tr("Sessions that wait because they cannot be saved: {0}. It is tried again.").format(waiting)
            if self._store.aside is not None:
                text += " " + self.tr("There is no more memory for some of them: they lie in {0} until then.").format(
                    self._store.aside
                )
            self._banner.say(f"{text} {problem}", key=_WAITING, remedy=self._remedy)
        elif not waiting:
            self._banner.take_back(_WAITING)

    def _on_journal_failed(self, problem: str) -> None:
        if problem:
            text = self.tr("Open sessions cannot be written to the disk as they grow; a crash would lose them. {0}")
            self._banner.say(text.format(problem), key=_JOURNAL, remedy=self._remedy)
        else:
            self._banner.take_back(_JOURNAL)

    def _on_lost(self, _session_id: str, reason: str) -> None:
        self._lost += 1
        text = self.tr("Sessions that are lost, because no disk took them and memory was full: {0}. {1}")
        self._banner.say(text.format(number_text(self._lost), reason), key=_LOST, remedy=self._remedy)

    def _on_recovered(self, recovery: Recovery) -> None:
        if recovery.recovered:
            text = self.tr("The program was cut short the last time. Sessions recovered as far as they went: {0}.")
            self._banner.say(text.format(number_text(len(recovery.recovered))), is_error=False)
        for path, reason in recovery.unreadable:
            self._banner.say(self.tr("Journal {0}: {1}.").format(path, reason))

    def _on_in_use(self, who: str) -> None:
        text = self.tr("{0}. This window shows what is kept there; sessions captured here wait until it is free.")
        self._banner.say(text.format(who), is_error=False, key=_IN_USE, remedy=self._remedy)

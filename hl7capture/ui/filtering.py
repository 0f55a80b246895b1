"""The filter box, what it does to the list, and how what it leaves open is found out."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel

from hl7capture.store.session_store import SessionStore
from hl7capture.ui.filter_box import FilterBox
from hl7capture.ui.filter_reading import FilterReading
from hl7capture.ui.filter_values import known_values
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_model import SessionModel
from hl7capture.ui.work_row import WorkRow

if TYPE_CHECKING:
    from hl7capture.hl7.filter.evaluation import Filter

_SEARCH_MS = 200  # after the last key
_NARROWEST, _WIDEST = 250, 560  # pixels


class Filtering(QObject):
    """Summaries decide at once; then the index is asked, then the documents are read, which `work` shows.

    matches: how many sessions are let through. mistake: what is wrong in the box, in words.
    """

    asked = Signal()  # a person looks for something
    left = Signal()  # a person has done with the box

    def __init__(self, store: SessionStore, model: SessionModel, shown: SessionFilter, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._model = model
        self._filter = shown
        self._is_reading_wanted = True  # what the filter leaves open
        self.box = FilterBox(lambda: known_values(model.rows()))
        self.box.setMinimumWidth(_NARROWEST)
        self.box.setMaximumWidth(_WIDEST)
        self.matches = QLabel()
        self.matches.setProperty("muted", True)
        self.mistake = self.box.mistake
        self.mistake.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.mistake.setContentsMargins(14, 4, 14, 4)
        self.work = WorkRow()
        self._reading = FilterReading(store, self.work, self)
        self._search = QTimer(self, interval=_SEARCH_MS, singleShot=True)
        self._search.timeout.connect(self._look_further)
        self.box.filter_changed.connect(self._on_filter)
        self.box.left.connect(self.left)
        self._reading.judged.connect(shown.set_verdicts)
        self._reading.finished.connect(self._on_read)
        store.found.connect(self._on_found)
        shown.rowsInserted.connect(self.show_matches)
        shown.rowsRemoved.connect(self.show_matches)
        shown.settled.connect(self._on_settled)

    def ask_again(self) -> None:
        """All sessions are listed now; what was typed meanwhile was looked for in a part of them."""
        if self._filter.wanted is not None:
            self._filter.set_filter(self._filter.wanted)

    def show_matches(self) -> None:
        """How many of how many."""
        counts = f"{number_text(self._filter.rowCount())} / {number_text(self._model.rowCount())}"
        self.matches.setText(self.tr("{0} match").format(counts) if self._filter.wanted is not None else "")

    def _on_filter(self, wanted: "Filter | None") -> None:
        self._reading.stop()
        self._is_reading_wanted = True
        self._filter.set_filter(wanted)
        self.show_matches()
        if wanted is not None and self._model.rowCount():
            self.asked.emit()

    def _on_settled(self) -> None:
        self.show_matches()
        if self._filter.undecided and self._is_reading_wanted:
            self._search.start()

    def _look_further(self) -> None:
        """Of sessions whose summaries leave it open whether the filter lets them through: the index, then the files."""
        wanted = self._filter.wanted
        if wanted is None or not self._filter.undecided or self._reading.is_busy:
            return
        if self._filter.is_searched:
            self._reading.start(self._filter.undecided, wanted)
        else:
            self._store.search(self.box.text(), wanted.texts)

    def _on_found(self, text: str, found: dict[str, set[str]]) -> None:
        if text == self.box.text():
            self._filter.set_found(found)

    def _on_read(self, is_done: bool) -> None:
        """Who cancels sees what was found so far."""
        self._is_reading_wanted = is_done
        if is_done:
            self._on_settled()

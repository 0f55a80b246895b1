"""The status bar: state, interface, packets, dropped, sessions, saved, waiting."""

from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from hl7capture.app.controller import State
from hl7capture.model.events import Counters
from hl7capture.model.source import SourceState
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import PlainLabel


class Status(QStatusBar):
    """Numbers that matter; those that should be 0 stand out when they are not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._words = {
            State.IDLE: self.tr("Ready"),
            State.STARTING: self.tr("Starting…"),
            State.CAPTURING: self.tr("Listening"),
            State.PAUSED: self.tr("Paused"),
            State.STOPPING: self.tr("Stopping…"),
        }
        self.state = self._label()
        self.source = self._label()
        self.packets = self._label()
        self.dropped = self._label()
        self.sessions = self._label()
        self.saved = self._label()
        self.waiting = self._label()
        self.archive = self._label()
        self.archive.hide()
        self.loading = self._label()
        self.loading.hide()
        self.show_state(State.IDLE, "", is_live=True)
        self.show_progress(SourceState(), Counters())
        self.show_sessions(0, 0)
        self.show_waiting(0)

    def show_state(self, state: State, source: str, *, is_live: bool) -> None:
        word = self._words[state]
        if state is State.CAPTURING and not is_live:
            word = self.tr("Reading")
        self._word = word
        self._is_capturing = state is State.CAPTURING
        self._is_paused = state is State.PAUSED
        self._show_word("")
        self.source.setText(source)
        self.source.setVisible(bool(source))

    def show_progress(self, state: SourceState, counters: Counters) -> None:
        self._show_word(state.waiting_for if self._is_capturing or self._is_paused else "")
        self.packets.setText(self.tr("Packets {0}").format(number_text(counters.packets)))
        # (where, how many): the sum stands in the bar, the parts in its tool tip
        parts = (
            (self.tr("by the system, which had no room for them: {0}"), (state.dropped or 0) + counters.dropped),
            (self.tr("by the network interface: {0}"), state.dropped_by_interface or 0),
            (self.tr("missing in the raw packets on disk only: {0}"), counters.not_in_raw_file),
        )
        dropped = sum(number for _, number in parts)
        self.dropped.setText(self.tr("Dropped {0}").format(number_text(dropped)))
        self.dropped.setToolTip("\n".join(words.format(number_text(number)) for words, number in parts))
        _mark(self.dropped, "bad", dropped > 0)

    def show_sessions(self, sessions: int, saved: int) -> None:
        self.sessions.setText(self.tr("Sessions {0}").format(number_text(sessions)))
        self.saved.setText(self.tr("Saved {0}").format(number_text(saved)))

    def show_waiting(self, waiting: int) -> None:
        self.waiting.setText(self.tr("Waiting {0}").format(number_text(waiting)))
        _mark(self.waiting, "warning", waiting > 0)

    def show_archive(self, text: str, *, is_away: bool) -> None:
        """text: how it stands with the archive; "" where there is none."""
        self.archive.setText(text)
        self.archive.setVisible(bool(text))
        _mark(self.archive, "warning", is_away)

    def show_loading(self, done: int, files: int) -> None:
        """How far the list of what is on disk is; nothing where it is complete."""
        self.loading.setVisible(done < files)
        self.loading.setText(self.tr("Listing {0} of {1}").format(number_text(done), number_text(files)))

    def show_closing(self, text: str) -> None:
        """The program is about to end."""
        self.state.setText(text)
        _mark(self.state, "good", False)

    def _show_word(self, waiting_for: str) -> None:
        word = self.tr("Waiting for {0}").format(visible(waiting_for, 80)) if waiting_for else self._word
        self.state.setText(f"● {word}")
        _mark(self.state, "good", self._is_capturing and not waiting_for)
        _mark(self.state, "warning", self._is_paused or bool(waiting_for))

    def _label(self) -> QLabel:
        label = PlainLabel()
        label.setContentsMargins(8, 2, 8, 2)
        self.addWidget(label)
        return label


def _mark(label: QLabel, name: str, is_on: bool) -> None:
    if bool(label.property(name)) != is_on:
        label.setProperty(name, is_on)
        label.style().unpolish(label)
        label.style().polish(label)

"""How one gets to a comparison: two messages are chosen one after the other, or two sessions together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.comparison.side import name_of
from hl7capture.ui.comparison.window import ComparisonWindow
from hl7capture.ui.session_model import SessionModel

if TYPE_CHECKING:
    from hl7capture.app.archive_view import ArchiveView

Message = tuple[Session, int]  # which of its messages, from 0


class Comparing(QObject):
    """choose, compare: for context menus; they are about the message that is shown, see `follow`.

    told: something that a person should read, and whether it is an error.
    """

    told = Signal(str, bool)

    def __init__(self, store: "SessionStore | ArchiveView", model: SessionModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._store = store
        self._model = model
        self._parent = parent
        self._settings = Settings()
        self._shown: Message | None = None
        self._chosen: Message | None = None
        self._wanted: list[str] = []  # ids of sessions that are to be compared,
        self._there: dict[str, Session] = {}  # and what is there of them
        self.window: ComparisonWindow | None = None
        self.choose = QAction(self.tr("Compare: choose this message"), self)
        self.choose.setShortcut(QKeySequence("Ctrl+K"))
        self.choose.triggered.connect(self._choose)
        self.compare = QAction(self)
        self.compare.setShortcut(QKeySequence("Ctrl+Shift+K"))
        self.compare.triggered.connect(self._compare)
        store.fetched.connect(self._on_fetched)
        store.fetch_failed.connect(lambda session_id, _reason: self._give_up(session_id))
        self._show_state()

    def follow(self, session: Session | None, message: int) -> None:
        """The message that is shown now."""
        self._shown = None if session is None else (session, message)
        self._show_state()

    def compare_sessions(self, session_ids: Sequence[str]) -> None:
        """The first messages of exactly two sessions; any other number of them is told to be wrong."""
        if len(session_ids) != 2:
            self.told.emit(self.tr("Choose exactly two sessions to compare."), False)
            return
        self._wanted = list(session_ids)
        self._there = {}
        missing = []
        for session_id in self._wanted:
            document = self._model.document_of(session_id)
            if document is None:
                missing.append(session_id)
            else:
                self._there[session_id] = document
        for session_id in missing:
            self._store.fetch(session_id)
        self._compare_if_there()

    def apply_settings(self, settings: Settings) -> None:
        """They count for what is shown, too."""
        self._settings = settings
        if self.window is not None:
            self.window.apply_settings(settings)

    def refresh_colours(self) -> None:
        """After a change of theme."""
        if self.window is not None:
            self.window.table.viewport().update()

    # -- two messages ------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        self._chosen = self._shown
        self._show_state()

    def _compare(self) -> None:
        if self._chosen is not None and self._shown is not None:
            self._show(self._chosen, self._shown)

    def _show(self, first: Message, second: Message) -> None:
        if self.window is None:
            self.window = ComparisonWindow(self._parent)
        self.window.apply_settings(self._settings)
        self.window.show_messages(first, second)

    def _show_state(self) -> None:
        self.choose.setEnabled(self._shown is not None)
        self.compare.setEnabled(self._chosen is not None and self._shown is not None)
        if self._chosen is None:
            self.compare.setText(self.tr("Compare with the chosen message"))
        else:
            # An ampersand would underline the letter behind it.
            self.compare.setText(self.tr("Compare with {0}").format(_name(self._chosen).replace("&", "&&")))

    # -- two sessions ------------------------------------------------------------------------------------------

    def _on_fetched(self, session: Session) -> None:
        if session.session_id in self._wanted and session.session_id not in self._there:
            self._there[session.session_id] = session
            self._compare_if_there()

    def _give_up(self, session_id: str) -> None:
        """One of them cannot be read; that is told elsewhere."""
        if session_id in self._wanted:
            self._wanted, self._there = [], {}

    def _compare_if_there(self) -> None:
        if not self._wanted or any(session_id not in self._there for session_id in self._wanted):
            return
        sessions = [self._there[session_id] for session_id in self._wanted]
        self._wanted, self._there = [], {}
        for session in sessions:
            if not session.messages:
                text = self.tr("Session {0} has no message that could be compared.")
                self.told.emit(text.format(session.number), False)
                return
        self._show((sessions[0], 0), (sessions[1], 0))


def _name(message: Message) -> str:
    """`ORU^R01 · MSG00001 (#17)`"""
    session, number = message
    return f"{name_of(session.messages[number]) or number + 1} (#{session.number})"

"""Notes on their way to the disk: a second after the last key, and when the person goes elsewhere.

Until it is on disk a note is remembered here, whatever becomes of the document in memory, and tried again.
"""

from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from hl7capture.model.session import Session
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.closing import may_lose_notes
from hl7capture.ui.notes_view import NotesView
from hl7capture.ui.session_model import SessionModel

_QUIET_MS = 1000  # after the last key
_RETRY_MS = 5000


class _Pending(NamedTuple):
    session: Session
    text: str


class Notes(QObject):
    """trouble: why notes cannot be saved, for a person to read; "" when they can be again."""

    trouble = Signal(str)

    def __init__(self, store: SessionStore, model: SessionModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._store = store
        self._model = model
        self._parent = parent
        self._view: NotesView | None = None
        self._typed: dict[str, _Pending] = {}  # not given to the store yet,
        self._pending: dict[str, _Pending] = {}  # and those that were, by session id
        self._problems: dict[str, str] = {}
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self.write)
        self._retry = QTimer(self, interval=_RETRY_MS, singleShot=True)
        self._retry.timeout.connect(self._write_again)
        store.saved.connect(self._on_saved)
        store.note_failed.connect(self._on_failed)
        store.deleted.connect(self._on_deleted)

    def serve(self, view: NotesView) -> None:
        """What is typed there is kept."""
        self._view = view
        view.note_of = self.note_of
        view.typed.connect(self._on_typed)
        view.left.connect(self.write)

    def note_of(self, session: Session) -> str:
        """The note of a session, as it was typed last."""
        known = self._typed.get(session.session_id) or self._pending.get(session.session_id)
        if known is not None:
            session.note = known.text  # the document may have been read from the disk since
        return session.note

    def write(self) -> None:
        """What was typed, in the background."""
        self._quiet.stop()
        typed, self._typed = self._typed, {}
        unsaved = set(self._store.unsaved()) if typed else set()
        for session_id, (session, text) in typed.items():
            if session.is_open:
                self._store.note(session)  # it takes the note along when it ends
                self._tell(session_id, self.tr("It is kept with the session when that ends"))
            elif session.saved_at is None and session_id not in unsaved:
                self._tell(session_id, self.tr("This session is not on disk; its note goes when the program ends"))
            else:
                self._pending[session_id] = _Pending(session, text)
                self._tell(session_id, self.tr("Saving…"))
                self._store.annotate(session_id, text)

    def may_close(self) -> bool:
        """Writes what was typed. Where notes cannot be saved the person decides."""
        self.write()
        reason = next(iter(self._problems.values()), "")
        return not reason or may_lose_notes(len(self._problems), reason, self._parent.window())

    def _on_typed(self, session: Session, text: str) -> None:
        text = text.encode(errors="replace").decode()  # half a character, as a paste may bring, has no UTF-8
        session.note = text
        row = self._model.row_of(session.session_id)
        if row is not None:
            row.summary.has_note = bool(text)
        self._typed[session.session_id] = _Pending(session, text)
        self._tell(session.session_id, "")
        self._quiet.start()

    def _write_again(self) -> None:
        for session_id in self._problems:
            self._store.annotate(session_id, self._pending[session_id].text)

    def _on_saved(self, session: Session) -> None:
        pending = self._pending.get(session.session_id)
        if pending is None or pending.text != session.note:
            return
        del self._pending[session.session_id]
        self._solve(session.session_id)
        self._tell(session.session_id, self.tr("Saved"))

    def _on_failed(self, session_id: str, reason: str) -> None:
        pending = self._pending.get(session_id)
        if pending is None:
            return
        if session_id not in self._problems:
            text = self.tr("The note of session {0} is not saved. It stays in the window and is tried again. {1}")
            self.trouble.emit(text.format(pending.session.number, reason))
        self._problems[session_id] = reason
        self._tell(session_id, self.tr("Not saved, it is tried again: {0}").format(reason))
        self._retry.start()

    def _on_deleted(self, session_ids: list[str]) -> None:
        for session_id in session_ids:
            self._typed.pop(session_id, None)
            self._pending.pop(session_id, None)
            self._solve(session_id)

    def _solve(self, session_id: str) -> None:
        if self._problems.pop(session_id, None) is not None and not self._problems:
            self.trouble.emit("")

    def _tell(self, session_id: str, text: str) -> None:
        """Beside the note, where that is the one that is shown."""
        view = self._view
        if view is not None and view.session is not None and view.session.session_id == session_id:
            view.tell(text)

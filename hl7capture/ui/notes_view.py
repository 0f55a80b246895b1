"""Notes: what a person writes about a session."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from hl7capture.model.session import LONGEST_NOTE, Session
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain_label import CopyableLabel

_NEARLY_FULL = LONGEST_NOTE - 1000  # characters: from here on the room that is left is told


class NotesView(QWidget):
    """The note of one session, as plain text.

    typed: a session (Session) and its new note. left: the person has gone elsewhere. filled: whether there is a note.
    """

    typed = Signal(object, str)
    left = Signal()
    filled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._is_read_only = False
        self.note_of: Callable[[Session], str] = lambda session: session.note
        self.edit = _Editor()
        self.edit.setAccessibleName(self.tr("Note"))
        self.edit.setPlaceholderText(self.tr("What you want to remember about this session. It is kept with it."))
        self.edit.document().setDocumentMargin(10)
        self.edit.textChanged.connect(self._on_text)
        self.edit.left.connect(self.left)
        self.setFocusProxy(self.edit)
        self.state = CopyableLabel()
        self.state.setProperty("muted", True)
        self.state.setContentsMargins(12, 4, 12, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self.state)
        self.show_session(None)

    @property
    def session(self) -> Session | None:
        """Whose note is shown."""
        return self._session

    def make_read_only(self) -> None:
        """Notes are shown, and written elsewhere."""
        self._is_read_only = True
        self.edit.setReadOnly(True)
        self.edit.setPlaceholderText(self.tr("There is no note."))

    def show_session(self, session: Session | None) -> None:
        """The note of another session; of the same one it stays as it is being written."""
        if session is not None and session is self._session:
            return
        if self._session is not None:
            self.left.emit()
        is_same = session and self._session and session.session_id == self._session.session_id
        self._session = session
        note = "" if session is None else self.note_of(session)
        is_foreign = len(note) > LONGEST_NOTE
        if not (is_same and note == self.edit.toPlainText()):
            self._set_text(note[:LONGEST_NOTE])
        self.edit.setEnabled(session is not None)
        self.edit.setReadOnly(is_foreign or self._is_read_only)  # changed here, what is not shown of it would be lost
        self.tell(self.tr("This note is too long to be changed here; its beginning is shown") if is_foreign else "")
        self.filled.emit(bool(note))

    def tell(self, text: str) -> None:
        """What becomes of the note."""
        self.state.setText(text)

    def _on_text(self) -> None:
        text = self.edit.toPlainText()
        if len(text) > LONGEST_NOTE:
            self._set_text(text[:LONGEST_NOTE])
            self.edit.moveCursor(QTextCursor.MoveOperation.End)
            text = self.edit.toPlainText()
        if self._session is not None:
            self.typed.emit(self._session, text)
            self.filled.emit(bool(text))
        if len(text) > _NEARLY_FULL:
            room = self.tr("{0} of {1} characters").format(number_text(len(text)), number_text(LONGEST_NOTE))
            full = self.tr("The note is full.")
            self.tell(f"{room}. {full}" if len(text) == LONGEST_NOTE else room)

    def _set_text(self, text: str) -> None:
        self.edit.blockSignals(True)
        self.edit.setPlainText(text)
        self.edit.blockSignals(False)


class _Editor(QPlainTextEdit):
    """left: the keys go elsewhere now."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(False)  # files dropped here are for the window
        self.setTabChangesFocus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

"""Messages to the clipboard, also of sessions whose documents are not in memory."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from hl7capture.hl7.privacy.masking import masked
from hl7capture.hl7.privacy.rules import Rules, rules_of
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.background import Background
from hl7capture.ui.clipboard import copy_text
from hl7capture.ui.deidentified_copy import DeidentifiedCopy, messages_text
from hl7capture.ui.session_model import SessionModel

if TYPE_CHECKING:
    from hl7capture.app.archive_view import ArchiveView


class Copies(QObject):
    """What the window copies of whole sessions: as it is shown, so masked while the screen is, or de-identified."""

    def __init__(
        self,
        store: "SessionStore | ArchiveView",
        model: SessionModel,
        settings: Callable[[], Settings],
        deidentified: DeidentifiedCopy,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._model = model
        self._settings = settings
        self._deidentified = deidentified

    def copy(self, session_ids: Sequence[str]) -> None:
        """The messages of the sessions."""
        _Gathering(self._store, self._model, session_ids, self._copy, self)

    def copy_deidentified(self, session_ids: Sequence[str]) -> None:
        """The messages of the sessions without patients' data."""

        def copy(sessions: list[Session]) -> None:
            self._deidentified.copy(sessions, rules_of(self._settings()), _text_of)

        _Gathering(self._store, self._model, session_ids, copy, self)

    def _copy(self, sessions: list[Session]) -> None:
        settings = self._settings()
        if not settings.mask_patient_data:
            copy_text(_text_of(sessions))
            return
        texts = [text for session in sessions for text in session.messages]
        rules = rules_of(settings)
        Background(lambda: _masked_text(texts, rules), copy_text).start()


def _text_of(sessions: list[Session]) -> str:
    return messages_text(text for session in sessions for text in session.messages)


def _masked_text(texts: list[str], rules: Rules) -> str:
    return messages_text(masked(text, rules).text for text in texts)


class _Gathering(QObject):
    """Gathers documents, and copies when the last one is there. What cannot be read is left out, and told elsewhere."""

    def __init__(
        self,
        store: "SessionStore | ArchiveView",
        model: SessionModel,
        session_ids: Sequence[str],
        copy: Callable[[list[Session]], None],
        parent: QObject | None = None,
    ) -> None:
        """copy: puts the messages of sessions, which come in the order of `session_ids`, on the clipboard."""
        super().__init__(parent)
        self._ids = session_ids
        self._copy = copy
        self._sessions: dict[str, Session] = {}
        missing = []
        for session_id in session_ids:
            document = model.document_of(session_id)
            if document is not None:
                self._sessions[session_id] = document
            else:
                missing.append(session_id)
        self._missing = set(missing)
        store.fetched.connect(self._on_fetched)
        store.fetch_failed.connect(self._on_failed)
        for session_id in missing:
            store.fetch(session_id)
        self._copy_if_complete()

    def _on_fetched(self, session: Session) -> None:
        if session.session_id in self._missing:
            self._sessions[session.session_id] = session
            self._missing.discard(session.session_id)
            self._copy_if_complete()

    def _on_failed(self, session_id: str, _reason: str) -> None:
        if session_id in self._missing:
            self._missing.discard(session_id)
            self._copy_if_complete()

    def _copy_if_complete(self) -> None:
        if not self._missing:
            self._copy([self._sessions[session_id] for session_id in self._ids if session_id in self._sessions])
            self.deleteLater()

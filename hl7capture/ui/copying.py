"""Messages to the clipboard, also of sessions whose documents are not in memory."""

from collections.abc import Sequence

from PySide6.QtCore import QObject

from hl7capture.model.session import Session
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.session_model import SessionModel
from hl7capture.ui.session_table import copy_text


class CopyMessages(QObject):
    """Gathers documents, and copies when the last one is there. What cannot be read is left out, and told elsewhere."""

    def __init__(
        self, store: SessionStore, model: SessionModel, session_ids: Sequence[str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._ids = session_ids
        self._messages: dict[str, list[str]] = {}
        missing = []
        for session_id in session_ids:
            row = model.row_of(session_id)
            if row is not None and row.document is not None:
                self._messages[session_id] = list(row.document.messages)
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
            self._messages[session.session_id] = session.messages
            self._missing.discard(session.session_id)
            self._copy_if_complete()

    def _on_failed(self, session_id: str, _reason: str) -> None:
        if session_id in self._missing:
            self._missing.discard(session_id)
            self._copy_if_complete()

    def _copy_if_complete(self) -> None:
        if not self._missing:
            messages = (text for session_id in self._ids for text in self._messages.get(session_id, ()))
            copy_text("\n\n".join(text.replace("\r", "\n") for text in messages))
            self.deleteLater()

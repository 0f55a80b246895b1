"""The archive beside the store: what is saved goes there, as the settings say."""

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from hl7capture.app.probe import probe_name
from hl7capture.archive.address import archive_url
from hl7capture.archive.marks import archived
from hl7capture.archive.state import ArchiveState, Condition
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.recovery import Recovery
from hl7capture.store.retention import Held, nothing_held
from hl7capture.store.session_store import SessionStore

if TYPE_CHECKING:
    from hl7capture.archive.archiver import Archiver, Place


class Archiving(QObject):
    """Nothing is sent before `start`. Retention knows from the beginning what the archive does not have.

    What sends is imported where there is an archive: most windows have none, and open sooner.
    """

    changed = Signal(object)  # ArchiveState
    _told = Signal(object, object)  # Archiver, ArchiveState

    def __init__(self, settings: Settings, store: SessionStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = ArchiveState()
        self._settings = settings
        self._store = store
        self._archiver: Archiver | None = None
        self._place: Place | None = None
        self._is_started = False
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)
        store.written.connect(self._on_written, Qt.ConnectionType.DirectConnection)
        store.recovered.connect(self._on_recovered)
        store.moved.connect(self._on_moved)
        store.hold_back(self._held)

    def start(self) -> None:
        """Begins to send, if there is an archive."""
        self._is_started = True
        self.apply(self._settings)

    def apply(self, settings: Settings) -> None:
        """Another archive, or folder, counts at once."""
        self._settings = settings
        url = archive_url(settings) if settings.enable_persistence else ""
        place = self._place_of(url) if url else None
        if not self._is_started or (place and place.where) == (self._place and self._place.where):
            return
        self.stop()
        self._place = place
        if place is None:
            self._show(ArchiveState())
            return
        from hl7capture.archive.archiver import Archiver

        archiver = Archiver(place, lambda state: self._hear(archiver, state))
        self._archiver = archiver
        self._show(archiver.state)
        archiver.start()

    def _place_of(self, url: str) -> "Place":
        from hl7capture.archive.archiver import Place

        return Place(url, self._store.folder.root, probe_name(), self._settings)

    def judged(self, sessions: list[Session]) -> None:
        """What is wrong with these is known, or is something else now."""
        if self._archiver is None:
            return
        for session in sessions:
            if session.saved_at is not None:
                self._archiver.note(self._store.folder.name_of(session.session_id), session.findings)

    def try_now(self) -> None:
        """A person thinks that the archive is back."""
        if self._archiver is not None:
            self._archiver.try_now()

    def finish(self) -> None:
        """The program ends: what waits is still sent, if the archive is there."""
        if self._archiver is not None:
            self._archiver.finish()

    @property
    def is_finished(self) -> bool:
        return self._archiver is None or self._archiver.wait(0)

    def stop(self) -> None:
        """Nothing is sent any more; returns at once."""
        if self._archiver is not None:
            self._archiver.stop()
            self._archiver = None

    # -- what the store tells ----------------------------------------------------------------------------------

    def _on_written(self, session_id: str) -> None:
        archiver = self._archiver
        if archiver is not None:
            archiver.note(self._store.folder.name_of(session_id))

    def _on_recovered(self, recovery: Recovery) -> None:
        for session_id in recovery.recovered:
            self._on_written(session_id)

    def _on_moved(self, _moved: object) -> None:
        if self._archiver is not None:
            self._archiver.look()

    def _held(self) -> Held:
        """Of files whose time is over: those that the archive does not have stay."""
        if not archive_url(self._settings) or self.state.condition is Condition.READING:
            return nothing_held
        marks = archived(self._store.folder.root)
        return lambda file: (mark := marks.get(file.stem)) is None or not mark.is_of(file)

    # -- what the archiver tells -------------------------------------------------------------------------------

    def _hear(self, archiver: "Archiver", state: ArchiveState) -> None:
        """On the archiver's thread; it may outlive this object."""
        with suppress(RuntimeError):
            self._told.emit(archiver, state)

    def _on_told(self, archiver: "Archiver", state: ArchiveState) -> None:
        if archiver is self._archiver:
            self._show(state)

    def _show(self, state: ArchiveState) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit(state)

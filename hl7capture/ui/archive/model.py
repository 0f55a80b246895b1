"""The sessions of an archive as a table, as far as they were read."""

from collections.abc import Iterable

from msgspec.structs import replace

from hl7capture.app.archive_view import name_of
from hl7capture.archive.searching import Archived, Key
from hl7capture.ui.session_model import SessionModel


class ArchiveModel(SessionModel):
    """A row is a session of a probe, under the name that `ArchiveView` has for it."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[str, Key] = {}
        self.oldest: Key | None = None  # in the list; behind it, nothing was read yet

    def put(self, found: Iterable[Archived]) -> None:
        """What was read; what is in the list already follows the archive."""
        fresh = []
        for archived in found:
            name = name_of(archived)
            summary = replace(archived.summary, session_id=name)
            row = self.row_of(name)
            if row is None:
                fresh.append(summary)
            elif row.summary.saved_at != summary.saved_at or row.summary.findings != summary.findings:
                self.documents.forget(row)
                row.release()
                row.summary = summary
                self._changed[name] = None
            self._keys[name] = archived.key
        self.add(fresh)

    def extend(self, found: list[Archived]) -> None:
        """The next page."""
        if found:
            self.oldest = found[-1].key
        self.put(found)

    def restart(self) -> None:
        """Nothing was read yet."""
        self.remove([row.session_id for row in self.rows()])
        self._keys = {}
        self.oldest = None

    def has(self, archived: Archived) -> bool:
        """It is in the list."""
        return name_of(archived) in self._keys

"""Reading the archive: over one connection, that another thread can cut short."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Self

from hl7capture.archive import schema
from hl7capture.archive.connecting import connect, driver, in_words
from hl7capture.archive.errors import ArchiveError
from hl7capture.archive.searching import Archived, Key, Search, documents_of
from hl7capture.model.session import Session
from hl7capture.store.document import DocumentError

if TYPE_CHECKING:
    from hl7capture.hl7.filter.evaluation import Filter

log = logging.getLogger(__name__)

_CANCEL_SECONDS = 1.0


class Probe(NamedTuple):
    """name: its machine, as it calls itself. role: its login."""

    name: str
    role: str


class CancelledError(ArchiveError):
    """Somebody has cut it short."""


class Reader:
    """For one thread at a time, but for `abandon` and `cancel`, which alone with `close` never raise ArchiveError."""

    def __init__(self, url: str) -> None:
        self._connection = connect(url)
        self._is_cancelled = False
        try:
            with self._asking():
                schema.check(self._connection)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @property
    def is_usable(self) -> bool:
        """The connection has neither broken nor been cut short."""
        return not self._connection.closed and not self._is_cancelled

    def abandon(self) -> None:
        """What is being read ends with CancelledError, when the server has answered; from any thread, at once."""
        self._is_cancelled = True

    def cancel(self) -> None:
        """The same, and the server is told; from any thread. Takes a second at the most."""
        self.abandon()
        try:
            self._connection.cancel_safe(timeout=_CANCEL_SECONDS)
        except (driver().Error, OSError) as error:
            log.debug("Cancelling failed: %s", type(error).__name__)

    def search(
        self,
        wanted: "Filter | None" = None,
        after: Key | None = None,
        on_progress: Callable[[float], None] = lambda _time: None,
    ) -> Iterator[Archived]:
        """Sessions that a filter lets through, the newest first, as they are asked for.

        after: where an earlier search has stopped. on_progress: hears how far back this one has come, Unix ms.
        """
        found = iter(Search(self._connection, wanted, after, on_progress))
        while True:
            with self._asking():
                archived = next(found, None)
            if archived is None:
                return
            yield archived

    def find(self, session_id: str) -> list[Archived]:
        """A session, as all probes have it that saw it."""
        from hl7capture.hl7.filter.evaluation import Filter
        from hl7capture.hl7.filter.tree import Comparison, Text

        return list(self.search(Filter(Comparison("id", "=", (Text(session_id),)))))

    def documents(self, wanted: Sequence[Archived]) -> dict[tuple[int, str], Session | DocumentError]:
        """The sessions themselves, by probe and id, or why they cannot be read; without those that are gone."""
        with self._asking():
            return documents_of(self._connection, wanted)

    def probes(self) -> dict[int, Probe]:
        """Those that this login may see, by their numbers."""
        with self._asking():
            rows = self._connection.execute("SELECT probe_id, name, role::text FROM hl7capture.probes").fetchall()
        return {number: Probe(name, role) for number, name, role in rows}

    def sees_all(self) -> bool:
        """Whether this login sees the sessions of all probes, or of its own alone."""
        with self._asking():
            row = self._connection.execute(
                "SELECT pg_has_role(session_user, 'hl7capture_reader', 'MEMBER') OR pg_has_role(session_user, "
                "(SELECT relowner FROM pg_class WHERE oid = 'hl7capture.sessions'::regclass), 'MEMBER')"
            ).fetchone()
        return row is not None and row[0]

    @contextmanager
    def _asking(self) -> Iterator[None]:
        psycopg = driver()
        if self._is_cancelled:
            raise CancelledError("Cancelled.")
        try:
            yield
        except psycopg.Error as error:
            if self._is_cancelled:
                raise CancelledError("Cancelled.") from error
            if isinstance(error, psycopg.errors.QueryCanceled):
                raise ArchiveError(
                    "The archive took too long to answer: name a time in the filter, that leaves less to look through."
                ) from error
            raise ArchiveError(f"The archive cannot be read: {in_words(error)}") from error

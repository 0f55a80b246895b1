"""Connections to the archive's database; psycopg is imported here when the first one is made."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from hl7capture.archive.address import parameters
from hl7capture.archive.errors import ArchiveError
from hl7capture.archive.passwords import password_of

if TYPE_CHECKING:
    import psycopg

    Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

LOWEST_SERVER = 13  # its first version with trusted extensions, which a database's owner may create
_STATEMENT_MS = 60_000
_LOCK_MS = 10_000
_PREPARING_SECONDS = 30.0


def driver() -> Any:
    """psycopg. Raises ArchiveError where it is not installed."""
    try:
        import psycopg
    except ImportError as error:
        raise ArchiveError("The archive needs a part that is not installed: pip install hl7capture[archive]") from error
    return psycopg


def connect(url: str) -> "Connection":
    """A connection that commits each statement, unless told otherwise. Raises ArchiveError."""
    psycopg = driver()
    options = parameters(url)
    password = password_of(url)
    if password is not None:
        options["password"] = password
    try:
        # Prepared statements would bind it to one server process; poolers between here and there may not have that.
        connection: Connection = psycopg.connect(url, autocommit=True, prepare_threshold=None, **options)
    except psycopg.Error as error:
        raise ArchiveError(f"The archive cannot be reached: {in_words(error)}") from error
    try:
        with watched(connection, _PREPARING_SECONDS):
            _prepare(connection)
    except psycopg.Error as error:
        connection.close()
        raise ArchiveError(f"The archive cannot be used: {in_words(error)}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def hang_up(connection: "Connection") -> None:
    """Whoever waits for the server waits no longer; from any thread, and at once. The server rolls back."""
    with suppress(driver().Error, OSError, ValueError):
        line = socket.socket(fileno=connection.fileno())
        try:
            line.shutdown(socket.SHUT_RDWR)
        finally:
            line.detach()  # it is not ours to close


@contextmanager
def watched(connection: "Connection", seconds: float) -> Iterator[None]:
    """Hangs up after so long: a server that is stopped, or a line that swallows everything, would never answer."""
    watch = threading.Timer(seconds, hang_up, (connection,))
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _prepare(connection: "Connection") -> None:
    version = connection.info.server_version // 10_000
    if version < LOWEST_SERVER:
        raise ArchiveError(f"The archive is PostgreSQL {version}; version {LOWEST_SERVER} is the oldest that will do.")
    for name, value in (
        ("statement_timeout", _STATEMENT_MS),
        ("lock_timeout", _LOCK_MS),
        ("idle_in_transaction_session_timeout", _STATEMENT_MS),
    ):
        connection.execute("SELECT set_config(%s, %s, false)", (name, str(value)))


def is_of_a_value(state: str | None) -> bool:
    """Whether a value is to blame: it does not fit (22), breaks a rule (23), or is more than the server can hold (54).

    state: SQLSTATE; PostgreSQL manual, appendix A.
    """
    return state is not None and state[:2] in ("22", "23", "54")


def in_words(error: Exception) -> str:
    """What the server, or libpq, says; nothing of the rows: a complaint about a value may quote a message."""
    diagnosis = getattr(error, "diag", None)
    state = getattr(error, "sqlstate", None)
    if is_of_a_value(state):
        return f"the server does not take a value ({state}, {type(error).__name__})."
    text: str = getattr(diagnosis, "message_primary", None) or str(error) or type(error).__name__
    lines = text.removeprefix("connection failed: ").splitlines()
    said = " ".join(" ".join(line for line in lines if not line.startswith("\t")).split())  # those: guesses of libpq's
    return said if said.endswith(".") else f"{said}."

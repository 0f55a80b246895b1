"""What is told of the archive, and of its errors."""

import logging
import sqlite3
import time

import psycopg
import pytest
from psycopg import errors

from hl7capture.archive.archiver import _reason
from hl7capture.archive.connecting import in_words
from hl7capture.archive.delivery import _is_by_chance, _is_of_the_document
from hl7capture.archive.state import ArchiveState, Condition, grouped


def test_sentences() -> None:
    now = time.time()
    away = ArchiveState(Condition.AWAY, 1204, since=now)
    assert away.sentence == f"Archive away since {away.clock}, 1\N{NARROW NO-BREAK SPACE}204 sessions waiting."
    assert len(away.clock) == 5
    assert len(ArchiveState(Condition.AWAY, since=now - 2 * 86_400).clock) == 16
    assert ArchiveState(Condition.AWAY, 1, since=now).sentence.endswith("1 session waiting.")
    assert ArchiveState().sentence == "There is no archive."
    assert ArchiveState(Condition.READY, refused=2).sentence == "All sessions are in the archive. It does not take 2."
    assert grouped(999) == "999"


@pytest.mark.parametrize(
    ("error", "is_own", "is_by_chance"),
    [
        (errors.UntranslatableCharacter, True, True),
        (errors.StatementTooComplex, True, True),
        (errors.ProgramLimitExceeded, True, True),
        (errors.NotNullViolation, True, True),
        (errors.DiskFull, False, True),
        (errors.ReadOnlySqlTransaction, False, True),
        (errors.AdminShutdown, False, True),
        (errors.DeadlockDetected, False, True),
        (errors.OutOfMemory, False, False),
        (errors.QueryCanceled, False, False),
        (errors.CrashShutdown, False, False),
        (errors.InternalError_, False, False),
        (psycopg.OperationalError, False, False),  # without a state: the connection is lost
        (ValueError, True, False),
        (OverflowError, True, False),
    ],
)
def test_whose_fault_it_is(error: type[Exception], is_own: bool, is_by_chance: bool) -> None:
    assert _is_of_the_document(error()) == is_own
    assert _is_by_chance(error()) == is_by_chance


def test_what_a_message_says_is_told_to_nobody() -> None:
    """A complaint about a value may quote it."""
    error = errors.InvalidTextRepresentation("invalid input syntax: Testmann^Tilda")
    assert in_words(error) == "the server does not take a value (22P02, InvalidTextRepresentation)."


def test_reasons(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert _reason(OSError(28, "No space left on device", "/data")) == "/data: No space left on device."
    assert _reason(sqlite3.OperationalError("database is locked")).endswith("remembered: database is locked.")
    assert _reason(RuntimeError("Testmann")) == "An error of the program (RuntimeError)."
    lost = 'connection failed: connection to server at "db" failed: Connection refused\n\tIs the server running?'
    assert _reason(psycopg.OperationalError(lost)) == 'connection to server at "db" failed: Connection refused.'

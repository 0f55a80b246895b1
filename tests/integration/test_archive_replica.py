"""An archive read where it is copied to: a streaming replica, which can neither be written to nor listened to."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hl7capture.archive.listening import Listener
from hl7capture.archive.setting_up import PROBE, READER
from tests.support.archived import archive_all, put_some
from tests.support.command import run
from tests.support.postgres import Database, replica_of

PATIENCE = 30.0  # seconds


@pytest.fixture
def replica(archive: Database) -> Iterator[Database]:
    with replica_of(archive.server) as server:
        yield Database(server, archive.name)


def test_reading_from_a_replica(archive: Database, replica: Database, output: Path) -> None:
    documents = put_some(output, 3)
    assert archive_all(output, archive.url(archive.new_login(PROBE))).waiting == 0
    reader = archive.new_login(READER)
    _wait_for(archive, replica)
    done = run("archive", "list", "--json", "--where", "PID-3.1 = MRN-000002", "--url", replica.url(reader))
    assert (done.returncode, done.stderr) == (0, b"")
    (name,) = (json.loads(line)["sessionId"] for line in done.stdout.splitlines())
    path = output / "sessions" / f"{name}.json"
    path.unlink()
    assert run("archive", "restore", name, "--url", replica.url(reader)).returncode == 0
    assert path.read_bytes() == documents[name]


def test_who_looks_at_a_replica_is_told_to_ask(
    archive: Database, replica: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hl7capture.archive.listening.POLL_SECONDS", 0.5)
    reader = archive.new_login(READER)
    _wait_for(archive, replica)
    told = threading.Semaphore(0)
    away: list[str] = []
    listener = Listener(replica.url(reader), told.release, away.append)
    listener.start()
    assert all(told.acquire(timeout=PATIENCE) for _ in range(3))
    [(since,)] = replica.ask(_BEGUN, reader)
    assert told.acquire(timeout=PATIENCE)
    assert replica.ask(_BEGUN, reader) == [(since,)]  # it is still the same connection
    listener.stop()
    assert listener.wait(PATIENCE)
    assert not away


_BEGUN = "SELECT backend_start FROM pg_stat_activity WHERE usename = %s"


def _wait_for(archive: Database, replica: Database) -> None:
    """Until the replica has all that the archive has."""
    [(reached,)] = archive.ask("SELECT pg_current_wal_insert_lsn()::text")
    until = time.monotonic() + PATIENCE
    while replica.ask("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", reached) != [(True,)]:
        assert time.monotonic() < until, "the replica does not follow"
        time.sleep(0.05)

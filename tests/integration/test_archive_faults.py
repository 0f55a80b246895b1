"""Whatever befalls the server, the line or the probe: afterwards every session is there, once, on both sides."""

import itertools
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from hl7capture.archive.delivery import Delivery
from hl7capture.archive.state import ArchiveState, Condition
from tests.support.archived import archive_all, archiver_of, documents_in, put_some, same
from tests.support.command import COMMAND
from tests.support.postgres import Database, PostgresServer, postgres_server
from tests.support.proxy import Proxy
from tests.support.rights import needs_capture_rights

SESSIONS = 600
PATIENCE = 90.0  # seconds


@pytest.fixture(scope="module")
def durable() -> Iterator[PostgresServer]:
    """A server that these tests may kill: it keeps what it has said to have committed."""
    with postgres_server(is_durable=True) as server:
        yield server


@pytest.fixture
def own(durable: PostgresServer) -> Database:
    """An archive on it."""
    if not durable.is_running:
        durable.stop()
        durable.start()
    database = durable.new_database()
    database.set_up()
    return database


class Watched:
    """An archiver at work, and what it told."""

    def __init__(self, root: Path, url: str) -> None:
        self.states: list[ArchiveState] = []
        self.archiver = archiver_of(root, url, self.states.append)

    def __enter__(self) -> "Watched":
        self.archiver.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.archiver.stop()
        assert self.archiver.wait(10)

    @property
    def state(self) -> ArchiveState:
        return self.archiver.state

    def wait_for(self, is_true: Callable[[ArchiveState], bool], *, hurry: bool = False) -> ArchiveState:
        """hurry: it need not wait out its pauses."""
        for _ in range(int(PATIENCE / 0.05)):
            if is_true(self.state):
                return self.state
            if hurry:
                self.archiver.try_now()
            time.sleep(0.05)
        raise AssertionError(f"still {self.state}")


def is_away(state: ArchiveState) -> bool:
    return state.condition is Condition.AWAY


def is_ready(state: ArchiveState) -> bool:
    return state.condition is Condition.READY and not state.waiting


def check_all_there(archive: Database, ours: dict[str, bytes], root: Path) -> None:
    """Every session once, whole, on both sides; nothing left behind by halves."""
    assert same(ours, documents_in(archive))
    assert {path.stem for path in (root / "sessions").iterdir()} == ours.keys()
    for table in ("messages", "findings"):
        stray = (
            f"SELECT count(*) FROM hl7capture.{table} t LEFT JOIN hl7capture.sessions s USING (probe_id, session_id)"
        )
        assert archive.ask(f"{stray} WHERE s.session_id IS NULL") == [(0,)]
    assert archive.ask("SELECT sum(message_count) FROM hl7capture.sessions") == archive.ask(
        "SELECT count(*) FROM hl7capture.messages"
    )


def test_server_killed_again_and_again(own: Database, output: Path) -> None:
    ours = put_some(output, SESSIONS)
    probe = own.new_probe()
    by_chance = random.Random(7)
    with Watched(output, own.url(probe)) as watched:
        for _ in range(4):
            time.sleep(by_chance.uniform(0.05, 0.4))
            own.server.stop(signal.SIGKILL)
            own.server.start()
            watched.archiver.try_now()
        watched.wait_for(is_ready, hurry=True)
    check_all_there(own, ours, output)


def test_server_away_for_a_while(own: Database, output: Path) -> None:
    """It is told since when, and how many wait; sessions that come meanwhile wait as well; then all is caught up."""
    ours = put_some(output, 20)
    probe = own.new_probe()
    with Watched(output, own.url(probe)) as watched:
        watched.wait_for(is_ready)
        own.server.stop()
        new = put_some(output, 10, 20)
        for name in new:
            watched.archiver.note(f"{name}.json")
        state = watched.wait_for(lambda state: is_away(state) and state.waiting == 10)
        assert state.sentence == f"Archive away since {state.clock}, 10 sessions waiting."
        assert state.since is not None
        assert abs(state.since - time.time()) < 60
        assert "cannot be reached" in watched.wait_for(lambda state: "cannot be reached" in state.reason).reason
        own.server.start()
        watched.wait_for(is_ready, hurry=True)
        assert watched.state.since is None
    check_all_there(own, ours | new, output)


def test_server_away_from_the_beginning(own: Database, output: Path) -> None:
    ours = put_some(output, 5)
    probe = own.new_probe()
    own.server.stop()
    with Watched(output, own.url(probe)) as watched:
        assert watched.wait_for(is_away).waiting == 5
        own.server.start()
        watched.wait_for(is_ready)  # by itself, after its own pauses
    check_all_there(own, ours, output)


def test_restarted_while_nothing_is_to_be_sent(own: Database, output: Path) -> None:
    ours = put_some(output, 1)
    probe = own.new_probe()
    with Watched(output, own.url(probe)) as watched:
        watched.wait_for(is_ready)
        own.server.stop()
        own.server.start()
        new = put_some(output, 1, 1)
        for name in new:
            watched.archiver.note(f"{name}.json")
        watched.wait_for(lambda state: is_ready(state) and len(documents_in(own)) == 2)
    check_all_there(own, ours | new, output)


@pytest.mark.parametrize("seed", range(3))
def test_connection_cut_in_the_middle_of_a_batch(own: Database, output: Path, seed: int) -> None:
    ours = put_some(output, SESSIONS)
    probe = own.new_probe()
    by_chance = random.Random(seed)
    # Anywhere: while connecting, in a copy, before the commit's answer. Later ones last longer, so that it ends.
    lengths = (int(by_chance.uniform(500, 40_000) * 1.5**number) for number in itertools.count())
    with Proxy(own.server.port, lengths) as proxy, Watched(output, own.url(probe, proxy.port)) as watched:
        watched.wait_for(is_ready, hurry=True)
        assert proxy.cuts > 3
    check_all_there(own, ours, output)


def test_a_commit_whose_answer_is_lost(own: Database, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive has the batch, the probe does not know: it sends it again, and it is there once."""
    ours = put_some(output, 3)
    probe = own.new_probe()
    real = Delivery._send
    lost: list[int] = []

    def send(self: Delivery, batch: list[object]) -> dict[str, str]:
        done = real(self, batch)
        if not lost:
            lost.append(len(batch))
            raise psycopg.OperationalError("the connection is lost")
        return done

    monkeypatch.setattr(Delivery, "_send", send)
    with Watched(output, own.url(probe)) as watched:
        watched.wait_for(is_ready, hurry=True)
    assert lost == [3]
    check_all_there(own, ours, output)


@pytest.mark.parametrize("seconds", [0, 0.2, 1])
def test_a_line_that_swallows_everything(
    own: Database, output: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """It is not waited for without an end, whatever it swallows: also while texts are indexed."""
    monkeypatch.setattr("hl7capture.archive.delivery._PATIENCE", 0.5)
    monkeypatch.setattr("hl7capture.archive.sending._STATEMENT_MS", 500)
    ours = put_some(output, 50)
    probe = own.new_probe()
    proxy = Proxy(own.server.port, itertools.repeat(1 << 40))
    with proxy, Watched(output, own.url(probe, proxy.port)) as watched:
        watched.wait_for(is_ready)
        time.sleep(seconds)
        proxy.is_swallowing.set()
        new = put_some(output, 5, 50)
        for name in new:
            watched.archiver.note(f"{name}.json")
        assert watched.wait_for(is_away).waiting == 5
        proxy.is_swallowing.clear()
        watched.wait_for(is_ready, hurry=True)
    check_all_there(own, ours | new, output)


def test_stops_at_once_whatever_the_server_does(own: Database, output: Path) -> None:
    put_some(output, SESSIONS)
    probe = own.new_probe()
    with Proxy(own.server.port, itertools.repeat(1 << 40)) as proxy:
        watched = Watched(output, own.url(probe, proxy.port))
        watched.archiver.start()
        watched.wait_for(lambda state: state.condition is Condition.SENDING)
        proxy.is_swallowing.set()
        time.sleep(0.3)
        begin = time.monotonic()
        watched.archiver.stop()
        assert watched.archiver.wait(5)
        assert time.monotonic() - begin < 2


def test_probe_killed_again_and_again(own: Database, output: Path) -> None:
    ours = put_some(output, SESSIONS)
    url = own.url(own.new_probe())
    command = [*COMMAND, "archive", "push", "--url", url, "--output-folder", str(output)]
    by_chance = random.Random(11)
    killed = 0
    for _ in range(30):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        before = len(documents_in(own))
        # From the first session on that arrives, anywhere.
        while process.poll() is None and len(documents_in(own)) == before:
            time.sleep(0.01)
        time.sleep(by_chance.uniform(0, 0.1))
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
        killed += 1
    assert killed > 0
    assert archive_all(output, url).condition is Condition.READY
    check_all_there(own, ours, output)


@needs_capture_rights
def test_full_disk_over_there(output: Path) -> None:
    ours = put_some(output, SESSIONS, size=12_000)
    with postgres_server(is_durable=True, megabytes=160) as server:
        database = server.new_database()
        database.set_up()
        probe = database.new_probe()
        server.run(
            "sh", "-c", f"head -c 200m /dev/zero >{server.folder}/filler; truncate -s -2M {server.folder}/filler"
        )
        with Watched(output, database.url(probe)) as watched:
            state = watched.wait_for(is_away)
            assert 0 < state.waiting <= SESSIONS
            assert state.refused == 0
            time.sleep(2)
            server.run("rm", f"{server.folder}/filler")
            if not server.is_running:  # it gives up where its log has no room
                server.stop()
                server.start()
            watched.wait_for(is_ready, hurry=True)
        check_all_there(database, ours, output)


@pytest.mark.parametrize(
    ("breaks", "mends", "said"),
    [
        (
            "ALTER ROLE {probe} SET default_transaction_read_only = on",
            "ALTER ROLE {probe} RESET default_transaction_read_only",
            "read-only",
        ),
        ("ALTER ROLE {probe} NOLOGIN", "ALTER ROLE {probe} LOGIN", "not permitted to log in"),
        ("REVOKE hl7capture_probe FROM {probe}", "GRANT hl7capture_probe TO {probe}", "permission denied"),
        ("ALTER ROLE {probe} CONNECTION LIMIT 0", "ALTER ROLE {probe} CONNECTION LIMIT -1", "too many connections"),
        (
            "INSERT INTO hl7capture.migrations VALUES (999, 'later', now(), '9')",
            "DELETE FROM hl7capture.migrations WHERE number = 999",
            "update this program",
        ),
        (
            "ALTER TABLE hl7capture.sessions RENAME TO away",
            "ALTER TABLE hl7capture.away RENAME TO sessions",
            "does not exist",
        ),
    ],
)
def test_whatever_else_the_server_says(
    archive: Database, output: Path, breaks: str, mends: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    ours = put_some(output, 3)
    probe = archive.new_probe()
    archive.ask(breaks.format(probe=probe))
    with Watched(output, archive.url(probe)) as watched:
        state = watched.wait_for(is_away)
        assert (state.waiting, state.refused) == (3, 0)
        assert said in state.reason
        archive.ask(mends.format(probe=probe))
        watched.wait_for(is_ready, hurry=True)
    check_all_there(archive, ours, output)
    assert "MRN-" not in caplog.text
    assert "Testmann" not in caplog.text


def test_two_programs_at_once(archive: Database, output: Path) -> None:
    ours = put_some(output, 300)
    probe = archive.new_probe()
    watched = [Watched(output, archive.url(probe)) for _ in range(3)]
    for one in watched:
        one.archiver.start()
    for one in watched:
        one.wait_for(is_ready, hurry=True)
        one.archiver.stop()
        assert one.archiver.wait(10)
    check_all_there(archive, ours, output)


def test_several_probes_with_the_same_sessions(archive: Database, tmp_path: Path) -> None:
    """Each has its own, even where two have heard the same."""
    probes = {archive.new_probe(): tmp_path / str(number) for number in range(3)}
    threads = []
    for probe, root in probes.items():
        put_some(root, 50)
        threads.append(threading.Thread(target=archive_all, args=(root, archive.url(probe))))
        threads[-1].start()
    for thread in threads:
        thread.join(PATIENCE)
    for probe, root in probes.items():
        theirs = documents_in(archive, probe)
        assert same({path.stem: path.read_bytes() for path in (root / "sessions").iterdir()}, theirs)
        assert len(theirs) == 50

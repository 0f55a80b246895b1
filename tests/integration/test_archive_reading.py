"""Sessions listed from an archive, brought back from it, and deleted from it, by commands."""

import json
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from hl7capture.archive.connecting import connect
from hl7capture.archive.errors import ArchiveError
from hl7capture.archive.reading import CancelledError, Reader
from hl7capture.archive.setting_up import PROBE, READER
from hl7capture.hl7.filter.evaluation import Filter
from hl7capture.store.document import from_document
from tests.support.archived import archive_all, documents_in
from tests.support.command import COMMAND, run
from tests.support.postgres import Database
from tests.support.sessions import some_sessions
from tests.support.stored import put, session_of

DAY_MS = 86_400_000


@pytest.fixture
def filled(archive: Database, output: Path) -> tuple[Database, dict[str, bytes]]:
    """An archive with the sessions of the output folder, and their documents."""
    sessions = [*some_sessions(5), session_of(1), session_of(2, note="Rückfrage\0"), session_of(3, pinned=True)]
    documents = {one.session_id: put(output / "sessions", one).read_bytes() for one in sessions}
    assert archive_all(output, archive.url(archive.new_login(PROBE))).waiting == 0
    return archive, documents


# -- list ------------------------------------------------------------------------------------------------------


def test_list(filled: tuple[Database, dict[str, bytes]]) -> None:
    archive, documents = filled
    done = run("archive", "list", "--url", archive.url(archive.new_login(READER)))
    lines = done.stdout.decode().splitlines()
    assert (done.returncode, len(lines), done.stderr) == (0, len(documents), b"")
    assert all(any(name in line for name in documents) for line in lines)
    assert lines[0].endswith(archive.ask("SELECT role::text FROM hl7capture.probes")[0][0])


def test_list_as_documents(filled: tuple[Database, dict[str, bytes]]) -> None:
    archive, documents = filled
    where = 'PID-3.1 = "MRN-000002" or note ~ fragt or kept = yes'
    done = run("archive", "list", "--url", archive.url(), "--json", "--where", where)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["number"] for one in found] == [3, 2]
    assert all(one == json.loads(documents[one["sessionId"]]) for one in found)


@pytest.mark.parametrize(("options", "count"), [(["--limit", "3"], 3), (["--where", "text ~ nowhere"], 0)])
def test_list_of_some(filled: tuple[Database, dict[str, bytes]], options: list[str], count: int) -> None:
    archive, _ = filled
    done = run("archive", "list", "--url", archive.url(), *options)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, count)


def test_a_probe_is_told_that_it_sees_its_own_alone(filled: tuple[Database, dict[str, bytes]]) -> None:
    archive, _ = filled
    done = run("archive", "list", "--url", archive.url(archive.new_probe()))
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"its own probe alone" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["list", "--where", "devise = 1"], 2, "did you mean `device`"),
        (["list"], 1, "The archive's tables are of version 1"),
        (["restore", "x"], 2, "is not a session id"),
        (["purge"], 2, "--older-than"),
        (["purge", "--older-than", "0"], 2, "--older-than"),
    ],
)
def test_what_is_wrong_is_said(archive: Database, arguments: list[str], code: int, said: str) -> None:
    archive.ask("DELETE FROM hl7capture.migrations WHERE number > 1")
    done = run("archive", *arguments, "--url", archive.url())
    assert (done.returncode, said in done.stderr.decode()) == (code, True), done.stderr


# -- restore ---------------------------------------------------------------------------------------------------


def test_everything_comes_back_after_the_folder_is_gone(
    filled: tuple[Database, dict[str, bytes]], output: Path
) -> None:
    archive, documents = filled
    shutil.rmtree(output)
    done = run("archive", "restore", "--url", archive.url(archive.new_login(READER)), *documents)
    assert done.returncode == 0, done.stderr
    for session_id, document in documents.items():
        restored = (output / "sessions" / f"{session_id}.json").read_bytes()
        assert json.loads(restored) == json.loads(document)
        assert from_document(restored).elements == from_document(document).elements
    listed = run("sessions", "list", "--json")
    assert len(listed.stdout.splitlines()) == len(documents)


def test_what_is_there_is_left_as_it_is(filled: tuple[Database, dict[str, bytes]], output: Path) -> None:
    archive, _ = filled
    same, other = session_of(1), session_of(2)
    other.elements.pop()
    put(output / "sessions", other)
    before = {path.name: path.read_bytes() for path in (output / "sessions").iterdir()}
    done = run("archive", "restore", "--url", archive.url(), same.session_id, other.session_id)
    assert f"{same.session_id} is kept already." in done.stderr.decode()
    assert f"another session {other.session_id} is kept already" in done.stderr.decode()
    assert done.returncode == 1
    assert {path.name: path.read_bytes() for path in (output / "sessions").iterdir()} == before


def test_days_that_are_over_begin_anew(archive: Database, output: Path) -> None:
    session = session_of(1, saved_at=1000.5, persisted_until=2000.0)
    path = put(output / "sessions", session)
    archive_all(output, archive.url(archive.new_login(PROBE)))
    path.unlink()
    assert run("archive", "restore", "--url", archive.url(), session.session_id).returncode == 0
    restored = from_document(path.read_bytes())
    assert restored.saved_at == 1000.5
    assert restored.persisted_until is not None
    assert restored.persisted_until > 1_700_000_000_000


def test_a_session_that_is_not_there(archive: Database, output: Path) -> None:
    done = run("archive", "restore", "--url", archive.url(), session_of(9).session_id)
    assert (done.returncode, b"There is no session" in done.stderr) == (1, True)


def test_two_probes_saw_the_same_conversation(archive: Database, output: Path) -> None:
    session = session_of(1)
    path = put(output / "sessions", session)
    probes = [archive.new_login(PROBE) for _ in range(2)]
    for probe in probes:
        archive_all(output, archive.url(probe))
    path.unlink()
    done = run("archive", "restore", "--url", archive.url(), session.session_id)
    assert (done.returncode, f"say of which probe ({', '.join(sorted(probes))})" in done.stderr.decode()) == (1, True)
    done = run("archive", "restore", "--url", archive.url(), session.session_id, "--probe", probes[1])
    assert done.returncode == 0, done.stderr
    assert path.exists()


def test_the_window_opens_on_what_was_restored(
    filled: tuple[Database, dict[str, bytes]], output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second start hands its wish to the window that the first has opened."""
    archive, documents = filled
    shutil.rmtree(output)
    monkeypatch.setenv("HL7CAPTURE_ARCHIVE_URL", archive.url(archive.new_login(READER)))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    one, other = list(documents)[:2]
    window = subprocess.Popen([*COMMAND, "--restore-from-archive", one], stderr=subprocess.DEVNULL)
    try:
        wait_for(output / "sessions" / f"{one}.json")
        assert run("--restore-from-archive", other).returncode == 0
        wait_for(output / "sessions" / f"{other}.json")
    finally:
        window.terminate()
        window.wait(20)
    assert run("--restore-from-archive", "../x").returncode == 2


def wait_for(path: Path) -> None:
    until = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.1)


# -- purge -----------------------------------------------------------------------------------------------------


@pytest.fixture
def old(archive: Database, output: Path) -> Database:
    """Sessions of four months, of two that are long over, one of them kept; and two with a date of no month."""
    for number, (begin, is_kept) in enumerate(
        [("202001", False), ("202001", True), ("202002", False), ("190001", False), ("190002", True), ("202611", False)]
    ):
        session = session_of(number, pinned=is_kept)
        session.session_id = f"{begin}{session.session_id[6:]}"
        put(output / "sessions", session)
    archive_all(output, archive.url(archive.new_login(PROBE)))
    return archive


def months_in(archive: Database) -> list[str]:
    return sorted(name[:6] for name in documents_in(archive))


def test_purge_tells_before_it_deletes(old: Database) -> None:
    for options in (["--dry-run"], []):
        done = run("archive", "purge", "--url", old.url(), "--older-than", "100", *options)
        assert "2020-01: 1 session, " in done.stdout.decode()
        assert "; 1 that is kept stays." in done.stdout.decode()
        assert "beside the months: 1 session." in done.stdout.decode()
    assert (done.returncode, b"say --yes" in done.stderr) == (2, True)
    assert len(months_in(old)) == 6


def test_purge_deletes_months_but_not_what_is_kept(old: Database) -> None:
    before = documents_in(old)
    done = run("archive", "purge", "--url", old.url(), "--older-than", "100", "--yes")
    assert done.returncode == 0, done.stderr
    assert months_in(old) == ["190002", "202001", "202611"]
    assert all(before[name] == document for name, document in documents_in(old).items())
    assert old.ask("SELECT count(DISTINCT session_id) FROM hl7capture.messages") == [(3,)]
    assert old.ask("SELECT to_regclass('hl7capture.messages_202001')") == [(None,)]
    again = run("archive", "purge", "--url", old.url(), "--older-than", "100", "--yes")
    assert b"nothing is deleted" in again.stdout


def test_the_owner_alone_purges(old: Database) -> None:
    done = run("archive", "purge", "--url", old.url(old.new_login(READER)), "--older-than", "100", "--yes")
    assert (done.returncode, b"Only the archive's owner" in done.stderr) == (1, True)
    assert len(months_in(old)) == 6


# -- a connection ----------------------------------------------------------------------------------------------


def test_a_search_goes_on_where_it_stopped(filled: tuple[Database, dict[str, bytes]]) -> None:
    archive, documents = filled
    with Reader(archive.url()) as reader:
        found = reader.search()
        first = [next(found) for _ in range(3)]
        rest = list(reader.search(after=first[-1].key))
        assert [one.summary.session_id for one in (*first, *rest)] == [
            one.summary.session_id for one in reader.search(Filter.of("messages >= 0"))
        ]
        assert len(first) + len(rest) == len(documents)


def test_cancelling_ends_what_is_read(archive: Database) -> None:
    """The server is kept busy by a lock that somebody holds."""
    import threading

    with closing(connect(archive.url())) as other, Reader(archive.url()) as reader:
        with other.transaction():
            other.execute("LOCK TABLE hl7capture.sessions IN ACCESS EXCLUSIVE MODE")
            timer = threading.Timer(0.3, reader.cancel)
            timer.start()
            with pytest.raises(CancelledError):
                list(reader.search())
            timer.join()
        assert not reader.is_usable
        with pytest.raises(CancelledError):
            list(reader.search())


def test_what_takes_too_long_is_said(archive: Database) -> None:
    with Reader(archive.url()) as reader, closing(connect(archive.url())) as other, other.transaction():
        reader._connection.execute("SET statement_timeout = 100; SET lock_timeout = 0")
        other.execute("LOCK TABLE hl7capture.sessions IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ArchiveError, match="name a time in the filter"):
            list(reader.search())

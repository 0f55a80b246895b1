"""The store on a real disk."""

import json
import os
import stat
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store import session_folder
from hl7capture.store.loading import LoadReport
from hl7capture.store.session_store import SessionStore
from tests.support.engine import everything
from tests.support.sessions import some_sessions

DAY_MS = 86_400_000


@pytest.fixture
def store(output: Path, qtbot: QtBot) -> SessionStore:
    return SessionStore(Settings(), output)


def test_saved_sessions_are_there_after_a_restart(store: SessionStore, output: Path, qtbot: QtBot) -> None:
    sessions = some_sessions(120)
    for session in sessions:
        store.save(session)
    assert store.flush(20) == []
    store.close()
    again = SessionStore(Settings(), output)
    found: list[Session] = []
    again.loaded.connect(found.extend)
    with qtbot.waitSignal(again.load_finished) as finished:
        again.load()
    report: LoadReport = finished.args[0]
    assert (report.files, report.loaded, report.unreadable) == (120, 120, [])
    assert [everything(s) for s in found] == [everything(s) for s in reversed(sessions)]
    assert again.newest_number() == 120
    again.close()


def test_files_are_for_their_owner_alone_and_kept_for_the_retention_time(store: SessionStore, output: Path) -> None:
    store.apply(Settings().changed(retentionDays=7), output)
    (session,) = some_sessions(1)
    before = time.time() * 1000
    old = os.umask(0)
    try:
        store.save(session)
        assert store.flush(20) == []
    finally:
        os.umask(old)
    path = output / "sessions" / f"{session.session_id}.json"
    document = json.loads(path.read_text())
    assert before - 1 <= document["_saved_at"] <= time.time() * 1000 + 1
    assert abs(document["persistedUntil"] - document["_saved_at"] - 7 * DAY_MS) < 1
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    store.close()


def test_persistence_off_writes_nothing_and_on_again_writes(store: SessionStore, output: Path) -> None:
    first, second = some_sessions(2)
    store.apply(Settings().changed(enablePersistence=False), output)
    store.save(first)
    assert store.flush(5) == []
    assert not output.exists()
    store.apply(Settings(), output)
    store.save(second)
    assert store.flush(20) == []
    assert [p.stem for p in (output / "sessions").iterdir()] == [second.session_id]
    store.close()


def test_save_returns_at_once_while_the_disk_stalls(store: SessionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    real = session_folder.write_pieces_atomically

    def stalled(path: Path, pieces: Iterable[bytes]) -> None:
        go_on.wait(20)
        real(path, pieces)

    monkeypatch.setattr(session_folder, "write_pieces_atomically", stalled)
    for session in some_sessions(3):
        store.save(session)
    assert store.waiting == 3  # nothing was written, and nobody was kept
    go_on.set()
    assert store.flush(20) == []
    store.close()


def test_what_cannot_be_written_waits_and_is_tried_again(output: Path, qtbot: QtBot) -> None:
    output.parent.mkdir(exist_ok=True)
    output.write_text("a file where the folder should be")
    store = SessionStore(Settings().changed(autosaveSeconds=1), output)
    (session,) = some_sessions(1)
    with qtbot.waitSignal(store.waiting_changed, check_params_cb=lambda n, why: n == 1 and str(output) in why):
        store.save(session)
    assert store.problem
    output.unlink()
    with qtbot.waitSignal(store.saved, timeout=5000):
        pass
    qtbot.waitUntil(lambda: (store.waiting, store.problem) == (0, ""))
    store.close()


def test_unreadable_files_are_told_and_stay(store: SessionStore, output: Path, qtbot: QtBot) -> None:
    (session,) = some_sessions(1)
    store.save(session)
    store.flush(20)
    folder = output / "sessions"
    broken = folder / "20261121T101530.123Z-00000000.json"
    broken.write_text("{")
    newer = folder / "20261121T101530.123Z-00000001.json"
    newer.write_text('{"_version": 99}')
    with qtbot.waitSignal(store.load_finished) as finished:
        store.load()
    report: LoadReport = finished.args[0]
    assert report.loaded == 1
    assert {(u.path, u.reason.split(" ")[0]) for u in report.unreadable} == {(broken, "it"), (newer, "it")}
    assert (broken.read_text(), newer.read_text()) == ("{", '{"_version": 99}')
    store.close()


def test_deleted_sessions_are_gone(store: SessionStore, output: Path, qtbot: QtBot) -> None:
    first, second = some_sessions(2)
    store.save(first)
    store.save(second)
    store.flush(20)
    with qtbot.waitSignal(store.deleted) as deleted:
        store.delete([first.session_id])
    assert deleted.args[0] == [first.session_id]
    assert [p.stem for p in (output / "sessions").iterdir()] == [second.session_id]
    store.close()


def test_second_program_is_told_who_writes_to_the_folder(store: SessionStore, output: Path) -> None:
    store.prepare()
    other = SessionStore(Settings(), output)
    with pytest.raises(OSError, match=rf"in use by .* \(process {os.getpid()} on "):
        other.prepare()
    store.close()
    other.prepare()
    other.close()


def test_leftovers_of_a_crash_go(store: SessionStore, output: Path) -> None:
    (output / "sessions").mkdir(parents=True)
    leftover = output / "sessions" / ".20261121T101530.123Z-5f1c9a2e.json.1234abcd.tmp"
    leftover.write_text("{")
    store.prepare()
    assert not leftover.exists()
    store.close()


@pytest.mark.parametrize("name", ["../x", "a/b", "", "20261121T101530.123Z-5f1c9a2e.json", "CON"])
def test_no_id_but_a_session_id_meets_a_path(store: SessionStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a session id"):
        store.folder.path_of(name)


def test_a_broken_disk_is_told_in_a_few_lines_however_many_sessions_there_are(
    output: Path, caplog: pytest.LogCaptureFixture
) -> None:
    output.parent.mkdir(exist_ok=True)
    output.write_text("a file where the folder should be")
    store = SessionStore(Settings(), output)
    sessions = some_sessions(300)
    for session in sessions:
        store.save(session)
        store.flush(5)
    assert store.waiting == len(sessions)
    output.unlink()
    assert store.flush(30) == []
    lines = [record.getMessage() for record in caplog.records if record.name == "hl7capture.store.saving"]
    begin, end = [line for line in lines if line.startswith("Sessions ")]
    assert begin.startswith(f"Sessions cannot be saved, they wait (the first: session {sessions[0].session_id}): ")
    assert str(output) in begin
    assert end.startswith("Sessions are saved again; they were not, ")
    store.close()

"""Cleaning up on a real disk: what goes, what stays, and that nothing else is touched."""

import json
import os
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store import clock, retention
from hl7capture.store.session_store import SessionStore
from tests.support.command import documents, run
from tests.support.stored import DAY_MS, put, session_of


def now() -> float:
    return time.time() * 1000


def old(number: int, **values: object) -> Session:
    return session_of(number, saved_at=now() - 40 * DAY_MS, persisted_until=now() - 10 * DAY_MS, **values)


def young(number: int) -> Session:
    return session_of(number, saved_at=now(), persisted_until=now() + DAY_MS)


@pytest.fixture
def folder(output: Path) -> Path:
    """Three expired sessions, one of them in a folder below, one kept for good, one young."""
    folder = output / "sessions"
    for session in (old(1), old(2), old(4, pinned=True), young(5)):
        put(folder, session)
    put(folder / "2026", old(3))
    return folder


def numbers(folder: Path) -> set[int]:
    return {json.loads(path.read_text())["number"] for path in folder.rglob("*.json") if not path.is_symlink()}


def test_expired_sessions_go_with_their_journals(folder: Path, output: Path, qtbot: QtBot) -> None:
    journals = output / "journal"
    journals.mkdir()
    gone, stays = old(1).session_id, young(5).session_id
    for session_id in (gone, stays):
        (journals / f"{session_id}.jsonl").write_text("{}\n")
        (journals / f"{session_id}.index.json").write_text("{}")
    store = SessionStore(Settings(), output)
    deleted: list[str] = []
    store.deleted.connect(deleted.extend)
    with qtbot.waitSignal(store.cleaned) as cleaned:
        store.clean_up()
    done = cleaned.args[0]
    assert sorted(deleted) == [old(number).session_id for number in (1, 2, 3)]
    assert (done.files, done.problem, done.clock) == (3, "", "")
    assert done.size > 1000
    assert numbers(folder) == {4, 5}
    assert {path.name for path in journals.iterdir()} == {f"{stays}.jsonl", f"{stays}.index.json"}
    assert clock.last_time(output) is not None
    store.close()
    again = SessionStore(Settings(), output)
    assert store.search_now(["mrn-000001"]) == {"mrn-000001": set()}
    again.close()


def test_plan_deletes_nothing(folder: Path, output: Path) -> None:
    store = SessionStore(Settings(), output)
    plan = store.plan_clean_up_now()
    assert (plan.files, plan.oldest, plan.newest) == (3, old(1).start_time, old(3).start_time)
    assert numbers(folder) == {1, 2, 3, 4, 5}
    assert clock.last_time(output) is None
    store.close()


def test_nothing_outside_is_touched_and_no_link_is_followed(folder: Path, output: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    put(outside, old(10))
    put(outside / "sessions", old(11))
    (folder / f"{old(10).session_id}.json").symlink_to(outside / f"{old(10).session_id}.json")
    (folder / "linked").symlink_to(outside, target_is_directory=True)
    (folder / "up").symlink_to("..", target_is_directory=True)
    put(output, old(12))  # beside the folder, not in it
    strange = {"notes.json": b"{}", "old.txt": b"x", "20200101T000000.000Z-00000000.json": b'{"_version": 99}'}
    for name, data in strange.items():
        (folder / name).write_bytes(data)
    store = SessionStore(Settings(), output)
    assert store.clean_up_now().files == 3
    assert numbers(outside) == {10, 11}
    assert (output / f"{old(12).session_id}.json").exists()
    assert (folder / f"{old(10).session_id}.json").is_symlink()
    assert {name: (folder / name).read_bytes() for name in strange} == strange
    store.close()


@pytest.mark.parametrize("name", ["sessions", "journal"])
def test_folder_that_is_a_link_is_not_cleaned(name: str, output: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    put(real, old(1))
    output.mkdir()
    if name == "journal":
        put(output / "sessions", old(1))
        (real / f"{old(1).session_id}.jsonl").write_text("not ours")
    (output / name).symlink_to(real, target_is_directory=True)
    store = SessionStore(Settings(), output)
    assert "link" in store.clean_up_now().problem
    assert numbers(real) == {1}
    store.close()


def test_session_saved_again_meanwhile_stays(folder: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = retention.expired

    def and_then_kept(sessions: object, at: float) -> object:
        due = list(real(sessions, at))  # type: ignore[arg-type]
        put(folder, old(1, pinned=True))
        return due

    monkeypatch.setattr(retention, "expired", and_then_kept)
    store = SessionStore(Settings(), output)
    assert store.clean_up_now().files == 2
    assert numbers(folder) == {1, 4, 5}
    store.close()


def test_file_that_cannot_be_deleted_stops_no_other(
    folder: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self.stem == old(2).session_id:
            raise PermissionError(13, "Permission denied", str(self))
        real(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    store = SessionStore(Settings(), output)
    done = store.clean_up_now()
    assert (done.files, "Permission denied" in done.problem) == (2, True)
    assert numbers(folder) == {2, 4, 5}
    store.close()


def test_clock_that_jumped_deletes_nothing_until_it_is_confirmed(folder: Path, output: Path, qtbot: QtBot) -> None:
    clock.remember(output, now() + 2 * DAY_MS)
    store = SessionStore(Settings(), output)
    with qtbot.waitSignal(store.cleaned) as cleaned:
        store.clean_up()
    assert "The clock says" in cleaned.args[0].clock
    assert numbers(folder) == {1, 2, 3, 4, 5}
    with qtbot.waitSignal(store.cleaned) as cleaned:
        store.clean_up(is_clock_confirmed=True)
    assert (cleaned.args[0].clock, cleaned.args[0].files) == ("", 3)
    assert clock.doubt(now(), clock.last_time(output)) == ""
    store.close()


def test_persistence_off_cleans_nothing(folder: Path, output: Path, qtbot: QtBot) -> None:
    store = SessionStore(Settings().changed(enablePersistence=False), output)
    with qtbot.assertNotEmitted(store.cleaned, wait=200):
        store.start_cleaning()
    assert "switched off" in store.clean_up_now().problem
    assert numbers(folder) == {1, 2, 3, 4, 5}
    store.close()


def test_folder_of_another_program_is_left_to_it(folder: Path, output: Path) -> None:
    first = SessionStore(Settings(), output)
    first.prepare()
    second = SessionStore(Settings(), output)
    assert "in use by" in second.clean_up_now().problem
    assert numbers(folder) == {1, 2, 3, 4, 5}
    first.close()
    second.close()


def test_kept_sessions_never_expire_and_others_have_their_days_again(folder: Path, output: Path, qtbot: QtBot) -> None:
    store = SessionStore(Settings().changed(retentionDays=7), output)
    with qtbot.waitSignal(store.saved) as saved:
        store.keep([old(1).session_id])
    assert saved.args[0].pinned
    assert json.loads((folder / f"{old(1).session_id}.json").read_text())["pinned"] is True
    with qtbot.waitSignal(store.saved):
        store.keep([old(4).session_id], is_kept=False)
    document = json.loads((folder / f"{old(4).session_id}.json").read_text())
    assert "pinned" not in document
    assert abs(document["persistedUntil"] - now() - 7 * DAY_MS) < 60_000
    with qtbot.waitSignal(store.keep_failed):
        store.keep([session_of(77).session_id])
    assert store.clean_up_now().files == 2
    assert numbers(folder) == {1, 4, 5}
    store.close()


def test_commands(folder: Path, output: Path) -> None:
    dry = run("sessions", "purge", "--dry-run")
    assert (dry.returncode, b"3 sessions would be deleted" in dry.stdout) == (0, True)
    assert run("sessions", "keep", old(1).session_id).returncode == 0
    assert run("sessions", "keep", session_of(77).session_id).returncode == 1
    assert run("sessions", "keep", "../../x").returncode == 2
    extra = put(folder / "below" / "deep", young(6))
    assert run("sessions", "delete", young(6).session_id).returncode == 0
    assert not extra.exists()
    clock.remember(output, now() - 800 * DAY_MS)
    doubted = run("sessions", "purge")
    assert (doubted.returncode, b"--confirm-clock" in doubted.stderr) == (1, True)
    assert len(numbers(folder)) == 5
    done = run("sessions", "purge", "--confirm-clock")
    assert (done.returncode, b"2 sessions deleted" in done.stdout) == (0, True)
    assert numbers(folder) == {1, 4, 5}
    assert run("sessions", "keep", "--undo", old(1).session_id).returncode == 0
    again = run("sessions", "purge")
    assert (again.returncode, b"No session has expired" in again.stdout) == (0, True)
    listed = documents(run("sessions", "list", "--json", "--limit", "2").stdout)
    assert [document["number"] for document in listed] == [5, 4]
    found = run("sessions", "list", "--search", 'mrn-00000 "10.0.0.5"')
    assert found.stdout.count(b"\n") == 3
    one = run("sessions", "list", "--search", "MRN-000004^ closed", "--limit", "5")
    assert (one.returncode, one.stdout.count(b"\n"), b"kept" in one.stdout) == (0, 1, True)
    run("settings", "set", "enablePersistence", "false")
    off = run("sessions", "purge")
    assert (off.returncode, b"switched off" in off.stderr) == (1, True)


def test_index_knows_what_was_kept_and_deleted(folder: Path, output: Path) -> None:
    store = SessionStore(Settings(), output)
    store.load_now(lambda _summary: True)
    store.keep_now(old(2).session_id, is_kept=True)
    store.clean_up_now()
    store.close()
    os.utime(folder)
    summaries = []
    again = SessionStore(Settings(), output)
    again.load_now(lambda summary: not summaries.append(summary))  # type: ignore[func-returns-value]
    assert {summary.number: summary.pinned for summary in summaries} == {5: False, 4: True, 2: True}
    again.close()

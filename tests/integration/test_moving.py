"""Sessions that go along to another output folder."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.model.settings import Settings
from hl7capture.store import moving
from hl7capture.store.disk_use import disk_use
from hl7capture.store.index import FILE
from hl7capture.store.moving import Moved, move
from hl7capture.store.session_folder import SessionFolder
from hl7capture.store.session_store import SessionStore
from tests.support.stored import put, session_of


@pytest.fixture
def old(tmp_path: Path) -> SessionFolder:
    root = tmp_path / "old"
    for number in range(1, 9):
        put(root / "sessions", session_of(number))
    put(root / "sessions" / "2026" / "11", session_of(9))
    return SessionFolder(root)


@pytest.fixture
def new(tmp_path: Path) -> SessionFolder:
    return SessionFolder(tmp_path / "new")


def contents(folder: SessionFolder) -> dict[str, bytes]:
    files = folder.sessions.rglob("*.json")
    return {path.relative_to(folder.sessions).as_posix(): path.read_bytes() for path in files if not path.is_symlink()}


def test_all_go_along(old: SessionFolder, new: SessionFolder) -> None:
    before = contents(old)
    (old.root / FILE).write_bytes(b"derived")
    (old.sessions / "notes.json").write_text("not ours")
    told: list[tuple[int, int]] = []
    assert move(old, new, lambda done, files: told.append((done, files))) == Moved(moved=9)
    assert contents(new) == before
    assert contents(old) == {"notes.json": b"not ours"}
    assert not (old.root / FILE).exists()
    assert told == [(number, 9) for number in range(9)]


@pytest.mark.parametrize("broken_at", range(9))
def test_interrupted_anywhere_nothing_is_lost_and_the_next_move_goes_on(
    broken_at: int, old: SessionFolder, new: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(old)
    real, unlink = moving.write_atomically, Path.unlink
    left = [broken_at]

    def write(path: Path, data: bytes) -> None:
        real(path, data)
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1

    monkeypatch.setattr(moving, "write_atomically", write)
    with pytest.raises(KeyboardInterrupt):
        move(old, new)
    assert contents(new) | contents(old) == before
    assert all(data == before[name] for name, data in (*contents(new).items(), *contents(old).items()))
    assert len(contents(new)) + len(contents(old)) == 10  # one is in both
    monkeypatch.setattr(moving, "write_atomically", real)
    monkeypatch.setattr(Path, "unlink", unlink)
    assert move(old, new).left == 0
    assert (contents(new), contents(old)) == (before, {})


def test_full_disk_leaves_the_rest(old: SessionFolder, new: SessionFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    real = moving.write_atomically

    def write(path: Path, data: bytes) -> None:
        if len(contents(new)) == 4:
            raise OSError(28, "No space left on device", str(path))
        real(path, data)

    monkeypatch.setattr(moving, "write_atomically", write)
    report = move(old, new)
    assert (report.moved, report.left) == (4, 5)
    assert "free some space" in report.problem
    assert len(contents(old)) == 5


def test_what_was_written_is_read_again(
    old: SessionFolder, new: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "write_atomically", lambda path, data: path.write_bytes(data[:-1] + b"?"))
    report = move(old, new)
    assert (report.moved, report.left) == (0, 9)
    assert "look after the disk" in report.problem


def test_cancelled_move_leaves_the_rest(old: SessionFolder, new: SessionFolder) -> None:
    report = move(old, new, is_cancelled=lambda: len(contents(new)) == 3)
    assert report == Moved(moved=3, left=6)


def test_other_session_of_the_same_name_stays_in_both(old: SessionFolder, new: SessionFolder, tmp_path: Path) -> None:
    put(new.sessions, session_of(2, probe="another"))
    same = f"{session_of(3).session_id}.json"  # was moved before, but for the deletion
    (new.sessions / same).write_bytes((old.sessions / same).read_bytes())
    outside = tmp_path / "outside.json"
    outside.write_bytes((old.sessions / f"{session_of(4).session_id}.json").read_bytes())
    (new.sessions / f"{session_of(4).session_id}.json").symlink_to(outside)
    report = move(old, new)
    assert (report.moved, report.left) == (7, 2)
    assert "both stay" in report.problem
    assert set(contents(old)) == {f"{session_of(n).session_id}.json" for n in (2, 4)}
    assert outside.exists()


def test_folder_in_use_is_not_moved(old: SessionFolder, new: SessionFolder) -> None:
    other = SessionFolder(old.root)
    other.prepare()
    assert "in use by" in move(old, new).problem
    assert len(contents(old)) == 9
    other.release()


def test_store_moves_in_the_background(old: SessionFolder, output: Path, qtbot: QtBot) -> None:
    store = SessionStore(Settings(), output)
    with qtbot.waitSignals([store.moved, store.move_progressed]):
        store.move_from(old.root)
    listed: list[int] = []
    store.load_now(lambda summary: not listed.append(summary.number))  # type: ignore[func-returns-value]
    assert listed == list(range(9, 0, -1))
    use = disk_use(output)
    assert (use.sessions, use.size) == (9, sum(map(len, contents(SessionFolder(output)).values())))
    assert use.index > 0
    assert use.free > 0
    store.close()


def test_use_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    use = disk_use(tmp_path / "not" / "there")
    assert (use.sessions, use.size, use.index) == (0, 0, 0)
    assert use.free > 0

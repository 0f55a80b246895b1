"""The index beside the files that are true: built, kept, damaged, deleted, shared."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from itertools import count
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.cli.output import line_of
from hl7capture.model.search import terms_of
from hl7capture.model.session_summary import SessionSummary
from hl7capture.model.settings import Settings
from hl7capture.store import index as index_module
from hl7capture.store.document import to_document
from hl7capture.store.index import FILE, SessionIndex
from hl7capture.store.listing import Listing, LoadReport
from hl7capture.store.searching import search_messages
from hl7capture.store.session_folder import SessionFolder
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.session_row import SessionRow
from tests.support.stored import message_of, put, session_of


def listed(root: Path, report: LoadReport | None = None) -> list[SessionSummary]:
    return [entry.summary for entry in Listing(SessionFolder(root), report or LoadReport()).sessions()]


def found(root: Path, text: str) -> set[int]:
    """Numbers of the sessions whose messages have all the words."""
    hits = search_messages(SessionFolder(root), terms_of(text), lambda: False)
    ids = set.intersection(*hits.values())
    return {summary.number for summary in listed(root) if summary.session_id in ids}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The session files that are read, by name."""
    names: list[str] = []
    real = SessionFolder.read

    def read(self: SessionFolder, path: Path) -> object:
        names.append(path.name)
        return real(self, path)

    monkeypatch.setattr(SessionFolder, "read", read)
    return names


@pytest.mark.parametrize("asked", [1, 20, 41, 60, 82, 100])
def test_a_list_can_be_cancelled_anywhere_and_the_index_stays_complete(
    output: Path, reads: list[str], asked: int
) -> None:
    for n in range(1, 41):
        put(output / "sessions", session_of(n))
    assert len(listed(output)) == 40
    reads.clear()
    questions = count(1)
    listing = Listing(SessionFolder(output), LoadReport(), is_cancelled=lambda: next(questions) >= asked)
    # It is asked for each file, then once, for each row of the index, and for each session.
    assert len(list(listing.sessions())) == max(0, asked - (40 + 1 + 40 + 1))
    assert next(questions) <= asked + 3
    assert len(listed(output)) == 40
    assert not reads


def test_second_start_reads_only_what_is_new_or_changed(output: Path, reads: list[str]) -> None:
    folder = output / "sessions"
    paths = [put(folder, session_of(n)) for n in range(1, 41)]
    first = listed(output)
    assert [s.number for s in first] == list(range(40, 0, -1))
    assert len(reads) == 40
    reads.clear()
    changed = session_of(7, message_of("OTHER-7"), pinned=True)
    put(folder, changed)
    os.utime(paths[6], ns=(1, 1))
    paths[19].unlink()
    put(folder, session_of(100))
    again = listed(output)
    assert sorted(reads) == sorted([paths[6].name, f"{session_of(100).session_id}.json"])
    assert [s.number for s in again] == [100, *(n for n in range(40, 0, -1) if n != 20)]
    assert next(s for s in again if s.number == 7).pinned
    assert found(output, "other-7") == {7}
    assert found(output, "mrn-000007") == set()
    assert found(output, "mrn-000020") == set()


def test_summaries_are_the_same_from_index_and_file(output: Path) -> None:
    put(output / "sessions", session_of(1, "MSH|^~\\&|A|B|C|D|||ACK|1|P|2.5\r", "no message at all", message_of("X")))
    from_file, from_index = listed(output), listed(output)
    fields = SessionSummary.__struct_fields__
    assert [getattr(from_file[0], f) for f in fields] == [getattr(from_index[0], f) for f in fields]
    assert from_index[0].kinds_text == "1 × ACK, 1 × message, 1 × ORU^R01"


@pytest.mark.parametrize(
    ("searched", "expected"),
    [
        ("4711", {1}),
        ("47", {1}),
        ("MRN-00^x", {2}),
        ("rn-00^", {2}),
        ('"tilda\rOBX"', set()),
        ("100%_", {3}),
        ("1%0", set()),
        ('AND" OR (NEAR', {5}),  # words apart: AND" and OR and (NEAR
        ("text:*", {5}),
        ("' OR 1=1 --", set()),
        ("STRASSE", {4}),
        ("größe", {4}),
        ("\U0001f9ea", {4}),
        ("a\0b", {6}),
        ("SIM-4711 Tilda", {1}),
    ],
)
def test_any_part_of_a_text_is_found(searched: str, expected: set[int], output: Path) -> None:
    texts = (
        "SIM-4711|Testmann^Tilda",
        "MRN-00^x",
        "100%_sure",
        "Straße GRÖSSE Größe \U0001f9ea",
        'AND" OR (NEAR text:* "',
        "a\0b\ud800",
    )
    for number, text in enumerate(texts, 1):
        put(output / "sessions", session_of(number, f"PID|1||{text}".encode(errors="replace").decode()))
    assert listed(output)
    assert found(output, searched) == expected
    (output / FILE).unlink()
    assert found(output, searched) == expected  # in the files themselves: the same


@pytest.mark.parametrize(
    "damage", ["garbage", "zeroes inside", "cut", "other version", "other tables", "wrong summaries"]
)
def test_damaged_index_is_built_anew(damage: str, output: Path) -> None:
    for number in range(200):
        put(output / "sessions", session_of(number, message_of(f"P{number}", 4000)))
    listed(output)
    path = output / FILE
    if damage == "garbage":
        path.write_bytes(os.urandom(8192))
    elif damage == "zeroes inside":
        data = bytearray(path.read_bytes())
        data[4096 : len(data) // 2] = bytes(len(data) // 2 - 4096)
        path.write_bytes(data)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:10_000])
    else:
        with sqlite3.connect(path) as connection:
            if damage == "other version":
                connection.execute("PRAGMA user_version = 99")
            elif damage == "other tables":
                connection.execute("DROP TABLE sessions")
            else:
                connection.execute("UPDATE sessions SET summary = x'00'")
        connection.close()
    for _start in range(2):
        assert [s.number for s in listed(output)] == list(range(199, -1, -1))
    if damage != "wrong summaries":
        assert found(output, "p133^") == {133}


def test_index_is_for_its_owner_alone(output: Path) -> None:
    put(output / "sessions", session_of(1))
    old = os.umask(0)
    try:
        index = SessionIndex.open(output)
        assert index is not None
        index.put([])
        files = list(output.glob(f"{FILE}*"))
        assert files
        if os.name != "nt":
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        index.close()
    finally:
        os.umask(old)


def test_link_in_place_of_the_index_is_not_followed(output: Path, tmp_path: Path) -> None:
    put(output / "sessions", session_of(1))
    target = tmp_path / "target"
    target.write_text("not ours")
    (output / FILE).symlink_to(target)
    assert [s.number for s in listed(output)] == [1]
    assert found(output, "mrn-000001") == {1}
    assert target.read_text() == "not ours"


def test_without_trigrams_the_files_are_searched(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_TEXTS", "CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'missing')")
    put(output / "sessions", session_of(1))
    put(output / "sessions", session_of(2))
    assert len(listed(output)) == 2
    assert found(output, "mrn-000002") == {2}


def test_folder_that_cannot_be_written() -> None:
    """As a user whom the rights stop; root would write all the same."""
    with tempfile.TemporaryDirectory() as top:  # pytest's own folders are for their owner alone
        Path(top).chmod(0o755)
        list_as_another_user(Path(top) / "output")


def list_as_another_user(output: Path) -> None:
    folder = output / "sessions"
    put(folder, session_of(1))
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from tests.integration.test_index import found, listed\n"
        "root = Path(sys.argv[2]); print([s.number for s in listed(root)], found(root, 'mrn-000001'))"
    )
    wrapped = ("setpriv", "--reuid=65534", "--clear-groups", "--") if os.name != "nt" and os.geteuid() == 0 else ()

    def run() -> str:
        folder.chmod(0o755)
        for file in (*folder.iterdir(), *output.glob("index*")):
            file.chmod(0o444)
        output.chmod(0o555)
        python = [sys.executable, "-c", program, str(Path(__file__).parents[2]), str(output)]
        done = subprocess.run([*wrapped, *python], capture_output=True, text=True, check=False)
        output.chmod(0o755)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert run() == "[1] {1}"  # no index
    assert not (output / FILE).exists()
    listed(output)
    assert run() == "[1] {1}"  # an index to read alone
    put(folder, session_of(2))
    assert run().startswith("[2, 1]")  # which is behind


def test_readers_work_beside_a_writer(output: Path) -> None:
    for number in range(50):
        put(output / "sessions", session_of(number))
    listed(output)
    done = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while not done.is_set():
            seen.append(len(listed(output)))
            assert found(output, "mrn-000003") == {3}

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(50, 150):
        put(output / "sessions", session_of(number))
        assert len(listed(output)) == number + 1
    done.set()
    reader.join(20)
    assert seen
    assert seen == sorted(seen)


def test_index_held_by_another_writer_stops_nobody(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_PATIENCE", 0.05)
    put(output / "sessions", session_of(1))
    listed(output)
    connection = sqlite3.connect(output / FILE, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    put(output / "sessions", session_of(2))
    assert [s.number for s in listed(output)] == [2, 1]
    connection.execute("ROLLBACK")
    connection.close()
    assert [s.number for s in listed(output)] == [2, 1]
    assert found(output, "mrn-000002") == {2}


def test_saved_and_deleted_sessions_are_in_the_index_soon(output: Path, qtbot: QtBot, reads: list[str]) -> None:
    store = SessionStore(Settings(), output)
    for number in range(20):
        store.save(session_of(number))
    assert store.flush(20) == []
    with qtbot.waitSignal(store.deleted):
        store.delete([session_of(3).session_id])
    store.close()
    assert len(listed(output)) == 19
    assert reads == []
    again = SessionStore(Settings(), output)
    with qtbot.waitSignal(again.found) as signal:
        again.search("MRN-000005 10.0.0.5", terms_of("MRN-000005 10.0.0.5"))
    assert signal.args == ["MRN-000005 10.0.0.5", {"mrn-000005": {session_of(5).session_id}, "10.0.0.5": set()}]
    again.close()


def test_files_in_folders_are_listed_and_links_are_not(output: Path, tmp_path: Path) -> None:
    folder = output / "sessions"
    put(folder, session_of(1))
    put(folder / "2026" / "11", session_of(2))
    put(folder / "copies", session_of(1))
    outside = put(tmp_path / "outside", session_of(3))
    (folder / outside.name).symlink_to(outside)
    (folder / "linked").symlink_to(outside.parent, target_is_directory=True)
    (folder / "2026" / "loop").symlink_to(folder, target_is_directory=True)
    report = LoadReport()
    assert [s.number for s in listed(output, report)] == [2, 1]
    store = SessionStore(Settings(), output)
    assert store.find(session_of(2).session_id).number == 2
    store.close()


def test_what_cannot_be_read_is_reported_every_time_and_left_alone(
    output: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = output / "sessions"
    good = put(folder, session_of(1))
    broken = {
        "20261121T101530.123Z-00000000.json": b"{",
        "20261121T101530.123Z-00000001.json": b'{"_version": 99}',
        "notes.json": good.read_bytes(),
        "large.json": good.read_bytes() + b" " * 5000,
    }
    for name, data in broken.items():
        (folder / name).write_bytes(data)
    monkeypatch.setattr("hl7capture.store.session_folder.LARGEST_FILE", 4096)
    for _start in range(2):
        caplog.clear()
        report = LoadReport()
        assert len(listed(output, report)) == 1
        assert {entry.path.name for entry in report.unreadable} == broken.keys()
        errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert len(errors) == len(broken)
        assert all(any(name in error for error in errors) for name in broken)
    assert {name: (folder / name).read_bytes() for name in broken} == broken


def test_nearly_full_disk_is_left_to_the_sessions(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(output / "sessions", session_of(1))
    monkeypatch.setattr(index_module, "_ROOM", 1 << 60)
    assert [s.number for s in listed(output)] == [1]
    assert not list(output.glob(f"{FILE}*"))
    assert found(output, "mrn-000001") == {1}


def test_strange_documents_harm_neither_list_nor_index(output: Path) -> None:
    put(output / "sessions", session_of(1))
    path = put(output / "sessions", session_of(2))
    text = to_document(session_of(2, "\0" * 10, probe="x" * 10_000, start_time=1e300))
    path.write_bytes(text.replace(b'"number":2', b'"number":1' + b"0" * 30))
    for _start in range(2):
        summaries = listed(output)
        assert [s.session_id for s in summaries] == [session_of(2).session_id, session_of(1).session_id]
        assert len(summaries[0].probe) == 200
        assert SessionRow(summaries[0]).start == "?"
        assert line_of(summaries[0])

"""The archiver takes sessions to the archive: each once, as it is, again when it has changed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hl7capture.archive.marks import FILE, Marks
from hl7capture.archive.state import Condition
from hl7capture.store.document import from_document, to_document
from tests.support.archived import archive_all, archiver_of, documents_in, put_some, same
from tests.support.command import run
from tests.support.postgres import Database
from tests.support.stored import message_of, put, session_of


@pytest.fixture
def probe(archive: Database) -> str:
    return archive.new_probe()


def test_all_that_is_on_disk_is_archived_once(archive: Database, probe: str, output: Path) -> None:
    ours = put_some(output, 450)
    assert archive_all(output, archive.url(probe)).condition is Condition.READY
    assert same(ours, documents_in(archive))
    before = archive.ask("SELECT session_id, xmin FROM hl7capture.sessions ORDER BY 1")
    assert archive_all(output, archive.url(probe)).waiting == 0
    assert archive.ask("SELECT session_id, xmin FROM hl7capture.sessions ORDER BY 1") == before


def test_lost_marks_are_asked_for(archive: Database, probe: str, output: Path) -> None:
    from hl7capture.app.controller import CaptureController

    ours = put_some(output, 30)
    CaptureController(output=output).store.load_now(lambda _summary: True)  # makes the index
    archive_all(output, archive.url(probe))
    before = archive.ask("SELECT session_id, xmin FROM hl7capture.sessions ORDER BY 1")
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        (output / name).unlink(missing_ok=True)
    ours |= put_some(output, 1, 30)
    archive_all(output, archive.url(probe))
    assert same(ours, documents_in(archive))
    assert archive.ask("SELECT session_id, xmin FROM hl7capture.sessions ORDER BY 1 LIMIT 30") == before


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"x" * 4000, b"no database" * 500])
def test_damaged_marks_are_made_anew(archive: Database, probe: str, output: Path, content: bytes) -> None:
    ours = put_some(output, 3)
    (output / FILE).write_bytes(content)
    assert archive_all(output, archive.url(probe)).condition is Condition.READY
    assert same(ours, documents_in(archive))
    assert len(Marks.open(output).all()) == 3


def test_another_archive_gets_all(archive: Database, output: Path) -> None:
    ours = put_some(output, 3)
    archive_all(output, archive.url(archive.new_probe()))
    other = archive.server.new_database()
    other.set_up()
    archive_all(output, other.url(other.new_probe()))
    assert same(ours, documents_in(archive))
    assert same(ours, documents_in(other))


def test_a_changed_session_is_sent_again_with_all_its_rows(archive: Database, probe: str, output: Path) -> None:
    session = session_of(1, message_of("MRN-A"), message_of("MRN-B"))
    path = put(output / "sessions", session)
    archive_all(output, archive.url(probe))
    session.note, session.pinned, session.saved_at = "as the vendor asked", True, (session.saved_at or 0) + 1
    session.messages.pop()
    session.elements.pop()
    path.write_bytes(to_document(session))
    archive_all(output, archive.url(probe))
    assert same({path.stem: path.read_bytes()}, documents_in(archive))
    assert archive.ask("SELECT note, kept, message_count, patients FROM hl7capture.sessions") == [
        ("as the vendor asked", True, 1, ["mrn-a"])
    ]
    assert archive.ask("SELECT position, patient_id FROM hl7capture.messages") == [(0, "MRN-A")]


def test_an_older_session_does_not_replace_a_newer_one(archive: Database, probe: str, output: Path) -> None:
    session = session_of(1, message_of("MRN-NEW"), saved_at=2000.0)
    path = put(output / "sessions", session)
    archive_all(output, archive.url(probe))
    put(output / "sessions", session_of(1, message_of("MRN-OLD"), saved_at=1000.0))
    assert archive_all(output, archive.url(probe)).waiting == 0
    assert b"MRN-NEW" in documents_in(archive)[path.stem]
    assert archive.ask("SELECT patient_id FROM hl7capture.messages") == [("MRN-NEW",)]


def test_what_comes_while_it_runs(archive: Database, probe: str, output: Path) -> None:
    archiver = archiver_of(output, archive.url(probe))
    ours = put_some(output, 3)
    archiver.start()
    for number in range(3, 9):
        new = put_some(output, 1, number)
        ours |= new
        for name in new:
            archiver.note(f"{name}.json")
    archiver.finish()
    assert archiver.wait(30)
    assert same(ours, documents_in(archive))
    assert archiver.state.condition is Condition.READY


def test_rows_tell_of_the_session(archive: Database, probe: str, output: Path) -> None:
    put(output / "sessions", session_of(7, message_of("MRN-7\x00é")))
    archive_all(output, archive.url(probe))
    (row,) = archive.ask(
        "SELECT number, probe, host(device_address), lis_port, framing, end_reason, kinds, kind_counts, message_types, "
        "triggers, control_ids, patients, message_count, end_time - start_time FROM hl7capture.sessions"
    )
    assert row == (
        7, "lab-pc-3", "10.0.0.5", 2575, "mllp", "closed", ["ORU^R01"], [1], ["oru^r01", "oru"], ["r01"],
        ["mmrn-7\ufffdé"], ["mrn-7\ufffdé"], 1, 500.0,
    )  # fmt: skip
    (message,) = archive.ask("SELECT type, trigger, control_id, patient_id, direction, text FROM hl7capture.messages")
    assert message[:5] == ("ORU", "R01", "MMRN-7\ufffdé", "MRN-7\ufffdé", "device-to-lis")
    assert "testmann^tilda" in message[5]
    codes = archive.ask("SELECT finding_codes, finding_severities FROM hl7capture.sessions")[0]
    assert sorted(zip(*codes, strict=True)) == archive.ask("SELECT code, severity FROM hl7capture.findings ORDER BY 1")
    assert codes[0]


def test_texts_are_indexed_when_there_is_time(archive: Database, probe: str, output: Path) -> None:
    put_some(output, 5)
    archive_all(output, archive.url(probe))
    like = "SELECT session_id FROM hl7capture.sessions_like('%mrn-000003%')"
    before = archive.ask(like)
    assert archive.ask("SELECT count(*) FROM hl7capture.messages WHERE text_indexed") == [(0,)]
    seen: list[bool] = []
    archiver = archiver_of(output, archive.url(probe), lambda state: seen.append(state.condition is Condition.READY))
    archiver.start()
    for _ in range(300):
        if archive.ask("SELECT count(*) FROM hl7capture.messages WHERE NOT text_indexed") == [(0,)]:
            break
        archiver.wait(0.05)
    archiver.stop()
    assert archiver.wait(10)
    assert archive.ask("SELECT count(*) FROM hl7capture.messages WHERE text_indexed") == [(5,)]
    assert archive.ask(like) == before
    assert len(before) == 1


def test_what_is_no_session_is_left_alone(archive: Database, probe: str, output: Path) -> None:
    ours = put_some(output, 1)
    for name, content in {"note.json": b"{}", "20261121T101530.123Z-00000009.json": b"{", "x.txt": b""}.items():
        (output / "sessions" / name).write_bytes(content)
    state = archive_all(output, archive.url(probe))
    assert (state.condition, state.waiting, state.refused) == (Condition.READY, 0, 0)
    assert same(ours, documents_in(archive))
    assert len(list((output / "sessions").iterdir())) == 4


def test_what_the_archive_does_not_take_keeps_no_other(archive: Database, probe: str, output: Path) -> None:
    ours = put_some(output, 5)
    deep = session_of(9, extra={"deep": json.loads("[" * 900 + "]" * 900)})
    path = put(output / "sessions", deep)
    archive.ask(f"ALTER ROLE {probe} SET max_stack_depth = '100kB'")
    state = archive_all(output, archive.url(probe))
    assert (state.condition, state.waiting, state.refused) == (Condition.READY, 0, 1)
    assert same(ours, documents_in(archive))
    ((session_id, reason),) = Marks.open(output).refusals()
    assert (session_id, "54001" in reason) == (path.stem, True)
    archive.ask(f"ALTER ROLE {probe} RESET max_stack_depth")
    assert archive_all(output, archive.url(probe)).refused == 1  # not again and again
    path.touch()
    assert archive_all(output, archive.url(probe)).refused == 0
    assert path.stem in documents_in(archive)


TEXTS = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('\0\x1a\\u01aA"|^\r')))
NUMBERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False, width=32))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.lists(TEXTS, max_size=3), TEXTS, st.dictionaries(TEXTS, NUMBERS)), min_size=1, max_size=9))
def test_whatever_was_said_comes_back(
    archive: Database, probe: str, tmp_path_factory: pytest.TempPathFactory, said: list[Any]
) -> None:
    """Documents with anything in them, NUL and what stands for it as well; elements to the byte."""
    root = tmp_path_factory.mktemp("output")
    ours = {}
    for number, (messages, note, extra) in enumerate(said):
        session = session_of(number, *messages, note=note, extra={"other": extra})
        ours[session.session_id] = put(root / "sessions", session).read_bytes()
    state = archive_all(root, archive.url(probe))
    assert (state.condition, state.refused) == (Condition.READY, 0)
    theirs = documents_in(archive)
    assert same(ours, {name: theirs[name] for name in ours})
    for name, document in ours.items():
        assert from_document(theirs[name]).elements == from_document(document).elements


# -- as commands -----------------------------------------------------------------------------------------------


def test_push_and_status(archive: Database, probe: str, output: Path) -> None:
    ours = put_some(output, 3)
    where = ("--url", archive.url(probe), "--output-folder", str(output))
    before = json.loads(run("archive", "status", "--json", *where).stdout)
    assert (before["isReachable"], before["waiting"], before["archived"]) == (True, 3, 0)
    done = run("archive", "push", *where)
    assert (done.returncode, done.stderr.decode()) == (0, "All sessions are in the archive.\n")
    assert same(ours, documents_in(archive))
    after = json.loads(run("archive", "status", "--json", *where).stdout)
    assert (after["waiting"], after["archived"], after["refused"]) == (0, 3, [])
    said = run("archive", "status", *where).stdout.decode()
    assert "can be used: PostgreSQL" in said
    assert "Sessions in it, of this probe: 3." in said


def test_push_all_sends_what_was_lost_over_there(archive: Database, probe: str, output: Path) -> None:
    ours = put_some(output, 3)
    where = ("--url", archive.url(probe), "--output-folder", str(output))
    run("archive", "push", *where)
    archive.ask("DELETE FROM hl7capture.sessions")
    assert run("archive", "push", *where).returncode == 0
    assert documents_in(archive) == {}
    assert run("archive", "push", "--all", *where).returncode == 0
    assert same(ours, documents_in(archive))


@pytest.mark.parametrize("command", ["push", "status"])
def test_an_archive_that_is_away(command: str, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_some(output, 2)
    monkeypatch.setenv("HL7CAPTURE_ARCHIVE_URL", "postgresql://nobody@127.0.0.1:1/hl7")
    done = run("archive", command)
    said = (done.stdout + done.stderr).decode()
    assert (done.returncode, "cannot be reached" in said) == (1, True)
    assert "wait: 2." in said or "not have yet: 2." in said


def test_without_the_extra(output: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    put_some(output, 1)
    done = run("archive", "push", "--url", "postgresql://nobody@127.0.0.1:1/hl7")
    assert (done.returncode, b"pip install hl7capture[archive]" in done.stderr) == (1, True)
    assert run("sessions", "list").returncode == 0

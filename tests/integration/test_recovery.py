"""Open sessions on disk: journalled while they grow, recovered after a crash, gone when they are complete."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings
from hl7capture.store.journal import DAMAGED_SUFFIX, Journal, Snapshot, index_of
from hl7capture.store.recovery import Recovery
from hl7capture.store.session_store import SessionStore
from tests.support.sessions import complete, grow, open_session


@pytest.fixture
def store(output: Path, qtbot: QtBot) -> Iterator[SessionStore]:
    made = SessionStore(Settings().changed(autosaveSeconds=1), output)
    yield made
    made.close()


def journals(output: Path) -> list[str]:
    return sorted(path.name for path in (output / "journal").iterdir())


def left_behind(output: Path, session: Session) -> Path:
    """A journal as a crash leaves it."""
    path = output / "journal" / f"{session.session_id}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    Journal(path).write(Snapshot.of(session))
    return path


def test_an_open_session_is_journalled_by_itself(store: SessionStore, output: Path, qtbot: QtBot) -> None:
    session = open_session(elements=2)
    store.note(session)
    assert not output.exists()  # nobody was kept waiting
    qtbot.waitUntil(lambda: (output / "journal" / f"{session.session_id}.jsonl").exists(), timeout=4000)


def test_what_has_not_changed_is_not_written_again(store: SessionStore, output: Path) -> None:
    session = open_session(elements=2)
    store.note(session)
    assert store.force_save(10)
    path = output / "journal" / f"{session.session_id}.jsonl"
    before = path.stat()
    store.note(session)
    assert store.force_save(10)
    assert path.stat() == before


def test_the_document_takes_the_place_of_the_journal(store: SessionStore, output: Path) -> None:
    session = open_session(elements=2)
    store.note(session)
    assert store.force_save(10)
    assert len(journals(output)) == 2
    grow(session)
    store.save(complete(session))
    assert store.flush(10) == []
    assert journals(output) == []
    assert store.force_save(10)  # and it does not come back
    assert journals(output) == []
    assert len(store.find(session.session_id).elements) == 3


def test_no_journal_without_persistence_and_none_is_left(store: SessionStore, output: Path, qtbot: QtBot) -> None:
    session = open_session(elements=2)
    store.note(session)
    assert store.force_save(10)
    store.apply(Settings().changed(enablePersistence=False), output)
    qtbot.waitUntil(lambda: journals(output) == [], timeout=4000)
    store.note(session)
    assert store.force_save(10)
    assert journals(output) == []


def test_in_another_folder_the_journal_begins_anew(store: SessionStore, output: Path, tmp_path: Path) -> None:
    session = open_session(elements=2)
    store.note(session)
    assert store.force_save(10)
    store.apply(Settings(), tmp_path / "other")
    grow(session)
    store.note(session)
    assert store.force_save(10)
    assert journals(output) == []
    assert len(journals(tmp_path / "other")) == 2


def test_a_session_that_is_open_cannot_be_saved_as_a_document(store: SessionStore) -> None:
    with pytest.raises(ValueError, match="not a completed session"):
        store.save(open_session())


def test_journals_become_recovered_sessions_at_the_start(store: SessionStore, output: Path, qtbot: QtBot) -> None:
    session = open_session(elements=7)
    left_behind(output, session)
    listed: list[object] = []
    store.listed.connect(listed.extend)
    with qtbot.waitSignals([store.recovered, store.load_finished]):
        store.load()
    recovered = store.find(session.session_id)
    assert recovered.end_reason is EndReason.RECOVERED
    assert recovered.elements == session.elements
    assert journals(output) == []
    assert len(listed) == 1


def test_a_journal_that_has_served_goes_and_one_in_use_stays(store: SessionStore, output: Path) -> None:
    done, growing = open_session(1, elements=2), open_session(2, elements=2)
    store.save(complete(done))
    assert store.flush(10) == []
    left_behind(output, open_session(1, elements=1))
    (output / "journal" / "20261121T101530.009Z-00000009.index.json").write_text("{}")
    store.note(growing)
    assert store.force_save(10)
    assert store.recover() == Recovery()
    assert [name for name in journals(output) if name.endswith(".jsonl")] == [f"{growing.session_id}.jsonl"]
    assert len(journals(output)) == 2
    assert len(store.find(done.session_id).elements) == 2


def test_a_damaged_journal_gives_what_it_can_and_goes_with_its_session(store: SessionStore, output: Path) -> None:
    session = open_session(elements=4)
    path = left_behind(output, session)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[5] = b"\xff\n"
    path.write_bytes(b"".join(lines))
    ((damaged, reason),) = store.recover().unreadable
    assert damaged.name == path.name + DAMAGED_SUFFIX
    assert "before the damage" in reason
    assert damaged.read_bytes() == b"".join(lines)
    assert store.find(session.session_id).elements == session.elements[:2]
    assert store.delete_now(session.session_id)
    assert journals(output) == []


def test_what_is_no_journal_stays_as_it_is(store: SessionStore, output: Path) -> None:
    path = left_behind(output, open_session(elements=1))
    index_of(path).unlink()
    path.write_bytes(b"not a journal\n")
    ((told, _reason),) = store.recover().unreadable
    assert told == path
    assert path.read_bytes() == b"not a journal\n"


def test_a_folder_in_use_says_by_whom_since_when_and_keeps_its_journals(
    store: SessionStore, output: Path, qtbot: QtBot
) -> None:
    store.prepare()
    left_behind(output, open_session(elements=1))
    second = SessionStore(Settings(), output)
    told: list[str] = []
    second.in_use.connect(told.append)
    with qtbot.waitSignals([second.in_use, second.load_finished]):
        second.load()
    (who,) = told
    assert f"{output} is in use by" in who
    assert "since 20" in who
    assert len(journals(output)) == 2
    second.close()

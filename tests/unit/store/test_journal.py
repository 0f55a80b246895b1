"""The journal: what was written is there after a crash, at whatever byte it came."""

import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.model.elements import Flag
from hl7capture.model.session import EndReason, Session
from hl7capture.store import atomic, journal
from hl7capture.store.document import DocumentError
from hl7capture.store.journal import Journal, Snapshot, events, index_of, read_index, recover
from tests.support.sessions import grow, open_session


def journal_for(session: Session, folder: Path) -> Journal:
    return Journal(folder / f"{session.session_id}.jsonl")


def same_content(recovered: Session, session: Session) -> bool:
    return recovered.elements == session.elements and recovered.messages == session.messages


def test_only_what_is_new_is_written(tmp_path: Path) -> None:
    session = open_session(elements=3)
    book = journal_for(session, tmp_path)
    assert book.write(Snapshot.of(session))
    first = book.path.read_bytes()
    assert not book.write(Snapshot.of(session))
    grow(session)
    assert book.write(Snapshot.of(session))
    second = book.path.read_bytes()
    assert second.startswith(first)
    assert second[len(first) :].count(b"\n") == 2  # the message, and the element
    if os.name != "nt":
        assert stat.S_IMODE(book.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(book.index_path.stat().st_mode) == 0o600


def test_a_journal_becomes_a_recovered_session(tmp_path: Path) -> None:
    session = open_session(elements=5)
    session.extra["ward"] = "7b"
    book = journal_for(session, tmp_path)
    book.write(Snapshot.of(session))
    recovered = recover(book.path)
    assert recovered.is_whole
    assert same_content(recovered.session, session)
    assert (recovered.session.end_reason, recovered.session.is_complete) == (EndReason.RECOVERED, False)
    assert recovered.session.end_time == session.elements[-1].timestamp
    assert recovered.session.extra == {"ward": "7b"}


def test_a_note_is_followed_also_where_it_is_taken_back(tmp_path: Path) -> None:
    session = open_session(elements=2)
    book = journal_for(session, tmp_path)
    book.write(Snapshot.of(session))
    session.note, session.pinned = "cable unplugged", True
    book.write(Snapshot.of(session))
    recovered = recover(book.path).session
    assert (recovered.note, recovered.pinned) == ("cable unplugged", True)
    session.note, session.pinned = "", False
    book.write(Snapshot.of(session))
    recovered = recover(book.path).session
    assert (recovered.note, recovered.pinned) == ("", False)


def test_elements_that_are_replaced_and_a_head_that_changes_are_followed(tmp_path: Path) -> None:
    session = open_session(elements=400)
    book = journal_for(session, tmp_path)
    book.write(Snapshot.of(session))
    session.elements[17] = session.elements[17]._replace(message=None)
    session.elements[399] = session.elements[399]._replace(flags=(Flag.TRUNCATED,), data=b"\x0bMSH")
    session.number = 12
    book.write(Snapshot.of(session))
    recovered = recover(book.path).session
    assert same_content(recovered, session)
    assert recovered.number == 12


def test_a_message_that_was_still_put_together_is_none_yet(tmp_path: Path) -> None:
    session = open_session(elements=1)
    session.elements.append(session.elements[0]._replace(id=1, message=1))
    book = journal_for(session, tmp_path)
    book.write(Snapshot.of(session))
    assert [element.message for element in recover(book.path).session.elements] == [0, None]


@given(st.data())
def test_cut_at_any_byte_all_lines_before_the_cut_are_there(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    session = open_session(elements=data.draw(st.integers(0, 6)))
    book = journal_for(session, tmp_path_factory.mktemp("journal"))
    book.write(Snapshot.of(session))
    whole = book.path.read_bytes()
    header = whole.index(b"\n") + 1
    cut = data.draw(st.integers(header, len(whole)))
    book.path.write_bytes(whole[:cut])
    lines = whole[header : cut + 1].count(b"\n")  # a line that lacks nothing but its end is whole
    recovered = recover(book.path)
    assert recovered.is_whole
    assert len(recovered.session.elements) == lines // 2
    assert recovered.session.elements == session.elements[: lines // 2]
    assert recovered.session.messages == session.messages[: (lines + 1) // 2]


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_no_bytes_make_recovery_raise_what_is_not_expected(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int
) -> None:
    session = open_session(elements=3)
    book = journal_for(session, tmp_path_factory.mktemp("journal"))
    book.write(Snapshot.of(session))
    whole = book.path.read_bytes()
    book.path.write_bytes(whole[:at] + noise + whole[at + len(noise) :])
    with suppress(DocumentError):
        recover(book.path)


def test_damage_in_the_middle_keeps_what_comes_before(tmp_path: Path) -> None:
    session = open_session(elements=4)
    book = journal_for(session, tmp_path)
    book.write(Snapshot.of(session))
    lines = book.path.read_bytes().splitlines(keepends=True)
    lines[5] = b"\x00" * 40 + b"\n"
    book.path.write_bytes(b"".join(lines))
    recovered = recover(book.path)
    assert not recovered.is_whole
    assert recovered.session.elements == session.elements[:2]


@pytest.mark.parametrize("index", [None, b"", b"{}", b'{"_version":1,"sessionId":"x","size":1}'])
def test_a_missing_or_wrong_index_is_made_from_the_journal(tmp_path: Path, index: bytes | None) -> None:
    session = open_session(elements=300)
    book = journal_for(session, tmp_path)
    book.write(Snapshot.of(session))
    right = read_index(book.path)
    assert (right.events, right.size) == (600, book.path.stat().st_size)
    index_of(book.path).unlink()
    if index is not None:
        index_of(book.path).write_bytes(index)
    assert read_index(book.path) == right


@pytest.mark.parametrize("first", [0, 1, 255, 256, 257, 511, 599, 600, 1000])
def test_reading_from_the_middle_gives_what_reading_from_the_start_gives(tmp_path: Path, first: int) -> None:
    session = open_session(elements=300)
    book = journal_for(session, tmp_path)
    book.write(Snapshot.of(session))
    assert list(events(book.path, first)) == list(events(book.path))[first:]


def test_reading_from_the_middle_does_not_read_what_comes_before(tmp_path: Path) -> None:
    session = open_session(elements=300)
    book = journal_for(session, tmp_path)
    book.write(Snapshot.of(session))
    whole = bytearray(book.path.read_bytes())
    offset = read_index(book.path).checkpoints[2][1]
    header = whole.index(b"\n") + 1
    whole[header:offset] = b"?" * (offset - header)  # the size stays, so the index still speaks of this file
    book.path.write_bytes(whole)
    assert len(list(events(book.path, 512))) == 88


def test_a_failed_write_is_made_good_by_writing_all_of_it_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = open_session(elements=2)
    book = journal_for(session, tmp_path)
    book.write(Snapshot.of(session))
    grow(session)

    def failing(path: Path, data: bytes) -> None:
        with path.open("ab") as file:
            file.write(data[: len(data) // 2])
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(journal, "append_durably", failing)
        with pytest.raises(OSError, match="No space"):
            book.write(Snapshot.of(session))
    assert book.write(Snapshot.of(session))
    recovered = recover(book.path)
    assert recovered.is_whole
    assert same_content(recovered.session, session)


@pytest.mark.skipif(os.name == "nt", reason="making links takes rights on Windows")
def test_nothing_is_appended_through_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"mine")
    link = tmp_path / "link"
    link.symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic"):
        atomic.append_durably(link, b"theirs")
    atomic.write_atomically(link, b"theirs")
    assert (elsewhere.read_bytes(), link.is_symlink()) == (b"mine", False)

"""Notes: written by a person, kept with the session."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from hl7capture.model.events import SessionOpened
from hl7capture.model.session import LONGEST_NOTE
from hl7capture.store import session_folder
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.notes_view import NotesView
from tests.gui.conftest import close, read
from tests.support.sessions import open_session
from tests.support.stored import put, session_of

TEXT = "Cable of device 3 was unplugged.\n<b>Not</b> our fault \u202e\U0001f600"


@pytest.fixture
def window(output: Path, open_window: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    for number in (1, 2):
        put(output / "sessions", session_of(number, saved_at=time.time() * 1000))
    made = open_window()
    qtbot.waitUntil(lambda: made.model.rowCount() == 2)
    made.table.selectRow(0)
    qtbot.waitUntil(lambda: made.detail.notes.session is not None)
    made.detail.tabs.setCurrentWidget(made.detail.notes)
    return made


def note_on_disk(output: Path, number: int = 1) -> str:
    note = json.loads((output / "sessions" / f"{session_of(number).session_id}.json").read_text()).get("note", "")
    assert isinstance(note, str)
    return note


def write(window: MainWindow, text: str) -> None:
    window.detail.notes.edit.setPlainText(text)


def tab(window: MainWindow) -> str:
    return window.detail.tabs.tabText(window.detail.tabs.indexOf(window.detail.notes))


def test_a_note_is_there_after_a_restart(
    window: MainWindow, open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot
) -> None:
    before = json.loads((output / "sessions" / f"{session_of(1).session_id}.json").read_text())
    assert tab(window) == "Notes"
    write(window, TEXT)
    assert tab(window) == "Notes •"
    qtbot.waitUntil(lambda: window.detail.notes.state.text() == "Saved")  # a second after the last key
    after = json.loads((output / "sessions" / f"{session_of(1).session_id}.json").read_text())
    assert after.pop("note") == TEXT
    assert after.pop("_saved_at") > before.pop("_saved_at")
    assert after == before  # also its days
    close(window, qtbot)
    again = open_window()
    qtbot.waitUntil(lambda: again.model.rowCount() == 2)
    again.table.selectRow(0)
    qtbot.waitUntil(lambda: again.detail.notes.edit.toPlainText() == TEXT)
    assert tab(again) == "Notes •"


def test_who_goes_to_another_session_need_not_wait(window: MainWindow, output: Path, qtbot: QtBot) -> None:
    write(window, "first")
    window.table.selectRow(1)
    assert window.detail.notes.edit.toPlainText() == ""
    qtbot.waitUntil(lambda: note_on_disk(output) == "first", timeout=900)
    window.table.selectRow(0)
    assert window.detail.notes.edit.toPlainText() == "first"
    assert note_on_disk(output, 2) == ""


def test_what_was_typed_last_is_saved_when_the_window_closes(window: MainWindow, output: Path, qtbot: QtBot) -> None:
    write(window, "at the last moment")
    close(window, qtbot)
    assert note_on_disk(output) == "at the last moment"


def test_what_was_typed_last_is_saved_when_the_system_ends_the_program(window: MainWindow, output: Path) -> None:
    write(window, "log-off")
    window.controller.shutdown_now()
    assert note_on_disk(output) == "log-off"


def test_a_note_and_the_mark_do_not_overwrite_each_other(window: MainWindow, output: Path, qtbot: QtBot) -> None:
    for turn in range(10):
        write(window, f"turn {turn}")
        window.detail.notes.left.emit()
        window.saved.keep([session_of(1).session_id], turn % 2 == 0)
    qtbot.waitUntil(lambda: note_on_disk(output) == "turn 9")
    qtbot.waitUntil(lambda: window.detail.notes.state.text() == "Saved")
    assert window.detail.notes.edit.toPlainText() == "turn 9"


def test_a_disk_that_refuses_is_told_and_the_note_not_lost(
    window: MainWindow, output: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _pieces: object) -> None:
        raise OSError(28, "No space left on device", "x")

    with monkeypatch.context() as broken:
        broken.setattr(session_folder, "write_pieces_atomically", refuse)
        write(window, "kept all the same")
        qtbot.waitUntil(lambda: any("is not saved" in text for text in window.banner.texts))
        assert "Not saved" in window.detail.notes.state.text()
        row = window.model.rows()[0]
        window.table.selectRow(1)
        row.release()  # the document in memory goes, the note does not
        window.table.selectRow(0)
        qtbot.waitUntil(lambda: window.detail.notes.edit.toPlainText() == "kept all the same")
        QTimer.singleShot(200, lambda: press("Keep open"))
        window.close()
        assert window.isVisible()
    qtbot.waitUntil(lambda: note_on_disk(output) == "kept all the same", timeout=10_000)
    qtbot.waitUntil(lambda: not any("is not saved" in text for text in window.banner.texts))


def press(name: str) -> None:
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    next(button for button in box.buttons() if button.text().replace("&", "") == name).click()


def test_an_open_session_takes_the_note_along(window: MainWindow, qtbot: QtBot) -> None:
    session = open_session(9, elements=2)
    window.model.take([SessionOpened(session)])
    window.model.flush()
    window.table.go_to(session.session_id)
    write(window, "while it runs")
    assert session.note == "while it runs"
    qtbot.waitUntil(lambda: "when that ends" in window.detail.notes.state.text())


def test_a_session_that_is_not_on_disk_says_so(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    loose = next(row for row in window.model.rows() if row.summary.saved_at is None)
    window.table.go_to(loose.session_id)
    write(window, "of a file")
    qtbot.waitUntil(lambda: "not on disk" in window.detail.notes.state.text())
    window.table.go_to(session_of(1).session_id)
    window.table.go_to(loose.session_id)
    assert window.detail.notes.edit.toPlainText() == "of a file"


def test_sessions_are_found_by_their_notes(window: MainWindow, qtbot: QtBot) -> None:
    write(window, "unplugged")
    qtbot.waitUntil(lambda: window.detail.notes.state.text() == "Saved")
    window.model.rows()[0].release()
    for text, count in (('note ~ "PLUG"', 1), ("note exists", 1), ("not note exists", 1), ("note ~ other", 0)):
        window.filtering.box.setText(text)
        qtbot.waitUntil(lambda count=count: window.filter.rowCount() == count)


# -- the view alone ----------------------------------------------------------------------------------------------


@pytest.fixture
def view(qtbot: QtBot) -> NotesView:
    made = NotesView()
    qtbot.addWidget(made)
    return made


def test_a_note_has_a_longest(view: NotesView) -> None:
    typed: list[str] = []
    view.typed.connect(lambda _session, text: typed.append(text))
    view.show_session(session_of(1))
    view.edit.setPlainText("\U0001f600" * (LONGEST_NOTE + 5))
    assert typed == ["\U0001f600" * LONGEST_NOTE]
    assert "The note is full" in view.state.text()


@pytest.mark.parametrize("note", ["x" * 1_000_000, "\n" * 30_000])
def test_a_longer_note_of_another_program_is_left_alone(view: NotesView, note: str) -> None:
    session = session_of(1, note=note)
    view.show_session(session)
    assert view.edit.isReadOnly()
    assert len(view.edit.toPlainText()) == LONGEST_NOTE
    assert session.note == note
    view.show_session(session_of(2))
    assert not view.edit.isReadOnly()


def test_hostile_text_is_plain(view: NotesView) -> None:
    view.show_session(session_of(1, note="<img src=x> \0\x07\u202e <b>bold</b>"))
    assert "<b>bold</b>" in view.edit.toPlainText()
    assert view.state.textFormat() is Qt.TextFormat.PlainText


def test_nothing_can_be_written_where_there_is_no_session(view: NotesView) -> None:
    view.show_session(None)
    assert not view.edit.isEnabled()

"""Work in the background that breaks in a way nobody expected: it is told, and nobody waits for it for ever."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from hl7capture.model.settings import Settings
from hl7capture.store.session_store import SessionStore
from hl7capture.ui import filter_check, storage_box
from hl7capture.ui.background import Background, _alive
from hl7capture.ui.comparison import window as comparison
from hl7capture.ui.comparison.window import ComparisonWindow
from hl7capture.ui.filter_check import FilterCheck
from hl7capture.ui.storage_box import StorageBox
from hl7capture.ui.trouble.trouble import Watch
from hl7capture.ui.work_row import Job, WorkRow


def failing(*_args: object) -> None:
    raise KeyError("nobody expected this")


def expect_one(watch: Watch, qtbot: QtBot) -> None:
    """The program's error report has it, a moment after the end is told."""
    qtbot.waitUntil(lambda: bool(watch.errors.counts))
    ((kind, count),) = watch.errors.counts.items()
    assert (kind.type, count) == ("KeyError", 1)


def test_each_end_is_told_once_and_nothing_stays(watch: Watch, qtbot: QtBot) -> None:
    ends: list[str] = []
    for expected in (KeyError, ValueError):
        background = Background(
            failing,
            lambda _done: ends.append("done"),
            expected,
            lambda _error: ends.append("failed"),
            lambda: ends.append("broken"),
        )
        background.start()
    qtbot.waitUntil(lambda: sorted(ends) == ["broken", "failed"])
    qtbot.waitUntil(lambda: not _alive)
    expect_one(watch, qtbot)


def test_the_next_job_begins(watch: Watch, qtbot: QtBot) -> None:
    row = WorkRow()
    qtbot.addWidget(row)
    done: list[int] = []
    for work in (failing, lambda _progress: 7):
        row.begin(Job("", work, lambda: None, done.append, (), lambda _error: None))
    qtbot.waitUntil(lambda: not row.is_working)
    assert done == [7]
    expect_one(watch, qtbot)


def test_a_filter_keeps_no_dialog_open(watch: Watch, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr(filter_check, "check_filter", failing)
    line = QLineEdit("tcp")
    qtbot.addWidget(line)
    check = FilterCheck(line)
    with qtbot.waitSignal(check.checked):
        check.check_now()
    assert (check.is_known, check.problem) == (True, "")
    expect_one(watch, qtbot)


def test_counting_ends(watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr(storage_box, "disk_use", failing)
    box = StorageBox(SessionStore(Settings(), tmp_path))
    qtbot.addWidget(box)
    qtbot.waitUntil(lambda: "did not work" in box.use.text())
    expect_one(watch, qtbot)


def test_comparing_ends(watch: Watch, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr(comparison, "compared", failing)
    shown = ComparisonWindow()
    qtbot.addWidget(shown)
    shown.ignored.setText("PID-5")
    shown.ignored.setModified(True)
    shown.ignored.editingFinished.emit()
    qtbot.waitUntil(lambda: "did not work" in shown.status.text())
    expect_one(watch, qtbot)

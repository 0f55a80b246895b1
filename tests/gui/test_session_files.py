"""Sessions into the window from files, and out of it."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from hl7capture.app.export import CancelledError
from hl7capture.app.importing import Import
from hl7capture.store.export.formats import Format
from hl7capture.ui.export_dialog import ExportDialog
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.work_row import Job
from tests.gui.conftest import read
from tests.support.electron import write_electron
from tests.support.engine import sessions_of
from tests.support.speech import answer, oru


def said(window: MainWindow, text: str) -> Callable[[], bool]:
    return lambda: any(text in one for one in window.banner.texts)


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left = Qt.MouseButton.LeftButton
    window.dropEvent(
        QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, data, left, Qt.KeyboardModifier.NoModifier)
    )


def answer_with(text: str, answered: list[str]) -> None:
    """Presses the button in the question that is asked."""
    box = QApplication.activeModalWidget()
    if not isinstance(box, QMessageBox):
        QTimer.singleShot(50, lambda: answer_with(text, answered))
        return
    answered.append(box.text())
    next(button for button in box.buttons() if button.text() == text).click()


def export(window: MainWindow, to: Format, target: Path, *, each: bool = False) -> None:
    """Fills in the dialog as a person does."""

    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ExportDialog)
        dialog.formats.setCurrentIndex(dialog.formats.findData(to))
        dialog.each.setChecked(each)
        assert dialog.target.suffix == ("" if each else f".{to}")
        dialog.place.setText(str(target))
        dialog.accept()

    QTimer.singleShot(100, fill)
    window.commands.export.trigger()


def test_session_files_are_dropped_and_stay_with_the_sessions(
    window: MainWindow, tmp_path: Path, output: Path, qtbot: QtBot
) -> None:
    good = write_electron(tmp_path / "session-3.json")
    bad = tmp_path / "bad.JSON"
    bad.write_text("<b>{", encoding="utf-8")
    drop(window, bad, good)
    qtbot.waitUntil(said(window, "Sessions imported: 1. Not imported: 1. The first: bad.JSON: it is not a JSON"))
    assert window.pages.currentWidget() is window.workspace
    (chosen,) = window.table.selected()
    assert (chosen.source, chosen.device_ip) == ("hl7-capture", "10.0.0.5")
    document = window.model.document_of(chosen.session_id)
    assert document is not None
    assert "Testmann^Tilda" in document.messages[0]
    (file,) = (output / "sessions").glob("*.json")
    assert json.loads(file.read_bytes())["submissionStatus"] == "pending"
    assert (window.status.sessions.text(), window.status.saved.text()) == ("Sessions 1", "Saved 1")
    drop(window, good)
    qtbot.waitUntil(said(window, "Sessions imported: 0. Kept already: 1."))
    assert window.model.rowCount() == 1
    assert not window.work.isVisible()


def test_session_files_are_chosen_from_the_menu(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_electron(tmp_path / "session-3.json")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path)], ""))
    window.commands.bring_in.trigger()
    qtbot.waitUntil(said(window, "Sessions imported: 1."))


def test_a_session_file_and_a_capture_are_opened_together(
    window: MainWindow, capture_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignals([window.controller.capture_ended, window.files.imported], timeout=10_000):
        window.open_files([write_electron(tmp_path / "session-3.json"), capture_file])
    window.model.flush()
    assert window.model.rowCount() == 4


def test_selected_sessions_are_exported(window: MainWindow, capture_file: Path, tmp_path: Path, qtbot: QtBot) -> None:
    assert not window.commands.export.isEnabled()
    read(window, capture_file, qtbot)
    window.table.selectAll()
    assert window.commands.export.isEnabled()
    made = tmp_path / "made.pcap"
    export(window, Format.PCAP, made)
    qtbot.waitUntil(said(window, "made.pcap: 3."))
    assert [s.framing for s in sessions_of(made.read_bytes())] == ["mllp", "stx", "astm"]
    window.table.selectRow(0)
    export(window, Format.HL7, tmp_path / "made.hl7")
    qtbot.waitUntil(said(window, "made.hl7: 1."))
    assert (tmp_path / "made.hl7").read_bytes() == oru("MSG1") + answer("MSG1")
    window.table.selectAll()
    export(window, Format.CSV, tmp_path / "each", each=True)
    qtbot.waitUntil(said(window, "each: 3."))
    assert len(list((tmp_path / "each").glob("*.csv"))) == 3
    window.commands.clear.trigger()
    assert not window.commands.export.isEnabled()


def test_what_exists_is_overwritten_only_after_a_question(
    window: MainWindow, capture_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    read(window, capture_file, qtbot)
    window.table.selectAll()
    made = tmp_path / "made.json"
    made.write_bytes(b"mine")
    answered: list[str] = []
    for button, count in (("Cancel", 1), ("Overwrite", 2)):
        assert made.read_bytes() == b"mine"
        export(window, Format.JSON, made)
        QTimer.singleShot(50, lambda button=button: answer_with(button, answered))
        qtbot.waitUntil(lambda count=count: len(answered) == count)
    qtbot.waitUntil(said(window, "made.json: 3."))
    assert "made.json exists" in answered[0]
    assert len(made.read_bytes().splitlines()) == 3


def test_what_cannot_be_written_is_said(window: MainWindow, capture_file: Path, tmp_path: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    window.table.selectAll()
    export(window, Format.CSV, tmp_path / "no" / "where.csv")
    qtbot.waitUntil(said(window, "Not exported"))
    assert "No such file" in window.banner.texts[-1]


def test_jobs_are_done_one_after_the_other_and_can_be_cancelled(
    window: MainWindow, tmp_path: Path, output: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_electron(tmp_path / f"session-{n}.json", deviceIP=f"10.0.0.{n}") for n in range(20)]
    keep = Import._keep

    def cancelled_at_the_third(self: Import, path: Path, session: object) -> object:
        if path.name == "session-2.json":
            self.cancel()
        return keep(self, path, session)  # type: ignore[arg-type]

    monkeypatch.setattr(Import, "_keep", cancelled_at_the_third)
    window.files.bring_in(paths)
    assert window.work.is_working
    assert window.work.isVisible()
    qtbot.waitUntil(said(window, "Sessions imported: 3. Cancelled."))
    assert len(list((output / "sessions").glob("*.json"))) == 3


def test_cancel_ends_the_job_and_drops_those_that_wait(window: MainWindow, qtbot: QtBot) -> None:
    done: list[str] = []
    is_cancelled = threading.Event()

    def work(progress: Callable[[int, int], None]) -> str:
        progress(3, 10)
        is_cancelled.wait(20)
        raise CancelledError

    for number in range(2):
        failed = lambda error, number=number: done.append(f"{number}: {error!r}")  # noqa: E731
        window.work.begin(Job("<b>work", work, is_cancelled.set, done.append, (CancelledError,), failed))
    qtbot.waitUntil(lambda: (window.work.bar.value(), window.work.bar.maximum()) == (3, 10))
    assert window.work.label.text() == "<b>work"
    window.work.cancel_button.click()
    qtbot.waitUntil(lambda: not window.work.isVisible())
    assert done == ["0: CancelledError()"]

"""Patients' data: masked on the screen, left out of copies and exports."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hl7capture.hl7.privacy.sessions import Deidentification
from hl7capture.model.elements import ElementType
from hl7capture.model.session import Session
from hl7capture.store.export.formats import Format
from hl7capture.ui.deidentification_report import DeidentificationReport
from hl7capture.ui.export_dialog import ExportDialog
from hl7capture.ui.hex_view import hex_line
from hl7capture.ui.main_window import MainWindow
from tests.gui.conftest import read
from tests.support.traces import traces

PRIVATE = ("Testmann", "Tilda", "SIM-4711")


def clipboard() -> str:
    return QApplication.clipboard().text()


def shown_fields(window: MainWindow) -> list[str]:
    """All values of the tree."""
    model = window.detail.fields.model
    values = []
    waiting = [model.index(row, 3) for row in range(model.rowCount())]
    while waiting:
        index = waiting.pop()
        values.append(str(model.data(index)))
        first = index.siblingAtColumn(0)
        waiting += [model.index(row, 3, first) for row in range(model.rowCount(first))]
    return values


def shown_hex(window: MainWindow) -> str:
    view = window.detail.hex
    lines = (hex_line(view.data, number, view._hidden) for number in range(len(view.data) // 16 + 1))
    return "".join(characters for _, _, characters in lines)


@pytest.fixture
def chosen(window: MainWindow, capture_file: Path, qtbot: QtBot) -> MainWindow:
    """The window with the message of the first session."""
    read(window, capture_file, qtbot)
    window.table.selectRow(0)
    qtbot.waitUntil(lambda: window.detail.fields.model.rowCount() > 0)
    return window


def test_masking_hides_a_patient_in_all_views(chosen: MainWindow, qtbot: QtBot) -> None:
    assert "Testmann" in chosen.detail.text.text
    assert "Testmann" in shown_hex(chosen)
    before = chosen.detail.text.text
    chosen.commands.mask.trigger()
    qtbot.waitUntil(lambda: chosen.detail.fields.model.rowCount() > 0)
    assert chosen.controller.settings.mask_patient_data
    text = chosen.detail.text.text
    assert "|●●●●●●●●||●●●●●●●●^●●●●●\n" in text
    assert len(text) == len(before)
    assert "5.4" in text
    for value in PRIVATE:
        assert value not in text
        assert value not in " ".join(shown_fields(chosen))
        assert value not in shown_hex(chosen)
        assert traces(chosen.detail.hex.copied_text.encode(), value) == []
        assert bytes(value, "ascii").hex(" ") not in chosen.detail.hex.copied_text
    assert "GLU^Glucose" in shown_fields(chosen)
    chosen.commands.mask.trigger()
    qtbot.waitUntil(lambda: "Testmann" in " ".join(shown_fields(chosen)))
    assert chosen.detail.text.text == before
    assert "Testmann" in shown_hex(chosen)


def test_masked_views_are_linked_and_filtered_by_what_is_true(chosen: MainWindow, qtbot: QtBot) -> None:
    chosen.commands.mask.trigger()
    qtbot.waitUntil(lambda: chosen.detail.fields.model.rowCount() > 0)
    message = chosen.detail._parsed
    name = next(node for node in message.nodes if node.path == "PID").children[4]
    chosen.detail.fields.chosen.emit(name)
    assert chosen.detail.text.marked_text() == "●●●●●●●●^●●●●●"
    assert chosen.detail.hex.marked == b"Testmann^Tilda"
    chosen.filtering.box.setText("Testmann")
    qtbot.waitUntil(lambda: chosen.filter.rowCount() == 3)


def test_frames_are_masked_each(chosen: MainWindow, qtbot: QtBot) -> None:
    chosen.commands.mask.trigger()
    chosen.table.selectRow(2)
    qtbot.waitUntil(lambda: chosen.workspace._shown is not None and chosen.workspace._shown.session.framing == "astm")
    assert chosen.workspace._shown is not None
    for number, element in enumerate(chosen.workspace._shown.session.elements):
        chosen.ladder.select(number)
        assert "Testmann" not in shown_hex(chosen)
        if element.type is ElementType.FRAME:
            qtbot.waitUntil(lambda: chosen.detail.fields.model.rowCount() > 0)
            assert "Testmann" not in shown_hex(chosen)
            assert "●" in shown_hex(chosen) or b"P|1" not in element.data


def test_copies_are_as_shown_or_deidentified(chosen: MainWindow, qtbot: QtBot) -> None:
    session = chosen.table.selected()[0]
    chosen.table.copy_wanted.emit([session.session_id])
    assert "Testmann^Tilda" in clipboard()
    chosen.table.copy_deidentified_wanted.emit([session.session_id])
    qtbot.waitUntil(lambda: "Testmann" not in clipboard())
    copied = clipboard()
    assert [line.split("|")[0] for line in copied.split("\n") if line] == ["MSH", "PID", "OBR", "OBX", "MSH", "MSA"]
    assert "ORU^R01^ORU_R01|MSG1|" in copied
    assert not any(traces(copied.encode(), value) for value in PRIVATE)
    pseudonym = copied.split("PID|1||")[1].split("\n")[0]

    chosen.detail.tabs.setCurrentWidget(chosen.detail.text)
    chosen.detail.text.selectAll()
    actions = {action.text(): action for action in chosen.detail.text.context_menu().actions()}
    actions["Copy de-identified"].trigger()
    qtbot.waitUntil(lambda: clipboard() != copied)
    assert pseudonym in clipboard()  # copies of one window belong together

    cursor = chosen.detail.text.document().find("Testmann")
    chosen.detail.text.setTextCursor(cursor)
    actions["Copy de-identified"].trigger()
    qtbot.waitUntil(lambda: clipboard() == pseudonym.split("|")[2].split("^")[0])
    chosen.detail.text.moveCursor(QTextCursor.MoveOperation.Start)

    chosen.detail.hex.deidentified_wanted.emit()
    qtbot.waitUntil(lambda: pseudonym.encode().hex(" ") in clipboard())

    chosen.commands.mask.trigger()
    chosen.table.copy_wanted.emit([session.session_id])
    qtbot.waitUntil(lambda: "●●●●●●●●^●●●●●" in clipboard())
    assert "Testmann" not in clipboard()


def test_a_copy_is_of_what_was_chosen_when_it_was_asked_for(
    chosen: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_next_chosen = threading.Event()
    deidentified = Deidentification.session

    def late(self: Deidentification, session: Session) -> Session:
        assert is_next_chosen.wait(10)
        return deidentified(self, session)

    monkeypatch.setattr(Deidentification, "session", late)
    QApplication.clipboard().clear()
    chosen.detail.hex.deidentified_wanted.emit()
    chosen.table.clearSelection()
    is_next_chosen.set()
    qtbot.waitUntil(lambda: b"ORU^R01".hex(" ") in clipboard())


def test_an_export_is_deidentified_and_says_what_was_replaced(chosen: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    made = tmp_path / "made.json"

    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ExportDialog)
        assert not dialog.keep_times.isEnabled()
        dialog.formats.setCurrentIndex(dialog.formats.findData(Format.JSON))
        dialog.deidentify.setChecked(True)
        assert dialog.keep_times.isEnabled()
        dialog.place.setText(str(made))
        dialog.accept()

    chosen.table.selectAll()
    QTimer.singleShot(100, fill)
    chosen.commands.export.trigger()
    qtbot.waitUntil(lambda: bool(chosen.findChildren(DeidentificationReport)))
    (report,) = chosen.findChildren(DeidentificationReport)
    assert "PID-5 names: 4" in report.lines.toPlainText()
    report.close()
    data = made.read_bytes()
    assert data.count(b'"deidentified":true') == 3
    assert [value for value in PRIVATE if traces(data, value)] == []


def test_the_setting_is_followed_at_the_start(open_window: object, capture_file: Path, qtbot: QtBot) -> None:
    first = open_window()  # type: ignore[operator]
    first.commands.mask.trigger()
    qtbot.waitUntil(first.controller.settings_path.exists)
    second = open_window()  # type: ignore[operator]
    assert second.commands.mask.isChecked()
    read(second, capture_file, qtbot)
    second.table.selectRow(0)
    qtbot.waitUntil(lambda: second.detail.fields.model.rowCount() > 0)
    assert "Testmann" not in second.detail.text.text

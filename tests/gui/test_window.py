"""The window, used as a person uses it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import State
from hl7capture.model.events import SessionCompleted, SessionOpened
from hl7capture.ui import theme
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.session_model import DEVICE, FRAMING, LIS, MESSAGES, SAVED, STATE
from hl7capture.ui.settings_dialog import SettingsDialog
from tests.gui.conftest import close, read
from tests.support.engine import sessions_of
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, astm_transfer, mllp, oru, stx_transfer
from tests.support.stored import session_of
from tests.support.talk import talk
from tests.support.wire import conversation, pcap


def cell(window: MainWindow, row: int, column: int) -> str:
    return str(window.filter.index(row, column).data())


def choose(window: MainWindow, row: int) -> None:
    window.table.selectRow(row)


def settings_changed(window: MainWindow, **values: object) -> None:
    window.controller.change_settings(**values)


def test_welcome_page_shows_interfaces_and_ways_to_begin(window: MainWindow, qtbot: QtBot) -> None:
    assert window.windowTitle().startswith("HL7 Capture")
    assert window.pages.currentWidget() is window.welcome
    texts = [window.welcome.interfaces.item(i).text() for i in range(window.welcome.interfaces.count())]
    assert any("127.0.0.1" in text and "up" in text for text in texts)
    assert not any("dbus" in text for text in texts)
    assert window.welcome.listen.isEnabled()


def test_capture_file_fills_table_ladder_and_detail(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    assert window.pages.currentWidget() is window.workspace
    assert [cell(window, row, FRAMING) for row in range(3)] == ["MLLP", "STX", "ASTM"]
    assert cell(window, 0, DEVICE) == "10.0.0.5:40001"
    assert cell(window, 0, MESSAGES) == "1 × ORU^R01, 1 × ACK^R01"
    assert [cell(window, row, STATE) for row in range(3)] == ["closed", "complete", "complete"]
    choose(window, 0)
    assert window.ladder.selected == 0
    fields = window.detail.fields
    qtbot.waitUntil(lambda: fields.model.rowCount() == 4)
    pid = fields.model.index(1, 0)
    assert pid.data() == "PID"
    names = [fields.model.index(row, 1, pid).data() for row in range(fields.model.rowCount(pid))]
    assert names == ["Set ID PID", "Patient Identifier List", "Patient Name"]
    assert "PID|1||SIM-4711||Testmann^Tilda" in window.detail.text.text
    assert window.detail.hex.data == mllp(oru("MSG1"))
    window.ladder.setFocus()
    qtbot.keyClick(window.ladder, Qt.Key.Key_Down)
    assert window.ladder.selected == 1
    assert window.detail.hex.data == mllp(answer("MSG1"))
    assert "MSA|AA|MSG1" in window.detail.text.text
    qtbot.keyClick(window.ladder, Qt.Key.Key_Home)
    qtbot.mouseClick(window.ladder.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 90))
    assert window.ladder.selected == 1


def test_control_byte_is_explained(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    choose(window, 1)
    assert window.ladder.selected == 2  # the message, not the ENQ before it
    qtbot.keyClick(window.ladder, Qt.Key.Key_Home)
    assert "ENQ (05)" in window.detail.title.text()
    assert window.detail.hex.data == b"\x05"
    assert window.detail.text.text == ""


def test_empty_fields_are_shown_on_request(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    choose(window, 0)
    model = window.detail.fields.model
    qtbot.waitUntil(lambda: model.rowCount() == 4)
    before = model.rowCount(model.index(1, 0))
    window.detail.fields._empty.click()
    assert model.rowCount(model.index(1, 0)) == 5 > before


def test_filter_counts_matches_and_finds_texts(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.filtering.box, "msg2 10.0.0.5")
    assert (window.filter.rowCount(), cell(window, 0, FRAMING)) == (1, "STX")
    assert window.filtering.matches.text() == "1 / 3 match"
    window.filtering.box.setText('"testmann^tilda" astm')
    assert (window.filter.rowCount(), cell(window, 0, FRAMING)) == (1, "ASTM")
    window.filtering.box.setText("nothing like this")
    assert window.filter.rowCount() == 0
    window.filtering.box.clear()
    assert (window.filter.rowCount(), window.filtering.matches.text()) == (3, "")


def test_table_grows_with_events_and_follows_the_newest(window: MainWindow, qtbot: QtBot) -> None:
    window.go_to_sessions()
    (session,) = sessions_of(pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments))
    session.number = 1
    window.model.take([SessionCompleted(session)])
    qtbot.waitUntil(lambda: window.model.rowCount() == 1, timeout=1000)
    for number in range(2, 200):
        (more,) = sessions_of(pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments))
        more.number = number
        more.session_id = f"20261121T101530.123Z-{number:08x}"
        window.model.take([SessionCompleted(more)])
    window.model.flush()
    qtbot.waitUntil(lambda: window.table.verticalScrollBar().value() == window.table.verticalScrollBar().maximum())
    assert window.table.verticalScrollBar().value() > 0
    assert "Sessions 199" in window.status.sessions.text()


def test_simulated_analyzers_are_shown_kept_and_there_after_a_restart(
    open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot
) -> None:
    window = open_window()
    window.welcome.try_it.click()
    qtbot.waitUntil(lambda: len(list((output / "sessions").glob("*.json"))) >= 2, timeout=10_000)
    assert window.controller.state is State.CAPTURING
    assert window.commands.start.text() == "Stop"
    window.commands.start.trigger()
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=5000)
    qtbot.waitUntil(lambda: window.controller.store.waiting == 0)
    window.model.flush()
    shown = {window.model.row(n).session_id for n in range(window.model.rowCount())}
    assert all(cell(window, row, SAVED) == "yes" for row in range(window.filter.rowCount()))
    close(window, qtbot)
    again = open_window()
    qtbot.waitUntil(lambda: again.model.rowCount() == len(shown))
    assert {again.model.row(n).session_id for n in range(again.model.rowCount())} == shown
    assert again.pages.currentWidget() is again.workspace
    numbers = [again.model.row(n).summary.number for n in range(again.model.rowCount())]
    assert numbers == sorted(numbers)


@needs_capture_rights
def test_live_capture_pause_and_stop(window: MainWindow, output: Path, qtbot: QtBot) -> None:
    window.capturing.interface.setCurrentIndex(window.capturing.interface.findData("lo"))
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.controller.state is State.CAPTURING, timeout=10_000)
    assert window.status.source.text() == "lo"
    window.commands.pause.trigger()
    assert (window.controller.state, window.commands.pause.text()) == (State.PAUSED, "Resume")
    window.commands.pause.trigger()
    assert window.controller.state is State.CAPTURING
    window.commands.start.trigger()
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)
    assert window.commands.start.text() == "Start"
    assert window.controller.settings.interface == "lo"


@needs_capture_rights
def test_live_sessions_are_in_the_table_within_a_second_of_their_end(window: MainWindow, qtbot: QtBot) -> None:
    window.capturing.listen("lo")
    qtbot.waitUntil(lambda: window.controller.state is State.CAPTURING, timeout=10_000)
    conversations = ([(0, mllp(oru())), (1, mllp(answer()))], stx_transfer(oru()), astm_transfer())
    for row, turns in enumerate(conversations):
        port, _ = talk(turns)
        qtbot.waitUntil(
            lambda row=row: window.filter.rowCount() == row + 1 and cell(window, row, STATE) in ("closed", "complete"),
            timeout=1000,
        )
        assert cell(window, row, LIS) == f"127.0.0.1:{port}"
    assert [cell(window, row, FRAMING) for row in range(3)] == ["MLLP", "STX", "ASTM"]
    choose(window, 0)
    assert [element.data for element in window.model.row(0).session.elements] == [mllp(oru()), mllp(answer())]
    qtbot.waitUntil(lambda: window.status.waiting.text() == "Waiting 0")


@pytest.mark.parametrize(("content", "said"), [(b"no capture at all", "not a capture"), (None, "No such file")])
def test_what_is_wrong_with_a_file_is_said_in_the_banner(
    content: bytes | None, said: str, window: MainWindow, tmp_path: Path, capture_file: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "wrong.pcap"
    if content is not None:
        path.write_bytes(content)
    read(window, path, qtbot)
    assert window.banner.isVisible()
    assert said in window.banner.label.text()
    assert "wrong.pcap" in window.banner.label.text()
    read(window, capture_file, qtbot)  # the rest goes on
    assert window.model.rowCount() == 3


def test_hl7_without_framing_is_shown(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "unframed.pcap"
    file.write_bytes(pcap(conversation((0, oru()), (1, answer())).segments))
    read(window, file, qtbot)
    assert cell(window, 0, FRAMING) == "none"
    assert cell(window, 0, MESSAGES) == "1 × ORU^R01, 1 × ACK^R01"


def test_cut_capture_is_told_and_shown(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    capture_file.write_bytes(capture_file.read_bytes()[:-5])
    read(window, capture_file, qtbot)
    assert window.model.rowCount() == 3
    assert "cut in the middle of a packet" in window.banner.label.text()


def test_interface_that_is_not_there_is_said(window: MainWindow, qtbot: QtBot) -> None:
    window.capturing.listen("nowhere0")
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)
    assert "nowhere0" in window.welcome.problem.text()
    assert window.pages.currentWidget() is window.welcome


def test_files_are_dropped_on_the_window(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(capture_file))])
    drop = QDropEvent(
        QPointF(200, 200),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(window.controller.capture_ended, timeout=10_000):
        window.dropEvent(drop)
    window.model.flush()
    assert window.model.rowCount() == 3
    assert window.welcome.recent.item(0).text() == "three.pcap"


def test_reading_can_be_cancelled(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    turns = [turn for n in range(3000) for turn in ((0, mllp(oru(str(n)))), (1, mllp(answer(str(n)))))]
    piece = pcap(conversation(*turns).segments)
    path = tmp_path / "long.pcap"
    path.write_bytes(piece + piece[24:] * 40)
    window.open_files([path])
    qtbot.waitUntil(lambda: window.capturing.row.isVisible())
    window.capturing.row.cancel.click()
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)
    assert not window.capturing.row.isVisible()
    state = window.controller.source.state if window.controller.source else None
    assert state is not None
    assert state.size is not None
    assert state.done < state.size


def test_persistence_off_writes_nothing_and_on_again_the_next_session(
    window: MainWindow, output: Path, qtbot: QtBot
) -> None:
    settings_changed(window, enablePersistence=False)
    window.capturing.try_it()
    qtbot.waitUntil(lambda: window.model.rowCount() >= 2, timeout=10_000)
    qtbot.wait(1500)
    assert not output.exists()
    settings_changed(window, enablePersistence=True, retentionDays=7)
    qtbot.waitUntil(lambda: bool(list(output.glob("sessions/*.json"))), timeout=10_000)
    document = json.loads(next(output.glob("sessions/*.json")).read_text())
    assert abs(document["persistedUntil"] - document["_saved_at"] - 7 * 86_400_000) < 1


def test_settings_dialog_applies_and_saves(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, SettingsDialog)
        dialog.editor("enablePersistence").setChecked(False)
        dialog.editor("retentionDays").setValue(7)
        dialog.editor("deviceIP").setText("10.0.0.5")
        dialog.editor("lisPort").setText("2575")
        dialog.accept()

    QTimer.singleShot(100, fill)
    window.commands.settings.trigger()
    settings = window.controller.settings
    assert (settings.enable_persistence, settings.retention_days) == (False, 7)
    assert (settings.device_ip, settings.lis_port) == ("10.0.0.5", 2575)
    file = tmp_path / "config" / "settings.json"
    qtbot.waitUntil(lambda: file.exists() and json.loads(file.read_text())["retentionDays"] == 7)


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [("deviceIP", "10.0.0", "address"), ("lisPort", "70000", "from 1 to 65535"), ("lisPort", "x", "whole number")],
)
def test_wrong_setting_is_marked_where_it_is_and_nothing_is_lost(
    key: str, text: str, said: str, window: MainWindow, qtbot: QtBot
) -> None:
    dialog = SettingsDialog(window.controller.settings, "", window)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.editor("retentionDays").setValue(9)
    dialog.editor(key).setText(text)
    dialog.accept()
    assert dialog.isVisible()
    assert said in dialog.error_text(key)
    dialog.editor(key).clear()
    dialog.accept()
    assert not dialog.isVisible()
    assert dialog.settings.retention_days == 9


def test_markers_must_differ(window: MainWindow, qtbot: QtBot) -> None:
    dialog = SettingsDialog(window.controller.settings, "", window)
    qtbot.addWidget(dialog)
    dialog.editor("ackMarker").setValue(5)
    dialog.accept()
    assert "a byte of its own" in dialog.error_text("startMarker")


def test_settings_that_cannot_be_saved_are_told(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "config").write_text("a file where the folder should be")
    settings_changed(window, retentionDays=8)
    qtbot.waitUntil(lambda: any("cannot be saved" in text for text in window.banner.texts))
    assert window.controller.settings.retention_days == 8


def test_output_folder_that_cannot_be_written_is_told_until_it_is_mended(
    window: MainWindow, output: Path, qtbot: QtBot
) -> None:
    output.write_text("a file where the folder should be")
    settings_changed(window, autosaveSeconds=1)
    window.capturing.try_it()
    qtbot.waitUntil(lambda: any("cannot be saved" in text for text in window.banner.texts), timeout=10_000)
    assert "Waiting 0" not in window.status.waiting.text()
    output.unlink()
    qtbot.waitUntil(lambda: not window.banner.texts, timeout=10_000)
    assert list(output.glob("sessions/*.json"))


def test_unreadable_session_file_is_told(open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot) -> None:
    (output / "sessions").mkdir(parents=True)
    (output / "sessions" / "20261121T101530.123Z-00000000.json").write_text("{")
    window = open_window()
    qtbot.waitUntil(lambda: bool(window.banner.texts))
    assert "20261121T101530.123Z-00000000.json" in window.banner.texts[0]


def test_clear_empties_the_list_and_leaves_the_disk(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    choose(window, 0)
    window.commands.clear.trigger()
    assert window.model.rowCount() == 0
    assert window.detail.hex.data == b""


def test_clear_leaves_the_open_session_that_is_looked_at(window: MainWindow, qtbot: QtBot) -> None:
    closed, still_open = session_of(1), session_of(2, end_reason=None, is_complete=False)
    window.model.take([SessionCompleted(closed), SessionOpened(still_open)])
    window.model.flush()
    window.go_to_sessions()
    window.table.go_to(still_open.session_id)
    window.commands.clear.trigger()
    assert [session.session_id for session in window.table.selected()] == [still_open.session_id]
    assert window.ladder.row is not None
    assert window.ladder.row.document is still_open
    assert window.detail.hex.data == still_open.elements[0].data
    assert window.commands.export.isEnabled()


def test_hostile_bytes_are_shown_as_text(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    hostile = "<b>bold</b>\u202e<img src=x>\x00\x1b[31m\t" + "x" * 50_000
    message = f"MSH|^~\\&|<h1>A</h1>|{hostile}|||20261121||ORU^<i>R01|<script>|P|2.5\rPID|1||{hostile}\r".encode()
    path = tmp_path / "hostile.pcap"
    path.write_bytes(pcap(conversation((0, mllp(message)), (1, mllp(answer()))).segments))
    read(window, path, qtbot)
    choose(window, 0)
    qtbot.waitUntil(lambda: window.detail.fields.model.rowCount() == 2)
    text = window.detail.text.text
    assert "<b>bold</b>‹202E›<img src=x>␀␛[31m␉" in text
    assert "\x00" not in text
    assert "\u202e" not in text
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in (window.detail.title, window.banner.label))
    assert "<script>" in window.detail.title.text()
    window.grab()  # everything in sight is painted


@pytest.mark.parametrize("name", ["light", "dark"])
def test_theme_is_applied_at_once(name: str, window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    settings_changed(window, theme=name)
    wanted = {"light": theme.LIGHT, "dark": theme.DARK}[name]
    assert theme.colours() is wanted
    assert window.palette().window().color().name() == wanted.window
    picture = window.grab().toImage()
    assert picture.pixelColor(picture.width() // 2, picture.height() - 8).name() == wanted.panel


def test_capture_going_on_keeps_files_from_being_opened(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    window.capturing.try_it()
    qtbot.waitUntil(lambda: window.controller.state is State.CAPTURING)
    window.open_files([capture_file])
    assert "Stop it" in window.banner.label.text()


def test_closing_during_a_capture_saves_the_open_session(
    open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot
) -> None:
    window = open_window()
    window.capturing.try_it()
    qtbot.waitUntil(lambda: window.model.rowCount() >= 1, timeout=10_000)
    close(window, qtbot)
    reasons = [json.loads(path.read_text())["endReason"] for path in output.glob("sessions/*.json")]
    assert "stopped" in reasons


def test_labels_for_screen_readers(window: MainWindow) -> None:
    for widget in (window.table, window.ladder, window.detail.hex, window.filtering.box, window.capturing.interface):
        assert widget.accessibleName()
    assert all(label.textFormat() is not Qt.TextFormat.RichText for label in window.findChildren(QLabel))


def test_no_two_commands_of_the_window_have_the_same_keys(window: MainWindow) -> None:
    """Nor does one of a part have those of a command: Qt does neither then."""
    keys: dict[str, set[str]] = {}
    everywhere: set[str] = set()
    for action in window.findChildren(QAction):
        for shortcut in action.shortcuts():
            keys.setdefault(shortcut.toString(), set()).add(action.text())
            if action.shortcutContext() is Qt.ShortcutContext.WindowShortcut:
                everywhere.add(shortcut.toString())
    assert len(everywhere) > 10
    assert {key: keys[key] for key in everywhere if len(keys[key]) > 1} == {}

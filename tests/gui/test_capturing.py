"""Live capture in the window: several interfaces, filters, rights, raw packets, an interface that is away."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import State
from hl7capture.model.events import Counters
from hl7capture.model.source import Interface, SourceState
from hl7capture.sources import capture_helper, live
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.settings_dialog import SettingsDialog
from tests.gui.conftest import close, read
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.talk import talk

TURNS = [(0, mllp(oru())), (1, mllp(answer()))]


def capturing(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.controller.state is State.CAPTURING, timeout=10_000)


@needs_capture_rights
def test_several_interfaces_are_chosen_on_the_welcome_page(window: MainWindow, qtbot: QtBot) -> None:
    found = [Interface(name, "", ("127.0.0.1",), is_up=True, is_loopback=True) for name in ("lo", "any", "eth9")]
    window.capturing._on_interfaces(found)
    rows = window.welcome.interfaces
    rows.clearSelection()
    for row in (1, 0):
        rows.setCurrentRow(row, QItemSelectionModel.SelectionFlag.Select)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    capturing(window, qtbot)
    assert window.controller.settings.interface == "lo, any"
    assert window.status.source.text() == "lo, any"
    assert window.windowTitle() == "HL7 Capture – lo, any"
    assert window.capturing.interface.currentText() == "lo, any"
    talk(TURNS)
    qtbot.waitUntil(lambda: window.model.rowCount() >= 1, timeout=5000)
    window.commands.start.trigger()
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)
    window.commands.start.trigger()  # again, from the tool bar
    capturing(window, qtbot)
    assert window.controller.source_names == "lo, any"


def test_choice_of_several_is_there_after_a_restart(open_window: Callable[[], MainWindow]) -> None:
    window = open_window()
    window.controller.change_settings(interface="any,lo")
    found = [Interface(name, "", (), is_up=True, is_loopback=False) for name in ("eth9", "lo", "any")]
    window.capturing._on_interfaces(found)
    window.capturing.interface.setCurrentIndex(-1)
    window.capturing._on_interfaces(found)
    assert window.capturing.interface.currentData() == "any, lo"
    selected = {item.text().split()[0] for item in window.welcome.interfaces.selectedItems()}
    assert selected == {"any", "lo"}


def test_interface_that_is_away_is_said_calmly_in_the_status_bar(window: MainWindow) -> None:
    status = window.status
    status.show_state(State.CAPTURING, "eth0", is_live=True)
    status.show_progress(SourceState(received=1, dropped=0, waiting_for="eth0"), Counters())
    assert status.state.text() == "● Waiting for eth0"
    assert status.state.property("warning")
    status.show_progress(SourceState(received=1, dropped=0), Counters())
    assert status.state.text() == "● Listening"
    assert not status.state.property("warning")


def test_drops_are_summed_and_told_apart(window: MainWindow) -> None:
    state = SourceState(received=1, dropped=1000, dropped_by_interface=20)
    window.status.show_progress(state, Counters(not_in_raw_file=3))
    assert window.status.dropped.text() == "Dropped 1,023"
    assert window.status.dropped.toolTip().splitlines() == [
        "by the system, which had no room for them: 1,000",
        "by the network interface: 20",
        "missing in the raw packets on disk only: 3",
    ]


def test_wrong_filter_is_said_while_it_is_typed_and_keeps_the_dialog_open(window: MainWindow, qtbot: QtBot) -> None:
    dialog = SettingsDialog(window.controller.settings, "", window)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.editor("captureFilter").setText("tcp portx 1")
    qtbot.waitUntil(lambda: "syntax error" in dialog.error_text("captureFilter"), timeout=10_000)
    dialog.accept()
    assert dialog.isVisible()
    dialog.editor("captureFilter").setText("tcp port 2575")
    dialog.accept()  # at once: the answer is waited for, without blocking
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=10_000)
    assert dialog.settings.capture_filter == "tcp port 2575"


def test_wrong_filter_is_never_accepted_however_fast(window: MainWindow, qtbot: QtBot) -> None:
    dialog = SettingsDialog(window.controller.settings, "", window)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.editor("captureFilter").setText("nonsense (")
    dialog.accept()
    qtbot.waitUntil(lambda: "syntax error" in dialog.error_text("captureFilter"), timeout=10_000)
    assert dialog.isVisible()


@needs_capture_rights
def test_raw_packets_are_kept_where_the_settings_say(window: MainWindow, output: Path, qtbot: QtBot) -> None:
    window.controller.change_settings(keepRawPackets=True, captureFilter="tcp")
    window.capturing.listen("lo")
    capturing(window, qtbot)
    talk(TURNS)
    qtbot.waitUntil(lambda: window.model.rowCount() == 1, timeout=5000)
    window.commands.start.trigger()
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)
    (raw,) = (output / "raw").iterdir()
    assert raw.name.startswith("lo_00001_")
    assert b"PID|1||SIM-4711" in raw.read_bytes()
    read(window, raw, qtbot)
    assert window.model.rowCount() == 1  # the same session


@needs_capture_rights
def test_missing_right_offers_the_administrator_and_the_commands(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    without = tmp_path / "without-rights"
    without.write_text('#!/bin/sh\necho \'{"event": "error", "kind": "permission", "detail": ""}\' >&2\nexit 1\n')
    pkexec = tmp_path / "bin" / "pkexec"
    pkexec.parent.mkdir()
    pkexec.write_text('#!/bin/sh\nPKEXEC_UID=1 exec "$@"\n')
    for script in (without, pkexec):
        script.chmod(0o755)
    monkeypatch.setattr(capture_helper, "helper_interpreter", lambda: str(without))
    monkeypatch.setattr(live, "dumpcap", lambda: None)
    monkeypatch.setenv("PATH", str(pkexec.parent), prepend=os.pathsep)
    window.capturing.listen("lo")
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)
    assert "sudo setcap" in window.welcome.problem.text()
    assert window.banner.remedy.text() == "Capture with administrator rights"
    assert window.banner.remedy.isVisible()
    window.banner.remedy.click()
    capturing(window, qtbot)
    assert not window.banner.isVisible()
    talk(TURNS)
    qtbot.waitUntil(lambda: window.model.rowCount() == 1, timeout=5000)


@needs_capture_rights
def test_from_the_start_to_the_saved_file_and_back(
    open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot
) -> None:
    """A person's whole way with real traffic: choose, listen, look, stop, close; the session is there next time."""
    window = open_window()
    rows = window.welcome.interfaces
    names = [rows.item(row).text().split()[0] for row in range(rows.count())]
    rows.setCurrentRow(names.index("lo"))
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    capturing(window, qtbot)
    port, _ = talk(TURNS)
    qtbot.waitUntil(lambda: window.model.rowCount() == 1, timeout=5000)
    window.table.selectRow(0)
    qtbot.waitUntil(lambda: "SIM-4711" in window.detail.text.text)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)
    close(window, qtbot)
    (path,) = (output / "sessions").glob("*.json")
    document = json.loads(path.read_text())
    assert document["lisPort"] == port
    assert document["messages"] == [turn.strip(b"\x0b\x1c\r").decode() + "\r" for _, turn in TURNS]
    again = open_window()
    qtbot.waitUntil(lambda: again.model.rowCount() == 1, timeout=10_000)
    assert again.model.row(0).summary.lis_port == port

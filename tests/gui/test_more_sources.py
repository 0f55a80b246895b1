"""Other machines, files that belong together, folders: in the window."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import State
from hl7capture.model.source import Source
from hl7capture.simulator.source import SimulatedSource
from hl7capture.sources.files import file_source
from hl7capture.sources.names import capture_paths
from hl7capture.ui import capturing
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.remote_dialog import RemoteDialog
from tests.support.formats import interface, section, statistics
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.sshd import path_with, ssh_server
from tests.support.talk import talk
from tests.support.wire import START, conversation, packet, pcap_header, record

TURNS = [(0, mllp(oru())), (1, mllp(answer()))]


def in_the_dialog(qtbot: QtBot, host: str, name: str) -> None:
    """Fills the dialog in as soon as it is there."""

    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, RemoteDialog):
            QTimer.singleShot(20, fill)
            return
        dialog.host.setText(host)
        dialog.interface.setText(name)
        dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()

    QTimer.singleShot(0, fill)


@needs_capture_rights
def test_remote_interface_is_listened_on_and_remembered(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", path_with(tmp_path))
    with ssh_server(tmp_path) as server:
        in_the_dialog(qtbot, server.url().removeprefix("ssh://").partition("/")[0], "lo")
        with qtbot.waitSignal(
            window.controller.state_changed, timeout=10_000, check_params_cb=lambda s: s is State.CAPTURING
        ):
            window.commands.remote.trigger()
        assert window.capturing.interface.currentData() == server.url()
        assert window.controller.settings.interface == server.url()
        with qtbot.waitSignal(window.controller.store.saved, timeout=10_000):
            talk(TURNS)
        with qtbot.waitSignal(window.controller.capture_ended, timeout=10_000):
            window.commands.start.trigger()
        window.capturing.refresh_interfaces()
        qtbot.waitUntil(
            lambda: any(
                server.url() in window.welcome.interfaces.item(row).text()
                for row in range(window.welcome.interfaces.count())
            ),
            timeout=10_000,
        )
        assert window.capturing.interface.currentData() == server.url()
        assert RemoteDialog(server.url()).host.text().endswith(f"127.0.0.1:{server.port}")


def test_what_cannot_be_a_host_is_said_in_the_dialog(qtbot: QtBot) -> None:
    dialog = RemoteDialog("eth0")
    qtbot.addWidget(dialog)
    dialog.host.setText("-oProxyCommand=x")
    dialog.interface.setText("eth0")
    dialog.accept()
    assert "is not the name or the address of a host" in dialog.problem.text()
    assert dialog.url == ""
    dialog.host.setText("lab@probe-3")
    dialog.accept()
    assert dialog.url == "ssh://lab@probe-3/eth0"


def test_rotated_captures_are_opened_as_one(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments = conversation((0, mllp(oru() + b"NTE|1||" + b"x" * 5000 + b"\r")), (1, mllp(answer()))).segments
    records = [record(packet(segment), START + row * 1000) for row, segment in enumerate(segments)]
    paths = [tmp_path / "1.pcap", tmp_path / "2.pcap"]
    paths[0].write_bytes(pcap_header() + b"".join(records[:5]))
    paths[1].write_bytes(pcap_header() + b"".join(records[5:]))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path) for path in paths], ""))
    with qtbot.waitSignal(window.controller.capture_ended, timeout=10_000):
        window.commands.open_as_one.trigger()
    window.model.flush()
    assert window.model.rowCount() == 1
    assert window.model.index(0, 0).isValid()
    assert len(window.detail.hex.data) > 5000


def test_folder_is_opened_as_its_captures(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    window.open_files([folder])
    qtbot.waitUntil(lambda: bool(window.banner.texts))
    assert "holds no capture" in window.banner.texts[0]
    assert window.controller.state is State.IDLE
    (folder / "1.pcapng").write_bytes(section() + interface() + statistics(interface_drops=7))
    with qtbot.waitSignal(window.controller.capture_ended, timeout=10_000):
        window.open_files([folder])
    qtbot.waitUntil(lambda: "7" in window.status.dropped.text())


@pytest.fixture
def share(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Once it is set, the disk answers who looks for captures."""
    answers = threading.Event()

    def late(name: str) -> list[Path]:
        assert answers.wait(10)
        return capture_paths(name)

    def late_source(path: Path) -> Source:
        assert answers.wait(10)
        return file_source(path)

    monkeypatch.setattr(capturing, "capture_paths", late)
    monkeypatch.setattr(capturing, "file_source", late_source)
    return answers


def test_window_goes_on_while_a_share_does_not_answer(
    window: MainWindow, capture_file: Path, share: threading.Event, qtbot: QtBot
) -> None:
    window.open_files([capture_file])
    assert window.controller.state is State.IDLE
    with qtbot.waitSignal(window.controller.capture_ended, timeout=10_000):
        share.set()
    window.model.flush()
    assert window.model.rowCount() == 3


def test_what_is_found_while_a_capture_goes_on_is_not_opened(
    window: MainWindow, capture_file: Path, share: threading.Event, qtbot: QtBot
) -> None:
    window.open_files([capture_file])
    window.capturing.try_it()
    share.set()
    qtbot.waitUntil(lambda: any("A capture is going on" in text for text in window.banner.texts))
    with qtbot.waitSignal(window.controller.capture_ended, timeout=10_000):
        window.commands.start.trigger()
    assert window.controller.source_names == "simulation"
    assert window.welcome.recent.count() == 0


def test_cancel_is_for_what_is_still_looked_for_too(
    window: MainWindow,
    capture_file: Path,
    share: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr(SimulatedSource, "is_live", False)
    window.capturing.try_it()
    qtbot.waitUntil(lambda: window.controller.state is State.CAPTURING)
    window.open_files([capture_file])
    window.capturing.row.cancel.click()
    share.set()
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)
    assert QThreadPool.globalInstance().waitForDone(10_000)
    QApplication.processEvents()
    assert window.controller.source_names == "simulation"
    assert window.controller.state is State.IDLE

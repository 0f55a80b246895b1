"""Tray, notifications and the start with the login, at a window; the desktop itself is played."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import State
from hl7capture.model.session import Session
from hl7capture.simulator.source import SimulatedSource
from hl7capture.ui.desktop import presence
from hl7capture.ui.desktop.presence import Desktop
from hl7capture.ui.desktop.tray import tray_icon
from hl7capture.ui.main_window import MainWindow
from tests.support.sessions import open_session


@pytest.fixture
def with_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)


class Told(list[str]):
    """Notifications."""

    def __init__(self, desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        monkeypatch.setattr(desktop.tray, "notify", lambda _title, text, is_error: self.append(text))


def judged(window: MainWindow, *codes: tuple[str, str], number: int = 1) -> Session:
    session = open_session(number)
    session.findings = codes
    window.controller.judge.judged.emit([session])
    return session


def listen(window: MainWindow) -> None:
    window.controller.sources = (SimulatedSource(),)


def test_without_a_tray_all_is_as_before(window: MainWindow) -> None:
    window.controller.change_settings(closeToTray=True)
    desktop = Desktop(window, window.controller, window)
    assert not desktop.tray.is_there
    assert not desktop.tray.notify("title", "text", is_error=True)
    assert not desktop.stays_in_tray(is_by_person=True)
    desktop.show_window(is_minimised=True)
    assert window.isMinimized()
    desktop.bring_to_front()
    assert not window.isMinimized()


def test_closing_leaves_it_in_the_tray_where_that_is_wanted(
    window: MainWindow, with_tray: None, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    desktop = Desktop(window, window.controller, window)
    told = Told(desktop, monkeypatch)
    assert not desktop.stays_in_tray(is_by_person=True)
    window.controller.change_settings(closeToTray=True)
    assert not desktop.stays_in_tray(is_by_person=False)  # Quit is the end
    for _ in range(2):
        assert desktop.stays_in_tray(is_by_person=True)
        assert not window.isVisible()
        desktop.tray.show_wanted.emit()
        assert window.isVisible()
    assert len(told) == 1  # once is enough
    window.hide()
    with qtbot.waitSignal(window.controller.shut_down, timeout=15_000):
        desktop.tray.quit_wanted.emit()


def test_minimised_start_waits_in_the_tray(window: MainWindow, with_tray: None) -> None:
    window.controller.change_settings(closeToTray=True, startMinimised=True)
    desktop = Desktop(window, window.controller, window)
    window.hide()
    desktop.show_window(is_minimised=False)
    assert not window.isVisible()
    desktop.open_files([])
    assert window.isVisible()


def test_tray_tells_what_is_going_on(window: MainWindow, with_tray: None, qtbot: QtBot) -> None:
    desktop = Desktop(window, window.controller, window)
    assert desktop.tray.told.text() == "Ready"
    window.capturing.try_it()
    qtbot.waitUntil(lambda: "sessions: 1" in desktop.tray.told.text(), timeout=20_000)
    assert desktop.tray.told.text().startswith("Listening on")
    assert any(action.text() == "Stop" for action in desktop.tray.menu.actions())
    window.controller.pause()
    assert desktop.tray.told.text().startswith("Paused on")
    window.commands.start.trigger()
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)
    assert desktop.tray.told.text() == "Ready"


def test_tray_and_status_bar_name_the_file_that_is_read(
    window: MainWindow, with_tray: None, tmp_path: Path, capture_file: Path, qtbot: QtBot
) -> None:
    desktop = Desktop(window, window.controller, window)
    pipe = tmp_path / "<b>.pcap"
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDWR), "wb") as file:  # for both, so that nobody waits for the other end
        window.open_files([pipe])
        qtbot.waitUntil(lambda: desktop.tray.told.text().startswith("Reading <b>.pcap"), timeout=10_000)
        assert window.status.source.textFormat() is Qt.TextFormat.PlainText
        assert window.status.source.text() == "<b>.pcap"
        file.write(capture_file.read_bytes())
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)


def test_states_look_different() -> None:
    states = [(State.IDLE, False), (State.CAPTURING, False), (State.PAUSED, False), (State.CAPTURING, True)]
    for size in (16, 64):
        pictures = [tray_icon(state, is_in_trouble=bad).pixmap(size, size).toImage() for state, bad in states]
        assert all(pictures[a] != pictures[b] for a in range(4) for b in range(a))


def test_trouble_is_told_until_somebody_looks(
    window: MainWindow, with_tray: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop = Desktop(window, window.controller, window)
    told = Told(desktop, monkeypatch)
    window.hide()
    monkeypatch.setattr(window, "isActiveWindow", lambda: False)
    window.controller.failed.emit("eth0 <b>has gone</b>", False)
    assert told == ["Something went wrong. The window says what."]
    assert desktop.tray.told.text() == "Ready; something went wrong"
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    assert desktop.tray.told.text() == "Ready"


def test_findings_are_told_by_code_link_and_count(
    window: MainWindow, with_tray: None, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    desktop = Desktop(window, window.controller, window)
    told = Told(desktop, monkeypatch)
    monkeypatch.setattr(window, "isActiveWindow", lambda: False)
    judged(window, ("ack-missing", "error"))  # nothing is listened to: of a file
    listen(window)
    session = judged(window, ("ack-missing", "error"), ("ack-late", "warning"))
    judged(window, ("ack-missing", "error"))  # judged again: the same
    judged(window, ("ack-missing", "error"), number=2)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [f"ack-missing: {session.device_ip} → {session.lis_ip}:{session.lis_port} (2×)"]
    judged(window, ("reset", "error"), number=3)
    qtbot.wait(50)
    assert len(told) == 1  # one a minute
    now = presence.time.monotonic()
    monkeypatch.setattr(presence.time, "monotonic", lambda: now + 61)
    desktop._tell()
    assert told[1].startswith("reset: ")


def test_settings_say_what_is_told(
    window: MainWindow, with_tray: None, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    desktop = Desktop(window, window.controller, window)
    told = Told(desktop, monkeypatch)
    listen(window)
    monkeypatch.setattr(window, "isActiveWindow", lambda: False)
    window.controller.change_settings(notifyFindings="none")
    judged(window, ("ack-missing", "error"))
    window.controller.change_settings(notifyFindings="warning")
    judged(window, ("ack-late", "warning"), ("charset", "note"), number=2)
    qtbot.waitUntil(lambda: bool(told))
    assert [line.split(":")[0] for line in told] == ["ack-late"]
    monkeypatch.setattr(window, "isActiveWindow", lambda: True)
    judged(window, ("reset", "error"), number=3)  # somebody is looking
    assert desktop._limiter.due_at() is None


def test_many_kinds_are_summed_up(
    window: MainWindow, with_tray: None, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    desktop = Desktop(window, window.controller, window)
    told = Told(desktop, monkeypatch)
    listen(window)
    monkeypatch.setattr(window, "isActiveWindow", lambda: False)
    judged(window, *[(f"code-{number}", "error") for number in range(9)])
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].splitlines()[-1] == "and 5 more"
    assert len(told[0].splitlines()) == 5


def test_start_with_the_login_follows_the_setting(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr("sys.platform", "linux")
    entry = tmp_path / "xdg" / "autostart" / "hl7capture.desktop"
    desktop = Desktop(window, window.controller, window)
    window.controller.change_settings(autostart=True)
    qtbot.waitUntil(entry.exists)
    window.controller.change_settings(autostart=False)
    qtbot.waitUntil(lambda: not entry.exists())
    (tmp_path / "xdg" / "autostart").rmdir()
    (tmp_path / "xdg" / "autostart").write_text("in the way")
    window.controller.change_settings(autostart=True)
    qtbot.waitUntil(lambda: any("start with the login" in text for text in window.banner.texts))
    assert desktop._is_autostart

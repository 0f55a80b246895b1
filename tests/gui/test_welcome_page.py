"""The welcome page: what passes each interface, what is missing, and the captures opened last."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QListWidget, QListWidgetItem
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import State
from hl7capture.capture.traffic import MOST_CONNECTIONS, Traffic
from hl7capture.model.source import Interface, SourceError
from hl7capture.sources import capture_helper, live
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.welcome.sparkline import History
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.talk import talk

TURNS = [(0, mllp(oru())), (1, mllp(answer()))]
SPOKEN = Qt.ItemDataRole.AccessibleTextRole


def interface(name: str, *, is_up: bool = True) -> Interface:
    address = "127.0.0.1" if name == "lo" else "192.0.2.2"
    return Interface(name, "", (address,), is_up=is_up, is_loopback=name == "lo")


def item(rows: QListWidget, name: str) -> QListWidgetItem:
    items = [rows.item(row) for row in range(rows.count())]
    return next(item for item in items if item.text().split()[0] == name)


def names(rows: QListWidget) -> list[str]:
    return [rows.item(row).text().split()[0] for row in range(rows.count())]


@needs_capture_rights
@pytest.mark.usefixtures("live_traffic")
def test_traffic_is_shown_while_the_page_is_seen_and_at_no_other_time(window: MainWindow, qtbot: QtBot) -> None:
    rows, watch = window.welcome.interfaces, window.capturing.live_traffic.watch
    qtbot.waitUntil(lambda: "lo" in watch.traffic(), timeout=15_000)
    talk(TURNS)
    qtbot.waitUntil(lambda: "HL7 seen" in str(item(rows, "lo").data(SPOKEN)), timeout=5000)
    window.go_to_sessions()
    qtbot.waitUntil(lambda: not watch.is_on)
    assert watch.wait_until_ended()
    window.go_home()
    qtbot.waitUntil(lambda: "lo" in watch.traffic(), timeout=15_000)
    assert names(rows)[0] == "lo"  # where HL7 was seen comes first
    window.controller.change_settings(watchInterfaces=False)
    assert not watch.is_on
    window.controller.change_settings(watchInterfaces=True)
    qtbot.waitUntil(lambda: watch.is_on)
    window.capturing.listen("lo")
    window.go_home()
    qtbot.waitUntil(lambda: window.controller.state is State.CAPTURING, timeout=10_000)
    assert not watch.is_on
    window.capturing.start_or_stop()
    qtbot.waitUntil(lambda: watch.is_on, timeout=10_000)


def test_right_interface_is_obvious_to_eye_and_ear(window: MainWindow, qtbot: QtBot) -> None:
    rows = window.welcome.interfaces
    window.capturing._on_interfaces(
        [interface("lo"), interface("eth1", is_up=False), interface("eth0"), interface("eth2")]
    )
    assert names(rows) == ["eth0", "eth2", "lo", "eth1"]
    assert rows.chosen == ["eth0"]
    rows.show_traffic({"eth0": Traffic(), "eth2": Traffic()})
    rows.show_traffic({"eth0": Traffic(packets=300), "eth2": Traffic(40, 40, 3)})
    assert item(rows, "eth0").data(SPOKEN) == "eth0, 192.0.2.2, up, 600 packets/s"
    assert item(rows, "eth2").data(SPOKEN) == "eth2, 192.0.2.2, up, 80 packets/s, HL7 seen: 3 connections"
    assert item(rows, "lo").data(SPOKEN) == "lo, 127.0.0.1, up"
    assert rows.chosen == ["eth2"]
    assert window.capturing.interface.currentData() == "eth2"  # Ctrl+E listens there
    assert names(rows) == ["eth0", "eth2", "lo", "eth1"]  # nothing moves while somebody looks
    assert not rows.grab().isNull()
    rows.stop_traffic()
    assert item(rows, "eth2").data(SPOKEN) == "eth2, 192.0.2.2, up, HL7 seen: 3 connections"
    rows.show_traffic({"eth2": Traffic(1, 1, 1)})
    assert "HL7 seen: 3 connections" in item(rows, "eth2").data(SPOKEN)
    rows.show_traffic({"eth2": Traffic(2, 2, MOST_CONNECTIONS)})
    assert "10,000+ connections" in item(rows, "eth2").data(SPOKEN)


def test_what_the_person_has_chosen_stays_chosen(window: MainWindow, qtbot: QtBot) -> None:
    rows = window.welcome.interfaces
    window.capturing._on_interfaces([interface("eth0"), interface("eth2"), interface("lo")])
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    qtbot.keyClick(rows, Qt.Key.Key_Up)
    rows.show_traffic({"eth2": Traffic(40, 40, 1)})
    assert rows.chosen == ["eth0"]
    window.capturing._on_interfaces([interface("eth0"), interface("eth2"), interface("lo")])
    assert names(rows)[0] == "eth2"


def test_what_nobody_has_chosen_gives_way_at_the_next_refresh(window: MainWindow) -> None:
    rows = window.welcome.interfaces
    found = [interface("eth0"), interface("eth2")]
    window.capturing.interface.clear()
    window.capturing._on_interfaces(found)
    assert (rows.chosen, window.capturing.interface.currentData()) == (["eth0"], "eth0")
    rows._histories["eth2"].add(Traffic(40, 40, 1))  # while the page was not seen
    window.capturing._on_interfaces(found)
    assert (rows.chosen, window.capturing.interface.currentData()) == (["eth2"], "eth2")


def test_hostile_names_stay_text(window: MainWindow) -> None:
    rows = window.welcome.interfaces
    odd = Interface("eth0", "<b>\u202ebold</b>", (), is_up=True, is_loopback=False)
    window.capturing._on_interfaces([odd])
    assert "‹202E›" in rows.item(0).text()
    assert not rows.grab().isNull()


def test_history_is_bounded_and_outlasts_a_new_beginning() -> None:
    history = History()
    for packets in range(0, 10_000, 10):
        history.add(Traffic(packets=packets))
    assert history.rate == 40
    assert len(history._ticks) == 120
    history.add(Traffic(packets=5))  # listening began anew
    assert history._ticks[-1] == (5, 0)


@pytest.mark.usefixtures("live_traffic")
def test_missing_rights_are_told_once_with_what_mends_it(
    open_window: Callable[[], MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    without = tmp_path / "without-rights"
    real = capture_helper.helper_interpreter()
    told = json.dumps({"event": "error", "kind": "permission", "detail": ""})
    without.write_text(f'#!/bin/sh\ncase "$*" in *interfaces*) exec {real} "$@";; esac\necho \'{told}\' >&2\nexit 1\n')
    pkexec = tmp_path / "bin" / "pkexec"
    pkexec.parent.mkdir()
    pkexec.write_text("#!/bin/sh\nexit 126\n")
    for script in (without, pkexec):
        script.chmod(0o755)
    monkeypatch.setattr(capture_helper, "helper_interpreter", lambda: str(without))
    monkeypatch.setattr(live, "dumpcap", lambda: None)
    monkeypatch.setenv("PATH", str(pkexec.parent), prepend=os.pathsep)
    window = open_window()
    missing = window.welcome.missing
    qtbot.waitUntil(missing.isVisible, timeout=15_000)
    assert "not allowed for this user" in missing.text.text()
    assert missing.text.accessibleName() == "Notice"  # nobody has asked for anything yet
    assert not window.banner.texts
    assert not window.capturing.live_traffic.watch.is_on
    missing.copy.click()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0].startswith("sudo install")
    assert copied[1].startswith("sudo setcap cap_net_raw+ep")
    assert missing.mend.isVisible()
    asked: list[list[str]] = []
    window.welcome.administrator_wanted.connect(asked.append)
    missing.mend.click()
    assert asked == [window.welcome.interfaces.chosen]
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=10_000)


def test_missing_library_names_its_page(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = window.welcome.missing
    window.capturing._on_no_interfaces(
        SourceError("Npcap is not installed. Get it from https://npcap.com and install it.")
    )
    assert missing.link.isVisible()
    assert missing.link.text() == "Open npcap.com"
    assert not missing.mend.isVisible()
    assert missing.copy.text() == "Copy"
    window.capturing._on_no_interfaces(SourceError("Look at https://evil.example"))
    assert not missing.link.isVisible()


def test_recent_captures_tell_size_date_and_absence(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    there, gone = tmp_path / "there.pcap", tmp_path / "gone.pcap"
    there.write_bytes(bytes(2048))
    recent = window.welcome.recent
    window._recent.add(there)
    window._recent.add(gone)

    def spoken() -> list[str]:
        return [str(recent.item(row).data(SPOKEN)) for row in range(recent.count())]

    qtbot.waitUntil(lambda: "gone.pcap, not there any more" in spoken())
    assert spoken()[1].startswith("there.pcap, 2.0 kB")
    recent.setFocus()
    recent.setCurrentRow(0)
    qtbot.keyClick(recent, Qt.Key.Key_Delete)
    assert [recent.item(row).text() for row in range(recent.count())] == ["there.pcap"]
    there.unlink()
    window.go_to_sessions()
    window.go_home()  # looked at again
    qtbot.waitUntil(lambda: spoken() == ["there.pcap, not there any more"])

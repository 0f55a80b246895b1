"""The light watcher on real interfaces: what it sees, what it costs, and that it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from hl7capture.app.interface_watch import InterfaceWatch, worth_watching
from hl7capture.capture.framing.control import Markers
from hl7capture.model.source import Interface, SourceError
from hl7capture.sources import capture_helper, live
from tests.support.command import children_of
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, astm_transfer, mllp, oru
from tests.support.talk import talk

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def helpers() -> list[str]:
    """Capture processes that are children of this one."""
    commands = [Path(f"/proc/{pid}/cmdline") for pid in children_of(os.getpid())]
    return [command.parent.name for command in commands if command.exists() and b"helper.py" in command.read_bytes()]


def is_over(watch: InterfaceWatch) -> bool:
    watch.end()
    return watch.wait_until_ended()


@needs_capture_rights
def test_hl7_is_noticed_on_the_interface_where_it_passes(qtbot: QtBot) -> None:
    watch = InterfaceWatch()
    watch.begin(["lo"], Markers())
    qtbot.waitUntil(lambda: "lo" in watch.traffic(), timeout=10_000)
    before = watch.traffic()["lo"].hl7_connections
    talk([(0, mllp(oru())), (1, mllp(answer()))])
    talk(astm_transfer())
    qtbot.waitUntil(lambda: watch.traffic()["lo"].hl7_connections >= before + 2, timeout=5000)
    now = watch.traffic()["lo"]
    assert now.packets >= now.hl7_packets > 10
    assert is_over(watch)
    assert watch.traffic() == {}


@on_linux
@needs_capture_rights
def test_processes_are_small_and_end(qtbot: QtBot) -> None:
    watch = InterfaceWatch()
    watch.begin(["lo", "no-such-interface"], Markers())
    qtbot.waitUntil(lambda: "lo" in watch.traffic(), timeout=10_000)
    qtbot.waitUntil(lambda: len(helpers()) == 1, timeout=10_000)  # the other one has nothing to listen to
    (pid,) = helpers()
    status = Path(f"/proc/{pid}/status").read_text()
    resident = int(status.split("VmRSS:")[1].split()[0])
    assert resident < 40_000  # kB; with a capture's buffer it would be more than 64 MiB
    watch.begin(["lo"], Markers())  # anew, as after F5
    qtbot.waitUntil(lambda: "lo" in watch.traffic(), timeout=10_000)
    assert is_over(watch)
    assert helpers() == []


def test_missing_right_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    asked = tmp_path / "asked"
    without = tmp_path / "without-rights"
    without.write_text(
        f'#!/bin/sh\necho x >>{asked}\necho \'{{"event": "error", "kind": "permission", "detail": ""}}\' >&2\nexit 1\n'
    )
    without.chmod(0o755)
    monkeypatch.setattr(capture_helper, "helper_interpreter", lambda: str(without))
    monkeypatch.setattr(live, "dumpcap", lambda: None)
    watch = InterfaceWatch()
    told: list[SourceError] = []
    watch.hindered.connect(told.append)
    watch.begin(["lo", "eth0", "eth1"], Markers())
    qtbot.waitUntil(lambda: bool(told), timeout=10_000)
    assert is_over(watch)
    QCoreApplication.processEvents()
    assert [error.lacks_rights for error in told] == [True]
    assert asked.read_text() == "x\n"


def test_only_what_is_up_is_watched_and_the_loopback_last() -> None:
    def interface(name: str, *, is_up: bool = True) -> Interface:
        return Interface(name, "", (), is_up=is_up, is_loopback=name == "lo")

    found = [interface("lo"), interface("any"), interface("eth0"), interface("eth1", is_up=False)]
    assert worth_watching(found) == ["eth0", "lo"]
    assert len(worth_watching([interface(f"veth{n}") for n in range(100)])) == 12


@on_linux
@needs_capture_rights
def test_processes_end_with_the_program_even_where_it_is_killed() -> None:
    program = (
        "import os, sys, time; from hl7capture.app.interface_watch import InterfaceWatch;"
        "from hl7capture.capture.framing.control import Markers; watch = InterfaceWatch();"
        "watch.begin(['lo'], Markers())\n"
        "while not watch.traffic(): time.sleep(0.05)\n"
        "print(watch._ears['lo']._source.helper_pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    helper = Path(f"/proc/{int(done.stdout)}")
    for _ in range(100):
        if not helper.exists() or "\nState:\tZ" in (helper / "status").read_text():
            return
        subprocess.run(["sleep", "0.05"], check=True)
    pytest.fail("the capture process outlived the program")

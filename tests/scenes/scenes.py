"""What a person meets at an analyzer: a function for each scene; it returns the widget to be painted."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import gettempdir

from PySide6.QtWidgets import QApplication, QWidget

from hl7capture.hl7.statistics.series import HOUR
from hl7capture.model.elements import Framing
from hl7capture.simulator.conversation import Turn, conversation
from hl7capture.simulator.packets import pcap_stream
from hl7capture.ui.dashboard.page import DashboardPage
from hl7capture.ui.settings_dialog import SettingsDialog
from hl7capture.wire.tcp_writer import TcpConnectionWriter
from tests.benchmarks.figures import Setup
from tests.benchmarks.stored import stored_sessions
from tests.scenes.stage import Stage

_MANY = 100_000
_START = datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC)
_LIS = ("10.1.0.1", 2575)
_DEVICES = {  # of the day's work in the pictures
    Framing.MLLP: ("10.0.0.5", 40001),
    Framing.STX: ("10.0.0.17", 51322),
    Framing.ASTM: ("10.0.0.23", 1024),
}


def first_start(stage: Stage) -> QWidget:
    """The welcome page, with an analyzer to be heard on one of the interfaces."""
    window = stage.open()
    with _Devices(3):
        stage.let_live(6)
        return window


def live_capture(stage: Stage) -> QWidget:
    """Three devices at once, on a real interface."""
    window = stage.open()
    window.capturing.listen("lo")
    with _Devices(3):
        stage.until(lambda: window.filter.rowCount() >= 8)
        window.table.selectRow(0)
        stage.let_live(2)
        return window


def missing_acknowledgement(stage: Stage) -> QWidget:
    """The LIS has not answered the third of four messages."""
    window = stage.open()
    stage.read(_capture(Framing.STX, 2), _capture(Framing.ASTM, 2), _capture(Framing.MLLP, 4, unanswered=3))
    window.table.go_to(_session_with(stage, "ack-missing"))
    stage.let_live()
    window.ladder.select(4)
    window.detail.tabs.setCurrentWidget(window.detail.findings)
    return window


def long_result(stage: Stage) -> QWidget:
    """The fields of a result of 200 segments."""
    window = stage.open()
    stage.read(
        _talk(Framing.MLLP, [Turn("device", b"\x0b" + _long_oru(200) + b"\x1c\r"), Turn("lis", _ACCEPTED, 0.02)])
    )
    window.table.selectRow(0)
    stage.until(lambda: window.detail.fields.model.rowCount() > 100)
    return window


def comparison(stage: Stage) -> QWidget:
    """Two results of one device, side by side."""
    window = stage.open()
    stage.read(_capture(Framing.STX, 2, seed=4))
    ids = [window.model.row(number).session_id for number in (0, 1)]
    window.compare_sessions(ids)
    comparing = window.workspace.comparing
    stage.until(lambda: comparing.window is not None)
    stage.let_live()
    assert comparing.window is not None
    return comparing.window


def dashboard(stage: Stage) -> QWidget:
    """An hour of three devices."""
    window = stage.open()
    begin = datetime.now(UTC) - timedelta(minutes=58)
    stage.read(
        *(
            _capture(framing, 400, rate=1 / (8.2 - number / 10), unanswered=117, seed=number, start=begin, is_busy=True)
            for number, framing in enumerate(_DEVICES)
        )
    )
    window.dashboard.open()
    page = window.pages.currentWidget()
    assert isinstance(page, DashboardPage)
    page.range.choose(HOUR)
    stage.let_live(3)
    return window


def settings(stage: Stage) -> QWidget:
    """The dialog, with a value that cannot be."""
    window = stage.open()
    dialog = SettingsDialog(window.controller.settings, str(stage.output), window, window.controller.store)
    dialog.go_to("retentionDays")
    dialog.show()
    return dialog


def full_disk(stage: Stage) -> QWidget:
    """What could not be saved is told, with what to do."""
    (stage.disk / "filler").write_bytes(bytes(150_000))
    window = stage.open(stage.disk / "sessions")
    window.capturing.listen("lo")
    with _Devices(3):
        stage.until(lambda: window.banner.texts)
        window.table.selectRow(0)
        stage.let_live()
        return window


def hundred_thousand(stage: Stage) -> QWidget:
    """A month of a laboratory."""
    setup = Setup(1, 1, Path(gettempdir()) / "hl7capture-scenes", lambda line: print(line))
    window = stage.open(stored_sessions(setup, _MANY))
    stage.until(lambda: window.filter.rowCount() == _MANY)
    window.table.selectRow(3)
    stage.let_live(2)
    return window


def masked(stage: Stage) -> QWidget:
    """For a colleague's eyes, or a picture in a ticket."""
    window = stage.open()
    stage.read(_capture(Framing.STX, 2), _capture(Framing.ASTM, 2), _capture(Framing.MLLP, 4))
    window.controller.change_settings(maskPatientData=True)
    window.table.selectRow(0)
    window.detail.tabs.setCurrentWidget(window.detail.text)
    return window


SCENES: dict[str, Callable[[Stage], QWidget]] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        first_start,
        live_capture,
        missing_acknowledgement,
        long_result,
        comparison,
        dashboard,
        settings,
        full_disk,
        hundred_thousand,
        masked,
    )
}


class _Devices:
    """Invented devices that talk to an invented LIS on 127.0.0.1 as long as they are needed."""

    def __init__(self, count: int) -> None:
        self._framings = list(_DEVICES)[:count]

    def __enter__(self) -> None:
        program = [sys.executable, "-m", "hl7capture", "simulate", "--messages", "60", "--rate", "4"]
        self._running = [
            subprocess.Popen([*program, "--framing", framing, "--seed", str(number)], stdout=subprocess.DEVNULL)
            for number, framing in enumerate(self._framings)
        ]

    def __exit__(self, *_: object) -> None:
        QApplication.processEvents()
        for process in self._running:
            process.terminate()
            process.wait()


def _capture(
    framing: Framing,
    messages: int,
    *,
    rate: float = 0.5,
    unanswered: int = 0,
    seed: int = 1,
    start: datetime = _START,
    is_busy: bool = False,
) -> bytes:
    """unanswered: the number of the message, from 1, whose acknowledgement is missing in MLLP.

    is_busy: the LIS takes its time, now and then.
    """
    turns = list(conversation(framing, messages, seed=seed, start=start, rate=rate))
    if is_busy:
        turns = _answered_late(turns, Random(seed))
    lost = 2 * unanswered if framing is Framing.MLLP else 0
    return _talk(framing, [turn for number, turn in enumerate(turns, 1) if number != lost], start)


def _answered_late(turns: list[Turn], chance: Random) -> list[Turn]:
    """What the LIS takes, the device waits less: the times of its messages stay."""
    later, owed = [], 0.0
    for turn in turns:
        if turn.side == "lis":
            owed = turn.pause * chance.paretovariate(0.8) if turn.pause else 0.0
            owed = min(owed, 1.0)
            later.append(replace(turn, pause=turn.pause + owed))
        else:
            later.append(replace(turn, pause=max(0.0, turn.pause - owed)))
            owed = max(0.0, owed - turn.pause)
    return later


def _talk(framing: Framing, turns: list[Turn], start: datetime = _START) -> bytes:
    writer = TcpConnectionWriter(_DEVICES[framing], _LIS)
    return b"".join(data for _, data in pcap_stream(turns, start, writer))


def _session_with(stage: Stage, word: str) -> str:
    """The session that has a finding of such a code."""
    model = stage.window.model

    def found() -> list[str]:
        rows = [model.row(number) for number in range(model.rowCount())]
        return [row.session_id for row in rows if any(word in code for code in row.summary.findings)]

    stage.until(found)
    return found()[0]


_ACCEPTED = (
    b"\x0bMSH|^~\\&|LIS|HOSPITAL|SIM-ANALYZER|SIM-LAB|20261121101530||ACK^R01^ACK|A1|P|2.5.1\rMSA|AA|LONG-0001\r\x1c\r"
)


def _long_oru(segments: int) -> bytes:
    """A profile of so many segments."""
    lines = [
        "MSH|^~\\&|SIM-ANALYZER|SIM-LAB|SIM-LIS|SIM-HOSPITAL|20261121101530||ORU^R01^ORU_R01|LONG-0001|P|2.5.1",
        "PID|1||SIM-4711^^^SIM-LAB^MR||Testmann^Tilda||19800229|F",
        "OBR|1|SIM-O-1|SIM-L-1|24323-8^Comprehensive metabolic panel^LN|||20261121101500",
    ]
    for number in range(1, segments - len(lines) + 1):
        value = f"{3.5 + number % 40 / 10:.1f}"
        lines.append(f"OBX|{number}|NM|2345-7^Glucose, sample {number}^LN||{value}|mmol/L|3.9-6.1|N|||F")
    return "\r".join(lines).encode() + b"\r"

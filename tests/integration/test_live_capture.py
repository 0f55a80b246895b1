"""Live capture on loopback with real sockets and libpcap; the same traffic through tcpdump and a file."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import CaptureController, State
from hl7capture.model.elements import Framing
from hl7capture.model.events import SessionCompleted
from hl7capture.model.session import EndReason, Session
from hl7capture.model.source import SourceError
from hl7capture.sources.files import FileSource
from hl7capture.sources.interface_list import interfaces
from hl7capture.sources.live import LiveSource
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, astm_transfer, mllp, oru, stx_transfer
from tests.support.talk import talk

LOOPBACK = "lo"


class Recorder:
    """Collects what a controller tells."""

    def __init__(self, controller: CaptureController) -> None:
        self.completed: list[Session] = []
        self.failures: list[str] = []
        controller.happened.connect(self._on_events)
        controller.failed.connect(lambda text, _is_usage: self.failures.append(text))

    def _on_events(self, events: list[object]) -> None:
        self.completed += [event.session for event in events if isinstance(event, SessionCompleted)]


def _wait_until_still(file: Path) -> None:
    """tcpdump writes what it has seen some time later."""
    size, since = -1, time.monotonic()
    while time.monotonic() - since < 1.5:
        if file.stat().st_size != size:
            size, since = file.stat().st_size, time.monotonic()
        time.sleep(0.05)


@contextmanager
def capturing(qtbot: QtBot, expression: str = "tcp") -> Iterator[tuple[CaptureController, Recorder]]:
    controller = CaptureController()
    recorder = Recorder(controller)
    with qtbot.waitSignal(controller.state_changed, check_params_cb=lambda s: s is State.CAPTURING):
        controller.start(LiveSource(LOOPBACK, expression))
    try:
        yield controller, recorder
    finally:
        with qtbot.waitSignal(controller.shut_down, timeout=15_000):
            controller.shutdown()


@needs_capture_rights
@pytest.mark.parametrize(
    ("framing", "turns"),
    [
        (Framing.MLLP, [(0, mllp(oru())), (1, mllp(answer()))] * 2),
        (Framing.STX, stx_transfer(oru())),
        (Framing.ASTM, astm_transfer()),
    ],
)
def test_session_is_seen_within_a_second_and_is_on_disk(
    framing: Framing, turns: list[tuple[int, bytes]], qtbot: QtBot, output: Path
) -> None:
    with capturing(qtbot) as (controller, recorder):
        with qtbot.waitSignal(controller.store.saved, timeout=5000):
            port, _ = talk(turns)
            ended = time.monotonic()
            qtbot.waitUntil(lambda: bool(recorder.completed), timeout=1000)
            assert time.monotonic() - ended < 1.0
        (session,) = recorder.completed
        assert (session.framing, session.lis_port, session.device_ip) == (framing, port, "127.0.0.1")
        assert [element.data for element in session.elements] == [data for _, data in turns]
        assert session.is_complete
        assert (output / "sessions" / f"{session.session_id}.json").exists()


@needs_capture_rights
def test_open_session_is_completed_as_stopped(qtbot: QtBot, output: Path) -> None:
    with capturing(qtbot) as (controller, recorder):
        _, ends = talk(astm_transfer()[:4], close=False)
        qtbot.wait(300)
        controller.stop()
        qtbot.waitUntil(lambda: bool(recorder.completed), timeout=5000)
        assert recorder.completed[0].end_reason is EndReason.STOPPED
        for end in ends:
            end.close()
    assert len(list((output / "sessions").iterdir())) == 1


@needs_capture_rights
def test_what_begins_during_a_pause_is_not_taken_what_is_open_goes_on(qtbot: QtBot) -> None:
    first, second = [(0, mllp(oru("1"))), (1, mllp(answer("1")))], [(0, mllp(oru("2"))), (1, mllp(answer("2")))]
    with capturing(qtbot) as (controller, recorder):
        _, ends = talk(first, close=False)
        qtbot.wait(300)
        controller.pause()
        assert controller.state is State.PAUSED
        talk(second)
        for end in ends:
            end.close()
        qtbot.waitUntil(lambda: bool(recorder.completed), timeout=3000)
        qtbot.wait(300)
        assert [session.messages[0] for session in recorder.completed] == [oru("1").decode()]
        controller.resume()
        talk(second)
        qtbot.waitUntil(lambda: len(recorder.completed) == 2, timeout=3000)


@needs_capture_rights
def test_live_and_the_file_of_tcpdump_are_the_same(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "same.pcap"
    tcpdump = subprocess.Popen(["tcpdump", "-i", LOOPBACK, "-w", str(file), "-U", "tcp"], stderr=subprocess.PIPE)
    try:
        assert tcpdump.stderr is not None
        assert b"listening" in tcpdump.stderr.readline()
        with capturing(qtbot) as (controller, recorder):
            for turns in ([(0, mllp(oru())), (1, mllp(answer()))], stx_transfer(oru()), astm_transfer()):
                talk(turns)
            qtbot.waitUntil(lambda: len(recorder.completed) == 3, timeout=5000)
            live = recorder.completed
            _wait_until_still(file)
    finally:
        tcpdump.terminate()
        tcpdump.wait(5)
        tcpdump.stderr.close()
    controller = CaptureController()
    recorder = Recorder(controller)
    with qtbot.waitSignal(controller.capture_ended, timeout=5000):
        controller.start(FileSource(file), persist=False)
    assert [s.session_id[:19] for s in recorder.completed] == [s.session_id[:19] for s in live]
    for one, other in zip(recorder.completed, live, strict=True):
        assert [(e.type, e.direction, e.data) for e in one.elements] == [
            (e.type, e.direction, e.data) for e in other.elements
        ]
        assert one.messages == other.messages
        assert abs(one.start_time - other.start_time) < 1
    controller.store.close()


def test_interfaces_are_listed_with_addresses_and_state() -> None:
    loopback = next(interface for interface in interfaces() if interface.name == LOOPBACK)
    assert "127.0.0.1" in loopback.addresses
    assert loopback.is_up
    assert loopback.is_loopback


@needs_capture_rights
def test_wrong_filter_and_unknown_interface_are_said() -> None:
    with pytest.raises(SourceError, match=r"capture filter “tcp portx 1” is wrong: .*syntax") as caught:
        LiveSource(LOOPBACK, "tcp portx 1").open()
    assert caught.value.is_usage
    with pytest.raises(SourceError, match="no interface “nowhere0”"):
        LiveSource("nowhere0").open()


@needs_capture_rights
def test_helper_that_was_killed_is_told_and_what_was_captured_is_kept(qtbot: QtBot) -> None:
    with capturing(qtbot) as (controller, recorder):
        _, ends = talk([(0, mllp(oru())), (1, mllp(answer()))], close=False)
        qtbot.wait(300)
        source = controller.source
        assert isinstance(source, LiveSource)
        assert source.helper_pid is not None
        with qtbot.waitSignal(controller.capture_ended, timeout=5000):
            os.kill(source.helper_pid, signal.SIGKILL)
        assert recorder.failures == ["The capture process on lo ended by itself. What was captured is kept."]
        assert [session.end_reason for session in recorder.completed] == [EndReason.STOPPED]
        for end in ends:
            end.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_missing_permission_names_the_remedy(tmp_path: Path) -> None:
    script = (
        "from hl7capture.sources.live import LiveSource\n"
        "try: LiveSource('lo').open()\n"
        "except Exception as error: print(error)"
    )
    done = subprocess.run(
        [
            "setpriv",
            "--bounding-set=-net_raw,-net_admin",
            "--inh-caps=-net_raw,-net_admin",
            sys.executable,
            "-c",
            script,
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "Listening on lo is not allowed for this user" in done.stdout, done.stderr
    assert "setcap cap_net_raw" in done.stdout
    assert "hl7capture-helper" in done.stdout


def test_log_off_completes_and_keeps_what_is_open(qtbot: QtBot, output: Path) -> None:
    """The system waits for `shutdown_now` to return, and then ends the program."""
    controller = CaptureController()
    with qtbot.waitSignal(controller.state_changed, check_params_cb=lambda s: s is State.CAPTURING):
        controller.start(LiveSource(LOOPBACK, "tcp"))
    recorder = Recorder(controller)
    _, ends = talk([(0, mllp(oru())), (1, mllp(answer()))], close=False)
    qtbot.wait(500)
    controller.shutdown_now()
    for end in ends:
        end.close()
    (session,) = [session for session in recorder.completed if session.end_reason is EndReason.STOPPED]
    assert (output / "sessions" / f"{session.session_id}.json").exists()

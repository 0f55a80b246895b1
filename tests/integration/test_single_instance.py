"""The window as real processes: one for each folder of sessions, what a crash leaves, and a capture at the start."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hl7capture.ui.desktop.single_instance import MOST_BYTES, server_name
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.talk import talk
from tests.support.wire import conversation, pcap

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="looks at the socket itself")

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Start]:
    """Starts the program; all end with the test."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, cwd: Path | None = None) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "hl7capture", *arguments]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=cwd))
        return started[-1]

    yield begin
    for process in started:
        process.terminate()
    for process in started:
        process.communicate(timeout=20)


def wait_for(is_so: Callable[[], object], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def connected(output: Path) -> socket.socket | None:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(10)
    try:
        client.connect(server_name(output))
    except OSError:
        client.close()
        return None
    return client


def is_listening(output: Path) -> bool:
    client = connected(output)
    if client is not None:
        client.close()
    return client is not None


def recent(tmp_path: Path) -> list[str]:
    file = tmp_path / "config" / "recent.json"
    return json.loads(file.read_text()) if file.exists() else []


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "one.pcap"
    path.write_bytes(pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments))
    return path


def test_second_start_hands_its_files_over_and_a_crash_blocks_nobody(
    start: Start, tmp_path: Path, output: Path, capture: Path
) -> None:
    first = start("--minimised")
    wait_for(lambda: is_listening(output))
    second = start(capture.name, cwd=capture.parent)
    assert second.wait(timeout=20) == 0
    wait_for(lambda: recent(tmp_path) == [str(capture)])
    assert first.poll() is None
    elsewhere = start("--output-folder", str(tmp_path / "elsewhere"))
    wait_for(lambda: is_listening(tmp_path / "elsewhere"))
    first.kill()
    first.wait(timeout=10)
    assert Path(server_name(output)).exists()  # left behind
    assert not is_listening(output)
    third = start()
    wait_for(lambda: is_listening(output))
    assert third.poll() is None
    assert elsewhere.poll() is None


def test_of_starts_at_once_one_window_stays(start: Start, output: Path) -> None:
    starts = [start() for _ in range(3)]
    wait_for(lambda: sum(process.poll() is not None for process in starts) == 2)
    assert is_listening(output)
    assert [process.returncode for process in starts if process.returncode is not None] == [0, 0]


def test_hostile_clients_change_nothing(start: Start, tmp_path: Path, output: Path, capture: Path) -> None:
    first = start()
    wait_for(lambda: is_listening(output))
    silent = [connected(output) for _ in range(40)]  # they say nothing
    said = b'{"files": ["' + b"x" * MOST_BYTES * 2
    for line in (b"\n", b'{"files": ["relative"]}\n', said):
        client = connected(output)
        assert client is not None
        with client:
            try:
                client.sendall(line)
                assert client.recv(16) == b""  # put out, not answered
            except OSError:
                pass
    assert first.poll() is None
    for one in filter(None, silent):
        one.close()
    second = start(str(capture))
    assert second.wait(timeout=20) == 0
    wait_for(lambda: recent(tmp_path) == [str(capture)])


@needs_capture_rights
def test_capture_begins_with_the_program(start: Start, tmp_path: Path, output: Path) -> None:
    (tmp_path / "config").mkdir()
    wanted = {"autoStartCapture": True, "interface": "lo", "startMinimised": True}
    (tmp_path / "config" / "settings.json").write_text(json.dumps(wanted))
    start()
    sessions = output / "sessions"

    def is_kept() -> bool:
        talk([(0, mllp(oru())), (1, mllp(answer()))])
        time.sleep(0.5)
        return sessions.exists() and any(sessions.iterdir())

    wait_for(is_kept)

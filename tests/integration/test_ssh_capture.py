"""Capturing on another machine, which is this one: a real sshd on loopback, tcpdump on `lo`."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hl7capture.capture.capture_reader import CaptureReader
from hl7capture.capture.packets import segments
from hl7capture.model.events import Counters
from hl7capture.model.source import SourceError
from hl7capture.sources.ssh import SshSource
from tests.support.command import COMMAND, documents, run
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.sshd import Server, command_lines, path_with, ssh_server
from tests.support.talk import talk

TURNS = [(0, mllp(oru())), (1, mllp(answer()))]
pytestmark = needs_capture_rights


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    folder = tmp_path_factory.mktemp("ssh")
    with ssh_server(folder) as server:
        yield server, folder


@pytest.fixture
def server(running: tuple[Server, Path], monkeypatch: pytest.MonkeyPatch) -> Server:
    server, folder = running
    monkeypatch.setenv("PATH", path_with(folder))
    server.use()
    return server


def is_over(marker: str) -> bool:
    """Whether no tcpdump with this filter is left; it has a moment to end."""
    deadline = time.monotonic() + 5
    while any("tcpdump" in line and marker in line for line in command_lines()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def failure(source: SshSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        source.open()
    return caught.value


def read_to_the_end(source: SshSource) -> bytes:
    data = b""
    while (piece := source.read()) is not None:
        data += piece
    return data


def test_session_on_the_other_machine_is_seen_and_its_own_packets_are_not(server: Server, tmp_path: Path) -> None:
    marker = "tcp portrange 1025-65535 or vlan 7"  # `vlan` changes what is meant by all behind it
    process = subprocess.Popen(
        [*COMMAND, "capture", "-i", server.url(), "-f", marker, "--json", "--write", str(tmp_path / "raw")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stderr.readline().decode() == f"Listening on {server.url()}; Ctrl+C stops.\n"
    time.sleep(2)  # with its own packets in it, the capture would feed itself
    port, _ = talk(TURNS)
    while (document := documents(process.stdout.readline())[0])["lisPort"] != port:
        assert document  # others may talk on the loopback interface, too
    assert (document["source"], document["isComplete"]) == (server.url(), True)
    assert not is_over_now(marker)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=15)
    assert process.returncode == 0
    batch = CaptureReader().feed((tmp_path / "raw").read_bytes())
    assert batch is not None
    ports = segments(batch, Counters()).ports
    assert port in ports
    assert server.port not in ports
    assert is_over(marker)


def is_over_now(marker: str) -> bool:
    return not any("tcpdump" in line and marker in line for line in command_lines())


def test_what_was_captured_before_the_stop_still_comes(server: Server) -> None:
    source = SshSource(server.url(), "tcp portrange 1025-65534")
    source.open()
    talk(TURNS)
    time.sleep(0.2)
    source.stop()
    data = read_to_the_end(source)
    source.close()
    assert TURNS[0][1] in data
    assert TURNS[1][1] in data
    assert source.state.received is not None
    assert (source.state.dropped, source.state.is_stopped, source.state.notices) == (0, True, ())


def test_connection_that_is_lost_is_said_and_leaves_nothing_there(server: Server) -> None:
    marker = "tcp portrange 1025-65533"
    source = SshSource(server.url(), marker)
    source.open()
    assert source._process is not None
    source._process.kill()
    with pytest.raises(SourceError, match=r"has ended: .*What was captured is kept"):
        read_to_the_end(source)
    source.close()
    assert is_over(marker)


def test_stop_while_connecting(server: Server) -> None:
    source = SshSource(server.url(), "tcp")
    source.stop()
    source.open()
    read_to_the_end(source)
    source.close()


@pytest.mark.parametrize(
    ("interface", "expression", "said", "is_usage"),
    [
        ("lo", "tcp portx 1", "filter “tcp portx 1” is wrong", True),
        ("nowhere0", "", "no interface “nowhere0” on 127.0.0.1", True),
    ],
)
def test_what_tcpdump_refuses_is_said(
    interface: str, expression: str, said: str, is_usage: bool, server: Server
) -> None:
    error = failure(SshSource(server.url(interface), expression))
    assert said in str(error)
    assert error.is_usage is is_usage


def test_what_ssh_refuses_is_said(server: Server, tmp_path: Path) -> None:
    server.use(key="stranger")
    assert "does not let this user in" in str(failure(SshSource(server.url())))
    server.use(known="nobody")
    assert "is not known yet" in str(failure(SshSource(server.url())))
    server.use()
    assert "cannot be reached" in str(failure(SshSource(server.url(port=1))))
    done = run("capture", "-i", server.url(port=1))
    assert (done.returncode, b"cannot be reached" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "evil", ["$(touch {0})", "`touch {0}`", "; touch {0} ;", "' ; touch {0} ; '", '"; touch {0}; "']
)
def test_nothing_of_interface_or_filter_reaches_a_shell(evil: str, server: Server, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    words = evil.format(touched)
    assert failure(SshSource(server.url(words.replace("/", "%2F")), "tcp"))
    assert failure(SshSource(server.url(), words))
    assert failure(SshSource(server.url(), f"tcp) {words}"))
    assert not touched.exists()


def test_without_ssh_its_absence_is_said(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "ssh is not installed" in str(failure(SshSource(server.url())))

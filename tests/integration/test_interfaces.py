"""Several interfaces at once, and interfaces that go away and come back: on cables of the test's own."""

import itertools
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import documents, run, summary_in
from tests.support.network import Network
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.wire import Talk, conversation, pcap

pytestmark = [
    needs_capture_rights,
    pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's"),
]


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as made:
        yield made


@pytest.fixture
def capture_of(tmp_path: Path) -> Callable[..., Path]:
    """Writes a capture with one conversation, each time another connection."""
    numbers = itertools.count(1000, 1_000_000)

    def write(name: str, *, close: bool = True) -> Path:
        talk = Talk((next(numbers), next(numbers))).open().say(0, mllp(oru(name))).say(1, mllp(answer(name)))
        path = tmp_path / f"{name}.pcap"
        path.write_bytes(pcap((talk.close() if close else talk).segments))
        return path

    return write


class Listening:
    """`hl7capture capture --json` in a network; its lines as they come."""

    def __init__(self, network: Network, *arguments: str) -> None:
        command = [sys.executable, "-m", "hl7capture", "capture", "--json", *arguments]
        self.process = subprocess.Popen(network.inside(*command), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.said: list[str] = []
        self.printed: list[dict[str, Any]] = []
        self._threads = [threading.Thread(target=self._hear), threading.Thread(target=self._read)]
        for thread in self._threads:
            thread.start()
        self.wait_for_line("Ctrl+C stops")

    def wait_for_line(self, words: str, count: int = 1) -> None:
        self._wait(lambda: sum(words in line for line in self.said) >= count, words)

    def wait_for_sessions(self, count: int) -> list[dict[str, Any]]:
        self._wait(lambda: len(self.printed) >= count, f"{count} sessions")
        return self.printed

    def end(self) -> dict[str, Any]:
        """Its summary."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        for thread in self._threads:
            thread.join(10)
        return summary_in("\n".join(self.said).encode())

    def _wait(self, is_so: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + 20
        while not is_so():
            if time.monotonic() > until or self.process.poll() is not None:
                with suppress(OSError):
                    self.process.kill()
                pytest.fail(f"waited for {what} in vain; it said {self.said}")
            time.sleep(0.02)

    def _hear(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.decode().rstrip("\n"))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(json.loads(line))


def test_sessions_of_several_interfaces_name_theirs_and_share_the_numbers(
    network: Network, capture_of: Callable[..., Path]
) -> None:
    for name in ("hc0", "hc1", "hc2"):
        network.plug(name)
    listening = Listening(network, "-i", "hc0", "-i", "hc1", "-i", "hc2", "-i", "hc0")
    assert any("Listening on hc0, hc1, hc2;" in line for line in listening.said)
    for count, name in enumerate(("hc1", "hc0", "hc1"), 1):
        network.send(name, capture_of(f"{name}-{count}"))
        listening.wait_for_sessions(count)
    summary = listening.end()
    assert [(document["source"], document["number"]) for document in listening.printed] == [
        ("hc1", 1),
        ("hc0", 2),
        ("hc1", 3),
    ]
    assert summary["interfaces"] == ["hc0", "hc1", "hc2"]
    assert (summary["sessions"], summary["messages"], summary["dropped"], summary["unsaved"]) == (3, 6, 0, 0)
    assert (summary["packets"], summary["received"]) == (24, 24)


def test_setting_names_the_interfaces_where_the_command_does_not(
    network: Network, capture_of: Callable[..., Path]
) -> None:
    network.plug("hc0")
    run("settings", "set", "interface", " hc0,lo ")
    listening = Listening(network)
    network.send("hc0", capture_of("one"))
    assert listening.wait_for_sessions(1)[0]["source"] == "hc0"
    assert listening.end()["interfaces"] == ["hc0", "lo"]


def test_all_interfaces_as_one(network: Network, capture_of: Callable[..., Path]) -> None:
    network.plug("hc0")
    listening = Listening(network, "-i", "any")
    network.send("hc0", capture_of("one"))
    (document,) = listening.wait_for_sessions(1)
    assert (document["source"], document["deviceIP"], len(document["messages"])) == ("any", "10.0.0.5", 2)
    listening.end()


def test_one_wrong_name_among_several_is_said_before_anything_begins(network: Network) -> None:
    network.plug("hc0")
    done = subprocess.run(
        network.inside(sys.executable, "-m", "hl7capture", "capture", "-i", "hc0", "-i", "nowhere0"),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, "There is no interface “nowhere0”" in done.stderr) == (2, True)


def test_interface_that_is_down_is_waited_for(network: Network, capture_of: Callable[..., Path]) -> None:
    network.plug("hc0")
    run("settings", "set", "sessionIdleSeconds", "2")
    listening = Listening(network, "-i", "hc0")
    network.send("hc0", capture_of("before", close=False))
    time.sleep(0.5)
    network.run("ip", "link", "set", "hc0", "down")
    listening.wait_for_line("Waiting for hc0: down or gone. Capturing goes on when it is back.")
    (open_before,) = listening.wait_for_sessions(1)  # while the interface is away
    assert open_before["endReason"] == "idle"
    network.run("ip", "link", "set", "hc0", "up")
    listening.wait_for_line("Listening on hc0 again.")
    network.send("hc0", capture_of("after"))
    after = listening.wait_for_sessions(2)[1]
    assert "MSA|AA|after" in after["messages"][1]
    assert listening.end()["sessions"] == 2


def test_interface_that_is_taken_out_and_put_in_again_is_captured_on(
    network: Network, capture_of: Callable[..., Path], tmp_path: Path
) -> None:
    network.plug("hc0")
    network.plug("hc1")
    raw = tmp_path / "raw.pcap"
    listening = Listening(network, "-i", "hc0", "--write", str(raw))
    for round_number in (1, 2, 3):
        network.send("hc0", capture_of(f"round-{round_number}"))
        listening.wait_for_sessions(round_number)
        network.unplug("hc0")
        listening.wait_for_line("Waiting for hc0", round_number)
        network.plug("hc0")
        listening.wait_for_line("Listening on hc0 again", round_number)
    summary = listening.end()
    assert [document["number"] for document in listening.printed] == [1, 2, 3]
    assert (summary["packets"], summary["received"], summary["malformed"]) == (24, 24, 0)
    again = documents(run("read", "--json", str(raw)).stdout)
    assert [document["sessionId"] for document in again] == [d["sessionId"] for d in listening.printed]


def test_other_interfaces_go_on_while_one_is_away(network: Network, capture_of: Callable[..., Path]) -> None:
    network.plug("hc0")
    network.plug("hc1")
    listening = Listening(network, "-i", "hc0", "-i", "hc1")
    network.unplug("hc0")
    listening.wait_for_line("Waiting for hc0:")
    network.send("hc1", capture_of("meanwhile"))
    assert listening.wait_for_sessions(1)[0]["source"] == "hc1"
    listening.end()


def test_stop_while_an_interface_is_away(network: Network) -> None:
    network.plug("hc0")
    listening = Listening(network, "-i", "hc0")
    network.unplug("hc0")
    listening.wait_for_line("Waiting for hc0")
    begin = time.monotonic()
    listening.end()
    assert time.monotonic() - begin < 10
    assert listening.process.returncode == 0


def test_burst_is_taken_whole(network: Network, tmp_path: Path) -> None:
    """More than the pipe holds, faster than the engine works."""
    network.plug("hc0")
    turns = [turn for n in range(20_000) for turn in ((0, mllp(oru(str(n)))), (1, mllp(answer(str(n)))))]
    path = tmp_path / "burst.pcap"
    path.write_bytes(pcap(conversation(*turns).segments))
    listening = Listening(network, "-i", "hc0", "--no-persist")
    network.send("hc0", path)
    listening.wait_for_sessions(20)
    summary = listening.end()
    assert (summary["messages"], summary["packets"], summary["dropped"]) == (40_000, 40_006, 0)

"""Captures under load, killed with SIGKILL at random moments; then looks at what the next start finds.

    unshare --net python -m tests.support.killing FOLDER ROUNDS [SEED]

Three devices, one a framing, talk over loopback all the time. Ends with a line of JSON: `Found`.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from hl7capture.model.session import EndReason, Session
from hl7capture.store.document import DocumentError, from_document
from tests.support.speech import ACK, ENQ, EOT, answer, frame, mllp, oru, stx

AUTOSAVE = 1  # seconds
SLACK = 0.7  # seconds that a packet may need to the journal beside that, on a busy machine
_PAUSE = 0.004  # seconds between two things that a device says


@dataclass
class Found:
    """kills; sessions printed before them, and those of them that are not on disk; messages sent, and those older than
    the last autosave that are on no disk; sessions that were recovered; files that cannot be read; leftovers."""

    kills: int = 0
    printed: int = 0
    printed_missing: int = 0
    sent: int = 0
    sent_missing: int = 0
    recovered: int = 0
    unreadable: int = 0
    leftovers: int = 0


class Device:
    """Talks to a LIS of its own until it is stopped, and remembers when it has said what."""

    def __init__(self, name: str, talk: Callable[["Device", socket.socket, socket.socket], None]) -> None:
        self.name = name
        self.said: list[tuple[float, bytes]] = []
        self._talk = talk
        self._number = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    def mark(self) -> str:
        """Something to know a message by."""
        self._number += 1
        return f"K-{self.name}-{self._number:06d}-{time.monotonic_ns()}"

    def say(self, speaker: socket.socket, listener: socket.socket, data: bytes, mark: str = "") -> None:
        speaker.sendall(data)
        left = len(data)
        while left:
            left -= len(listener.recv(left))
        if mark:
            self.said.append((time.monotonic(), mark.encode()))
        time.sleep(_PAUSE)

    def _run(self) -> None:
        while not self.is_stopped:
            with closing(socket.create_server(("127.0.0.1", 0))) as server:
                device = socket.create_connection(server.getsockname())
                lis, _ = server.accept()
            with device, lis:
                self._talk(self, device, lis)


def talk_mllp(self: Device, device: socket.socket, lis: socket.socket) -> None:
    for _ in range(random.randrange(1, 120)):
        if self.is_stopped:
            return
        mark = self.mark()
        self.say(device, lis, mllp(oru(mark)), mark)
        self.say(lis, device, mllp(answer(mark)))


def talk_stx(self: Device, device: socket.socket, lis: socket.socket) -> None:
    _transfer(self, device, lis, lambda _number, mark: stx(oru(mark)))


def talk_astm(self: Device, device: socket.socket, lis: socket.socket) -> None:
    _transfer(self, device, lis, lambda number, mark: frame(number, b"R|1|^^^GLU|5.4|" + mark.encode() + b"\r"))


def _transfer(self: Device, device: socket.socket, lis: socket.socket, make: Callable[[int, str], bytes]) -> None:
    self.say(device, lis, ENQ)
    self.say(lis, device, ACK)
    for number in range(1, random.randrange(2, 100)):
        if self.is_stopped:
            return
        mark = self.mark()
        self.say(device, lis, make(number, mark), mark)
        self.say(lis, device, ACK)
    self.say(device, lis, EOT)


def capture_until_killed(folder: Path, seconds: float, found: Found) -> None:
    """One capture; every session that it printed before its end must be there."""
    command = [sys.executable, "-m", "hl7capture", "capture", "-i", "lo", "--json", "--output-folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0) as process:
        assert process.stdout
        assert process.stderr
        while b"Listening" not in (line := process.stderr.readline()):
            if not line:
                raise RuntimeError("the capture did not start")
        listening = time.monotonic()
        devices = [Device(talk.__name__, talk) for talk in (talk_mllp, talk_stx, talk_astm)]
        printed: list[bytes] = []
        reader = threading.Thread(target=lambda: printed.extend(process.stdout or ()))
        reader.start()
        time.sleep(seconds)
        killed = time.monotonic()
        os.killpg(process.pid, signal.SIGKILL)
        for device in devices:
            device.stop()
        reader.join()
    found.kills += 1
    _recover(folder, found)
    kept = _kept(folder, found)
    for line in printed:
        if line.endswith(b"\n"):
            found.printed += 1
            found.printed_missing += json.loads(line)["sessionId"] not in kept
    everything = b"".join(element.data for session in kept.values() for element in session.elements)
    for device in devices:
        due = [mark for moment, mark in device.said if listening < moment < killed - AUTOSAVE - SLACK]
        found.sent += len(due)
        found.sent_missing += sum(mark not in everything for mark in due)


def _recover(folder: Path, found: Found) -> None:
    """The next start, of a command that looks at the sessions."""
    listing = [sys.executable, "-m", "hl7capture", "sessions", "list", "--output-folder", str(folder)]
    done = subprocess.run(listing, capture_output=True, check=False)
    found.unreadable += done.returncode != 0
    left = [*folder.glob("journal/*"), *folder.rglob("*.tmp"), *folder.rglob(".*.tmp")]
    found.leftovers += len(left)


def _kept(folder: Path, found: Found) -> dict[str, Session]:
    kept = {}
    for path in (folder / "sessions").iterdir():
        try:
            session = from_document(path.read_bytes())
        except DocumentError:
            found.unreadable += 1
            continue
        kept[session.session_id] = session
        found.recovered += session.end_reason is EndReason.RECOVERED
        path.unlink()  # the next round counts its own
    return kept


def main() -> None:
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    random.seed(seed)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    settings = folder / "config"
    settings.mkdir(parents=True, exist_ok=True)
    os.environ["HL7CAPTURE_CONFIG_DIR"] = str(settings)
    (settings / "settings.json").write_text(json.dumps({"autosaveSeconds": AUTOSAVE}))
    found = Found()
    for _ in range(rounds):
        capture_until_killed(folder / "output", random.uniform(0.05, 4.5), found)
    sys.stdout.write(json.dumps({"seed": seed, **asdict(found)}) + "\n")


if __name__ == "__main__":
    main()

"""Captures live what tcpreplay plays, on a pair of virtual Ethernet cards in a network of their own.

    unshare --net python -m tests.benchmarks.live_run CAPTURE FOLDER [--rate PACKETS_PER_SECOND]

Without a rate: as fast as it goes, and sessions to standard output only; with one: sessions to disk. Prints a JSON
object: see `main`. FOLDER is for output, and is empty.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.measure import OURS, environment

_SENDER, _RECEIVER = "hc0", "hc1"
_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
_MESSAGE = re.compile(rb"\|ORU\^R01\^ORU_R01\|(\d{10})\|")  # as text; what is on the wire stands in hex
_SENT = re.compile(r"Actual: (\d+) packets .* sent in ([\d.]+) seconds")


@dataclass(frozen=True)
class _Sample:
    """The program with its children. wall, cpu: seconds; memory: megabytes."""

    wall: float
    cpu: float
    memory: float


class _Watch:
    """Looks at a process and its children twice a second, until `stop`."""

    def __init__(self, process: int) -> None:
        self.samples = [_sample(process)]
        self._process = process
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(0.5):
            self.samples.append(_sample(self._process))

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self.samples.append(_sample(self._process))

    @property
    def cores(self) -> float:
        """How many cores it kept busy."""
        first, last = self.samples[0], self.samples[-1]
        return (last.cpu - first.cpu) / (last.wall - first.wall)

    @property
    def growth(self) -> float:
        """Megabytes that the last third holds more than the middle one, each by its median: sessions fill and end."""
        third = max(1, len(self.samples) // 3)
        middle, last = self.samples[-2 * third : -third], self.samples[-third:]
        return median(one.memory for one in last) - median(one.memory for one in middle)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.live_run", description=__doc__)
    parser.add_argument("capture", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rate", type=int)
    given = parser.parse_args()
    _make_cards()
    printed = given.folder / "printed.jsonl"
    keeping = ["--no-persist"] if given.rate is None else ["--output-folder", str(given.folder / "kept")]
    command = [*OURS, "capture", "-i", _RECEIVER, "--json", *keeping]
    out = printed if given.rate is None else Path(os.devnull)
    with out.open("wb") as output, subprocess.Popen(
        command, stdout=output, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:  # fmt: skip
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("Listening"), line
        watch = _Watch(process.pid)
        try:
            sent, seconds = _replay(given.capture, given.rate)
        finally:
            watch.stop()
        _wait_until_idle(process.pid)
        peak = max(sample.memory for sample in [*watch.samples, _sample(process.pid)])
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
        code = process.wait(60)
    assert code == 0, said
    summary = json.loads(said.splitlines()[-1])["summary"]
    files = [printed] if given.rate is None else list((given.folder / "kept" / "sessions").glob("*.json"))
    found = [number for file in files for number in _MESSAGE.findall(file.read_bytes())]
    json.dump(
        {
            "sent": sent,
            "sentPerSecond": sent / seconds,
            "seconds": seconds,
            "captured": summary["packets"],
            "dropped": summary["dropped"] + summary["droppedByInterface"],
            "found": len(found),  # results, without their answers, in what was printed or kept
            "foundTwice": len(found) - len(set(found)),
            "cores": watch.cores,
            "growth": watch.growth,  # megabytes
            "peak": peak,  # megabytes
        },
        sys.stdout,
    )


def _make_cards() -> None:
    """Two cards and a wire between them, on which nothing else is said."""
    for arguments in (
        f"link add {_SENDER} type veth peer name {_RECEIVER}",
        f"link set {_SENDER} addrgenmode none up",
        f"link set {_RECEIVER} addrgenmode none up",
    ):
        subprocess.run(["ip", *arguments.split()], check=True)
    time.sleep(0.2)


def _replay(capture: Path, rate: int | None) -> tuple[int, float]:
    """Packets that were sent, and the seconds that took."""
    # Twenty at once, a thousand times a second: exact enough, and it leaves the processor to others.
    speed = ["--topspeed"] if rate is None else [f"--pps={rate}", "--pps-multi=20"]
    command = ["tcpreplay", "-i", _SENDER, "--preload-pcap", *speed, str(capture)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = _SENT.search(done.stdout)
    assert found is not None, done.stdout
    return int(found[1]), float(found[2])


def _wait_until_idle(process: int, patience: float = 60.0) -> None:
    """Until it has used almost no processor time for a second: all that came is read, and written."""
    until = time.monotonic() + patience
    before = _sample(process)
    while time.monotonic() < until:
        time.sleep(1.0)
        now = _sample(process)
        if now.cpu - before.cpu < 0.1:
            return
        before = now


def _sample(process: int) -> _Sample:
    cpu, pages = 0, 0
    for one in _family(process):
        try:
            cpu += sum(map(int, _stat(one)[11:15]))  # of itself and of the children it has waited for
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
    return _Sample(time.monotonic(), cpu / _TICKS, pages * _PAGE / 1e6)


def _family(process: int) -> list[int]:
    """The process and all that come from it."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int(_stat(int(folder.name))[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    family = [process]
    for one in family:
        family += [child for child, parent in parents.items() if parent == one]
    return family


def _stat(process: int) -> list[str]:
    """The fields of /proc/…/stat behind the name, which may hold blanks (proc(5))."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


if __name__ == "__main__":
    main()

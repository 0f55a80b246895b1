"""Times a program takes: wall, processor and peak memory, of several programs in turn so that noise meets all alike."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

OURS = (sys.executable, "-m", "hl7capture")


class ProgramFailedError(RuntimeError):
    """A program that is measured did not end well; the text says what it said."""


@dataclass(frozen=True)
class Spent:
    """What a run cost. Seconds, and megabytes at the peak."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Program:
    """A command to measure. folder: it writes into this folder, which is emptied before every run."""

    command: Sequence[str | Path]
    folder: Path | None = None
    exit_code: int = 0

    def run(self) -> Spent:
        """Runs to its end, output thrown away. Raises ProgramFailedError."""
        if self.folder is not None:
            self.folder.mkdir(exist_ok=True)
            for file in self.folder.iterdir():
                file.unlink()
        with tempfile.TemporaryFile() as said:
            begin = time.perf_counter()
            process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, env=environment()
            )
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != self.exit_code:
                said.seek(0)
                raise ProgramFailedError(f"{self.command} ended with {process.returncode}: {said.read().decode()}")
        return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def environment() -> dict[str, str]:
    """Without the settings of whoever runs this: what is measured is what a new user gets, bytecode included."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**ours, "HL7CAPTURE_CONFIG_DIR": os.fspath(Path(tempfile.gettempdir()) / "no-such-configuration")}


def in_turn(programs: Mapping[str, Program], times: int, say: Callable[[str], None]) -> dict[str, Spent]:
    """Every program `times` times, one after the other and then again: the medians of each.

    One more run of each before does not count: it fills the page cache, and Python writes its bytecode. Who asks for
    a single run does not want to know the time.
    """
    spent: dict[str, list[Spent]] = {name: [] for name in programs}
    for number in range(0 if times > 1 else 1, times + 1):
        for name, program in programs.items():
            say(f"{name}, {number} of {times}" if number else f"{name}, warming up")
            run = program.run()
            if number:
                spent[name].append(run)
    return {
        name: Spent(*(median(getattr(run, part) for run in runs) for part in ("wall", "cpu", "memory")))
        for name, runs in spent.items()
    }

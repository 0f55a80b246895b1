"""`capture` live, on virtual Ethernet cards: a burst as fast as it goes, and a minute of a busy laboratory."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.captures import Plan
from tests.benchmarks.figures import Findings, Setup
from tests.benchmarks.reading import made

_BURST = 250_000  # packets
_FASTEST = 500_000  # packets a second that the burst must have had, so that it means something
_RATE, _SECONDS = 20_000, 60
_STEADY_SIZE = 1_160  # bytes of a message: with its ACK four packets of 400 bytes, so 8 MB a second
_PACKETS_A_LARGE, _PACKETS_A_SMALL = 5, 4  # that a message of 2 kB, and one of 1 kB, makes with its answer


def burst(setup: Setup) -> Findings:
    """A quarter of a million packets at once, time and again: none is lost, and every message is there."""
    plan = Plan(round(_BURST * setup.size / _PACKETS_A_LARGE))
    capture = made(setup, f"--messages {plan.messages}")
    runs = [run(setup, capture, []) for _ in range(setup.times)]
    found = complete(runs, plan, "burst")
    speeds = [ran["sentPerSecond"] for ran in runs]
    found.add("burst: packets sent in a second", median(speeds), unit="", low=_FASTEST)
    found.add("burst: that, the fastest of them", max(speeds), unit="")
    return found


def steady(setup: Setup) -> Findings:
    """20 000 packets a second for a minute, kept on disk: all of it, on less than a core, in the same memory."""
    seconds = max(1.0, _SECONDS * setup.size)
    plan = Plan(round(_RATE * seconds / _PACKETS_A_SMALL), size=_STEADY_SIZE)
    capture = made(setup, f"--messages {plan.messages} --size {plan.size}")
    ran = run(setup, capture, ["--rate", str(_RATE)])
    found = complete([ran], plan, "minute")
    found.add("minute: packets sent in a second", ran["sentPerSecond"], unit="", low=_RATE * 0.95)
    found.add("minute: megabytes sent in a second", capture.stat().st_size / ran["seconds"] / 1e6, unit="MB/s")
    found.add("minute: cores kept busy, with all processes", ran["cores"], unit="", high=1.0)
    found.add("minute: memory of the last third above that of the middle one", ran["growth"], unit="MB", high=25)
    found.add("minute: peak memory, all processes", ran["peak"], unit="MB")
    return found


def complete(runs: Sequence[dict[str, Any]], plan: Plan, name: str) -> Findings:
    """What was lost, in all runs together."""
    dropped = sum(ran["dropped"] for ran in runs)
    gone = sum(ran["sent"] - ran["captured"] for ran in runs)
    missing = sum(plan.made - ran["found"] + ran["foundTwice"] for ran in runs)
    found = Findings()
    found.add(f"{name}: packets dropped", dropped, unit="", high=0)
    found.add(f"{name}: packets that did not arrive", gone, unit="", high=0)
    found.add(f"{name}: messages missing", missing, unit="", high=0)
    return found


def run(setup: Setup, capture: Path, options: list[str], more: Mapping[str, str] | None = None) -> dict[str, Any]:
    """more: of the environment."""
    folder = setup.folder / "live"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    setup.say(f"playing {capture.stat().st_size / 1e6:.0f} MB")
    command = [
        "unshare",
        "--net",
        sys.executable,
        "-m",
        "tests.benchmarks.live_run",
        str(capture),
        str(folder),
        *options,
    ]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, **(more or {})})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ran: dict[str, Any] = json.loads(done.stdout)
    return ran

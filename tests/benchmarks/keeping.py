"""The store: how fast sessions become durable, how long the capture is kept, and what a SIGKILL costs."""

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from hl7capture.store.atomic import write_atomically
from hl7capture.store.document import to_document
from tests.benchmarks.figures import Findings, Setup
from tests.benchmarks.measure import environment
from tests.support.sessions import complete, grow, open_session

_SESSIONS = 3_000
_KILLS = 200
_TRANSFERS = 200
_LONGEST_WAIT = 5.0  # milliseconds


def durable(setup: Setup) -> Findings:
    """Sessions of 16 kB through the store, beside the same bytes written one by one with fsync and rename."""
    count = max(20, round(_SESSIONS * setup.size))
    ours, bare = [], []
    for _ in range(setup.times):
        folder = _empty(setup, "durable")
        ours.append(_ask("tests.benchmarks.keeping_run", "durable", str(folder), str(count))["seconds"])
        bare.append(_written_bare(_empty(setup, "bare"), count))
    found = Findings()
    found.add("sessions of 16 kB made durable in a second", count / statistics.median(ours), unit="")
    found.add("time of the bare writes, fsyncs and renames / ours", statistics.median(bare) / statistics.median(ours))
    return found


def latency(setup: Setup) -> Findings:
    """From EOT on the wire until the session is printed, which is after it is durable."""
    folder = _empty(setup, "latency")
    count = max(20, round(_TRANSFERS * setup.size))
    told = _ask("tests.benchmarks.keeping_run", "latency", str(folder), str(count), before=("unshare", "--net"))
    found = Findings()
    found.add("EOT on the wire until durable, median", told["p50"], unit="ms")
    found.add("EOT on the wire until durable, 99 of 100", told["p99"], unit="ms")
    return found


def waits(setup: Setup) -> Findings:
    """The longest time that the thread which captures was kept by the store, while the disk had every fault."""
    found = Findings()
    for fault in ("none", "full", "read-only", "errors", "stalled"):
        folder = _empty(setup, "waits")
        before: tuple[str, ...] = ("unshare", "--mount")
        if fault in ("errors", "stalled"):
            how = {"errors": "error=EIO:when=2+4", "stalled": "delay_enter=11000000:when=40"}[fault]
            before += ("strace", "-f", "-qq", "-o", "/dev/null", "--trace=fsync", f"--inject=fsync:{how}")
        told = _ask("tests.benchmarks.keeping_run", "waits", str(folder), fault, before=before)
        found.add(f"disk {fault}: longest wait of the capture", told["longest"], unit="ms", high=_LONGEST_WAIT)
        found.add(f"disk {fault}: sessions missing after healing", told["missing"], unit="", high=0)
    return found


def kills(setup: Setup) -> Findings:
    """SIGKILL at random moments of a capture of three devices."""
    folder = _empty(setup, "kills")
    rounds = max(2, round(_KILLS * setup.size))
    told = _ask("tests.support.killing", str(folder), str(rounds), before=("unshare", "--net"))
    found = Findings()
    found.add("kills: times", told["kills"], unit="")
    found.add("kills: sessions that were printed before", told["printed"], unit="")
    found.add("kills: of these not on disk", told["printed_missing"], unit="", high=0)
    found.add("kills: messages sent before the last autosave", told["sent"], unit="")
    found.add("kills: of these on no disk", told["sent_missing"], unit="", high=0)
    found.add("kills: sessions recovered from journals", told["recovered"], unit="")
    found.add("kills: files that cannot be read", told["unreadable"], unit="", high=0)
    found.add("kills: leftovers after the next start", told["leftovers"], unit="", high=0)
    return found


def _ask(module: str, *arguments: str, before: tuple[str, ...] = ()) -> dict[str, Any]:
    done = subprocess.run(
        [*before, sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, check=True, env=environment()
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _empty(setup: Setup, name: str) -> Path:
    folder = setup.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _written_bare(folder: Path, count: int) -> float:
    session = complete(open_session())
    while len(document := to_document(session)) < 16_000:
        grow(session, "OBX|1|NM|GLU^Glucose||5.4|mmol/L|3.9-6.1|N|||F" * 10)
    before = time.perf_counter()
    for number in range(count):
        write_atomically(folder / f"{number}.json", document)
    return time.perf_counter() - before

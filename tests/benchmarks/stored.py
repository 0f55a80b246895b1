"""A hundred thousand stored sessions: until the window can be used, until its list is complete, and until a patient's
sessions are found.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.figures import Findings, Setup
from tests.benchmarks.measure import OURS, Program, environment, in_turn
from tests.support.stored import message_of, put, session_of

_SESSIONS = 100_000
MESSAGE = 5_500  # characters: with its bytes in hexadecimal, and what stands around it, a document of 16 kB
_MEMORY = 150  # MB that the list may take
_WANTED = 4711


def stored(setup: Setup) -> Findings:
    """The window over stored sessions, and a search for one patient in all of them."""
    count = max(50, round(_SESSIONS * setup.size))
    folder = stored_sessions(setup, count)
    found = Findings()
    empty = setup.folder / "stored-none"
    (empty / "sessions").mkdir(parents=True, exist_ok=True)
    for name in ("index.sqlite", "index.sqlite-wal", "index.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    setup.say("window, index built")
    first = _window(folder)
    _window(empty)
    runs, none = [], []
    for number in range(setup.times):  # in turn, so that noise meets both alike
        setup.say(f"window over stored sessions, {number + 1} of {setup.times}")
        runs.append(_window(folder))
        none.append(_window(empty))
    found.add("stored sessions missing in the list", count - runs[0]["listed"], unit="", high=0)
    usable, complete, memory = (median(run[name] for run in runs) for name in ("usable", "complete", "memory"))
    base_usable, base_memory = (median(run[name] for run in none) for name in ("usable", "memory"))
    found.add("stored: time until the window is usable, of that without sessions", usable / base_usable, high=1.5)
    found.add("stored: window usable", usable, unit="s")
    found.add("stored: list complete", complete, unit="s")
    found.add("stored: that, faster than reading all files", first["complete"] / complete, low=4)
    found.add("stored: memory for the list", memory - base_memory, unit="MB", high=_MEMORY)
    found.add("stored: longest time the window stood still", median(run["longest"] for run in runs), unit="s")
    arranging = median(run["arranging"] for run in runs)
    found.add("stored: longest time the window stood still while it sorted, grouped, filtered", arranging, unit="s")
    found.add("stored: list complete, index built anew", first["complete"], unit="s")
    found.add("stored: longest time the window stood still meanwhile", first["longest"], unit="s")
    _search(setup, folder, count, found)
    return found


def _search(setup: Setup, folder: Path, count: int, found: Findings) -> None:
    patient = f"MRN-{min(_WANTED, count - 1):06d}"
    ours = (*OURS, "sessions", "list", "--search", patient, "--output-folder", folder)
    listed = subprocess.run(ours, capture_output=True, check=True, env=environment())
    if listed.stdout.count(b"\n") != 1:
        raise RuntimeError(f"{patient}: {listed.stdout.decode()}")
    names = {"ours": f"sessions list --search, {count} sessions", "grep": f"grep -rl, {count} sessions"}
    spent = in_turn(
        {names["ours"]: Program(ours), names["grep"]: Program(("grep", "-rlF", patient, folder / "sessions"))},
        setup.times,
        setup.say,
    )
    found.runs |= spent
    inside = _search_alone(folder, patient)
    found.add("stored: search for a patient in the window", inside * 1000, unit="ms")
    found.add("stored: that, faster than grep", spent[names["grep"]].wall / inside, low=10)
    found.add("stored: `sessions list --search`, of grep's time", spent[names["ours"]].wall / spent[names["grep"]].wall)


def _window(folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.stored_window", str(folder)],
        stdout=subprocess.PIPE,
        check=True,
        env={**environment(), "QT_QPA_PLATFORM": "offscreen"},
    )
    ran: dict[str, Any] = json.loads(done.stdout)
    return ran


def _search_alone(folder: Path, patient: str) -> float:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from hl7capture.store.searching import search_messages\n"
        "from hl7capture.store.session_folder import SessionFolder\n"
        "begin = time.perf_counter()\n"
        "found = search_messages(SessionFolder(Path(sys.argv[1])), [sys.argv[2].casefold()], lambda: False)\n"
        "assert [len(ids) for ids in found.values()] == [1]\n"
        "print(time.perf_counter() - begin)"
    )
    python = [sys.executable, "-c", code, os.fspath(folder), patient]
    return median(float(subprocess.run(python, stdout=subprocess.PIPE, check=True).stdout) for _ in range(5))


def stored_sessions(setup: Setup, count: int) -> Path:
    """A folder of so many sessions, made once; without an fsync, for nothing of it is worth one."""
    folder = setup.folder / f"stored-{count}"
    made = folder / "made"
    if not made.exists():
        shutil.rmtree(folder, ignore_errors=True)
        for number in range(count):
            if number % 10_000 == 0:
                setup.say(f"making {number:,} of {count:,} stored sessions")
            session = session_of(number, message_of(f"MRN-{number:06d}", MESSAGE))
            put(folder / "sessions", session)
        made.touch()
    return folder

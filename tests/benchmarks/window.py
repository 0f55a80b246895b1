"""The window as a person has it: until it is painted, while five thousand messages a second come, when sessions are
chosen, and its memory after a million messages.

It is painted where nobody sees it (Qt's `offscreen`), unless QT_QPA_PLATFORM says otherwise: on an X server of its own,
`QT_QPA_PLATFORM=xcb xvfb-run -a python -m tests.benchmarks window`.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from hl7capture.model.elements import Direction
from hl7capture.model.session import Session
from tests.benchmarks import trees
from tests.benchmarks.captures import Plan
from tests.benchmarks.figures import Findings, Setup
from tests.benchmarks.measure import environment
from tests.benchmarks.reading import made
from tests.benchmarks.stored import stored_sessions
from tests.support.stored import message_of, put, session_of

_STORED = 100_000
_RATE, _SECONDS = 5_000, 60  # messages a second, answers among them; pauses count for so long
_MESSAGES = 1_000_000
_AGAIN = 2  # times more pauses are looked at: now and then the machine itself stands still
_SIZE = 1_160  # bytes of a result
_ELEMENTS = 200_000
_LARGE = 50_000_000  # characters
_FIRST_PAINT, _PAUSE, _FRAME, _CHOICE = 1000, 50, 16, 50  # ms at the most
_MEMORY = 500  # MB at the most
_BARE_WINDOWS = 7  # of whose time the first paint may take at the most
_RESULT = f"a result of {trees.SEGMENTS} segments"
_WHERE = {"on disk alone": False, "in memory": True}
_PIPE_BYTES = 1 << 20
_STEP = 0.01  # seconds of packets that are written at once
_SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ of fcntl.h


def window(setup: Setup) -> Findings:
    """All of it. Bounds in milliseconds and megabytes hold at the real size alone."""
    found = Findings()
    _start(setup, found)
    _stream(setup, found)
    _choose(setup, found)
    return found


def _start(setup: Setup, found: Findings) -> None:
    """In turn with the least window that Qt can make, so that noise meets all alike."""
    count = max(50, round(_STORED * setup.size))
    empty = _emptied(setup.folder / "window-empty")
    stored = stored_sessions(setup, count)
    painted: dict[str, list[float]] = {"empty": [], "stored": [], "bare": [], "cold": []}
    for number in range(setup.times + 1):
        setup.say(f"first paint, {number} of {setup.times}" if number else "first paint, warming up")
        runs = {"empty": _run("start", empty), "stored": _run("start", stored)}
        runs["bare"] = _ran("tests.benchmarks.bare_window", lambda begin: [begin])
        _leave_page_cache()
        runs["cold"] = _run("start", empty)
        for name, run in runs.items():
            if number:
                painted[name].append(1000 * run["painted"])
    bound = _bound(setup, _FIRST_PAINT)
    found.add("window: first paint, empty folder", median(painted["empty"]), unit="ms", **bound)
    found.add(f"window: first paint, {count:,} stored sessions", median(painted["stored"]), unit="ms", **bound)
    found.add("window: first paint, program not in the page cache", median(painted["cold"]), unit="ms")
    found.add(
        "window: time until first paint, of that of Qt's least window",
        median(painted["stored"]) / median(painted["bare"]),
        high=_BARE_WINDOWS,
    )


def _stream(setup: Setup, found: Findings) -> None:
    seconds = max(2.0, _SECONDS * setup.size)
    ran = _streamed(setup, max(1000, round(_MESSAGES * setup.size)), seconds)
    runs = [ran, *(_streamed(setup, round(1.05 * _RATE * seconds), seconds) for _ in range(_AGAIN))]

    def of_all(name: str) -> float:
        return median(float(one[name]) for one in runs)

    found.add("window: messages missing", sum(one["missing"] for one in runs), unit="", high=0)
    found.add(
        "window: messages taken in a second", of_all("messagesASecond"), unit="", **_bound(setup, low=0.95 * _RATE)
    )
    found.add("window: longest pause meanwhile", 1000 * of_all("longest"), unit="ms", **_bound(setup, _PAUSE))
    found.add("window: that, the worst of them", 1000 * max(one["longest"] for one in runs), unit="ms")
    found.add(
        "window: that of a process that does nothing, the worst", 1000 * max(one["bare"] for one in runs), unit="ms"
    )
    found.add(f"window: pauses of more than {_PAUSE} ms meanwhile", of_all("long"), unit="")
    found.add("window: median frame meanwhile", 1000 * of_all("frame"), unit="ms", **_bound(setup, _FRAME))
    found.add("window: longest frame meanwhile", 1000 * of_all("longestFrame"), unit="ms")
    found.add("window: choosing a session that grows, the longest", 1000 * of_all("chosen"), unit="ms")
    found.add("window: memory, all messages captured", ran["rest"], unit="MB", **_bound(setup, _MEMORY))
    found.add("window: peak memory", ran["memory"], unit="MB")


def _streamed(setup: Setup, messages: int, seconds: float) -> dict[str, Any]:
    """What the window tells while these come; how many are `missing`; how long a process beside it waited (`bare`)."""
    plan = Plan(messages // 2, size=_SIZE)
    capture = made(setup, f"--messages {plan.messages} --size {_SIZE}")
    setup.say(f"capturing {2 * plan.made:,} messages, {_RATE:,} a second")
    folder = _emptied(setup.folder / "window-stream")
    pipe = setup.folder / "window-pipe"
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    rate = capture.stat().st_size / (2 * plan.made) * _RATE
    player = threading.Thread(target=_play, args=(capture, pipe, rate), daemon=True)
    player.start()
    beat = [sys.executable, "-m", "tests.benchmarks.bare_beat"]
    with subprocess.Popen(beat, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as bare:
        ran = _run("stream", folder, str(pipe), str(seconds))
        told, _ = bare.communicate()
    player.join(10)
    shutil.rmtree(folder)
    pipe.unlink()
    return ran | {"missing": 2 * plan.made - ran["messages"], "bare": json.loads(told)["longest"]}


def _choose(setup: Setup, found: Findings) -> None:
    stored = stored_sessions(setup, max(50, round(_STORED * setup.size)))
    names = sorted(path.stem for path in (stored / "sessions").iterdir())
    ran = _run("choose", stored, *names[: len(names) // 4 : max(len(names) // 20, 1)][:5])["chosen"]
    for words, is_in_memory in _WHERE.items():
        took = [1000 * one["seconds"] for one in ran if one["isInMemory"] is is_in_memory]
        found.add(f"window: choosing a session {words}", median(took or [0.0]), unit="ms", **_bound(setup, _CHOICE))
    folder, ids = _special(setup)
    _run("choose", folder)  # makes the index
    chosen = _run("choose", folder, *ids.values(), maxSessionsInMemory=1)["chosen"]
    for name, both in zip(ids, zip(chosen[::2], chosen[1::2], strict=True), strict=True):
        for one in both:
            words = next(words for words, is_in_memory in _WHERE.items() if is_in_memory is one["isInMemory"])
            choice = _bound(setup, _CHOICE) if name == _RESULT else {}
            found.add(f"window: choosing {name}, {words}", 1000 * one["seconds"], unit="ms", **choice)
            pause = 1000 * one["longest"]
            found.add(f"window: longest pause with {name}, {words}", pause, unit="ms", **_bound(setup, _PAUSE))


def _special(setup: Setup) -> tuple[Path, dict[str, str]]:
    """A folder of sessions that are unlike others, and their ids by what they are; the newest of them is small."""
    elements, large = max(1000, round(_ELEMENTS * setup.size)), max(100_000, round(_LARGE * setup.size))
    makers: dict[str, Callable[[], Session]] = {
        _RESULT: lambda: session_of(1, trees.message(trees.SEGMENTS)),
        f"{elements:,} elements": lambda: _long_session(2, elements),
        f"a message of {large / 1e6:g} MB": lambda: session_of(3, message_of("MRN-3", large)),
    }
    folder = setup.folder / f"window-special-{elements}-{large}"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        for make in (*makers.values(), lambda: session_of(4)):
            put(folder / "sessions", make())
        (folder / "made").touch()
    return folder, {name: session_of(number).session_id for number, name in enumerate(makers, 1)}


def _long_session(number: int, elements: int) -> Session:
    """A result and its answer, again and again."""
    pair = (message_of("MRN-2"), "MSH|^~\\&|LIS|HOSPITAL|A|LAB|20261121101530||ACK^R01|A1|P|2.5.1\rMSA|AA|MMRN-2\r")
    session = session_of(number, *(pair * (elements // 2)))
    for place in range(1, len(session.elements), 2):
        session.elements[place] = session.elements[place]._replace(direction=Direction.LIS_TO_DEVICE)
    return session


def _play(capture: Path, pipe: Path, rate: float) -> None:
    """So many bytes a second into the pipe."""
    import fcntl

    with capture.open("rb") as source, pipe.open("wb", buffering=0) as target:
        fcntl.fcntl(target.fileno(), _SET_PIPE_SIZE, _PIPE_BYTES)
        begin = time.monotonic()
        sent = 0
        while True:
            due = int((time.monotonic() - begin) * rate) - sent
            if due < rate * _STEP:
                time.sleep(_STEP)
                continue
            data = source.read(min(due, _PIPE_BYTES))
            if not data:
                return
            sent += len(data)
            while data:
                data = data[target.write(data) :]


def _run(name: str, folder: Path, *arguments: str, **settings: int) -> dict[str, Any]:
    """The window over a folder, with settings of its own."""
    with tempfile.TemporaryDirectory() as config:
        (Path(config) / "settings.json").write_text(json.dumps(settings))
        return _ran(
            "tests.benchmarks.window_run",
            lambda begin: [name, begin, os.fspath(folder), *arguments],
            HL7CAPTURE_CONFIG_DIR=config,
        )


def _ran(module: str, arguments: Callable[[str], list[str]], **variables: str) -> dict[str, Any]:
    environment_ = {"QT_QPA_PLATFORM": "offscreen", **environment(), **variables}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments(repr(time.monotonic()))],
        stdout=subprocess.PIPE,
        check=True,
        env=environment_,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _leave_page_cache() -> None:
    """What the program is made of has to be read from the disk again, as far as nobody else uses it (Linux)."""
    import PySide6

    import hl7capture

    for package in (PySide6, hl7capture, json):
        for path in Path(str(package.__file__)).parent.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "sessions").mkdir(parents=True)
    return folder


def _bound(setup: Setup, high: float | None = None, low: float | None = None) -> dict[str, float]:
    """At the real size alone: smaller ones say nothing of time and memory."""
    bounds = {"high": high, "low": low}
    return {name: bound for name, bound in bounds.items() if bound is not None and setup.size == 1}

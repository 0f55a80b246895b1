"""The window itself, as a person starts it, watched from inside; prints a line of JSON.

    python -m tests.benchmarks.window_run start BEGIN FOLDER
    python -m tests.benchmarks.window_run stream BEGIN FOLDER PIPE SECONDS
    python -m tests.benchmarks.window_run choose BEGIN FOLDER SESSION …

BEGIN: `time.monotonic()` just before this process was started. FOLDER: of sessions. SECONDS: how long what comes by
the pipe comes at the rate that is measured. It is the program's own `run`; only its window notes when it has painted,
how long that took, and for how long the GUI's thread gave no answer.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QPaintEvent

from hl7capture.app.controller import CaptureController, State
from hl7capture.model.events import Counters
from hl7capture.sources.files import file_source
from hl7capture.ui import main as program
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.recent_files import RecentFiles

_HEARTBEAT_MS = 5
_LONG = 0.05  # seconds: a pause that a person notices
_LOOK_SECONDS = 2.0  # at a session that grows, or at the list
_REST_SECONDS = 0.5  # after which what begins with choosing a session is done
_TABS = 3  # Fields, Text, Hex

Steps = Iterator[Callable[[], bool]]  # what is waited for, one after the other


class Watched(MainWindow):
    """The window, with a clock: seconds. It does `steps` as soon as it is painted, tells what it has seen, and ends."""

    begin = 0.0
    steps: Callable[["Watched"], Steps]

    def __init__(self, controller: CaptureController, recent: RecentFiles) -> None:
        super().__init__(controller, recent)
        self.told: dict[str, Any] = {}
        self.loaded: list[object] = []  # what the list of the folder tells at its end
        controller.store.load_finished.connect(self.loaded.append)
        self.painted = 0.0  # when the last frame was
        self._frames: list[float] = []
        self._pauses: list[float] = []
        self._is_first = True
        self._steps = type(self).steps(self)
        self._is_done: Callable[[], bool] = lambda: bool(self.painted)
        self._beat_at = 0.0
        self._heart = QTimer(self, interval=_HEARTBEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._heart.timeout.connect(self._beat)
        self._heart.start()
        controller.shut_down.connect(lambda _unsaved: print(json.dumps(self.told), flush=True))

    def event(self, event: QEvent) -> bool:
        begin = time.monotonic()
        answer = super().event(event)
        if event.type() is QEvent.Type.UpdateRequest:  # all that has changed was painted in it
            self.painted = time.monotonic()
            self._frames.append(self.painted - begin)
        return answer

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_first:
            self._is_first = False
            QTimer.singleShot(0, self._note_first_paint)  # its parts are painted behind it

    def _note_first_paint(self) -> None:
        self.painted = time.monotonic()
        self.told["painted"] = self.painted - self.begin

    def watch(self) -> None:
        """What was before does not count."""
        self._frames, self._pauses = [], []

    def longest(self) -> float:
        """The longest pause since `watch`."""
        return max(self._pauses, default=0.0)

    def tell_pauses(self) -> None:
        """What was seen since `watch`."""
        self.told |= {
            "longest": self.longest(),
            "long": sum(pause > _LONG for pause in self._pauses),
            "frame": median(self._frames or [0.0]),
            "longestFrame": max(self._frames, default=0.0),
        }

    def _beat(self) -> None:
        now = time.monotonic()
        if self._beat_at:
            self._pauses.append(max(now - self._beat_at - _HEARTBEAT_MS / 1000, 0.0))
        self._beat_at = now
        if not self._is_done():
            return
        following = next(self._steps, None)
        if following is not None:
            self._is_done = following
            return
        self._heart.stop()
        self.told["memory"] = _memory("VmHWM")
        self.controller.shutdown()


def start(window: Watched) -> Steps:
    """Nothing; the welcome page comes to rest before it ends."""
    yield lambda: window.capturing.interface.count() > 0


def stream(pipe: Path, seconds: float, window: Watched) -> Steps:
    """Captures what comes through a pipe; by turns the list follows, and its newest session is looked at as it grows.

    Pauses count as long as what comes is at the rate that is measured.
    """
    controller, table = window.controller, window.table
    counters = Counters()

    def note(_state: object, now: Counters) -> None:
        nonlocal counters
        counters = now

    def is_over() -> bool:
        return controller.state is State.IDLE

    controller.progressed.connect(note)
    controller.start(file_source(pipe, follow=True), persist=True)
    window.go_to_sessions()
    yield lambda: table.lines.rowCount() > 0 or is_over()
    window.watch()
    begin = time.monotonic()
    chosen: list[float] = []
    while time.monotonic() < begin + seconds and not is_over():
        table.selectionModel().clearSelection()
        table.scrollToBottom()  # from here on it follows
        yield _after(_LOOK_SECONDS, is_over)
        newest = table.lines.row(table.lines.rowCount() - 1)
        if newest is not None:
            yield from _choose(window, newest.session_id, chosen)
            bar = window.ladder.verticalScrollBar()
            bar.setValue(bar.maximum())  # and the ladder follows, too
            yield _after(_LOOK_SECONDS, is_over)
    window.tell_pauses()
    window.told["messagesASecond"] = counters.messages / (time.monotonic() - begin)
    yield is_over
    window.told |= {"messages": counters.messages, "chosen": max(chosen, default=0.0), "rest": _memory("VmRSS")}


def choose(session_ids: list[str], window: Watched) -> Steps:
    """Chooses sessions twice, one after the other, and looks at the first message of each in all ways."""
    yield lambda: bool(window.loaded)
    window.go_to_sessions()
    yield _after(_REST_SECONDS)
    told: list[dict[str, float]] = []
    for session_id in [one for one in session_ids for _ in range(2)]:  # it is in memory the second time
        window.table.selectionModel().clearSelection()
        yield _after(_REST_SECONDS)
        window.detail.tabs.setCurrentIndex(0)
        row = window.model.row_of(session_id)
        is_in_memory = row is not None and row.document is not None
        window.watch()
        took: list[float] = []
        yield from _choose(window, session_id, took)
        yield _after(_REST_SECONDS)
        for tab in [*range(1, _TABS), 0]:
            window.detail.tabs.setCurrentIndex(tab)
            yield _after(_REST_SECONDS / 2)
        told.append({"seconds": took[0], "longest": window.longest(), "isInMemory": is_in_memory})
    window.told["chosen"] = told


def _choose(window: Watched, session_id: str, seconds: list[float]) -> Steps:
    """Until its ladder and the fields of its first message are painted."""
    begin = time.monotonic()
    window.table.go_to(session_id)

    def is_shown() -> bool:
        row = window.ladder.row
        is_there = row is not None and row.session_id == session_id and window.detail.fields.model.rowCount() > 0
        return is_there and window.painted > begin

    yield is_shown
    seconds.append(window.painted - begin)


def _after(seconds: float, is_over: Callable[[], bool] = lambda: False) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until or is_over()


def _memory(name: str) -> float:
    """Megabytes that this process alone has in memory (VmRSS), or has had at the most (VmHWM); see proc(5)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def main() -> int:
    name, begin, folder, *arguments = sys.argv[1:]
    if name == "start":
        steps: Callable[[Watched], Steps] = start
    elif name == "stream":
        steps = partial(stream, Path(arguments[0]), float(arguments[1]))
    else:
        steps = partial(choose, arguments)
    Watched.begin, Watched.steps = float(begin), staticmethod(steps)
    program.MainWindow = Watched  # type: ignore[misc]
    return program.run([], Path(folder))


if __name__ == "__main__":
    sys.exit(main())

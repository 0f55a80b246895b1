"""A store in a process of its own, so that its disk can be taken away.

    python -m tests.support.keeper FOLDER

Reads a command a line from standard input and answers with a line of JSON: the number of sessions asked for, those
that are saved, that wait, the store's problem, where sessions were put aside, and the longest time in milliseconds
that the thread that brings sessions was kept.

    save N          another thread brings N sessions, each noted as open before
    grow            a session that stays open gets one message more, and its journal is written
    run COMMAND     a shell command, in this process's view of the file system
    saved N         waits until N are saved
    load            what a program does at its start
    settle SECONDS  waits until nothing waits any more
    problem SECONDS waits until the store has a problem
    bound BYTES     how much may wait in memory
    status
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from hl7capture.model.settings import Settings
from hl7capture.store.session_store import SessionStore
from tests.support.sessions import complete, grow, open_session


class Keeper:
    def __init__(self, folder: Path) -> None:
        self.store = SessionStore(Settings().changed(autosaveSeconds=1), folder)
        self.asked = 0
        self.saved: set[str] = set()
        self.lost: list[str] = []
        self.longest = 0.0
        self.growing = open_session(999)
        self.store.saved.connect(lambda session: self.saved.add(session.session_id))
        self.store.lost.connect(lambda session_id, _why: self.lost.append(session_id))

    def save(self, count: int) -> None:
        thread = threading.Thread(target=self._bring, args=(count,))
        thread.start()
        self.until(lambda: not thread.is_alive(), 60)

    def _bring(self, count: int) -> None:
        for _ in range(count):
            self.asked += 1
            session = open_session(1000 + self.asked, elements=8)
            self._timed(lambda session=session: self.store.note(session))  # type: ignore[misc]
            grow(session, "OBX|" + "x" * 8000)
            complete(session)
            self._timed(lambda session=session: self.store.save(session))  # type: ignore[misc]
            time.sleep(0.0005)

    def _timed(self, work: Callable[[], None]) -> None:
        before = time.perf_counter()
        work()
        self.longest = max(self.longest, time.perf_counter() - before)

    def grow(self) -> None:
        grow(self.growing)
        self.store.note(self.growing)
        self.store.force_save(2)

    def until(self, is_so: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not is_so() and time.monotonic() < deadline:
            QCoreApplication.processEvents()
            time.sleep(0.002)

    def status(self) -> dict[str, object]:
        QCoreApplication.processEvents()
        return {
            "asked": self.asked,
            "saved": len(self.saved),
            "waiting": self.store.waiting,
            "problem": self.store.problem,
            "aside": str(self.store.aside or ""),
            "lost": len(self.lost),
            "longest_ms": round(self.longest * 1000, 2),
        }

    def obey(self, line: str) -> None:
        command, _, argument = line.strip().partition(" ")
        if command == "save":
            self.save(int(argument))
        elif command == "grow":
            self.grow()
        elif command == "run":
            subprocess.run(argument, shell=True, check=True, stdout=sys.stderr)
        elif command == "load":
            self.store.load()
        elif command == "saved":
            self.until(lambda: len(self.saved) >= int(argument), 20)
        elif command == "settle":
            self.until(lambda: self.store.waiting == 0 and not self.store.problem, float(argument))
        elif command == "problem":
            self.until(lambda: bool(self.store.problem), float(argument))
        elif command == "bound":
            self.store.limit_waiting(int(argument))


def main() -> None:
    application = QCoreApplication(sys.argv[:1])
    keeper = Keeper(Path(sys.argv[1]))
    for line in iter(sys.stdin.readline, ""):
        keeper.obey(line)
        # Not write(2): a test may have that call fail.
        os.writev(sys.stdout.fileno(), [json.dumps(keeper.status()).encode() + b"\n"])
    keeper.store.close(2)
    del application


if __name__ == "__main__":
    main()

"""One run of what `tests.benchmarks.keeping` measures, in a process of its own; prints a line of JSON.

python -m tests.benchmarks.keeping_run durable FOLDER SESSIONS
unshare --net python -m tests.benchmarks.keeping_run latency FOLDER TRANSFERS
unshare --mount python -m tests.benchmarks.keeping_run waits FOLDER none|full|read-only|errors|stalled
"""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from hl7capture.model.settings import Settings
from hl7capture.store.document import to_document
from hl7capture.store.session_store import SessionStore
from tests.benchmarks.measure import OURS
from tests.support.keeper import Keeper
from tests.support.sessions import complete, grow, open_session
from tests.support.speech import oru, stx_transfer
from tests.support.talk import talk

_RESULT = "OBX|1|NM|GLU^Glucose||5.4|mmol/L|3.9-6.1|N|||F" * 10


def durable(folder: Path, count: int) -> dict[str, float]:
    store = SessionStore(Settings(), folder / "output")
    sessions = []
    for number in range(count):
        session = open_session(number)
        while len(session.elements) < 9:  # 16 kB of document
            grow(session, _RESULT)
        sessions.append(complete(session))
    before = time.perf_counter()
    for session in sessions:
        store.save(session)
    unsaved = store.flush(300)
    seconds = time.perf_counter() - before
    assert not unsaved
    store.close()
    return {"seconds": seconds, "bytes": len(to_document(sessions[0]))}


def latency(folder: Path, transfers: int) -> dict[str, float]:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    command = [*OURS, "capture", "-i", "lo", "--json", "--output-folder", os.fspath(folder)]
    delays: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        while b"Listening" not in process.stderr.readline():
            pass

        def read() -> None:
            delays.extend(time.time() * 1000 - json.loads(line)["endTime"] for line in process.stdout or ())

        reader = threading.Thread(target=read)
        reader.start()
        for _ in range(transfers):
            talk(stx_transfer(oru()))
            time.sleep(0.02)
        time.sleep(1)
        process.terminate()
        reader.join()
    assert len(delays) == transfers
    return {"p50": statistics.median(delays), "p99": statistics.quantiles(delays, n=100)[98]}


def waits(folder: Path, fault: str) -> dict[str, float]:
    keeper = Keeper(folder / "disk" / "output")
    if fault in ("full", "read-only"):
        disk = folder / "disk"
        disk.mkdir()
        keeper.obey(f"run mount -t tmpfs -o size=16m tmpfs {disk}")
    keeper.obey("save 150")
    if fault == "full":
        keeper.obey(f"run head -c 16700000 /dev/zero > {disk}/ballast || true")
    elif fault == "read-only":
        keeper.obey("settle 20")
        keeper.obey(f"run mount --bind {disk} {disk} && mount -o remount,bind,ro {disk}")
    keeper.obey("save 50")
    if fault != "none":
        keeper.obey("problem 15")
    keeper.obey("save 50")
    if fault == "full":
        keeper.obey(f"run rm {disk}/ballast")
    elif fault == "read-only":
        keeper.obey(f"run umount {disk}")
    deadline = time.monotonic() + 400
    while keeper.store.waiting and time.monotonic() < deadline:
        keeper.obey("settle 5")
    keeper.status()
    keeper.store.close()
    return {"longest": keeper.longest * 1000, "missing": keeper.asked - len(keeper.saved), "lost": len(keeper.lost)}


def main() -> None:
    what, folder, argument = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    application = QCoreApplication(sys.argv[:1])
    if what == "durable":
        told = durable(folder, int(argument))
    elif what == "latency":
        told = latency(folder, int(argument))
    else:
        told = waits(folder, argument)
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    del application


if __name__ == "__main__":
    main()

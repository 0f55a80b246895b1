"""Listens on loopback to one conversation of its own, and prints how it went as JSON: for tests that take rights away.

python -m tests.support.listen_once [HELPER]        HELPER: the interpreter that runs the capture helper
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from hl7capture.model.source import SourceError
from hl7capture.sources import capture_helper
from hl7capture.sources.live import LiveSource
from tests.support.speech import answer, mllp, oru
from tests.support.talk import talk

_WANTED = ("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs")


def status_of(pid: int) -> dict[str, str]:
    """Who a process is and what it may do; all its threads alike."""
    statuses = []
    for path in Path(f"/proc/{pid}/task").glob("*/status"):
        lines = dict(line.split(":", 1) for line in path.read_text().splitlines())
        statuses.append({key: " ".join(lines[key].split()) for key in _WANTED})
    assert all(status == statuses[0] for status in statuses)
    return statuses[0]


def listen(source: LiveSource) -> dict[str, Any]:
    """What came of it."""
    try:
        source.open()
    except SourceError as error:
        return {"failure": str(error), "lacksRights": error.lacks_rights, "isUsage": error.is_usage}
    try:
        assert source.helper_pid is not None
        command = Path(f"/proc/{source.helper_pid}/cmdline").read_bytes().split(b"\0")[0].decode()
        status = status_of(source.helper_pid)
        talk([(0, mllp(oru())), (1, mllp(answer()))])
        data = b""
        until = time.monotonic() + 10
        while b"MSA|AA" not in data and time.monotonic() < until:
            data += source.read() or b""
        source.stop()
        while (more := source.read()) is not None:
            data += more
    finally:
        source.close()
    return {
        "command": command,
        "status": status,
        "hasAll": b"PID|1||SIM-4711" in data and b"MSA|AA" in data,
        "received": source.state.received,
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        capture_helper.helper_interpreter = lambda: sys.argv[1]
    print(json.dumps(listen(LiveSource("lo", "tcp"))))

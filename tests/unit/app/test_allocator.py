"""Memory of one moment serves the next."""

import platform
import subprocess
import sys

import pytest

from hl7capture.app.memory import tame_allocator

# Four threads at once make 50 MB each and keep a little of it, twice; prints how many megabytes the process has then.
_TURNS = """
import threading, sys
from hl7capture.app.memory import tame_allocator
if sys.argv[1] == "tame":
    tame_allocator()
kept, barrier = [], threading.Barrier(4)
def work():
    for _ in range(2):
        barrier.wait()
        made = [bytes(2000 + number % 999) for number in range(20_000)]
        kept.append(made[::500])
        made.clear()
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
after = [bytes(2000 + number % 999) for number in range(60_000)]
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmRSS")))
"""


def test_the_system_takes_it() -> None:
    assert tame_allocator() is (platform.libc_ver()[0] == "glibc")


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heaps")
def test_what_one_thread_has_freed_serves_another() -> None:
    def megabytes(how: str) -> int:
        return int(subprocess.run([sys.executable, "-c", _TURNS, how], capture_output=True, check=True).stdout)

    assert megabytes("tame") < megabytes("wild") - 50


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert not tame_allocator()

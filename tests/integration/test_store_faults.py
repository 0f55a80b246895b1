"""The disk taken away for real, and given back: every session is there afterwards, and nobody was kept meanwhile."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hl7capture.store.document import from_document
from hl7capture.store.journal import recover

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="takes mount namespaces, tmpfs and strace of Linux")

LONGEST_MS = 50.0  # a shared machine may take the processor away; the benchmarks measure against 5 ms


class Keeper:
    """`tests.support.keeper` in its own mount namespace."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def do(self, command: str) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def keeper(folder: Path, *before: str, temporary: Path | None = None) -> Iterator[Keeper]:
    """before: a command that runs the program, such as strace with its options."""
    spaces = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    environment = {**os.environ, "TMPDIR": str(temporary or folder.parent / "tmp")}
    Path(environment["TMPDIR"]).mkdir(exist_ok=True)
    command = [*spaces, *before, sys.executable, "-m", "tests.support.keeper", str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield Keeper(process)
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def sessions_in(folder: Path) -> int:
    """Documents that are whole; no leftovers beside them."""
    names = sorted((folder / "sessions").iterdir())
    for path in names:
        assert from_document(path.read_bytes()).session_id == path.stem
    return len(names)


def copied(keeper: Keeper, mount: Path, to: Path) -> Path:
    """What lies on a mount that only the keeper sees."""
    keeper.do(f"run cp -r {shlex.quote(str(mount))} {shlex.quote(str(to))}")
    return to


def test_a_full_disk_that_is_freed_again(tmp_path: Path) -> None:
    mount = tmp_path / "disk"
    mount.mkdir()
    with keeper(mount / "output") as keep:
        keep.do(f"run mount -t tmpfs -o size=2m tmpfs {mount}")
        keep.do(f"run head -c 1500000 /dev/zero > {mount}/ballast")
        keep.do("save 60")
        full = keep.do("problem 20")
        assert "free some space on the disk" in full["problem"]
        assert full["saved"] + full["waiting"] == 60
        assert full["waiting"] > 0
        more = keep.do("save 10")
        assert more["longest_ms"] < LONGEST_MS
        keep.do(f"run rm {mount}/ballast")
        healed = keep.do("settle 20")
        assert (healed["saved"], healed["waiting"], healed["problem"], healed["lost"]) == (70, 0, "", 0)
        assert sessions_in(copied(keep, mount / "output", tmp_path / "copy")) == 70


def test_a_disk_that_becomes_read_only_and_writable_again(tmp_path: Path) -> None:
    mount = tmp_path / "disk"
    mount.mkdir()
    with keeper(mount / "output") as keep:
        keep.do(f"run mount -t tmpfs tmpfs {mount}")
        keep.do("save 3")
        keep.do("grow")
        assert keep.do("settle 10")["saved"] == 3
        keep.do(f"run mount --bind {mount} {mount} && mount -o remount,bind,ro {mount}")
        keep.do("grow")
        keep.do("save 5")
        told = keep.do("problem 10")
        assert "choose another output folder" in told["problem"]
        keep.do(f"run umount {mount}")
        healed = keep.do("settle 20")
        assert (healed["saved"], healed["waiting"]) == (8, 0)
        keep.do("grow")
        copy = copied(keep, mount / "output", tmp_path / "copy")
    assert sessions_in(copy) == 8
    (journal,) = (copy / "journal").glob("*.jsonl")
    recovered = recover(journal)
    assert (len(recovered.session.elements), recovered.is_whole) == (3, True)


def test_rights_taken_away_and_given_back(tmp_path: Path) -> None:
    """Without the right to pass over permissions, root is like any other user."""
    without = ("setpriv", "--securebits=+noroot", "--inh-caps=-all", "--ambient-caps=-all")
    with keeper(tmp_path / "output", *without) as keep:
        keep.do("save 2")
        assert keep.do("settle 10")["saved"] == 2
        keep.do(f"run chmod 500 {tmp_path}/output/sessions")
        keep.do("save 2")
        assert "give this user the right" in keep.do("problem 10")["problem"]
        keep.do(f"run chmod 700 {tmp_path}/output/sessions")
        assert keep.do("settle 20")["saved"] == 4
    assert sessions_in(tmp_path / "output") == 4


def test_a_folder_that_somebody_removes(tmp_path: Path) -> None:
    with keeper(tmp_path / "output") as keep:
        keep.do("save 2")
        keep.do("settle 10")
        keep.do(f"run rm -r {tmp_path}/output")
        keep.do("save 2")
        assert keep.do("settle 20")["saved"] == 4
    assert sessions_in(tmp_path / "output") == 2


@pytest.mark.parametrize("call", ["fsync", "write", "rename"])
def test_a_disk_that_reports_errors(tmp_path: Path, call: str) -> None:
    """Some calls of every thread fail, again and again: each session is written until it is durable."""
    output = tmp_path / "output"
    calls = {"rename": "rename,renameat,renameat2"}.get(call, call)
    trace = ("strace", "-f", "-qq", "-o", "/dev/null", f"--trace={calls}", f"--inject={calls}:error=EIO:when=2+4")
    with keeper(output, *trace) as keep:
        keep.do("save 12")
        assert "look after the disk" in keep.do("problem 10")["problem"]
        for _ in range(30):
            if keep.do("settle 3")["waiting"] == 0:
                break
        assert keep.do("status")["saved"] == 12
    assert sessions_in(output) == 12


def test_a_disk_that_stalls(tmp_path: Path) -> None:
    output = tmp_path / "output"
    trace = ("strace", "-f", "-qq", "-o", "/dev/null", "--trace=fsync", "--inject=fsync:delay_enter=13000000:when=5")
    with keeper(output, *trace) as keep:
        keep.do("save 20")
        told = keep.do("problem 20")
        assert "has not answered for" in told["problem"]
        assert told["longest_ms"] < LONGEST_MS
        healed = keep.do("settle 20")
        assert (healed["saved"], healed["problem"]) == (20, "")
    assert sessions_in(output) == 20


def test_what_memory_cannot_hold_is_put_aside_and_brought_home(tmp_path: Path) -> None:
    mount, aside = tmp_path / "disk", tmp_path / "aside"
    mount.mkdir()
    with keeper(mount / "output", temporary=aside) as keep:
        keep.do(f"run mount -t tmpfs -o size=2m tmpfs {mount}")
        keep.do(f"run head -c 1900000 /dev/zero > {mount}/ballast")
        keep.do("bound 200000")
        keep.do("save 40")
        keep.do("problem 10")
        full = keep.do("settle 3")
        (place,) = aside.iterdir()
        assert full["aside"] == str(place)
        assert 0 < full["waiting"] < 20  # about 11 kB each
        put_aside = {path.stem for path in place.iterdir()}
        assert len(put_aside) + full["saved"] + full["waiting"] == 40
        assert sorted(put_aside) == [f"20261121T101530.{n % 1000:03d}Z-{n:08x}" for n in _numbers(put_aside)]
        keep.do(f"run rm {mount}/ballast")
        healed = keep.do("settle 30")
        assert (healed["saved"], healed["waiting"], healed["aside"]) == (40, 0, "")
        assert list(place.iterdir()) == []
        assert sessions_in(copied(keep, mount / "output", tmp_path / "copy")) == 40


def _numbers(ids: set[str]) -> list[int]:
    """The oldest of those that could not be saved, one after the other."""
    numbers = sorted(int(session_id[-8:], 16) for session_id in ids)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return numbers


def test_what_cannot_be_saved_at_the_end_comes_home_at_the_next_start(tmp_path: Path) -> None:
    output, aside = tmp_path / "output", tmp_path / "aside"
    output.mkdir()
    (output / "sessions").write_text("in the way")
    with keeper(output, temporary=aside) as keep:
        keep.do("save 4")
        assert keep.do("problem 10")["waiting"] == 4
    (output / "sessions").unlink()
    with keeper(output, temporary=aside) as keep:
        keep.do("load")
        assert keep.do("saved 4")["saved"] == 4
    assert sessions_in(output) == 4

"""Input after input until the time is up; every kind of failure once, made small, as a file."""

import hashlib
import itertools
import json
import os
import re
import subprocess
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.inputs import make
from tests.fuzz.known import known_reason
from tests.fuzz.properties import TooSlowError, check, check_all_ways, check_document, read
from tests.fuzz.shrink import shrink
from tests.support.command import COMMAND

_SHRINKING = 60.0  # seconds
_BATCH = 150  # inputs that the command reads at once
_VARIABLE = re.compile(r"[\d,.]+|\{.*?\}|many sizes")


@dataclass(frozen=True)
class Failure:
    """A kind of failure, seen first with this input. file: the input made small, where it still fails alone."""

    seed: int
    number: int
    text: str
    file: Path

    def __str__(self) -> str:
        again = f"python -m tests.fuzz --seed {self.seed} --number {self.number}"
        return f"{self.text}\n  again: {again}\n  small: {self.file}"


@dataclass
class Outcome:
    """What a run found."""

    inputs: int = 0
    bytes: int = 0
    known: dict[str, int] = field(default_factory=dict)  # failures that are known and open, and how often
    failures: list[Failure] = field(default_factory=list)


def fuzz(seed: int, seconds: float, folder: Path, say: Callable[[str], None], first: int = 0) -> Outcome:
    """Tries inputs from number `first` on until the time is up; failing inputs go to `folder`."""
    outcome = Outcome()
    seen: set[str] = set()
    batch: list[bytes] = []
    until = time.monotonic() + seconds
    for number in itertools.count(first):
        if time.monotonic() > until:
            break
        data = make(seed, number)
        outcome.inputs += 1
        outcome.bytes += len(data)
        text = failure_of(data, number)
        if text is None:
            batch.append(data)
            text = document_failure_of(data, number) if number % 10 == 0 else None
        if text is None and len(batch) == _BATCH:
            text = _failure(check_command, batch)
            if text is not None:
                data = next((one for one in batch if _failure(check_command, [one])), data)
            batch = []
        if text is None:
            continue
        if (reason := known_reason(text, data)) is not None:
            outcome.known[reason] = outcome.known.get(reason, 0) + 1
            continue
        kind = _kind(text)
        if kind not in seen:
            seen.add(kind)
            outcome.failures.append(Failure(seed, number, text, _write(folder, kind, data)))
            say(str(outcome.failures[-1]))
    return outcome


def failure_of(data: bytes, number: int) -> str | None:
    """What is wrong with reading this input, or None."""
    return _failure(check, data, Random(number), with_memory=number % 25 == 0)


def document_failure_of(data: bytes, number: int) -> str | None:
    """What is wrong with reading its first session's document, damaged, or None."""
    sessions = read(data).sessions
    return _failure(check_document, sessions[0], Random(number)) if sessions else None


def check_command(inputs: list[bytes]) -> None:
    """`read --json` of many files: it ends well, with every session on a line, and shows no traceback."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.pcap" for number in range(len(inputs))]
        for file, data in zip(files, inputs, strict=True):
            file.write_bytes(data)
        done = subprocess.run([*COMMAND, "read", "--json", *files], capture_output=True, timeout=600, check=False)
    assert b"Traceback" not in done.stderr, done.stderr.decode()[-2000:]
    assert done.returncode in (0, 1), f"the command ended with {done.returncode}"
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    expected = sum(len(read(data).sessions) for data in inputs)
    assert len(documents) == expected, f"the command printed {len(documents)} sessions, the engine has {expected}"


def memory() -> float:
    """Megabytes that this process holds; 0 where the system does not say."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


def _failure(attempt: Callable[..., None], *arguments: Any, **options: Any) -> str | None:
    try:
        attempt(*arguments, **options)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "hl7capture" in frame.filename]
        place = f" in {Path(frames[-1].filename).name}: {frames[-1].name}" if frames else ""
        return f"{type(error).__name__}: {str(error)[:2000]}{place}"
    return None


def _kind(text: str) -> str:
    """What failures have in common that come from the same fault, as far as can be told."""
    return _VARIABLE.sub("…", text)[:200]


def _write(folder: Path, kind: str, data: bytes) -> Path:
    def still_fails(smaller: bytes) -> bool:
        text = _failure(check_all_ways, smaller)
        return text is not None and _kind(text) == kind and known_reason(text, smaller) is None

    if TooSlowError.__name__ not in kind and still_fails(data):
        data = shrink(data, still_fails, _SHRINKING)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{hashlib.sha256(data).hexdigest()[:12]}.pcap"
    file.write_bytes(data)
    file.with_suffix(".txt").write_text(kind + "\n", encoding="utf-8")
    return file

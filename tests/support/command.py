"""The command as a person runs it: a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "hl7capture"]


def run(*arguments: str, stdin: bytes = b"", timeout: float = 60) -> "subprocess.CompletedProcess[bytes]":
    """Runs to its end."""
    return subprocess.run([*COMMAND, *arguments], input=stdin, capture_output=True, timeout=timeout, check=False)


def children_of(process: int) -> list[int]:
    """The processes that it has started and that still run (Linux)."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for file in tasks for child in file.read_text().split()]


def documents(output: bytes) -> list[dict[str, Any]]:
    """Every line of standard output is one document."""
    return [json.loads(line) for line in output.splitlines()]


def summary_in(stderr: bytes) -> dict[str, Any]:
    """The last line on standard error of `capture --json`."""
    summary: dict[str, Any] = json.loads(stderr.splitlines()[-1])["summary"]
    return summary

"""The capture helper as a program: how it is called, and what it tells."""

import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hl7capture.sources.capture_process import ALL, Counts, Failure, Measure, Started

HELPER_NAME = "hl7capture-helper"
_HELPER = str(Path(__file__).with_name("helper.py"))
# pkexec(1): the dialogue was dismissed; not authorized, or nobody there to ask
_DISMISSED, _NOT_AUTHORIZED = 126, 127


def helper_interpreter() -> str:
    """The Python that runs the capture process.

    Where a copy named hl7capture-helper lies beside this program's Python, it is taken: it alone may then hold the
    right to capture, and no other Python program gets it.
    """
    own = Path(sys.executable)
    copy = own.with_name(HELPER_NAME)
    return str(copy) if os.access(copy, os.X_OK) else str(own)


def helper_command(*arguments: str) -> list[str]:
    """-P: the folder where the program was started, and the helper's own, hold no modules for it."""
    return [helper_interpreter(), "-P", _HELPER, *arguments]


def pkexec() -> str | None:
    """The program that asks a person for an administrator's password, on a desktop; None where there is none."""
    return shutil.which("pkexec") if sys.platform == "linux" else None


def told_by(line: bytes) -> dict[str, Any]:
    """What the helper says in one line; empty where it is something else."""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


class Helper:
    """Captures from one interface. as_administrator: by pkexec, which asks the person; the rights end with it."""

    signal_after = None

    def __init__(
        self, interface: str, capture_filter: str, measure: Measure = ALL, *, as_administrator: bool = False
    ) -> None:
        # `--` and `=`: neither an interface's name nor a filter is ever taken for an option.
        limits = [f"--snap-length={measure.snap_length}", f"--buffer={measure.kernel_bytes}"] if measure != ALL else []
        self._command = helper_command("capture", f"--filter={capture_filter}", *limits, "--", interface)
        self._as_administrator = as_administrator
        if as_administrator:
            self._command = [pkexec() or "pkexec", str(Path(sys.executable).absolute()), *self._command[1:]]

    @property
    def command(self) -> Sequence[str]:
        return self._command

    def understand(self, line: bytes) -> Failure | Counts | Started | None:
        """See Program."""
        told = told_by(line)
        event = told.get("event")
        if event == "started":
            return Started(int(told["pid"]))
        if event == "counts":
            return Counts(int(told["received"]), int(told["dropped"]), int(told["droppedByInterface"]))
        if event == "error":
            return Failure(str(told.get("kind")), str(told.get("detail")))
        return None

    def failure_at_exit(self, code: int) -> Failure | None:
        """See Program."""
        if self._as_administrator and code in (_DISMISSED, _NOT_AUTHORIZED):
            return Failure("dismissed", "")
        return None

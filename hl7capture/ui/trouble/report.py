"""The report about errors of the program: for its makers, with nothing in it of what was on the wire.

Always in English: it is read by others than the one who copies it.
"""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from hl7capture import __version__
from hl7capture.app.program_errors import Kind, ProgramErrors

_LIBRARIES = ("PySide6-Essentials", "numpy", "msgspec", "hl7apy", "google-re2", "lark", "click", "scapy")


def report_of(errors: ProgramErrors) -> str:
    """All errors so far, the first of them first, below what they happened on."""
    parts = [f"HL7 Capture {__version__}: errors of the program", _surroundings()]
    parts += [_told(number, kind, count) for number, (kind, count) in enumerate(errors.counts.items(), 1)]
    if errors.others:
        parts.append(f"and {errors.others} of other kinds")
    return "\n\n".join(parts) + "\n"


def _surroundings() -> str:
    lines = [
        ("System", platform.platform()),
        ("Python", f"{platform.python_version()} ({sys.implementation.name})"),
        ("Qt", f"{qVersion()}, {QGuiApplication.platformName()}"),
        *((name, _version(name)) for name in _LIBRARIES),
    ]
    return "\n".join(f"{name:<20}{value}" for name, value in lines)


def _told(number: int, kind: Kind, count: int) -> str:
    times = "once" if count == 1 else f"{count} times"
    lines = [f"{number}. {kind.type}, {times}"]
    while True:
        lines += [f"   {place}" for place in kind.places]
        if kind.left_out:
            lines.append(f"   ({kind.left_out} places in the middle are left out)")
        if kind.cause is None:
            return "\n".join(lines)
        kind = kind.cause
        lines.append(f"   which came of {kind.type}")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"

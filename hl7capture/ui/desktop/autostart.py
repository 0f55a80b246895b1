"""Starting with the login, as each system wants it.

Linux: Desktop Application Autostart Specification 0.5, a file of the Desktop Entry Specification 1.5. macOS: an agent,
launchd.plist(5). Windows: the user's Run key.
"""

import os
import plistlib
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QSettings

from hl7capture.store.atomic import write_atomically

_RUN_KEY = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run"
_RUN_NAME = "HL7 Capture"
_LABEL = "org.hl7capture.hl7capture"
_QUOTED = {character: "\\" + character for character in '"`$\\'}


def start_command() -> list[str]:
    """How this program is started again, without its window in the way."""
    own = Path(sys.executable).absolute()
    if getattr(sys, "frozen", False):
        return [str(own), "--minimised"]
    windowed = own.with_name("pythonw.exe")  # without a console
    return [str(windowed if windowed.exists() else own), "-P", "-m", "hl7capture", "--minimised"]


def set_autostart(*, is_wanted: bool, command: list[str], platform: str = sys.platform) -> None:
    """Makes it so; what is so already is left alone. Raises OSError. platform: as sys.platform."""
    if platform == "win32":
        _set_run_key(QSettings(_RUN_KEY, QSettings.Format.NativeFormat), is_wanted=is_wanted, command=command)
        return
    path, content = _agent(command) if platform == "darwin" else _desktop_entry(command)
    if not is_wanted:
        path.unlink(missing_ok=True)
    elif not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)


def _desktop_entry(command: list[str]) -> tuple[Path, bytes]:
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    # Quoted as an argument first, then as a string value: both have backslashes of their own.
    value = " ".join(map(_quoted, command)).replace("\\", "\\\\")
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Name=HL7 Capture",
        "Comment=Listens to the conversation between medical devices and the LIS",
        f"Exec={value}",
        "Icon=hl7capture",
        "Terminal=false",
        "",
    )
    return folder / "autostart" / "hl7capture.desktop", "\n".join(lines).encode()


def _quoted(argument: str) -> str:
    """An argument of the key Exec. Raises OSError where it cannot stand there."""
    if not argument.isprintable():
        raise OSError(f"the program's path cannot stand in a desktop entry: {argument!r}")
    return '"' + "".join(_QUOTED.get(character, character) for character in argument).replace("%", "%%") + '"'


def _agent(command: list[str]) -> tuple[Path, bytes]:
    agent = {"Label": _LABEL, "ProgramArguments": command, "RunAtLoad": True, "ProcessType": "Interactive"}
    return Path.home() / "Library" / "LaunchAgents" / f"{_LABEL}.plist", plistlib.dumps(agent)


def _set_run_key(key: QSettings, *, is_wanted: bool, command: list[str]) -> None:
    if is_wanted:
        key.setValue(_RUN_NAME, subprocess.list2cmdline(command))
    else:
        key.remove(_RUN_NAME)
    key.sync()
    if key.status() is not QSettings.Status.NoError:
        raise OSError("the registry's Run key cannot be written")

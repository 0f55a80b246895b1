"""What to do when capturing does not work, for the system at hand, in commands that can be copied.

A command stands in a line of its own, indented by two blanks: `commands_in` finds it again.
"""

import platform
import shlex
import sys
from pathlib import Path

from hl7capture.model.source import SourceError
from hl7capture.sources.capture_helper import HELPER_NAME
from hl7capture.sources.capture_process import Failure
from hl7capture.sources.dumpcap import forbidden_dumpcap

_INDENT = "  "
_LINKS = ("https://npcap.com", "https://www.wireshark.org")


def commands_in(text: str) -> list[str]:
    """The commands in what is said below."""
    return [line.strip() for line in text.splitlines() if line.startswith(_INDENT)]


def link_in(text: str) -> str:
    """The page that has what is missing; "" where none is named. Only those named below are ever opened."""
    return next((link for link in _LINKS if link in text), "")


def missing_permission(system: str | None = None) -> str:
    """No right to capture."""
    system = system or platform.system()
    if system == "Windows":
        return (
            "Npcap lets only administrators capture on this machine. Start HL7 Capture as administrator, or install "
            "Npcap again without the option “Restrict Npcap driver's access to Administrators only”."
        )
    if system == "Darwin":
        return (
            "The devices /dev/bpf* may not be opened. Install ChmodBPF, which comes with Wireshark "
            "(https://www.wireshark.org), and log in again: it opens them to the group access_bpf. Or start with sudo."
        )
    python = shlex.quote(str(Path(sys.executable).resolve()))
    helper = shlex.quote(str(Path(sys.executable).with_name(HELPER_NAME)))
    return (
        "Give the right to the capture helper alone, once:\n"
        f'  sudo install -m 0750 -g "$(id -gn)" {python} {helper}\n'
        f"  sudo setcap cap_net_raw+ep {helper}\n"
        f"{_wireshark_group()}or start the command with sudo."
    )


def _wireshark_group() -> str:
    """Where Wireshark's dumpcap may capture already, and only this user may not run it."""
    forbidden = forbidden_dumpcap()
    if forbidden is None:
        return ""
    try:
        group = shlex.quote(forbidden.group())
    except (KeyError, OSError):
        return ""
    return f'or join the group that may capture with Wireshark, and log in again:\n  sudo usermod -aG {group} "$USER"\n'


def missing_library(system: str | None = None) -> str:
    """No libpcap, no Npcap."""
    system = system or platform.system()
    if system == "Windows":
        return "Npcap is not installed. Get it from https://npcap.com and install it, then start HL7 Capture again."
    if system == "Darwin":
        return "libpcap, a part of macOS, could not be loaded. Reinstalling the command line tools brings it back."
    if Path("/etc/debian_version").exists():
        return "libpcap is not installed. Install it:\n  sudo apt-get install libpcap0.8"
    return "libpcap is not installed. Install your distribution's package of it (libpcap)."


def source_error(failure: Failure, interface: str = "", expression: str = "") -> SourceError:
    """What a capture process failed at, in words for a person."""
    kind, detail = failure.kind, failure.detail
    on_interface = f" on {interface}" if interface else ""
    if kind == "library":
        return SourceError(missing_library())
    if kind == "permission":
        text = f"Listening{on_interface} is not allowed for this user. {missing_permission()}"
        return SourceError(text, lacks_rights=True)
    if kind == "dismissed":
        text = f"Listening{on_interface} did not begin: the administrator's password was not given."
        return SourceError(text, lacks_rights=True)
    if kind == "interface":
        return SourceError(
            f"There is no interface “{interface}”. `hl7capture interfaces` lists those that are there.", is_usage=True
        )
    if kind == "down":
        return SourceError(f"The interface {interface} is down. Bring it up, or take another one.")
    if kind == "filter":
        return SourceError(f"The capture filter “{expression}” is wrong: {detail}.", is_usage=True)
    if kind == "gone":
        return SourceError(f"The interface {interface} has gone away ({detail}). What was captured is kept.")
    return SourceError(f"Capturing{on_interface} failed: {detail}.")

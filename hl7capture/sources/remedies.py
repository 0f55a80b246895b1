"""What to do when capturing does not work, for the system at hand, in commands that can be copied."""

import os
import platform
import shlex
import sys
from pathlib import Path

HELPER_NAME = "hl7capture-helper"


def helper_interpreter() -> str:
    """The Python that runs the capture process.

    Where a copy named hl7capture-helper lies beside this program's Python, it is taken: it alone may then hold the
    right to capture, and no other Python program gets it.
    """
    own = Path(sys.executable)
    copy = own.with_name(HELPER_NAME)
    return str(copy) if os.access(copy, os.X_OK) else str(own)


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
            "The devices /dev/bpf* may not be opened. Install ChmodBPF (it comes with Wireshark), or start with sudo."
        )
    python = shlex.quote(str(Path(sys.executable).resolve()))
    helper = shlex.quote(str(Path(sys.executable).with_name(HELPER_NAME)))
    return (
        "Give the right to the capture helper alone, once:\n"
        f'  sudo install -m 0750 -g "$(id -gn)" {python} {helper}\n'
        f"  sudo setcap cap_net_raw+ep {helper}\n"
        "or start the command with sudo."
    )


def missing_library(system: str | None = None) -> str:
    """No libpcap, no Npcap."""
    system = system or platform.system()
    if system == "Windows":
        return "Npcap is not installed. Get it from https://npcap.com and install it, then start HL7 Capture again."
    if system == "Darwin":
        return "libpcap, a part of macOS, could not be loaded. Reinstalling the command line tools brings it back."
    if Path("/etc/debian_version").exists():
        return "libpcap is not installed. Install it: sudo apt-get install libpcap0.8"
    return "libpcap is not installed. Install your distribution's package of it (libpcap)."

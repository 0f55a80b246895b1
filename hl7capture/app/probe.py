"""The probe: this machine, as its sessions name it."""

import socket


def probe_name() -> str:
    """The machine's name."""
    return socket.gethostname() or "probe"

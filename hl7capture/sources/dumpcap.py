"""Wireshark's dumpcap as a program that captures: where its group may use it, no other right is needed.

dumpcap(1). It ends by a signal. Its counts come at its end only.
"""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from hl7capture.sources.capture_process import ALL, Counts, Failure, Measure, Started

_COUNTS = re.compile(rb"Packets received/dropped on interface .*: (\d+)/\d+ \(pcap:(\d+)/.*ps_ifdrop:(\d+)\)")
_FILTER = re.compile(r"valid capture filter \((.*)\)\.?$")
# What its sentences mean; capture/capture-pcap-util.c and dumpcap.c of Wireshark.
_SENTENCES = (
    ("permission to capture", "permission"),
    ("sufficient permission", "permission"),
    ("no device named", "interface"),
    ("is not up", "down"),
    ("no longer attached", "gone"),
)


def dumpcap() -> str | None:
    """Its path, where this user may run it."""
    found = shutil.which("dumpcap")
    if found is None and os.name != "nt":  # /usr/sbin is not on everybody's path
        found = next((path for path in ("/usr/bin/dumpcap", "/usr/sbin/dumpcap") if os.access(path, os.X_OK)), None)
    return found


def forbidden_dumpcap() -> Path | None:
    """dumpcap is there, but for a group this user does not belong to."""
    path = Path("/usr/bin/dumpcap")
    return path if path.exists() and not os.access(path, os.X_OK) else None


class Dumpcap:
    """Captures from one interface."""

    signal_after = 0.5  # the kernel keeps packets back once or twice CAP_READ_TIMEOUT (dumpcap.c: 250 ms)

    def __init__(self, path: str, interface: str, capture_filter: str, measure: Measure = ALL) -> None:
        self._command = [
            path,
            "-q",  # no counting of packets on standard error
            "-P",  # pcap, not pcapng
            *("-w", "-"),
            *("-s", str(measure.snap_length)),
            *("-B", str(max(measure.kernel_bytes >> 20, 1))),
            *("-i", interface),
            *(("-f", capture_filter) if capture_filter else ()),
        ]

    @property
    def command(self) -> Sequence[str]:
        return self._command

    def understand(self, line: bytes) -> Failure | Counts | Started | None:
        """See Program."""
        counts = _COUNTS.match(line)
        if counts is not None:
            received, dropped, by_interface = map(int, counts.groups())
            return Counts(received, dropped, by_interface)
        text = line.decode("utf-8", "replace").strip()
        if text.startswith("File:"):
            return Started()
        wrong_filter = _FILTER.search(text)
        if wrong_filter is not None:
            return Failure("filter", wrong_filter[1])
        for words, kind in _SENTENCES:
            if words in text:
                return Failure(kind, text.removeprefix("dumpcap: ").rstrip("."))
        if text.startswith("dumpcap: ") and "Invalid capture filter" not in text:
            return Failure("capture", text.removeprefix("dumpcap: ").rstrip("."))
        return None

    def failure_at_exit(self, _code: int) -> Failure | None:
        """See Program."""
        return None

"""What a person names as a capture: a file, a folder of captures, or a pattern (some shells do not expand them)."""

import glob
import re
from pathlib import Path

from hl7capture.model.source import SourceError

# As tcpdump, dumpcap and Wireshark name them; tcpdump -C counts behind the suffix (x.pcap1), and -z packs.
_CAPTURE = re.compile(r"\.(pcap|pcapng|cap|dmp)\d*(\.(gz|zst))?\Z", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)")


def capture_paths(name: str) -> list[Path]:
    """The paths that `name` stands for, those of a folder or pattern by name, numbers in them by value. Raises
    SourceError where a folder or a pattern has none."""
    path = Path(name)
    try:
        if path.is_dir():
            paths = [entry for entry in path.iterdir() if is_capture_name(entry.name) and not entry.is_dir()]
            if not paths:
                raise SourceError(f"The folder {path} holds no capture (pcap, pcapng, cap, dmp; also .gz and .zst).")
        elif glob.has_magic(name) and not path.exists():
            paths = [entry for entry in map(Path, glob.glob(name)) if not entry.is_dir()]  # noqa: PTH207 - also absolute
            if not paths:
                raise SourceError(f"No file matches {name}.")
        else:
            paths = [path]
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
    return sorted(paths, key=_natural)


def is_capture_name(name: str) -> bool:
    """Whether a file is named as captures are."""
    return _CAPTURE.search(name) is not None


def _natural(path: Path) -> list[tuple[int, int | str]]:
    """x.pcap9 comes before x.pcap10."""
    parts = _NUMBER.split(str(path))
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]

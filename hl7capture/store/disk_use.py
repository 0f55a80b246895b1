"""How much of the disk the output folder takes."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from hl7capture.store.index import FILE
from hl7capture.store.scanning import scan


@dataclass(slots=True, frozen=True)
class DiskUse:
    """sessions: files; size: their bytes; index: bytes of the index; free: bytes left on the disk."""

    sessions: int
    size: int
    index: int
    free: int


def disk_use(root: Path) -> DiskUse:
    """Goes through the folder; not for the thread of a window. Raises OSError."""
    files = scan(root / "sessions")
    index = sum(path.stat().st_size for path in root.glob(f"{FILE}*"))
    there = next(folder for folder in (root, *root.absolute().parents) if folder.is_dir())
    return DiskUse(len(files), sum(file.size for file in files), index, shutil.disk_usage(there).free)

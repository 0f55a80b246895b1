"""The raw packets on disk beside the sessions: one pcap file, or a bounded ring of them.

A thread of its own writes. What it cannot take in time, because the disk is slow, full or gone, is left out of the
files and counted; the capture itself never waits, and the sessions have all of it.
"""

import os
import re
import stat
import threading
import time
from collections import deque
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from hl7capture.model.source import SourceError
from hl7capture.sources.pcap_records import FILE_HEADER, NotPcapError, RecordSplitter

MEGABYTE = 1_000_000
_MOST_WAITING = 64 << 20  # bytes
_RETRY_SECONDS = 5.0
_CLOSE_SECONDS = 5.0
_FILES_OF_A_FOLDER = 10  # how many files its bound is divided into
_OF_A_RING = re.compile(r".*_\d{5,}_\d{14}\.pcap")


def file_name_of(interface: str) -> str:
    """An interface's name as it may stand in a file's on every system."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", interface).strip(".-")[:60] or "interface"


class Ring:
    """Which file comes next, and which ones go. Shared by all who write below one bound.

    file_bytes: the size at which a file is full. most_files, most_bytes: the bound of all together; None: there is
    none. folder: its files of earlier rings count too, and are the first to go.
    """

    def __init__(
        self,
        file_bytes: int,
        *,
        most_files: int | None = None,
        most_bytes: int | None = None,
        folder: Path | None = None,
    ) -> None:
        self.file_bytes = file_bytes
        self._most_files = most_files
        self._most_bytes = most_bytes
        self._folder = folder
        self._is_folder_known = folder is None
        self._sizes: dict[Path, int] = {}  # oldest first; a file that is being written counts as full
        self._number = 0
        self._lock = threading.Lock()

    @classmethod
    def of_folder(cls, folder: Path, most_bytes: int, writers: int = 1) -> "Ring":
        """A folder of our own that never holds more than `most_bytes`."""
        return cls(max(MEGABYTE, most_bytes // (_FILES_OF_A_FOLDER * writers)), most_bytes=most_bytes, folder=folder)

    @property
    def is_of_a_folder(self) -> bool:
        return self._folder is not None

    def next_path(self, base: Path) -> Path:
        """`base_00001_20261121101530.pcap`, as dumpcap names them; there is room for it now. Raises OSError."""
        with self._lock:
            if self._folder is not None and not self._is_folder_known:
                _make_folder(self._folder)
                self._know(self._folder)
            self._make_room()
            path = base
            while path == base or path.exists():  # a start in the same second as another one
                self._number += 1
                path = base.with_name(f"{base.stem}_{self._number:05d}_{datetime.now():%Y%m%d%H%M%S}{base.suffix}")
            self._sizes[path] = self.file_bytes
            return path

    def finished(self, path: Path) -> None:
        """Nothing is written to it any more."""
        with self._lock:
            try:
                self._sizes[path] = path.stat().st_size
            except OSError:
                self._sizes.pop(path, None)

    def _know(self, folder: Path) -> None:
        found = []
        for path in folder.iterdir():
            if _OF_A_RING.fullmatch(path.name) and path.is_file():
                status = path.stat()
                found.append((status.st_mtime, path, status.st_size))
        self._sizes = {path: size for _, path, size in sorted(found)} | self._sizes
        self._is_folder_known = True

    def _make_room(self) -> None:
        while self._sizes and self._is_full():
            oldest = next(iter(self._sizes))
            oldest.unlink(missing_ok=True)
            del self._sizes[oldest]

    def _is_full(self) -> bool:
        if self._most_files is not None and len(self._sizes) >= self._most_files:
            return True
        return self._most_bytes is not None and sum(self._sizes.values()) + self.file_bytes > self._most_bytes


class RawPackets:
    """The packets of one source, a pcap stream, to `path`; with a ring, to the files that it names after `path`.

    left_out: packets that are not in the files. problem: why, in a sentence; "" where all is well.
    """

    def __init__(self, path: Path, ring: Ring | None = None) -> None:
        self.path = path
        self.left_out = 0
        self.problem = ""
        self._ring = ring
        self._splitter = RecordSplitter()
        self._records: deque[bytes] = deque()
        self._waiting = 0  # bytes in _records
        self._is_closed = False
        self._changed = threading.Condition()
        self._file: _File | None = None
        self._failed_at = -_RETRY_SECONDS
        self._thread = threading.Thread(target=self._write_all, name="raw-packets", daemon=True)

    def open(self) -> None:
        """Raises SourceError where the file that somebody named cannot be written."""
        if self._ring is None or not self._ring.is_of_a_folder:
            try:
                self._file = self._next_file()
            except OSError as error:
                raise SourceError(f"{self.path} cannot be written: {error.strerror}.") from error
        self._thread.start()

    def put(self, data: bytes) -> None:
        """The next bytes of the stream; returns at once."""
        if self._is_closed:
            return
        try:
            records = self._splitter.feed(data)
        except NotPcapError as error:
            self._is_closed = True
            self.problem = f"Raw packets cannot be kept: {error}"
            return
        if not records:
            return
        with self._changed:
            if self._waiting + len(records) > _MOST_WAITING:
                self._leave_out(records)
                self.problem = f"Raw packets come faster than {self.path.parent} takes them; some are left out there"
                return
            self._records.append(records)
            self._waiting += len(records)
            self._changed.notify_all()

    def close(self) -> None:
        """Writes what waits, in five seconds at the most."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_CLOSE_SECONDS)
        with self._changed:  # what the disk has not taken by now
            for records in self._records:
                self._leave_out(records)
            self._records.clear()

    # -- the writing thread ------------------------------------------------------------------------------------

    def _write_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._records) or self._is_closed)
                if not self._records:
                    break
                records = self._records.popleft()
            self._take(records)
            with self._changed:
                self._waiting -= len(records)
        if self._file is not None:
            if self._splitter.header and not self._file.size:  # no packet has come: a capture all the same
                self._take(b"")
            self._finish_file(self._file)

    def _take(self, records: bytes) -> None:
        if time.monotonic() - self._failed_at < _RETRY_SECONDS:
            self._leave_out(records)
            return
        at = 0
        try:
            file = self._file_in_place()
            if not file.size:
                file.write(self._splitter.header)
            while at < len(records):
                at += self._write_some(records[at:] if at else records)
        except OSError as error:
            self._failed_at = time.monotonic()
            self._leave_out(records[at:])
            reason = error.strerror or type(error).__name__
            self.problem = f"Raw packets cannot be written to {self.path.parent}: {reason}. Capturing goes on"
        else:
            if self._waiting <= _MOST_WAITING // 2:
                self.problem = ""

    def _file_in_place(self) -> "_File":
        if self._file is not None and not self._file.is_in_place():
            self._finish_file(self._file)
        if self._file is None:
            self._file = self._next_file()
        return self._file

    def _write_some(self, records: bytes) -> int:
        """As much as the file has room for; the next file where there is none."""
        assert self._file is not None
        fitting = len(records)
        if self._ring is not None:
            room = self._ring.file_bytes - self._file.size
            fitting = self._splitter.fitting(records, room) if len(records) > room else len(records)
            if not fitting and self._file.size > FILE_HEADER:
                self._finish_file(self._file)
                self._file_in_place().write(self._splitter.header)
                return 0
            if not fitting:  # one packet larger than a whole file
                fitting = self._splitter.first(records)
        self._file.write(records[:fitting])
        return fitting

    def _next_file(self) -> "_File":
        return _File(self.path, is_new=False) if self._ring is None else _File(self._ring.next_path(self.path))

    def _finish_file(self, file: "_File") -> None:
        self._file = None
        file.close()
        if self._ring is not None:
            self._ring.finished(file.path)

    def _leave_out(self, records: bytes) -> None:
        self.left_out += self._splitter.count(records)


class _File:
    """A file that only its owner can read, and that holds whole records only. All methods raise OSError.

    is_new: there must be none of that name; otherwise what is there is replaced.
    """

    def __init__(self, path: Path, *, is_new: bool = True) -> None:
        self.path = path
        self.size = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        flags |= (os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)) if is_new else os.O_TRUNC
        self._descriptor = os.open(path, flags, 0o600)
        self._status = os.fstat(self._descriptor)
        self._is_regular = stat.S_ISREG(self._status.st_mode)
        if self._is_regular and hasattr(os, "fchmod"):
            os.fchmod(self._descriptor, 0o600)

    def write(self, data: bytes) -> None:
        """All of it, or none."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            if self._is_regular:
                with suppress(OSError):
                    os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(data)

    def is_in_place(self) -> bool:
        """False where the file, or its folder, was moved or deleted: what is written then would be lost."""
        if not self._is_regular:
            return True
        try:
            return os.path.samestat(self.path.stat(), self._status)
        except OSError:
            return False

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._descriptor)


def _make_folder(folder: Path) -> None:
    """With its parents; those that are made are for their owner alone."""
    if not folder.is_dir():
        if not folder.parent.is_dir():
            _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)

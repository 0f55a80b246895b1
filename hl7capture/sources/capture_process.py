"""One run of a process that captures: a pcap stream on its standard output, what it tells on its standard error."""

import os
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from hl7capture.model.source import SourceError
from hl7capture.sources.pipe import MOST_WAITING, PipeReader

_STOP_SECONDS = 3.0
_WRAP = 1 << 32  # libpcap's counters are 32 bits wide


@dataclass(slots=True, frozen=True)
class Measure:
    """How much is taken, in bytes: of a packet at most, what the kernel keeps, and what waits to be read here."""

    snap_length: int
    kernel_bytes: int
    most_waiting: int


ALL = Measure(snap_length=262_144, kernel_bytes=64 << 20, most_waiting=MOST_WAITING)


@dataclass(slots=True, frozen=True)
class Failure:
    """Why capturing ended or never began.

    kind: library, permission, dismissed, interface (there is none of that name), down, gone, filter, capture.
    """

    kind: str
    detail: str


@dataclass(slots=True, frozen=True)
class Counts:
    """Packets of one run, as libpcap counts them (pcap_stats)."""

    received: int
    dropped: int
    dropped_by_interface: int


class Program(Protocol):
    """A program that captures, and how to understand it."""

    @property
    def command(self) -> Sequence[str]: ...

    @property
    def signal_after(self) -> float | None:
        """Seconds from `stop` to the signal that ends it, in which the kernel hands it the last packets.

        None: it ends at the end of its standard input, and takes them itself.
        """
        ...

    def understand(self, line: bytes) -> "Failure | Counts | Started | None":
        """A line of its standard error; None where it is only talk."""
        ...

    def failure_at_exit(self, code: int) -> Failure | None:
        """What an exit code tells that no line did."""
        ...


@dataclass(slots=True, frozen=True)
class Started:
    """It captures. pid: of the process that does."""

    pid: int | None = None


class CaptureProcess:
    """Starts `program` at once; raises SourceError where the system cannot."""

    def __init__(self, program: Program, most_waiting: int = MOST_WAITING) -> None:
        self._program = program
        self.failure: Failure | None = None
        self.pid: int | None = None  # of the process that captures, which pkexec's is not
        self._latest = Counts(0, 0, 0)
        self.counts = Counts(0, 0, 0)
        self._started = threading.Event()
        self._signal: threading.Timer | None = None
        self._process = spawn(program.command)
        assert self._process.stdout is not None
        self._reader = PipeReader(self._process.stdout, most_waiting)
        self._listener = threading.Thread(target=self._listen, name="capture-listener", daemon=True)
        self._listener.start()

    def wait_until_started(self) -> bool:
        """False where it ended instead; `failure` says why."""
        self._started.wait()
        return self.failure is None

    def read(self) -> bytes | None:
        """As PipeReader.read; at the end `failure` is known."""
        data = self._reader.read()
        if data is None:
            self._listener.join(_STOP_SECONDS)
        return data

    def stop(self) -> None:
        """Asks it to end; what it has captured can still be read."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        if not self._started.is_set():
            self._terminate()
        elif self._program.signal_after is not None and self._signal is None:
            self._signal = threading.Timer(self._program.signal_after, self._terminate)
            self._signal.daemon = True
            self._signal.start()

    def close(self) -> None:
        """Ends it, by force if it does not end itself."""
        self.stop()
        if self._signal is not None:
            self._signal.cancel()
            self._terminate()
        self._reader.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(OSError, subprocess.TimeoutExpired):  # root's, or stuck in the system: it is left behind
                self._process.kill()
                self._process.wait(_STOP_SECONDS)
        self._listener.join(_STOP_SECONDS)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _terminate(self) -> None:
        with suppress(OSError):  # it has ended, or belongs to root by now and ends with its standard input
            self._process.terminate()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            told = self._program.understand(line)
            if isinstance(told, Started):
                self.pid = told.pid or self._process.pid
                self._started.set()
            elif isinstance(told, Counts):
                self._count(told)
            elif told is not None and self.failure is None:
                self.failure = told
        if self.failure is None:
            self.failure = self._program.failure_at_exit(self._process.wait())
        if self.failure is None and not self._started.is_set():
            self.failure = Failure("capture", "the capture process ended at once")
        self._started.set()

    def _count(self, told: Counts) -> None:
        before, now = self._latest, self.counts
        self._latest = told
        self.counts = Counts(
            now.received + (told.received - before.received) % _WRAP,
            now.dropped + (told.dropped - before.dropped) % _WRAP,
            now.dropped_by_interface + (told.dropped_by_interface - before.dropped_by_interface) % _WRAP,
        )


def spawn(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Starts a process with pipes for all three of its streams. Raises SourceError."""
    try:
        return subprocess.Popen(  # noqa: S603 - arguments are a list, no shell sees them
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            start_new_session=os.name != "nt",  # signals from the terminal are for the program, not for this process
        )
    except OSError as error:
        raise SourceError(f"The capture process {command[0]} cannot be started: {error.strerror}.") from error

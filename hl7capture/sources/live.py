"""Live capture of one interface as a source that outlasts the interface's absence."""

import socket
import sys
import threading
import time

from hl7capture.model.source import SourceError, SourceState
from hl7capture.sources.capture_helper import Helper
from hl7capture.sources.capture_process import ALL, CaptureProcess, Counts, Failure, Measure, Program
from hl7capture.sources.dumpcap import Dumpcap, dumpcap
from hl7capture.sources.link_state import is_up
from hl7capture.sources.pcap_records import NotPcapError, StreamJoiner
from hl7capture.sources.remedies import source_error

_LOOK_SECONDS = 1.0  # from one look at the interface to the next
_LONGEST_PAUSE = 10.0  # between two attempts, where a look at the interface tells nothing
_PATIENCE = 0.1
_ABSENT = ("interface", "down", "gone")  # failures that pass when the interface is back
_EVERY_INTERFACE = "any"


class LiveSource:
    """Packets of one interface as they happen. `capture_filter`: BPF, as in tcpdump.

    An interface that goes down or away is waited for, and capturing goes on when it is back: for whoever reads, it is
    one stream with a silence in it. as_administrator: a person is asked for an administrator's password (pkexec).
    measure: how much is taken of what passes.
    """

    is_live = True

    def __init__(
        self, interface: str, capture_filter: str = "", *, as_administrator: bool = False, measure: Measure = ALL
    ) -> None:
        self.name = interface
        self._filter = capture_filter
        self._measure = measure
        self._as_administrator = as_administrator
        self._lock = threading.Lock()  # of _process, between the reader and `stop`
        self._process: CaptureProcess | None = None
        self._stopping = threading.Event()
        self._is_absent = False
        self._can_look = False  # the system tells whether the interface is up
        self._looked_at = 0.0
        self._pause = _LOOK_SECONDS
        self._stream = StreamJoiner()
        self._before = Counts(0, 0, 0)  # of the processes that have ended

    @property
    def state(self) -> SourceState:
        with self._lock:
            now = self._process.counts if self._process is not None else Counts(0, 0, 0)
            before = self._before
        return SourceState(
            received=before.received + now.received,
            dropped=before.dropped + now.dropped,
            dropped_by_interface=before.dropped_by_interface + now.dropped_by_interface,
            waiting_for=self.name if self._is_absent else "",
        )

    @property
    def helper_pid(self) -> int | None:
        """Of the process that captures."""
        return self._process.pid if self._process is not None else None

    def open(self) -> None:
        """Waits until packets are captured. Raises SourceError."""
        failure = self._start()
        if failure is not None:
            raise source_error(failure, self.name, self._filter)
        self._can_look = is_up(self.name) is True

    def read(self) -> bytes | None:
        """See Source.read."""
        if self._process is None:
            return self._wait()
        data = self._process.read()
        if data is None:
            return self._on_ended(self._process)
        if data:
            self._is_absent = False
            try:
                return self._stream.feed(data)
            except NotPcapError as error:
                raise SourceError(f"Capturing on {self.name} cannot go on: {error}.") from error
        if self._can_look and self._is_time_to_look():
            self._is_absent = not is_up(self.name)
        return b""

    def stop(self) -> None:
        self._stopping.set()
        with self._lock:
            if self._process is not None:
                self._process.stop()

    def close(self) -> None:
        """Ends the capture process, by force if it does not end itself."""
        self.stop()
        self._part_with_process()

    # -- processes ---------------------------------------------------------------------------------------------

    def _start(self) -> Failure | None:
        """The first program that may capture; what the last one said, where none may."""
        failure = self._try(Helper(self.name, self._filter, self._measure, as_administrator=self._as_administrator))
        if failure is None or failure.kind != "permission" or self._as_administrator:
            return failure
        path = dumpcap()
        if path is None or sys.platform == "win32" or self._stopping.is_set():
            return failure
        if not _exists(self.name):  # who lacks the right is not told so by the helper, and dumpcap takes other things
            return Failure("interface", "")
        other = self._try(Dumpcap(path, self.name, self._filter, self._measure))
        # Where dumpcap cannot either, what gives the helper its right is the better advice.
        return other if other is None or other.kind in ("filter", *_ABSENT) else failure

    def _try(self, program: Program) -> Failure | None:
        process = CaptureProcess(program, self._measure.most_waiting)
        with self._lock:
            self._process = process
            if self._stopping.is_set():
                process.stop()
        if process.wait_until_started():
            return None
        self._part_with_process()
        return process.failure

    def _part_with_process(self) -> None:
        process = self._process
        if process is None:
            return
        process.close()
        with self._lock:
            done, before = process.counts, self._before
            self._before = Counts(
                before.received + done.received,
                before.dropped + done.dropped,
                before.dropped_by_interface + done.dropped_by_interface,
            )
            self._process = None

    def _on_ended(self, process: CaptureProcess) -> bytes | None:
        self._part_with_process()
        if self._stopping.is_set():
            return None
        if process.failure is None:
            raise SourceError(f"The capture process on {self.name} ended by itself. What was captured is kept.")
        if process.failure.kind not in _ABSENT:
            raise source_error(process.failure, self.name, self._filter)
        self._is_absent = True
        self._looked_at = time.monotonic()
        self._pause = _LOOK_SECONDS
        return b""

    # -- an interface that is away -----------------------------------------------------------------------------

    def _wait(self) -> bytes | None:
        if self._stopping.wait(_PATIENCE):
            return None
        if not self._is_time_to_look() or (self._can_look and not is_up(self.name)):
            return b""
        failure = self._start()
        if self._stopping.is_set():
            return None
        if failure is None:
            self._is_absent = False
            self._stream.begin_next()
        elif failure.kind not in _ABSENT:
            raise source_error(failure, self.name, self._filter)
        elif not self._can_look:
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)  # every attempt costs a process
        return b""

    def _is_time_to_look(self) -> bool:
        now = time.monotonic()
        if now - self._looked_at < self._pause:
            return False
        self._looked_at = now
        return True


def _exists(interface: str) -> bool:
    if interface == _EVERY_INTERFACE:
        return True
    return any(name == interface for _, name in socket.if_nameindex())

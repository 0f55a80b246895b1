"""Live capture: the helper process as a source, and the list of interfaces."""

import json
import os
import subprocess
import threading
from contextlib import suppress
from typing import Any

from hl7capture.model.source import Interface, SourceError, SourceState
from hl7capture.sources.pipe import PipeReader
from hl7capture.sources.remedies import helper_interpreter, missing_library, missing_permission

_STOP_SECONDS = 3.0
_LIST_SECONDS = 20.0


class LiveSource:
    """Packets of one interface as they happen. `capture_filter`: BPF, as in tcpdump."""

    is_live = True

    def __init__(self, interface: str, capture_filter: str = "") -> None:
        self.name = interface
        self._filter = capture_filter
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: PipeReader | None = None
        self._listener: threading.Thread | None = None
        self._started = threading.Event()
        self._is_stopping = False
        self._failure: dict[str, Any] | None = None
        self._state = SourceState()

    @property
    def state(self) -> SourceState:
        return self._state

    def open(self) -> None:
        """Starts the helper and waits until it captures. Raises SourceError."""
        self._process = _start_helper("capture", self.name, "--filter", self._filter)
        assert self._process.stdout is not None
        self._listener = threading.Thread(target=self._listen, name="capture-helper", daemon=True)
        self._listener.start()
        self._reader = PipeReader(self._process.stdout)
        self._started.wait()
        if self._failure:
            self.close()
            raise self._error(self._failure)

    def read(self) -> bytes | None:
        """See Source.read."""
        assert self._reader is not None
        data = self._reader.read()
        if data is None and self._listener is not None:
            self._listener.join(_STOP_SECONDS)
            if self._failure:
                raise self._error(self._failure)
            if not self._is_stopping:
                raise SourceError(f"The capture helper on {self.name} ended by itself. What was captured is kept.")
        return data

    def stop(self) -> None:
        """The helper ends at the end of its input."""
        self._is_stopping = True
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def close(self) -> None:
        """Ends the helper, by force if it does not end itself."""
        self.stop()
        if self._process is None:
            return
        if self._reader is not None:
            self._reader.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._listener is not None:
            self._listener.join(_STOP_SECONDS)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _listen(self) -> None:
        """Takes what the helper tells on its standard error."""
        assert self._process is not None
        assert self._process.stderr is not None
        for line in self._process.stderr:
            told = _told(line)
            if told.get("event") == "started":
                self._started.set()
            elif told.get("event") == "counts":
                self._state = SourceState(int(told["received"]), int(told["dropped"]))
            elif told.get("event") == "error":
                self._failure = told
        if not self._started.is_set() and self._failure is None:
            self._failure = {"kind": "capture", "detail": "the capture helper ended at once"}
        self._started.set()

    def _error(self, failure: dict[str, Any]) -> SourceError:
        return _source_error(failure, self.name, self._filter)


def interfaces() -> list[Interface]:
    """The interfaces of this machine, those that are up first. Takes a fraction of a second. Raises SourceError."""
    process = _start_helper("interfaces")
    try:
        out, err = process.communicate(timeout=_LIST_SECONDS)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise SourceError("The list of interfaces did not come: the capture helper does not answer.") from error
    if process.returncode != 0:
        failures = [told for told in map(_told, err.splitlines()) if told.get("event") == "error"]
        raise _source_error(failures[-1] if failures else {"kind": "capture", "detail": "the helper failed"}, "", "")
    found = [
        Interface(
            entry["name"],
            entry["description"] or "",
            tuple(entry["addresses"]),
            entry["isUp"],
            entry["isLoopback"],
        )
        for entry in json.loads(out)
    ]
    return sorted(found, key=lambda interface: (not interface.is_up, not interface.addresses))


def _start_helper(*arguments: str) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603 - arguments are a list, no shell sees them
            [helper_interpreter(), "-m", "hl7capture.sources.helper", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            start_new_session=os.name != "nt",  # signals from the terminal are for the program, not for the helper
        )
    except OSError as error:
        raise SourceError(f"The capture helper cannot be started: {error.strerror}.") from error


def _told(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _source_error(failure: dict[str, Any], interface: str, expression: str) -> SourceError:
    kind, detail = str(failure.get("kind")), str(failure.get("detail"))
    if kind == "library":
        return SourceError(missing_library())
    if kind == "permission":
        return SourceError(f"Listening on {interface} is not allowed for this user. {missing_permission()}")
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
    return SourceError(f"Capturing{' on ' + interface if interface else ''} failed: {detail}.")

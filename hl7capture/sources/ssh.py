"""Capturing on another machine: tcpdump there, reached through ssh.

    ssh://[user@]host[:port]/interface

ssh is the system's own, with its configuration, keys and known hosts. What is asked of the other machine: a POSIX
shell, tcpdump, and the right to capture. Nothing is left there: the end of the connection is the end of tcpdump.
"""

import os
import re
import shlex
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, unquote

from hl7capture.model.source import SourceError, SourceState
from hl7capture.sources.pipe import PipeReader

SCHEME = "ssh://"
_CONNECT_SECONDS = 15
_STOP_SECONDS = 4.0
_LAST_WORDS_SECONDS = 1.0
_MOST_LINES, _LONGEST_LINE = 50, 400  # of what the other side tells

_URL = re.compile(
    r"ssh://((?P<user>[^:/@]+)@)?(?P<host>\[[^]/@]+\]|[^][:/@]+)(:(?P<port>\d{1,5}))?/(?P<interface>[^/?#]+)"
)
# ssh puts these into commands of its own (ProxyCommand): nothing that a shell would act upon may be in them.
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._-]+)?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@\\-]*")

_COUNT = re.compile(r"(\d+) packets? (received by filter|dropped by kernel|dropped by interface)")
_CHATTER = re.compile(r"tcpdump: (listening|data link type|verbose output)|\d+ packets? |\s*$")

# Run by a shell of the other machine: tcpdump in the background, until it ends by itself or standard input does.
# SSH_CONNECTION holds address and port of this side and of that side. That connection, which carries the packets, is
# left out of them, or each packet would make another one. The kernel hands packets to tcpdump once a second: so long it
# goes on at the end. `read` is part of the shell, so that killing it leaves nothing behind.
# All is one line in single quotes: so every login shell hands it on to sh.
_BEFORE = (
    "PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin; "
    "set -- $SSH_CONNECTION; "
    'if [ $# -ge 4 ]; then own="tcp and host ${1%%%*} and port $2 and port $4"; else own="tcp port 22"; fi; '
    "exec 3<&0; "
)
_BEHIND = (
    "3<&- & capture=$!; "
    "(read -r end; sleep 1; kill $capture) <&3 >/dev/null 2>&1 & watch=$!; "
    "wait $capture; status=$?; kill $watch 2>/dev/null; exit $status"
)


@dataclass(frozen=True, slots=True)
class RemoteInterface:
    """An interface of another machine. user, port: where they are missing, ssh's own configuration decides."""

    host: str
    interface: str
    user: str = ""
    port: int | None = None

    def __post_init__(self) -> None:
        """Raises SourceError where a part cannot be what it should be."""
        if not _HOST.fullmatch(self.host):
            raise _wrong(f"“{self.host}” is not the name or the address of a host")
        if self.user and not _USER.fullmatch(self.user):
            raise _wrong(f"“{self.user}” is not the name of a user")
        if self.port is not None and not 1 <= self.port <= 65_535:
            raise _wrong("the port must be a number from 1 to 65535")
        if not self.interface or not self.interface.isprintable():
            raise _wrong("the name of the interface is missing")

    @classmethod
    def parse(cls, url: str) -> "RemoteInterface":
        """Raises SourceError where `url` is not ssh://[user@]host[:port]/interface."""
        found = _URL.fullmatch(url)
        if not found:
            raise _wrong(f"“{url}” is something else")
        return cls(
            found["host"].strip("[]"),
            unquote(found["interface"]),
            unquote(found["user"] or ""),
            int(found["port"]) if found["port"] else None,
        )

    @property
    def url(self) -> str:
        """As `parse` takes it."""
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        return f"{SCHEME}{user}{host}{port}/{quote(self.interface, safe='')}"

    @property
    def login(self) -> str:
        """As a person types it behind `ssh`."""
        port = f"-p {self.port} " if self.port else ""
        return f"{port}{self.user}@{self.host}" if self.user else f"{port}{self.host}"


def is_remote(interface: str) -> bool:
    """Whether this names an interface of another machine."""
    return interface.startswith(SCHEME)


def remote_command(interface: str, capture_filter: str) -> str:
    """What the other machine is told to run."""
    # Quoted, each is one word for the shell, and the filter, in brackets, no option for tcpdump. It comes last: what
    # stands behind a `vlan` in it would mean tagged packets.
    restriction = shlex.quote(f"and ({capture_filter})") if capture_filter else ""
    tcpdump = f'tcpdump -U -i {shlex.quote(interface)} -s 0 -w - "not ($own)" {restriction} '
    return f"exec sh -c {shlex.quote(_BEFORE + tcpdump + _BEHIND)}"


class SshSource:
    """Packets of an interface of another machine as they happen. `capture_filter`: BPF, as in tcpdump.

    may_ask: ssh may ask on the terminal for a password, or whether a new host is to be trusted; else it fails there.
    """

    is_live = True

    def __init__(self, url: str, capture_filter: str = "", *, may_ask: bool = False) -> None:
        self.name = url
        self._filter = capture_filter.strip()
        self._may_ask = may_ask
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: PipeReader | None = None
        self._listener: threading.Thread | None = None
        self._first = b""
        self._stopped = threading.Event()
        self._stopped_at = 0.0
        self._lines: list[str] = []
        self._counts: dict[str, int] = {}

    @property
    def state(self) -> SourceState:
        """Packets are counted at the end only: tcpdump tells them then."""
        counts = self._counts
        return SourceState(
            received=counts.get("received by filter"),
            dropped=counts.get("dropped by kernel", 0) + counts.get("dropped by interface", 0) if counts else None,
            is_stopped=self._stopped.is_set(),
            notices=tuple(self._lines),
        )

    def open(self) -> None:
        """Connects, and waits until tcpdump captures there. Raises SourceError."""
        target = RemoteInterface.parse(self.name)
        self._process = process = self._start(target)
        assert process.stdout is not None
        self._listener = threading.Thread(target=self._listen, name="ssh-messages", daemon=True)
        self._listener.start()
        self._reader = PipeReader(process.stdout)
        while not self._first and not self._stopped.is_set():
            data = self._reader.read()
            if data is None:
                self._let_end(process)
                self.close()
                raise _not_begun(target, self._filter, process.returncode, " ".join(self._lines))
            self._first = data  # tcpdump writes the capture's header when it is ready
        if self._stopped.is_set():
            process.kill()

    def read(self) -> bytes | None:
        """See Source.read."""
        assert self._reader is not None
        assert self._process is not None
        if self._first:
            data, self._first = self._first, b""
            return data
        piece = self._reader.read()
        if self._stopped.is_set():
            if time.monotonic() - self._stopped_at > _STOP_SECONDS:
                self._process.kill()  # the other machine does not answer any more
        elif piece is None and not self._stopped.wait(_LAST_WORDS_SECONDS):  # Ctrl+C may reach ssh a moment before
            self._let_end(self._process)
            what = "the connection was lost" if self._process.returncode == 255 else "tcpdump there ended by itself"
            raise SourceError(f"The capture on {self.name} has ended: {what}. What was captured is kept.")
        return piece

    def stop(self) -> None:
        """tcpdump ends at the end of its input; what it has captured still comes."""
        if not self._stopped.is_set():
            self._stopped_at = time.monotonic()
            self._stopped.set()
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def close(self) -> None:
        """Ends ssh, by force if it does not end itself."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        if self._reader is not None:
            self._reader.close()
        self._let_end(self._process)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _start(self, target: RemoteInterface) -> "subprocess.Popen[bytes]":
        options = {
            "BatchMode": "no" if self._may_ask else "yes",
            "ConnectTimeout": str(_CONNECT_SECONDS),
            "ServerAliveInterval": "15",
            "ServerAliveCountMax": "3",
            "ClearAllForwardings": "yes",
            "RequestTTY": "no",
        }
        arguments = ["ssh", *(f"-o{name}={value}" for name, value in options.items())]
        arguments += ["-p", str(target.port)] if target.port else []
        arguments += ["-l", target.user] if target.user else []
        arguments += ["--", target.host, remote_command(target.interface, self._filter)]
        try:
            return subprocess.Popen(  # noqa: S603 - a list: no shell of this machine sees it
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                # Without a terminal nobody is asked, and the signals of the terminal are for the program alone.
                creationflags=0 if self._may_ask else getattr(subprocess, "CREATE_NO_WINDOW", 0),
                start_new_session=os.name != "nt" and not self._may_ask,
            )
        except FileNotFoundError as error:
            raise SourceError(
                "ssh is not installed. Install the OpenSSH client (on Windows it is one of the optional features)."
            ) from error
        except OSError as error:
            raise SourceError(f"ssh cannot be started: {error.strerror}.") from error

    def _let_end(self, process: "subprocess.Popen[bytes]") -> None:
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._listener is not None:
            self._listener.join(_LAST_WORDS_SECONDS)

    def _listen(self) -> None:
        """Takes what ssh and tcpdump tell on standard error."""
        assert self._process is not None
        assert self._process.stderr is not None
        with suppress(OSError, ValueError):
            while line := self._process.stderr.readline(_LONGEST_LINE):
                text = line.decode("utf-8", "replace").strip()
                count = _COUNT.match(text)
                if count:
                    self._counts = {**self._counts, count[2]: int(count[1])}
                elif not _CHATTER.match(text) and len(self._lines) < _MOST_LINES:
                    self._lines.append(text)


def _not_begun(target: RemoteInterface, capture_filter: str, status: int, said: str) -> SourceError:
    """Why there is no capture, from the exit status of ssh (255) or of the other machine's shell, and what was said."""
    words = said.lower()
    if status == 255 and "host key verification failed" in words:
        return SourceError(
            f"{target.host} is not known yet, or its key has changed. Connect once in a terminal, and look at its key: "
            f"ssh {target.login}"
        )
    if status == 255 and "permission denied" in words:
        return SourceError(
            f"{target.host} does not let this user in: {said} Without a terminal nobody can type a password; set up a "
            f"key (ssh-copy-id {target.login}), or use hl7capture capture -i {target.url} in a terminal."
        )
    if status == 255:
        return SourceError(f"{target.host} cannot be reached by ssh: {said}")
    if status == 127:
        return SourceError(f"tcpdump is not installed on {target.host}. Install its package there.")
    if "permission" in words or "not permitted" in words:
        return SourceError(
            f"Listening on {target.url} is not allowed for this user: {said} Log in as another one, or give tcpdump "
            f'the right there, once: sudo setcap cap_net_raw+ep "$(command -v tcpdump)"'
        )
    if "syntax error" in words or "filter expression" in words:
        return SourceError(f"The capture filter “{capture_filter}” is wrong: {said}", is_usage=True)
    if "no such device" in words:
        return SourceError(f"There is no interface “{target.interface}” on {target.host}: {said}", is_usage=True)
    return SourceError(f"Capturing on {target.url} failed: {said or 'nothing was said'} (status {status})")


def _wrong(what: str) -> SourceError:
    return SourceError(f"A remote interface is written ssh://user@host:port/interface, and {what}.", is_usage=True)

"""A PostgreSQL server of the tests' own, on 127.0.0.1 and a socket, with a data folder that goes when it ends."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from hl7capture.archive.connecting import connect
from hl7capture.archive.setting_up import PROBE, set_up

_USER = 65534  # nobody: the server does not run as root
_CONFIGURATION = """\
listen_addresses = '127.0.0.1'
min_wal_size = '4MB'
max_wal_size = '256MB'
port = {port}
unix_socket_directories = '{folder}'
max_connections = 40
shared_buffers = '64MB'
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
log_min_messages = warning
{more}
"""
_ACCESS = """\
local all all trust
local replication all trust
host all +asked 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""


class PostgresServer:
    """One server. Logins that are in the role `asked` need their password, all others need none."""

    def __init__(self, folder: Path, *, is_durable: bool = False, more: str = "", before: tuple[str, ...] = ()) -> None:
        """folder: empty, and may be gone through by everybody. before: what runs all commands, as nsenter does."""
        self.folder = folder
        self.data = folder / "data"
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self._is_durable = is_durable
        self._more = more
        self._before = before
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = count(1)

    def make(self) -> None:
        """Makes the cluster."""
        options = ("-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=1")
        self._make(program("initdb"), "-D", str(self.data), *options)

    def follow(self, primary: "PostgresServer") -> None:
        """Makes it a streaming replica of another, which runs."""
        source = ("-h", str(primary.folder), "-p", str(primary.port), "-U", "postgres")
        self._make(program("pg_basebackup"), "-D", str(self.data), "-R", "-c", "fast", "--no-sync", *source)

    def _make(self, *command: str) -> None:
        durable = "on" if self._is_durable else "off"
        configuration = _CONFIGURATION.format(port=self.port, folder=self.folder, durable=durable, more=self._more)
        if os.geteuid() == 0:
            self._run("chown", str(_USER), str(self.folder), is_root=True)
        self._run(*command)
        self.put("postgresql.conf", configuration)
        self.put("pg_hba.conf", _ACCESS)

    def put(self, name: str, text: str) -> None:
        """A file of its data folder, for its eyes alone."""
        self._run("sh", "-c", f'umask 077; printf %s "$0" > {self.data}/{name}', text)

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        assert self._process is None
        self._process = subprocess.Popen(
            # It ends with the tests, also where these are killed.
            [*self._before, *self._as_user(), "setpriv", "--pdeathsig=QUIT", program("postgres"), "-D", self.data],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        for _ in range(600):
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            assert self._process.poll() is None, "the server has ended at once"
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self, how: int = signal.SIGINT) -> None:
        """Ends it fast; with SIGKILL all its processes, as if the machine had lost its power."""
        if self._process is None:
            return
        if how == signal.SIGKILL:
            for pid in self._pids():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        else:
            self._process.send_signal(how)
        self._process.wait(30)
        self._process = None

    def url(self, role: str = "postgres", database: str = "postgres", port: int | None = None) -> str:
        return f"postgresql://{role}@127.0.0.1:{port or self.port}/{database}"

    def run(self, *command: str) -> None:
        """A command that sees the server's disk, as root."""
        self._run(*command, is_root=True)

    def new_database(self) -> "Database":
        """An empty one."""
        name = f"test_{next(self._databases)}_{os.getpid()}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return Database(self, name)

    def processor_seconds(self) -> float:
        """What the server and its processes have used so far, those that have ended as well."""
        pids = self._pids()
        used = 0
        for pid in pids:
            # utime, stime; and, of the first, of the children that it has waited for (proc(5))
            values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
            used += sum(map(int, values if pid == pids[0] else values[:2]))
        return used / os.sysconf("SC_CLK_TCK")

    def _pids(self) -> list[int]:
        """Of the server and its children. setpriv and nsenter become what they run, so it is the process itself."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def _as_user(self) -> list[str]:
        if os.geteuid() != 0:
            return []
        return ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"]

    def _run(self, *command: str, is_root: bool = False) -> None:
        user = [] if is_root else self._as_user()
        done = subprocess.run([*self._before, *user, *command], capture_output=True, cwd="/", check=False)
        assert done.returncode == 0, done.stderr.decode()


class Database:
    """One database of a server."""

    def __init__(self, server: PostgresServer, name: str) -> None:
        self.server = server
        self.name = name

    def url(self, role: str = "postgres", port: int | None = None) -> str:
        return self.server.url(role, self.name, port)

    def socket_url(self, role: str) -> str:
        """By way of the file system, from another network as well."""
        return f"postgresql://{role}@/{self.name}?host={self.server.folder}&port={self.server.port}"

    def set_up(self) -> None:
        """Makes the archive's tables, as `archive init` does."""
        with closing(connect(self.url())) as connection:
            set_up(connection)

    def ask(self, query: str, *values: object, role: str = "postgres") -> list[tuple[Any, ...]]:
        """The rows of a query; of several statements those of the last."""
        with psycopg.connect(self.url(role), autocommit=True) as connection:
            cursor = connection.execute(query.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def new_login(self, group: str = "") -> str:
        """A login, in a group, as an administrator adds it."""
        name = f"{group.removeprefix('hl7capture_') or 'login'}_{self.name}_{next(_logins)}"
        self.ask(f"CREATE ROLE {name} LOGIN")
        if group:
            self.ask(f"GRANT {group} TO {name}")
        return name

    def new_probe(self) -> str:
        """The login of a probe that has made itself known."""
        role = self.new_login(PROBE)
        self.ask("SELECT hl7capture.register_probe(%s)", role, role=role)
        return role


_logins = count(1)


def program(name: str) -> str:
    """Where a program of the server is; Debian keeps them out of the path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name))
    for place in reversed(places):
        if (place / name).exists():
            return str(place / name)
    found = shutil.which(name)
    assert found is not None, f"PostgreSQL's {name} is missing: install the package postgresql"
    return found


@contextmanager
def postgres_server(*, is_durable: bool = False, more: str = "", megabytes: int = 0) -> Iterator[PostgresServer]:
    """A running server. is_durable: it keeps what it has committed even when it is killed.

    megabytes: of a disk that is its own (tmpfs, in a mount namespace); 0: its data lie where temporary files do.
    """
    folder = _new_folder()
    with small_disk(folder, megabytes) if megabytes else nullcontext(()) as before:
        server = PostgresServer(folder, is_durable=is_durable, more=more, before=before)
        yield from _served(server, server.make)


@contextmanager
def replica_of(primary: PostgresServer) -> Iterator[PostgresServer]:
    """A running server that follows another, and can only be read."""
    server = PostgresServer(_new_folder())
    yield from _served(server, lambda: server.follow(primary))


def _new_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="hl7capture-postgres-"))
    folder.chmod(0o755)
    return folder


def _served(server: PostgresServer, make: Callable[[], None]) -> Iterator[PostgresServer]:
    try:
        make()
        server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)  # nobody needs what it holds
        shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[tuple[str, ...]]:
    """A disk of its own below `folder`; gives what runs a command where that is seen. It goes with the process."""
    script = f"mount -t tmpfs -o size={megabytes}m,mode=755 none {folder} && echo ready && cat"
    holder = subprocess.Popen(["unshare", "--mount", "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"ready\n"
    try:
        yield ("nsenter", "--target", str(holder.pid), "--mount")
    finally:
        holder.communicate(timeout=10)

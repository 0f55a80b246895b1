"""The archive: how fast the sessions of four probes arrive, beside plain COPY; what they take there; and a capture that
archives meanwhile.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import NamedTuple

from hl7capture.archive import sending
from hl7capture.archive.connecting import connect
from hl7capture.archive.marks import FILE
from hl7capture.archive.sending import TABLES
from tests.benchmarks import live
from tests.benchmarks.captures import Plan
from tests.benchmarks.figures import Findings, Setup
from tests.benchmarks.measure import OURS, environment
from tests.benchmarks.reading import made
from tests.benchmarks.stored import MESSAGE
from tests.support.postgres import Database, PostgresServer, postgres_server
from tests.support.stored import message_of, put, session_of

_SESSIONS = 100_000
_PROBES = 4
_SERVER = "shared_buffers = '512MB'\nmax_wal_size = '8GB'\n"  # as an archive of this size has it
_REAPED_SECONDS = 0.3  # until the server has taken note that its processes have ended
_RATE, _SECONDS, _SIZE = 20_000, 60, 1_160  # as the benchmark live-minute: packets a second, seconds, bytes


class _Ran(NamedTuple):
    """Seconds: until the last of several programs had ended; of the processors, that the server used for them."""

    wall: float
    server: float


def archiving(setup: Setup) -> Findings:
    """100 000 sessions of 16 kB from four probes at once; the same by COPY into tables without keys and indexes."""
    count = max(40, round(_SESSIONS * setup.size)) // _PROBES
    folders = [_sessions_of(setup, probe, count) for probe in range(_PROBES)]
    found = Findings()
    with postgres_server(is_durable=True, more=_SERVER) as server:
        archive = server.new_database()
        archive.set_up()
        archive.ask(
            "CREATE TABLE bare_documents (session_id text, document jsonb COMPRESSION lz4);"
            "CREATE TABLE bare_texts (session_id text, position integer, text text COMPRESSION lz4)"
        )
        for table in TABLES:
            archive.ask(f"CREATE TABLE bare_{table.name} ({table.typed})")
        archive.ask("ALTER TABLE bare_sessions ALTER document SET COMPRESSION lz4")
        urls = [archive.url(archive.new_probe()) for _ in range(_PROBES)]
        ours: list[_Ran] = []
        rows: list[_Ran] = []
        bare: list[_Ran] = []
        for number in range(setup.times):  # in turn, so that noise meets both alike
            setup.say(f"archiving, {number + 1} of {setup.times}")
            for what, runs in (("bytes", bare), ("rows", rows)):
                _empty(archive)
                runs.append(_all_at_once(server, [_copying(archive, what, folder) for folder in folders]))
            _empty(archive)
            for folder in folders:
                for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
                    (folder / name).unlink(missing_ok=True)
            pushing = [
                (*OURS, "archive", "push", "--url", url, "--output-folder", folder)
                for url, folder in zip(urls, folders, strict=True)
            ]
            ours.append(_all_at_once(server, pushing))
        there = archive.ask("SELECT count(*) FROM hl7capture.sessions")[0][0]
        found.add("archive: sessions missing there", count * _PROBES - there, unit="", high=0)
        wall, same, plain = (median(ran.wall for ran in runs) for runs in (ours, rows, bare))
        found.add("archive: sessions of 16 kB archived in a second", there / wall, unit="")
        found.add("archive: rate, of plain COPY's of the same rows", same / wall, low=0.5)
        found.add("archive: rate, of plain COPY's of the files alone, unread", plain / wall)
        server_time, plain_server_time = (median(ran.server for ran in runs) for runs in (ours, bare))
        found.add("archive: the server's processor time, of plain COPY's of the files", server_time / plain_server_time)
        _sizes(archive, there, found)
        _index(setup, archive, urls, found)
        _sizes(archive, there, found, " with the index of texts")
        _capture(setup, archive, found)
    return found


def _sessions_of(setup: Setup, probe: int, count: int) -> Path:
    """Made once; with the index that a program which saves them has."""
    folder = setup.folder / f"archived-{probe}-{count}"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        setup.say(f"making {count:,} sessions of probe {probe + 1}")
        for number in range(probe * count, (probe + 1) * count):
            put(folder / "sessions", session_of(number, message_of(f"MRN-{number:06d}", MESSAGE)))
        subprocess.run(
            [*OURS, "sessions", "list", "--limit", str(count), "--output-folder", folder],
            stdout=subprocess.DEVNULL,
            check=True,
            env=environment(),
        )
        (folder / "made").touch()
    return folder


def _empty(archive: Database) -> None:
    archive.ask(
        "TRUNCATE hl7capture.sessions, hl7capture.messages, hl7capture.findings, "
        "bare_sessions, bare_messages, bare_findings, bare_documents, bare_texts"
    )
    archive.ask("CHECKPOINT")


def _copying(archive: Database, what: str, folder: Path) -> Sequence[str | Path]:
    return (sys.executable, "-m", "tests.benchmarks.archiving_run", what, archive.url(), folder)


def _all_at_once(server: PostgresServer, commands: list[Sequence[str | Path]]) -> _Ran:
    used = server.processor_seconds()
    begin = time.perf_counter()
    processes = [
        subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    codes = [process.wait() for process in processes]
    wall = time.perf_counter() - begin
    if any(codes):
        raise RuntimeError(f"{commands[0]} ended with {codes}")
    time.sleep(_REAPED_SECONDS)
    return _Ran(wall, server.processor_seconds() - used)


def _sizes(archive: Database, count: int, found: Findings, more: str = "") -> None:
    ((size,),) = archive.ask(
        "SELECT sum(pg_total_relation_size(relid)) FROM unnest(ARRAY['sessions', 'messages', 'findings']) t, "
        "pg_partition_tree(('hl7capture.' || t)::regclass)"
    )
    found.add(f"archive: bytes a session on its disk{more}", float(size) / count, unit="B")
    if not more:
        rows = sum(archive.ask(f"SELECT count(*) FROM hl7capture.{name}")[0][0] for name in ("messages", "findings"))
        found.add("archive: rows a session", 1 + rows / count, unit="")


def _index(setup: Setup, archive: Database, urls: list[str], found: Findings) -> None:
    """What the probes do when nothing waits; here one after the other, and without a rest."""
    setup.say("archiving, index of texts")
    begin = time.perf_counter()
    for url in urls:
        with closing(connect(url)) as connection:
            probe = sending.registered(connection, "benchmark")
            while sending.index_texts(connection, probe):
                pass
    ((texts,),) = archive.ask("SELECT count(*) FROM hl7capture.messages WHERE text_indexed")
    found.add("archive: texts indexed in a second, later", texts / (time.perf_counter() - begin), unit="")
    archive.ask("VACUUM ANALYZE")
    found.add("archive: a text that one session has, found", 1000 * _timed(lambda: _search(archive)), unit="ms")


def _search(archive: Database) -> None:
    found = archive.ask("SELECT session_id FROM hl7capture.sessions_like('%mrn-000007%')")
    assert len(found) == 1, found


def _timed(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _capture(setup: Setup, archive: Database, found: Findings) -> None:
    """The benchmark live-minute, with all that it captures going to the archive at once."""
    if os.geteuid() != 0:
        return
    seconds = max(1.0, _SECONDS * setup.size)
    plan = Plan(round(_RATE * seconds / 4), size=_SIZE)
    capture = made(setup, f"--messages {plan.messages} --size {plan.size}")
    url = archive.socket_url(archive.new_probe())
    for name, more in (("without an archive", {}), ("with an archive", {"HL7CAPTURE_ARCHIVE_URL": url})):
        ran = live.run(setup, capture, ["--rate", str(_RATE)], more)
        found.add_from(live.complete([ran], plan, f"minute {name}"))
        found.add(f"minute {name}: cores kept busy", ran["cores"], unit="")
        found.add(f"minute {name}: memory of the last third above that of the middle one", ran["growth"], unit="MB")

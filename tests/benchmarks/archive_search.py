"""Filters over an archive of a million messages, made in the server of one session: how long the first page takes.

python -m tests.benchmarks.archive_search prints how the server goes about them.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hl7capture.archive.connecting import connect
from hl7capture.archive.reading import Reader
from hl7capture.archive.rows import rows_of
from hl7capture.archive.searching import Search
from hl7capture.hl7.filter.evaluation import Filter
from hl7capture.model.elements import Direction, Element, ElementType
from hl7capture.model.session import Session
from hl7capture.store.document import to_document
from tests.benchmarks.figures import Findings, Setup
from tests.support.postgres import Database, postgres_server
from tests.support.stored import session_of

if TYPE_CHECKING:
    import psycopg

    from hl7capture.archive.connecting import Connection

_SESSIONS = 500_000  # of two messages each
_PAGE = 200  # sessions, as the window asks for them
_RUNS = 40
_MOST_MS = 200  # p95
_YEAR = datetime(2025, 12, 1, tzinfo=UTC)
_SECONDS = 350 * 86_400
_PATIENTS, _NAMES, _DEVICES = 100_000, 50_000, 20
_COMMON = ("glucose", "potassium", "mmol/l", "hospital", "checked")
_SERVER = "shared_buffers = '512MB'\nmaintenance_work_mem = '512MB'\nmax_wal_size = '8GB'\nautovacuum = off\n"

# What is different in each session stands in the pattern as ⟦name⟧.
_MESSAGE = (
    "MSH|^~\\&|ANALYZER|LAB|LIS|HOSPITAL|⟦stamp⟧||⟦kind⟧|C⟦n⟧|P|2.5.1\r"
    "PID|1||MRN⟦patient⟧^^^LAB||Testmann⟦name⟧^Tilda||19700101|F\r"
    "OBR|1|S⟦n⟧||GLU^Glucose\r"
    "OBX|1|NM|GLU^Glucose||5.4|mmol/L|3.9-6.1|N|||F|||⟦stamp⟧\r"
    "OBX|2|NM|K^Potassium||4.1|mmol/L|3.5-5.1|N|||F|||⟦stamp⟧\r"
    "NTE|1||checked ⟦mark⟧\r"
)
_ANSWER = "MSH|^~\\&|LIS|HOSPITAL|ANALYZER|LAB|⟦stamp⟧||ACK^R01|A⟦n⟧|P|2.5.1\rMSA|AA|C⟦n⟧\r"

_NUMBERS = f"""
CREATE UNLOGGED TABLE public.numbers AS
SELECT n, began, lpad((n % {_PATIENTS})::text, 6, '0') patient, lpad((n::int8 * 7919 % {_NAMES})::text, 5, '0') name,
    substr(md5(n::text), 1, 10) mark,
    CASE WHEN n % 100 = 0 THEN 'OUL^R22' WHEN n % 10 = 0 THEN 'ADT^A08' ELSE 'ORU^R01' END kind,
    to_char(to_timestamp(began) AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS') stamp, '10.0.0.' || n % {_DEVICES} + 1 device,
    to_char(to_timestamp(began) AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS".000Z-"') || lpad(to_hex(n), 8, '0') session_id
FROM (SELECT n, {_YEAR.timestamp():.0f} + (n::float8 * {_SECONDS} / COUNT)::int8 began
    FROM generate_series(1, COUNT) n) made
"""


def archive_search(setup: Setup) -> Findings:
    """The first page of a filter by patient, by time and type, by text: p95 of runs with another value each."""
    found = Findings()
    count = max(500, round(_SESSIONS * setup.size))
    runs = _RUNS if setup.times > 1 else 3
    with _filled(count, setup) as archive, Reader(archive.url(archive.new_login("hl7capture_reader"))) as reader:
        for name, (make, is_bound) in _FILTERS.items():
            setup.say(f"archive search, {name}")
            rnd = random.Random(7)
            taken = []
            for _ in range(runs):
                wanted = Filter.of(make(rnd, count))
                begin = time.perf_counter()
                page = list(islice(reader.search(wanted), _PAGE))
                taken.append((time.perf_counter() - begin) * 1000)
                if not page and is_bound and setup.size == 1:
                    raise AssertionError(f"nothing is found by {wanted.node}")
            high = {"high": float(_MOST_MS)} if setup.size == 1 and is_bound else {}
            found.add(f"archive of {2 * count:,} messages, {name}: p95", _p95(taken), unit="ms", **high)
    return found


def _day(rnd: random.Random, days: int) -> str:
    first = _YEAR + timedelta(days=rnd.randrange(340))
    return f"time >= {first:%Y-%m-%dT%H:%M}Z and time < {first + timedelta(days=days):%Y-%m-%dT%H:%M}Z"


def _mark(rnd: random.Random, count: int) -> str:
    from hashlib import md5

    return md5(str(rnd.randrange(count) + 1).encode(), usedforsecurity=False).hexdigest()[:10]


# For each a text of the language, and whether the bound counts: whether it is one of those that were promised.
_FILTERS: dict[str, tuple[Callable[[random.Random, int], str], bool]] = {
    "by patient id": (lambda rnd, count: f"PID-3.1 = MRN{rnd.randrange(min(count, _PATIENTS)):06d}", True),
    "by time and type": (lambda rnd, _: f"{_day(rnd, 3)} and type = OUL^R22", True),
    "by time and a common type": (lambda rnd, _: f"{_day(rnd, 3)} and type = ORU^R01", True),
    "by text, rare": (lambda rnd, count: f'text ~ "{_mark(rnd, count)}"', True),
    "by text, a name": (lambda rnd, _: f'text ~ "testmann{rnd.randrange(_NAMES) * 7919 % _NAMES:05d}^tilda"', False),
    "by text, in every message": (
        lambda rnd, _: f'text ~ "{rnd.choice(["glucose", "potassium", "mmol/l", "lab"])}"',
        True,
    ),
    "by a word, rare": (lambda rnd, count: _mark(rnd, count), True),
    "by two words, one of them common": (lambda rnd, count: f"glucose {_mark(rnd, count)}", True),
    "by control id": (lambda rnd, count: f"control = C{rnd.randrange(count) + 1}", True),
    "by device and a field": (lambda rnd, _: f"device = 10.0.0.{rnd.randrange(_DEVICES) + 1} and OBX-5 > 5", True),
    "by what is nowhere": (lambda rnd, _: f'text ~ "nowhere{rnd.randrange(10**6)}"', False),
}


# -- the archive -----------------------------------------------------------------------------------------------


@contextmanager
def _filled(count: int, setup: Setup) -> Iterator[Database]:
    with postgres_server(more=_SERVER) as server:
        archive = server.new_database()
        archive.set_up()
        setup.say(f"archive search, making {2 * count:,} messages")
        fill(archive, count)
        yield archive


def fill(archive: Database, count: int) -> None:
    """Sessions of one message and its answer, over a year, in the server."""
    role = archive.new_probe()
    ((probe,),) = archive.ask("SELECT probe_id FROM hl7capture.probes WHERE role = %s", role)
    months = sorted({f"{_YEAR + timedelta(seconds=_SECONDS * part / 400):%Y%m}" for part in range(401)})
    archive.ask("SELECT hl7capture.make_months(%s)", months, role=role)
    indexes = ("messages_by_text", "sessions_by_line", "sessions_by_words", "sessions_by_kinds")
    created = archive.ask("SELECT indexdef FROM pg_indexes WHERE indexname = ANY(%s)", list(indexes))
    for name in indexes:  # all at once at the end they are made in a fraction of the time
        archive.ask(f"DROP INDEX hl7capture.{name}")
    archive.ask(_NUMBERS.replace("COUNT", str(count)))
    rows = rows_of(pattern := _pattern(), to_document(pattern), ())
    special = {
        "session_id": "session_id", "number": "n", "saved_at": "began * 1000.0", "device_ip": "device",
        "device_address": "device::inet", "start_time": "began * 1000.0", "end_time": "began * 1000.0 + 5",
    }  # fmt: skip
    _insert(archive, "sessions", rows.session._asdict(), probe, special)
    for message in rows.messages:
        _insert(archive, "messages", message._asdict() | {"text_indexed": True}, probe, {"session_id": "session_id"})
    for (definition,) in created:
        archive.ask(definition.replace(" ON ONLY ", " ON "))
    archive.ask("DROP TABLE public.numbers")
    archive.ask("VACUUM ANALYZE hl7capture.sessions")
    archive.ask("VACUUM ANALYZE hl7capture.messages")


def _pattern() -> Session:
    session = session_of(1, _MESSAGE, _ANSWER, device_ip="⟦device⟧")
    session.session_id = "⟦id⟧"
    last: Element = session.elements[1]
    session.elements[1] = last._replace(direction=Direction.LIS_TO_DEVICE, type=ElementType.MESSAGE)
    return session


def _insert(archive: Database, table: str, row: dict[str, object], probe: int, special: dict[str, str]) -> None:
    """One row of the pattern, for each number with what is different in it."""
    columns, values, given = ["probe_id"], [str(probe)], []
    for name, value in row.items():
        columns.append(name)
        if name in special:
            values.append(special[name])
            continue
        if value is None:
            values.append("NULL")
            continue
        text = value.decode() if isinstance(value, bytes) else value
        given.append(text)
        kind = {"document": "jsonb", "device_address": "inet", "lis_address": "inet"}.get(name, "")
        if isinstance(text, str) and "⟦" in text:
            values.append(_filled_in("%s", is_folded=name in ("text", "search_line")) + (f"::{kind}" if kind else ""))
        elif isinstance(text, list) and any("⟦" in str(one) for one in text):
            values.append(_filled_in("%s::text[]::text", is_folded=name != "kinds") + "::text[]")
        else:
            values.append(
                "%s"
                + (
                    f"::{kind}"
                    if kind
                    else "::int[]"
                    if name == "kind_counts"
                    else "::text[]"
                    if isinstance(text, list)
                    else ""
                )
            )
    archive.ask(
        f"INSERT INTO hl7capture.{table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM public.numbers", *given
    )


def _filled_in(place: str, *, is_folded: bool) -> str:
    """SQL that puts what is different into a text of the pattern."""
    kind, patient = (f"lower({name})" if is_folded else name for name in ("kind", "patient"))
    values = {"n": "n::text", "id": "session_id", "patient": patient, "kind": kind}
    values |= {name: name for name in ("device", "name", "mark", "stamp")}
    for name, value in values.items():
        place = f"replace({place}, '⟦{name}⟧', {value})"
    return place


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


# -- plans, for the documentation ------------------------------------------------------------------------------


class _Recording:
    """A connection that remembers what it was asked."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        self.asked: list[tuple[bytes, Any]] = []

    def execute(self, query: str | bytes, values: Any = None) -> "psycopg.Cursor[Any]":
        query = query.encode() if isinstance(query, str) else query
        self.asked.append((query, values))
        return self._connection.execute(query, values)


def plans(count: int) -> None:
    """Prints every query of a search, and how the server went about it."""
    with _filled(count, Setup(1.0, 1, Path(), print)) as archive, closing(connect(archive.url())) as connection:
        for name, (make, _) in _FILTERS.items():
            text = make(random.Random(7), count)
            recording = _Recording(connection)
            found = list(islice(Search(cast("Connection", recording), Filter.of(text)), _PAGE))
            print(f"\n== {name}: {text}, {len(found)} found")
            for query, values in recording.asked:
                print(f"-- {query.decode()[:60]} …")
                for (line,) in connection.execute(b"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + query, values):
                    print(line)


if __name__ == "__main__":
    plans(_SESSIONS)

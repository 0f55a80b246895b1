"""Filters asked of an archive: whatever the session and the filter, the answer is the one that the program gives."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hl7capture.archive import sending
from hl7capture.archive.connecting import connect
from hl7capture.archive.rows import rows_of
from hl7capture.archive.searching import Search
from hl7capture.hl7.acknowledgements.acknowledged import AnswerState
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.evaluation import Filter
from hl7capture.hl7.filter.names import NAMES
from hl7capture.hl7.filter.parser import parse
from hl7capture.hl7.findings.judgement import judge
from hl7capture.model.elements import Direction, Element, ElementType, Flag, Framing
from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings
from hl7capture.store.document import from_document, to_document
from tests.support.postgres import Database, PostgresServer
from tests.support.sessions import some_sessions
from tests.support.stored import message_of, session_of

if TYPE_CHECKING:
    from hl7capture.archive.connecting import Connection


def put(archive: Database, sessions: list[Session], role: str) -> None:
    """Into the archive, as this probe sends them."""
    with closing(connect(archive.url(role))) as connection:
        sending.prepare(connection)
        probe = sending.registered(connection, "lab-pc-3")
        rows = []
        for session in sessions:
            judge(session, None, Settings())
            rows.append(rows_of(session, to_document(session), session.findings or ()))
        sending.send(connection, probe, rows)
        while sending.index_texts(connection, probe):
            pass


@pytest.fixture(scope="module")
def filled(postgres: PostgresServer) -> Iterator[tuple["Connection", list[Session]]]:
    archive = postgres.new_database()
    archive.set_up()
    sessions = list(RICH.values())
    put(archive, sessions, archive.new_probe())
    with closing(connect(archive.url())) as connection:
        yield connection, sessions


# -- sessions --------------------------------------------------------------------------------------------------

SIGNS = "aAzZ09 ßſKİςÄäé%_\\|^~&'\"$.-:*\0\x1a\N{REPLACEMENT CHARACTER}\n\r日"
TEXT = st.text(st.sampled_from(SIGNS), max_size=6)
VALUE = st.one_of(
    TEXT, st.sampled_from(["4711", "ORU", "glucose", "Straße", "STRASSE", "5.4", "200", "-1", r"A\T\B", r"\X41\4711"])
)
MESSAGE = st.one_of(
    TEXT,
    st.builds(
        "MSH|^~\\&|{0}|LAB|LIS|H|20261121||{1}^{2}|{3}|P|2.5.1\rPID|1|{4}|{5}^^^LAB~{6}||N^{0}\rOBX|1|NM|{1}||{4}\r".format,
        VALUE, VALUE, VALUE, VALUE, VALUE, VALUE, VALUE,
    ),
    st.builds("H|\\^&|{0}||{1}\rP|1||{2}|{3}\rO|1|{0}\rR|1|^^^{1}|{2}\rL|1\r".format, VALUE, VALUE, VALUE, VALUE),
    st.builds("MSH#*!?%#{0}#\rPID#1##{1}*{2}\rMSH|^~\\&|\rPID|1||{0}^{1}\r".format, VALUE, VALUE, VALUE),
)  # fmt: skip
TIME = st.one_of(
    st.sampled_from([0.0, 1795255200000.0, 1795255200000.123, -1e308, 1e308]),
    st.floats(1795200000000, 1795300000000),
)
ADDRESS = st.one_of(
    st.sampled_from(["10.0.0.5", "10.0.1.5", "fe80::1", "fe80::1%eth0", "fe80::1%", "10.0.0.5%x", "::ffff:10.0.0.5"]),
    TEXT,
)  # fmt: skip


@st.composite
def a_session(draw: st.DrawFn) -> Session:
    messages = draw(st.lists(MESSAGE, max_size=4))
    start = draw(TIME)
    times = st.floats(start, start + 5000) if abs(start) < 1e300 else st.just(start)
    elements = [
        Element(
            number,
            draw(st.just(start) | times),
            draw(st.sampled_from(Direction)),
            draw(st.sampled_from(ElementType)),
            draw(st.binary(max_size=3)),
            draw(st.none() | st.integers(0, len(messages))),
            tuple(draw(st.lists(st.sampled_from(Flag) | TEXT, max_size=2))),
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    second, millisecond, named = (draw(st.integers(0, most)) for most in (235959, 999, 2**32 - 1))
    return Session(
        f"20261121T{second:06d}.{millisecond:03d}Z-{named:08x}",
        draw(st.one_of(st.integers(0, 300), st.integers(2**53 - 2, 2**53 + 2), st.integers(-(2**70), 2**70))),
        draw(TEXT),
        draw(st.one_of(TEXT, st.sampled_from(["eth0", "ETH0"]))),
        draw(ADDRESS),
        draw(st.sampled_from([0, 1, 40001, 65535])),
        draw(ADDRESS),
        draw(st.sampled_from([0, 2575, 65535])),
        draw(st.sampled_from(Framing)),
        start,
        draw(TIME),
        is_complete=draw(st.booleans()),
        end_reason=draw(st.sampled_from(EndReason)),
        elements=elements,
        messages=messages,
        pinned=draw(st.booleans()),
        note=draw(st.one_of(st.just(""), VALUE)),
    )


LONG = "X" * 600
RICH = {
    session.session_id: session
    for session in (
        *some_sessions(20),
        session_of(100, *(message_of(f"{n}").replace("ORU^R01", f"K{n}^{n}") for n in range(20))),  # "other"
        session_of(101, message_of("4711").replace("ORU^R01", "A" * 45 + "^R01")),
        session_of(102, message_of(LONG)),
        session_of(103, message_of("0815").replace("GLU^Glucose", "GLU^Straße")),
        session_of(104, message_of(r"08\T\15")),
        session_of(105, note="Rückfrage", source="Straße"),
        session_of(106, device_ip="fe80::1%eth0", lis_ip="x" * 300),
    )
}


# -- filters ---------------------------------------------------------------------------------------------------

NAMES_ASKED = st.sampled_from(
    [*NAMES, "PID-3.1", "PID-3", "PID-3[2].1", "PID-2", "PID[*]-3[*].1", "OBX[*]-5", "OBX-5", "NTE", "P-3.1", "P-3",
     "R-4", "MSH-9", "MSH-2", "MSH"]
)  # fmt: skip
TYPED = st.one_of(
    VALUE,
    st.sampled_from(
        ["10.0.0.5", "10.0.0.0/24", "fe80::/10", "::/0", "2575", "0", "1", "3", "2s", "500ms", "2026-11-21",
         "yes",
         "no", "2026-11-21T10:00:00.123Z", "mllp", "astm", "closed", "eot", "open", "gap", "AA", "AE", "other",
         "message",
         "Result", "eth0", "lab", "KA", "A" * 40, LONG, LONG[:500], "9007199254740993", *AnswerState, *RICH]
    ),
)  # fmt: skip
PATTERNS = ["^$", "4711", "o.u", "^[a-z]+$", "K", ".", "ss"]


@st.composite
def a_comparison(draw: st.DrawFn) -> str:
    name = draw(NAMES_ASKED)
    operator = draw(st.sampled_from(["=", "!=", "~", "<", "<=", ">", ">=", "in", "exists", "~ /"]))
    values = [quoted(draw(TYPED)) for _ in range(draw(st.integers(1, 2)))]
    match operator:
        case "exists":
            return f"{name} exists"
        case "in":
            return f"{name} in ({', '.join(values)})"
        case "~ /":
            pattern, flags = draw(st.sampled_from(PATTERNS)), draw(st.sampled_from(["", "i", "s"]))
            return f"{name} ~ /{pattern}/{flags}"
        case _:
            return f"{name} {operator} {values[0]}"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def can_be_asked(text: str) -> bool:
    try:
        return parse(text) is not None
    except FilterError:
        return False


CONDITION = st.one_of(a_comparison(), st.builds(quoted, TYPED)).filter(can_be_asked)
FILTER = st.recursive(
    CONDITION,
    lambda inner: st.one_of(
        st.builds("not ({0})".format, inner),
        st.builds("({0}) and ({1})".format, inner, inner),
        st.builds("({0}) or ({1})".format, inner, inner),
    ),
    max_leaves=4,
)


# -- the archive answers as the program does ---------------------------------------------------------------------


def expected(wanted: Filter, sessions: list[Session]) -> list[str]:
    passing = [one for one in sessions if wanted.matches(one, [code for code, _ in one.findings or ()])]
    return [one.session_id for one in sorted(passing, key=lambda one: (one.start_time, one.session_id), reverse=True)]


def answered(connection: "Connection", wanted: Filter | None) -> list[str]:
    return [archived.summary.session_id for archived in Search(connection, wanted)]


# The first step, and what is too much to look up: all at once; looked up in the indexes; gone through in steps.
WAYS = [(1000, 2000), (2, 2000), (2, -1)]


@pytest.fixture(scope="module", params=WAYS, ids=["at once", "looked up", "in steps"])
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hl7capture.archive.searching._FIRST_STEP", request.param[0])
        patch.setattr("hl7capture.archive.searching.MOST", request.param[1])
        yield


@pytest.mark.usefixtures("way")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=FILTER)
@example(text="type = other")
@example(text="device in (10.0.0.5, fe80::1)")
@example(text="device = fe80::1%eth0 or ip in (fe80::%x/64, 10.0.0.5)")
@example(text="PID-3.1 = 0815")
@example(text='PID-3.1 = "08&15"')
@example(text='"4711" and text ~ glu')
@example(text="strasse or control = M4711")
@example(text="time >= 2026-11-21 and time < 2026-11-22 and type = ORU")
def test_any_filter_of_rich_sessions(filled: tuple["Connection", list[Session]], text: str) -> None:
    connection, sessions = filled
    wanted = Filter.of(text)
    assert answered(connection, wanted) == expected(wanted, sessions), text


@pytest.fixture(scope="module")
def empty(postgres: PostgresServer) -> tuple[Database, str]:
    archive = postgres.new_database()
    archive.set_up()
    return archive, archive.new_probe()


@pytest.mark.usefixtures("way")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sessions=st.lists(a_session(), min_size=1, max_size=5, unique_by=lambda one: one.session_id),
    texts=st.lists(FILTER, min_size=20, max_size=20),
)
def test_any_sessions(empty: tuple[Database, str], sessions: list[Session], texts: list[str]) -> None:
    archive, probe = empty
    archive.ask("DELETE FROM hl7capture.sessions; DELETE FROM hl7capture.messages; DELETE FROM hl7capture.findings")
    sessions = [from_document(to_document(session)) for session in sessions]
    put(archive, sessions, probe)
    with closing(connect(archive.url())) as connection:
        found = {each.summary.session_id: each for each in Search(connection)}
        assert sorted(found) == sorted(session.session_id for session in sessions)
        for text in texts:
            wanted = Filter.of(text)
            assert answered(connection, wanted) == expected(wanted, sessions), text

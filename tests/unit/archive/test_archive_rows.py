"""Sessions as rows, and texts that PostgreSQL cannot hold as they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.archive.rows import rows_of
from hl7capture.archive.texts import from_jsonb, to_jsonb
from hl7capture.hl7.findings.report import report_of
from hl7capture.hl7.session_summary import summary_of
from hl7capture.store.document import from_document, to_document
from hl7capture.store.index import searched
from tests.support.sessions import some_sessions
from tests.support.stored import message_of, session_of

# Whatever a document can hold; what the escapes are made of comes often.
TEXTS = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('\0\x1a\\u01aA"0')))
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-(2**63), 2**63 - 1), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=10,
)


def as_server_spells(value: object) -> bytes:
    """As PostgreSQL prints jsonb: escapes in lower case, everything else as it is."""
    return json.dumps(value, ensure_ascii=False).encode()


@given(VALUES)
def test_every_document_comes_back(value: object) -> None:
    for document in (json.dumps(value).encode(), json.dumps(value, ensure_ascii=False).encode()):
        stored = json.loads(to_jsonb(document))
        assert "\0" not in json.dumps(stored, ensure_ascii=False)
        assert rb"\u0000" not in json.dumps(stored).encode().replace(rb"\\", b"")
        assert json.loads(from_jsonb(as_server_spells(stored))) == value


@pytest.mark.parametrize(
    "text", [rb'"\u001A"', rb'"\u001a"', rb'"\\u001a"', rb'"\\u0000"', rb'"\\\u0000"', rb'"\u00000"']
)
def test_escapes_behind_backslashes(text: bytes) -> None:
    value = json.loads(text)
    assert json.loads(from_jsonb(as_server_spells(json.loads(to_jsonb(text))))) == value


def test_usual_documents_are_not_touched() -> None:
    document = to_document(session_of(1))
    assert to_jsonb(document) is document
    assert from_jsonb(document) is document


@given(st.lists(TEXTS, max_size=4), TEXTS, TEXTS)
def test_rows_of_any_session(messages: list[str], note: str, source: str) -> None:
    session = session_of(1, *messages, note=note, source=source)
    document = to_document(session)
    rows = rows_of(from_document(document), document, (("gap", "error"),))
    assert len(rows.messages) == len(session.messages)
    for text in texts_in(rows):
        assert "\0" not in text
        text.encode()


def texts_in(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [text for part in value for text in texts_in(part)] if isinstance(value, list | tuple) else []


def test_a_row_says_what_the_summary_says() -> None:
    for session in [*some_sessions(3), session_of(1, message_of("A"), message_of("B"))]:
        summary = summary_of(session)
        document = to_document(session)
        row = rows_of(session, document, report_of(session).codes).session
        assert tuple(zip(row.kinds, row.kind_counts, strict=True)) == summary.kinds
        assert (row.element_count, row.message_count, row.flag_count, row.size) == (
            summary.element_count,
            summary.message_count,
            summary.flag_count,
            summary.size,
        )
        assert (row.start_time, row.end_time, row.kept) == (summary.start_time, summary.end_time, summary.pinned)


def test_answers() -> None:
    (session,) = some_sessions(1)
    rows = rows_of(session, to_document(session), ())
    assert rows.session.acks == ["aa", "answered"]
    latency = rows.messages[0].latency
    assert latency is not None
    assert (rows.session.latency_min, rows.session.latency_max) == (latency, latency)
    assert [(row.ack_code, row.ack_state) for row in rows.messages] == [("AA", "answered"), (None, None)]


def test_long_words_are_cut_and_texts_are_not() -> None:
    session = session_of(1, message_of("P" * 5000))
    rows = rows_of(session, to_document(session), ())
    assert len(rows.session.patients[0]) == 500
    assert rows.messages[0].text == session.messages[0].casefold()


def test_searched_as_in_the_local_index() -> None:
    assert searched("Straße\0") == "strasse\ufffd"


@pytest.mark.parametrize(
    ("ip", "address"), [("10.0.0.5", "10.0.0.5"), ("fe80::1%eth0", "fe80::1"), ("", None), ("a'; --", None)]
)
def test_addresses(ip: str, address: str | None) -> None:
    session = session_of(1, device_ip=ip)
    row = rows_of(session, to_document(session), ()).session
    assert (row.device_ip, row.device_address) == (ip, address)

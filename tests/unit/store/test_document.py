"""The session document, version 1."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hl7capture.capture.engine import Engine
from hl7capture.model.connection import ConnectionFacts, EndFacts
from hl7capture.model.elements import Direction, Element, ElementType, Framing
from hl7capture.model.events import SessionCompleted
from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings
from hl7capture.store.document import DocumentError, document_pieces, from_document, to_document
from tests.support.engine import everything, sessions_of
from tests.support.speech import answer, astm_transfer, mllp, oru
from tests.support.wire import conversation, pcap

VERSION_1 = Path(__file__).parents[2] / "fixtures" / "session-v1.json"


def session() -> Session:
    (made,) = sessions_of(pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments))
    return made


def test_keys_and_values_are_those_of_the_design() -> None:
    document = json.loads(to_document(session()))
    assert list(document) == [
        "_version", "_saved_at", "persistedUntil", "sessionId", "number", "probe", "source", "deviceIP", "devicePort",
        "lisIP", "lisPort", "framing", "startTime", "endTime", "isComplete", "endReason", "connection",
        "elements", "messages",
    ]  # fmt: skip
    assert document["elements"][0] == {
        "id": 0,
        "timestamp": 1795255200003.0,
        "direction": "device-to-lis",
        "type": "message",
        "hexData": mllp(oru()).hex(),
        "message": 0,
        "flags": [],
    }
    assert document["messages"] == [oru().decode(), answer().decode()]
    assert (document["_version"], document["endReason"], document["framing"]) == (1, "closed", "mllp")


def test_document_of_version_1_is_read_and_written_as_it_was() -> None:
    data = VERSION_1.read_bytes().rstrip()
    assert json.loads(to_document(from_document(data))) == json.loads(data)


def test_unknown_fields_survive() -> None:
    document = json.loads(to_document(session()))
    document["note"] = {"by": "later version"}
    document["elements"][1]["colour"] = "blue"
    document["connection"]["mood"] = "calm"
    document["connection"]["lis"]["colour"] = "green"
    again = json.loads(to_document(from_document(json.dumps(document).encode())))
    assert again["note"] == {"by": "later version"}
    assert again["elements"][1]["colour"] == "blue"
    assert "colour" not in again["elements"][0]
    assert again == document


def test_a_note_stands_in_the_document_where_there_is_one() -> None:
    made = session()
    made.note = "Line 3 was unplugged.\n\0 <b>"
    document = json.loads(to_document(made))
    assert document["note"] == made.note
    assert from_document(to_document(made)).note == made.note
    made.note = ""
    assert "note" not in json.loads(to_document(made))


def test_a_note_takes_the_place_of_what_another_program_calls_so() -> None:
    document = json.loads(to_document(session()))
    document["note"] = {"by": "later version"}
    made = from_document(json.dumps(document).encode())
    assert made.note == ""
    made.note = "mine"
    assert json.loads(to_document(made))["note"] == "mine"


def test_a_document_is_one_line() -> None:
    made = session()
    made.messages[0] = "line\nline\r\u2028\0"
    assert to_document(made).count(b"\n") == 0
    assert from_document(to_document(made)).messages[0] == "line\nline\r\u2028\0"


ELEMENT = {"id": 0, "timestamp": 0, "direction": "device-to-lis", "type": "message", "hexData": ""}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"_version": 2}, "newer program"),
        ({"_version": "1"}, "no _version"),
        ({"sessionId": "../../etc/passwd"}, "sessionId"),
        ({"framing": "carrier pigeon"}, "framing"),
        ({"devicePort": 70_000}, "devicePort"),
        ({"elements": [{"id": 0}]}, r"elements\[0\]"),
        ({"elements": [ELEMENT | {"message": -1}]}, r"elements\[0\]\.message"),
        ({"elements": "none"}, "elements"),
        ({"connection": {"device": {}}}, "connection"),
        ({"connection": {"device": {}, "lis": {"lost": "much"}}}, r"connection\.lis\.lost"),
    ],
)
def test_what_is_no_session_of_this_version_is_said(change: dict[str, object], reason: str) -> None:
    document = json.loads(to_document(session())) | change
    with pytest.raises(DocumentError, match=reason):
        from_document(json.dumps(document).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"_version": 1}'])
def test_what_is_no_document_is_said(data: bytes) -> None:
    with pytest.raises(DocumentError):
        from_document(data)


def test_an_error_never_quotes_contents() -> None:
    document = json.loads(to_document(session()))
    document["elements"][0]["hexData"] = "Testmann"
    with pytest.raises(DocumentError) as caught:
        from_document(json.dumps(document).encode())
    assert "Testmann" not in str(caught.value)


times = st.integers(0, 4_102_444_800_000_000).map(lambda micro: micro / 1000)
elements = st.builds(
    Element,
    id=st.integers(0, 10_000),
    timestamp=times,
    direction=st.sampled_from(Direction),
    type=st.sampled_from(ElementType),
    data=st.binary(max_size=40),
    message=st.none() | st.integers(0, 10),
    flags=st.lists(st.text(max_size=10)).map(tuple),
    extra=st.none(),
)
milliseconds = st.none() | st.floats(0, 1e9)
counts = {name: st.integers(0, 10**9) for name, kind in EndFacts.__annotations__.items() if kind is int}
ends = st.builds(
    EndFacts,
    **counts,
    last_packet=st.none() | times,
    longest_hole=milliseconds,
    longest_zero_window=milliseconds,
    extra=st.none(),
)
connections = st.builds(
    ConnectionFacts,
    device=ends,
    lis=ends,
    attempts=st.integers(0, 100),
    syn_answered=milliseconds,
    handshake=milliseconds,
    extra=st.none(),
)
sessions = st.builds(
    Session,
    session_id=st.from_regex(r"\A[0-9]{8}T[0-9]{6}\.[0-9]{3}Z-[0-9a-f]{8}\Z"),
    number=st.integers(1, 10**9),
    probe=st.text(max_size=10),
    source=st.text(max_size=10),
    device_ip=st.ip_addresses().map(str),
    device_port=st.integers(0, 65_535),
    lis_ip=st.ip_addresses().map(str),
    lis_port=st.integers(0, 65_535),
    framing=st.sampled_from(Framing),
    start_time=times,
    end_time=times,
    is_complete=st.booleans(),
    end_reason=st.none() | st.sampled_from(EndReason),
    elements=st.lists(elements, max_size=4),
    messages=st.lists(st.text(), max_size=4),
    connection=st.none() | connections,
    saved_at=st.none() | times,
    persisted_until=st.none() | st.integers(0, 4_102_444_800_000),
    note=st.text(max_size=10),
)


@given(sessions)
@settings(deadline=None)
def test_what_is_written_is_what_is_read(made: Session) -> None:
    assert everything(from_document(to_document(made))) == everything(made)


def test_astm_session_goes_to_disk_and_back() -> None:
    (made,) = sessions_of(pcap(conversation(*astm_transfer()).segments))
    assert everything(from_document(to_document(made))) == everything(made)


def test_what_is_wrong_is_said_without_what_the_file_holds() -> None:
    document = json.loads(to_document(session())) | {"framing": "Testmann' - at `$.x`"}
    with pytest.raises(DocumentError) as raised:
        from_document(json.dumps(document).encode())
    assert "Testmann" not in str(raised.value)


def test_a_file_name_that_is_no_text_still_gives_a_document() -> None:
    engine = Engine(Settings(), probe="lab", source="ward\udc80.pcap")
    events = engine.feed(pcap(conversation((0, mllp(oru()))).segments)) + engine.finish()
    [made] = [event.session for event in events if isinstance(event, SessionCompleted)]
    assert json.loads(to_document(made))["source"] == "ward?.pcap"


@given(
    st.lists(st.sampled_from([0, 1, 3, 7, 8, 9, 20]), max_size=6),
    st.lists(st.text(max_size=20), max_size=5),
)
def test_pieces_together_are_the_document(sizes: list[int], messages: list[str]) -> None:
    said = session()
    said.elements = [
        said.elements[0]._replace(id=number, data=bytes(range(size)), extra={"hexData2": '"hexData":""'})
        for number, size in enumerate(sizes)
    ]
    said.messages = messages
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hl7capture.store.document._PIECE", 8)
        data = to_document(said)
    assert data == to_document(said)
    assert from_document(data).elements == said.elements
    assert from_document(data).messages == messages


def test_a_large_message_is_written_in_pieces() -> None:
    said = session()
    said.elements = [said.elements[0]._replace(data=bytes(5 << 20))]
    said.messages = ['é\0"' * (1 << 20)]
    pieces = list(document_pieces(said))
    assert max(map(len, pieces)) < 16 << 20
    assert from_document(b"".join(pieces)).messages == said.messages

"""Sessions of the Electron app hl7-capture."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.model.session import EndReason, Session, is_session_id
from hl7capture.store.document import DocumentError, from_document, to_document
from hl7capture.store.electron import from_electron, is_electron
from tests.support.electron import START, TURNS, electron_session
from tests.support.engine import everything, said
from tests.support.speech import ACK, ENQ, EOT, RECORDS, answer, astm_transfer, frame, mllp, oru, stx

TO_PC, TO_DEVICE = "device-to-pc", "pc-to-device"


def session(turns: list[tuple[str, str, bytes]] | None = None, **changed: Any) -> Session:
    return from_electron(json.loads(json.dumps(electron_session(turns, **changed))))


def test_a_session_is_taken_over() -> None:
    made = session()
    assert said(made) == [
        ("device-to-lis", "start", ENQ, None, ()),
        ("lis-to-device", "ack", ACK, None, ()),
        ("device-to-lis", "message", stx(oru()), 0, ()),
        ("lis-to-device", "ack", ACK, None, ()),
        ("device-to-lis", "end", EOT, None, ()),
    ]
    assert [element.timestamp for element in made.elements] == [START + 10 * number for number in range(5)]
    assert (made.device, made.lis, made.framing, made.number) == ("10.0.0.5:0", "10.1.0.1:0", "stx", 3)
    assert made.messages == [oru().decode().rstrip("\r")]
    assert (made.start_time, made.end_time) == (START, START + 50)
    assert (made.is_complete, made.end_reason) == (True, EndReason.EOT)
    assert (made.source, made.persisted_until) == ("hl7-capture", START + 30 * 86_400_000)
    assert is_session_id(made.session_id)
    assert made.session_id.startswith("20261121T100000.000Z-")


def test_fields_that_we_do_not_know_are_kept_and_written() -> None:
    written = json.loads(to_document(session(note="mine", probe="not ours")))
    assert {key: written[key] for key in ("id", "submissionStatus", "submissionAttempts", "note")} == {
        "id": "session-3",
        "submissionStatus": "pending",
        "submissionAttempts": 0,
        "note": "mine",
    }
    assert written["_metadata"]["retentionDays"] == 30
    assert (written["probe"], written["electron:probe"]) == ("", "not ours")
    assert (written["elements"][2]["id"], written["elements"][2]["electron:id"]) == (2, f"element-{START}-0.2")
    assert not {"rawBytes", "content", "decodedMessage"} & written["elements"][2].keys()
    assert everything(from_document(json.dumps(written).encode())) == everything(session(note="mine", probe="not ours"))


def test_the_id_is_that_of_the_conversation() -> None:
    same = [
        session(),
        session(),
        session(submissionStatus="submitted", id="session-9", sessionId=9, persistedUntil=None),
    ]
    assert len({one.session_id for one in same}) == 1
    other = [session(TURNS[:-1]), session(deviceIP="10.0.0.6"), session(startTime=START + 1), session(TURNS[::-1])]
    assert len({one.session_id for one in [*same, *other]}) == 5


def test_frames_become_the_message_that_they_carry() -> None:
    turns = [
        (TO_PC if side == 0 else TO_DEVICE, {ENQ: "start", ACK: "ack", EOT: "end"}.get(data, "message"), data)
        for side, data in astm_transfer()
    ]
    made = session(turns)
    assert (made.framing, made.messages) == ("astm", [b"".join(RECORDS).decode()])
    assert [(e.type, e.message) for e in made.elements if e.type not in ("start", "ack", "end")] == [("frame", 0)] * 4


def test_frames_that_are_wrong_or_repeated_are_flagged() -> None:
    wrong = frame(1, b"H|\\^&|||A\r")[:-4] + b"00\r\n"
    made = session([(TO_PC, "message", wrong), (TO_PC, "message", frame(1, b"H|\\^&|||A\r"))])
    assert [element.flags for element in made.elements] == [("bad-checksum",), ("retransmitted",)]
    assert made.messages == ["H|\\^&|||A\r"]


def test_blocks_and_lines_of_text_are_messages() -> None:
    turns = [(TO_PC, "message", mllp(oru())), (TO_DEVICE, "message", mllp(answer())), (TO_PC, "message", b"PID|1\r\n")]
    made = session(turns)
    assert (made.framing, made.messages) == ("mllp", [oru().decode(), answer().decode(), "PID|1"])
    assert [element.message for element in made.elements] == [0, 1, 2]
    assert session([(TO_PC, "message", oru())]).framing == "none"


def test_a_session_that_was_not_completed() -> None:
    made = session(TURNS[:3], endTime=None)
    assert (made.is_complete, made.end_reason, made.end_time) == (False, EndReason.STOPPED, START + 20)


def test_times_in_words() -> None:
    made = session(
        startTime="2026-11-21T10:00:00.000Z", endTime="2026-11-21T11:00:00.123456+01:00", persistedUntil=None
    )
    assert (made.start_time, made.end_time, made.persisted_until) == (START, START + 123.456, None)


def test_texts_of_a_file_without_bytes_are_kept() -> None:
    assert session([], messages=["MSH|^~\\&|"]).messages == ["MSH|^~\\&|"]


@pytest.mark.parametrize(
    ("changed", "said_why"),
    [
        ({"_metadata": {"version": "2.0.0"}}, "newer hl7-capture"),
        ({"startTime": "yesterday"}, "startTime: it takes Unix milliseconds"),
        ({"startTime": -1}, "startTime"),
        ({"startTime": 1e300}, "startTime"),
        ({"endTime": "0001-01-01T00:00:00Z"}, "endTime"),
        ({"startTime": None}, "startTime"),
        (
            {"elements": [{"timestamp": START, "direction": TO_PC, "type": "ack", "hexData": "0"}]},
            r"elements\[0\].hexData",
        ),
        ({"elements": [{"timestamp": START, "direction": "up", "type": "ack", "hexData": "06"}]}, "elements"),
        ({"elements": [{"timestamp": START, "direction": TO_PC, "type": "nak", "hexData": "15"}]}, "elements"),
        ({"elements": 3}, "elements"),
        ({"deviceIP": ["10.0.0.5"]}, "deviceIP"),
    ],
)
def test_what_is_wrong_is_named_and_not_quoted(changed: dict[str, Any], said_why: str) -> None:
    with pytest.raises(DocumentError, match=said_why) as error:
        session(**changed)
    assert "yesterday" not in str(error.value)
    assert "10.0.0.5" not in str(error.value)


def test_only_its_sessions_are_taken_for_its() -> None:
    assert is_electron(electron_session())
    assert not is_electron(json.loads(to_document(session())))
    assert not is_electron({"sessionId": "3", "elements": []})
    assert not is_electron({})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
elements = st.fixed_dictionaries(
    {
        "timestamp": st.integers(0, 2**53) | st.text(max_size=8),
        "direction": st.sampled_from([TO_PC, TO_DEVICE]),
        "type": st.sampled_from(["start", "ack", "message", "end"]),
        "hexData": st.binary(max_size=12).map(bytes.hex) | st.text(max_size=4),
    },
    optional={"id": json_values},
)


@given(st.dictionaries(st.sampled_from(list(electron_session())), json_values), st.none() | st.lists(elements))
def test_any_object_is_a_session_or_a_reason(changed: dict[str, Any], said: list[Any] | None) -> None:
    values = electron_session() | changed | ({} if said is None else {"elements": said})
    try:
        made = from_electron(values)
    except DocumentError:
        return
    assert is_session_id(made.session_id)
    assert everything(from_document(to_document(made))) == everything(made)
    assert len(made.elements) == len(values["elements"])

"""Sessions as messages, as a table, and as documents."""

import csv
import io
from collections.abc import Iterable

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.model.session import Session
from hl7capture.store.document import from_document
from hl7capture.store.export.error import ExportError
from hl7capture.store.export.formats import Format, exported
from hl7capture.store.export.table import COLUMNS
from tests.support.engine import everything, sessions_of
from tests.support.speech import ACK, ENQ, EOT, answer, astm_transfer, frame, mllp, oru
from tests.support.wire import conversation, pcap


def one(*turns: tuple[int, bytes]) -> Session:
    (session,) = sessions_of(pcap(conversation(*turns).segments))
    return session


def content(to: Format, *sessions: Session) -> bytes:
    return b"".join(exported(sessions, to))


def rows(*sessions: Session) -> list[dict[str, str]]:
    text = content(Format.CSV, *sessions).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


TALK = one((0, mllp(oru())), (1, mllp(answer())))
ASTM = one(*astm_transfer())


def test_messages_stand_one_behind_the_other_as_other_programs_read_them() -> None:
    data = content(Format.HL7, TALK, TALK)
    assert data == (oru() + answer()) * 2
    assert [str(message.segment("MSH")(9)) for message in messages_by_others(data)] == [
        "ORU^R01^ORU_R01",
        "ACK^R01^ACK",
    ] * 2


def messages_by_others(data: bytes) -> Iterable[hl7.Message]:
    return [hl7.parse("MSH" + part) for part in data.decode().split("MSH")[1:]]


def test_segments_end_with_carriage_return_whatever_their_sender_wrote() -> None:
    session = one((0, mllp(oru().replace(b"\r", b"\r\n"))), (1, mllp(answer().replace(b"\r", b"\n"))))
    assert content(Format.HL7, session) == oru() + answer()


def test_messages_are_utf_8_and_nothing_stops_them() -> None:
    session = one((0, mllp(oru().replace(b"Tilda", "Tilo Ümläut".encode("iso8859-1")))))
    assert "Tilo Ümläut" in content(Format.HL7, session).decode()
    session.messages = ["MSH|^~\\&|\ud800"]
    assert content(Format.HL7, session) == b"MSH|^~\\&|?\r"


def test_table_has_a_row_for_each_element() -> None:
    first, second = rows(TALK)
    assert tuple(first) == COLUMNS
    assert first == {
        "sessionId": TALK.session_id,
        "number": "1",
        "element": "0",
        "time": "2026-11-21T10:00:00.003000+00:00",
        "direction": "device-to-lis",
        "device": "10.0.0.5:40001",
        "lis": "10.1.0.1:2575",
        "framing": "mllp",
        "type": "message",
        "message": "0",
        "kind": "ORU^R01",
        "controlId": "MSG00001",
        "bytes": str(len(mllp(oru()))),
        "flags": "",
        "text": oru().decode().replace("\r", "\n").rstrip("\n"),
    }
    assert (second["direction"], second["kind"], second["controlId"]) == ("lis-to-device", "ACK^R01", "A1")


def test_a_message_of_many_frames_stands_with_the_last_of_them() -> None:
    found = rows(ASTM)
    assert [row["type"] for row in found] == ["start", "ack", *["frame", "ack"] * 4, "end"]
    assert [row["kind"] for row in found if row["text"]] == ["Result"]
    assert found[8]["text"].startswith("H|\\^&")


def test_what_is_in_no_message_is_shown_as_it_came() -> None:
    cut = rows(one((0, mllp(oru())), (0, mllp(oru("2"))[:30])))[1]
    assert (cut["flags"], cut["message"]) == ("truncated", "")
    assert cut["text"].startswith("\x0bMSH|^~\\&|ANALYZER")


@pytest.mark.parametrize("begin", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(begin: str) -> None:
    text = f"{begin}cmd|' /C calc'!A1".encode()
    turns = [(0, ENQ), (1, ACK), (0, frame(1, text)), (1, ACK), (0, EOT)]
    row = rows(one(*turns))[2]
    assert row["text"] == "'" + text.decode()


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_any_text_stays_in_its_cell(texts: list[str]) -> None:
    session = one(*[(0, mllp(oru(str(number)))) for number in range(len(texts))])
    session.messages = texts
    found = rows(session)
    assert len(found) == len(texts)
    for row, text in zip(found, texts, strict=True):
        cell = row["text"]
        assert not cell.startswith(("=", "+", "-", "@"))
        plain = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
        assert cell.removeprefix("'") == plain.removeprefix("'") or cell == plain


def test_a_time_that_is_none() -> None:
    session = one((0, mllp(oru())))
    session.elements[0] = session.elements[0]._replace(timestamp=float("nan"))
    with pytest.raises(ExportError, match="a time that is none"):
        content(Format.CSV, session)


def test_documents_one_a_line() -> None:
    lines = content(Format.JSON, TALK, ASTM).splitlines()
    assert [everything(from_document(line)) for line in lines] == [everything(TALK), everything(ASTM)]

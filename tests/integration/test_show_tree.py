"""`hl7capture sessions show --tree`, as a person runs it."""

import json
from pathlib import Path
from typing import Any

import pytest

from hl7capture.hl7.tree import Node, parse
from tests.support.command import documents, run
from tests.support.speech import RECORDS, answer, oru
from tests.support.stored import put, session_of

HOSTILE = "MSH|^~\\&|\x1b[2J|a&b^c~d|\\X41\\|\rPID|1||4711^^^LAB&1.2||<b>^\\.br\\\r\x00line"


@pytest.fixture
def session_id(output: Path) -> str:
    message = oru().decode().replace("Testmann^Tilda", "Testmann \\T\\ Co^Tilda~Probst|||F")
    session = session_of(1, message, answer().decode(), b"".join(RECORDS).decode(), HOSTILE)
    put(output / "sessions", session)
    return session.session_id


def test_the_tree_of_one_message(session_id: str) -> None:
    done = run("sessions", "show", "--tree", f"{session_id}:1")
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert "  PID Patient Identification" in lines
    at = lines.index("    PID-5 Patient Name (XPN)")
    assert lines[at + 1 : at + 5] == [
        "      PID-5.1 Family Name (FN): “Testmann \\T\\ Co” = “Testmann & Co”",
        "      PID-5.2 Given Name (ST): “Tilda”",
        "    PID-5[2] Patient Name (XPN): “Probst”",
        "    PID-8 Administrative Sex (IS): “F”, Female",
    ]
    assert not any("PID-6" in line for line in lines)
    assert not any("MSA" in line for line in lines)


def test_all_messages_and_hostile_ones(session_id: str) -> None:
    out = run("sessions", "show", "--tree", session_id).stdout
    assert out.count(b"\nMessage ") == 4
    assert "    R-4 Data or Measurement Value: “5.4”".encode() in out
    assert b"\x1b" not in out
    assert b"\0" not in out
    assert "    MSH-3 Sending Application (HD): “\\x1b[2J”".encode() in out


def test_the_tree_as_json(session_id: str) -> None:
    trees = documents(run("sessions", "show", "--tree", "--json", session_id).stdout)
    assert [(tree["sessionId"], tree["message"], tree["standard"]) for tree in trees] == [
        (session_id, 1, "hl7"),
        (session_id, 2, "hl7"),
        (session_id, 3, "astm"),
        (session_id, 4, "hl7"),
    ]
    for node, made in zip(parse(HOSTILE), trees[3]["tree"], strict=True):
        same(node, made)
    sex = next(field for field in trees[0]["tree"][1]["children"] if field["path"] == "PID-8")
    assert sex == {
        "path": "PID-8",
        "name": "Administrative Sex",
        "type": "IS",
        "table": "0001",
        "value": "F",
        "text": "F",
        "meaning": "Female",
        "start": sex["end"] - 1,
        "end": sex["end"],
        "children": [],
    }
    (one,) = documents(run("sessions", "show", "--tree", "--json", f"{session_id}:3").stdout)
    assert one == trees[2]


def same(node: Node, made: dict[str, Any]) -> None:
    """A node and its JSON say the same, all the way down."""
    assert (node.path, node.value, node.start, node.end) == (made["path"], made["value"], made["start"], made["end"])
    for child, made_child in zip(node.children, made["children"], strict=True):
        same(child, made_child)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--tree", "ID:9"], 1, "has 4 messages; there is no message 9"),
        (["--tree", "ID:0"], 1, "there is no message 0"),
        (["ID:1"], 2, "is not a session id"),
        (["--tree", "../../etc/passwd:1"], 2, "is not a session id"),
        (["--tree", "20261121T101530.123Z-5f1c9a2e"], 1, "There is no session"),
    ],
)
def test_what_is_not_there_is_said(arguments: list[str], code: int, said: str, session_id: str) -> None:
    done = run("sessions", "show", *(text.replace("ID", session_id) for text in arguments))
    assert done.returncode == code
    assert said in done.stderr.decode()


def test_without_tree_documents_are_as_before(session_id: str) -> None:
    (document,) = documents(run("sessions", "show", "--json", session_id).stdout)
    assert json.dumps(document["messages"][3]) == json.dumps(HOSTILE)

"""`hl7capture explain`, as a person runs it."""

import json
from pathlib import Path

import pytest

from tests.support.command import documents, run
from tests.support.speech import answer, mllp, oru, retry_storm, timely
from tests.support.wire import ACK, MILLISECOND, RST, START, SYN, Segment, conversation, pcap, records

CAPTURES = Path(__file__).parents[2] / "resources" / "captures"
REFUSED = [(0, mllp(oru("1"))), (1, mllp(answer("1", "AE") + b"ERR||||E||||Unknown patient\r"))]


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    path = tmp_path / "refused.pcap"
    path.write_bytes(pcap(conversation(*REFUSED).segments))
    return path


def test_a_refusal_is_explained_and_is_exit_3(refused: Path) -> None:
    done = run("explain", str(refused))
    text = done.stdout.decode()
    assert done.returncode == 3
    assert "The LIS refused the only message of the device (AE, “Unknown patient”)." in text
    assert "ERROR ack-negative" in text
    assert "What to do: " in text


def test_json_has_one_object_a_session(refused: Path) -> None:
    (document,) = [json.loads(line) for line in run("explain", "--json", str(refused)).stdout.splitlines()]
    assert [f["code"] for f in document["findings"] if f["severity"] == "error"] == ["ack-negative"]
    assert document["findings"][0]["elements"] == [0]
    assert document["verdict"]


@pytest.mark.parametrize("framing", ["mllp", "stx", "astm"])
def test_clean_captures_have_no_findings(framing: str) -> None:
    done = run("explain", "--validate", "--json", str(CAPTURES / f"{framing}.pcap"))
    assert done.returncode == 0
    assert [f for line in done.stdout.splitlines() for f in json.loads(line)["findings"]] == []


def test_a_session_on_disk_is_explained(refused: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "output")
    (session,) = documents(run("read", "--save", "--json", "--output-folder", folder, str(refused)).stdout)
    done = run("explain", session["sessionId"], "--output-folder", folder)
    assert done.returncode == 3
    assert b"ack-negative" in done.stdout


def test_a_message_sent_five_times_is_one_finding_in_every_command(tmp_path: Path) -> None:
    """Five connections, no answer: read sees it coming, and what is explained later is seen with its neighbours."""
    file, folder = tmp_path / "storm.pcap", str(tmp_path / "output")
    file.write_bytes(timely(retry_storm(5)))
    saved = documents(run("read", "--save", "--json", "--output-folder", folder, str(file)).stdout)
    assert len(saved) == 5
    assert len(documents(run("read", "--json", "--where", "finding = ack-missing", str(file)).stdout)) == 4
    assert len(documents(run("read", "--json", "--where", "finding = retry-storm", str(file)).stdout)) == 1
    last = max(session["sessionId"] for session in saved)
    run("sessions", "list", "--output-folder", folder)  # makes the index
    (alone,) = [
        json.loads(line) for line in run("explain", "--json", last, "--output-folder", folder).stdout.splitlines()
    ]
    assert [finding["code"] for finding in alone["findings"]] == ["retry-storm"]
    assert run("sessions", "list", "--where", "finding = retry-storm", "--output-folder", folder).returncode == 0


def test_what_is_not_there_is_said() -> None:
    done = run("explain", "20261121T101530.123Z-5f1c9a2e")
    assert done.returncode == 1
    assert b"There is no session" in done.stderr
    assert run("explain", "/no/such/file.pcap").returncode in (1, 2)


def test_a_link_without_a_session_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "refused.pcap"
    path.write_bytes(pcap([Segment(0, 1000, 0, SYN), Segment(1, 0, 1001, RST | ACK)]))
    done = run("explain", str(path))
    assert done.returncode == 0  # a warning: nothing says that messages were to go there
    assert b"10.0.0.5 \xe2\x86\x92 10.1.0.1:2575, no session: The LIS refused 1 connection of the device" in done.stdout
    assert b"WARNING connection-refused" in done.stdout
    assert done.stderr == b""


def test_a_link_that_is_refused_after_a_session_is_an_error(tmp_path: Path) -> None:
    talk = pcap(conversation((0, mllp(oru("1"))), (1, mllp(answer("1")))).segments)
    attempt = [Segment(0, 1000, 0, SYN), Segment(1, 0, 1001, RST | ACK)]
    (tmp_path / "talk.pcap").write_bytes(talk + records(attempt, START + 900_000 * MILLISECOND))
    done = run("explain", "--json", str(tmp_path / "talk.pcap"))
    assert done.returncode == 3
    _, link = [json.loads(line) for line in done.stdout.splitlines()]
    assert (link["kind"], link["deviceIP"], link["lisIP"], link["lisPort"], link["sessions"]) == (
        "link",
        "10.0.0.5",
        "10.1.0.1",
        2575,
        1,
    )
    assert [(f["code"], f["severity"]) for f in link["findings"]] == [("connection-refused", "error")]
    assert link["verdict"].startswith("The LIS refused 1 connection")


def test_messages_are_validated_where_that_is_asked_for(refused: Path) -> None:
    def told(*options: str) -> list[str]:
        documents = [json.loads(line) for line in run("explain", "--json", *options, str(refused)).stdout.splitlines()]
        return [one["text"] for document in documents for one in document["findings"] if one["code"] == "field-missing"]

    wanted = ["The LIS sends ACK^R01 without ERR-3 (HL7 Error Code), which version 2.5.1 requires."]
    assert told() == []
    assert told("--validate") == wanted
    assert run("settings", "set", "validateMessages", "true").returncode == 0
    assert told() == wanted

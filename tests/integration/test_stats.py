"""`hl7capture stats`, as a person runs it."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.command import COMMAND, run
from tests.support.speech import RECORDS, answer, astm_transfer, mllp, oru
from tests.support.stored import put, session_of
from tests.support.wire import conversation, pcap


@pytest.fixture
def capture(tmp_path: Path) -> str:
    path = tmp_path / "results.pcap"
    turns = []
    for n, value in enumerate((b"5.4", b"5.4", b"6.1")):
        turns += [(0, mllp(oru(str(n)).replace(b"5.4", value))), (1, mllp(answer(str(n))))]
    path.write_bytes(pcap(conversation(*turns).segments))
    return str(path)


def test_a_capture_for_people(capture: str) -> None:
    done = run("stats", "OBX[*]-5", capture)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == [
        "OBX[*]-5 in 6 messages of 1 session: 3 values, 0 empty; 3 messages without OBX.",
        "Count  Share  Value",
        "    2  66.7%  5.4",
        "    1  33.3%  6.1",
        "3 numbers: least 5.4, median 5.4, 95 % up to 6.1, most 6.1",
    ]


def test_by_another_field(capture: str) -> None:
    lines = run("stats", "OBX[*]-5", "--by", "OBX-3.1", capture).stdout.decode().splitlines()
    assert lines[1].split() == [
        "OBX-3.1",
        "Count",
        "Empty",
        "Distinct",
        "Least",
        "Median",
        "95",
        "%",
        "Most",
        "Most",
        "often",
    ]
    assert lines[2].split()[:8] == ["GLU", "3", "0", "2", "5.4", "5.4", "6.1", "6.1"]


def test_json(capture: str) -> None:
    found = json.loads(run("stats", "OBX[*]-5", "--by", "OBX-3.1", "--top", "1", "--json", capture).stdout)
    assert (found["field"], found["by"], found["sessions"], found["messages"], found["without"]) == (
        "OBX[*]-5",
        "OBX-3.1",
        1,
        6,
        3,
    )
    (group,) = found["groups"]
    assert (group["group"], group["count"], group["distinct"]) == ("GLU", 3, 2)
    assert group["top"] == [{"value": "5.4", "count": 2, "share": 0.666667}]
    assert group["numbers"] == {"count": 3, "min": 5.4, "median": 5.4, "p95": 6.1, "max": 6.1, "isSampled": False}


def test_astm_on_standard_input(tmp_path: Path) -> None:
    data = pcap(conversation(*astm_transfer(RECORDS)).segments)
    done = run("stats", "R[*]-4", "-", "--json", stdin=data)
    assert json.loads(done.stdout)["groups"][0]["top"] == [{"value": "5.4", "count": 1, "share": 1.0}]


def test_the_sessions_on_disk(output: Path, capture: str) -> None:
    for number in range(3):
        put(output / "sessions", session_of(number))
    put(output / "sessions", session_of(3, oru("9").decode().replace("5.4", "9.9"), device_ip="10.0.0.9"))
    assert json.loads(run("stats", "PID-3.1", "--json").stdout)["sessions"] == 4
    for where in ("device = 10.0.0.9", "SIM-4711", 'OBX-5 = "9.9"'):
        found = json.loads(run("stats", "OBX-5", "--where", where, "--json").stdout)
        assert (found["sessions"], found["groups"][0]["top"]) == (1, [{"value": "9.9", "count": 1, "share": 1.0}])
    one = session_of(1).session_id
    mixed = json.loads(run("stats", "PID-3.1", "--json", one, capture).stdout)
    assert {top["value"]: top["count"] for top in mixed["groups"][0]["top"]} == {"SIM-4711": 3, "MRN-000001": 1}
    assert mixed["sessions"] == 2


def test_what_cannot_be_read_is_said_and_the_rest_is_counted(output: Path, capture: str) -> None:
    put(output / "sessions", session_of(1))
    (output / "sessions" / "20261121T101530.123Z-00000000.json").write_text("{")
    done = run("stats", "PID-3.1", "--json")
    assert (done.returncode, json.loads(done.stdout)["sessions"]) == (1, 1)
    assert b"could not be read" in done.stderr
    done = run("stats", "PID-3.1", "--json", "/nowhere.pcap", capture)
    assert (done.returncode, json.loads(done.stdout)["sessions"]) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "FIELD"),
        (["device"], "no path into a message"),
        (["OBX-5", "--by", "OBX.3"], "no path into a message"),
        (["OBX-5", "--where", "device ="], "--where, at column"),
        (["OBX-5", "--top", "0"], "--top"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str) -> None:
    done = run("stats", *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()


def test_control_c_ends_the_reading_and_shows_what_was_read() -> None:
    turns = [(0, mllp(oru(str(n)))) for n in range(4000)]
    data = pcap(conversation(*turns).segments)
    command = subprocess.Popen(
        [*COMMAND, "stats", "OBX-5", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdin is not None
    command.stdin.write(data)  # more than a pipe holds: when all is written, the reading has begun
    command.stdin.flush()
    command.send_signal(signal.SIGINT)
    assert command.stdout is not None
    assert command.stderr is not None
    out, said = command.stdout.read(), command.stderr.read()
    command.stdin.close()
    assert command.wait(30) == 1
    assert b"Stopped: what was read until then is counted" in said
    assert b"Traceback" not in said
    assert json.loads(out)["messages"] <= 4000


def test_values_do_nothing_to_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "hostile.pcap"
    path.write_bytes(pcap(conversation((0, mllp(oru().replace(b"5.4", b"\x1b[2J")))).segments))
    out = run("stats", "OBX-5", str(path)).stdout
    assert b"\x1b" not in out
    assert b"\\x1b[2J" in out

"""The commands, run as processes."""

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import COMMAND, documents, run, summary_in
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, astm_transfer, mllp, oru, stx_transfer
from tests.support.talk import talk
from tests.support.tls import client_hello
from tests.support.wire import Talk, conversation, pcap

TURNS = [(0, mllp(oru())), (1, mllp(answer()))]


@pytest.fixture
def capture_file(tmp_path: Path) -> Path:
    path = tmp_path / "one.pcap"
    path.write_bytes(pcap(conversation(*TURNS).segments))
    return path


def test_read_prints_documents_and_nothing_else(capture_file: Path) -> None:
    done = run("read", str(capture_file), "--json")
    (document,) = documents(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [element["hexData"] for element in document["elements"]] == [data.hex() for _, data in TURNS]
    assert (document["source"], document["_saved_at"], document["persistedUntil"]) == ("one.pcap", None, None)


def test_read_standard_input_and_many_files(capture_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pcap"
    other.write_bytes(pcap(conversation(*astm_transfer()).segments))
    done = run("read", str(capture_file), "-", "--json", stdin=other.read_bytes())
    assert [(d["number"], d["framing"], d["source"]) for d in documents(done.stdout)] == [
        (1, "mllp", "one.pcap"),
        (2, "astm", "stdin"),
    ]


def test_read_for_people(capture_file: Path) -> None:
    line = run("read", str(capture_file)).stdout.decode()
    assert "10.0.0.5:40001 → 10.1.0.1:2575 mllp 1 × ORU^R01, 1 × ACK^R01 (closed)" in line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MSH|^~\\&|this is a message, not a capture", b"is not a capture"),
        (b"", b"is empty"),
        (pcap(conversation(*TURNS).segments)[:-3], b"is cut in the middle of a packet"),
        (pcap(conversation(*TURNS).segments) + b"\xff" * 99, b"is damaged at byte"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_the_rest_goes_on(
    content: bytes, said: bytes, tmp_path: Path, capture_file: Path
) -> None:
    wrong = tmp_path / "wrong.pcap"
    wrong.write_bytes(content)
    done = run("read", str(wrong), str(capture_file), "--json")
    assert done.returncode == 1
    assert b"wrong.pcap" in done.stderr
    assert said in done.stderr
    assert documents(done.stdout)[-1]["source"] == "one.pcap"


def test_encrypted_link_is_told_and_is_no_failure(tmp_path: Path, capture_file: Path) -> None:
    run("settings", "set", "lisPort", "2575")
    path = tmp_path / "secure.pcap"
    path.write_bytes(pcap(conversation((0, client_hello()), (1, b"\x16\x03\x03\x00\x02\x02\x00")).segments))
    done = run("read", str(path), str(capture_file), "--json")
    text = "Connections to 10.1.0.1:2575 (lis.example.org) are encrypted (TLS); their messages cannot be read."
    assert f"secure.pcap: {text}" in done.stderr.decode()
    assert (done.returncode, len(documents(done.stdout))) == (0, 1)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    done = run("read", str(tmp_path), str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert b"holds no capture" in done.stderr
    assert b"No such file" in done.stderr


def test_saved_shown_listed_deleted(capture_file: Path, output: Path) -> None:
    assert run("settings", "set", "retentionDays", "7").returncode == 0
    (document,) = documents(run("read", "--save", "--json", str(capture_file)).stdout)
    (stored,) = documents(run("sessions", "list", "--json").stdout)
    assert stored["sessionId"] == document["sessionId"]
    assert abs(stored["persistedUntil"] - stored["_saved_at"] - 7 * 86_400_000) < 1
    assert run("read", "--save", str(capture_file)).returncode == 0  # again: nothing is kept twice
    assert len(list((output / "sessions").glob("*.json"))) == 1
    shown = run("sessions", "show", document["sessionId"]).stdout.decode()
    assert "PID|1||SIM-4711||Testmann^Tilda" in shown
    assert "  Opening: by the device; SYN answered after 1 ms; handshake done after 2 ms\n" in shown
    assert f"  From the device: {document['connection']['device']['packets']} packets, " in shown
    assert run("sessions", "delete", document["sessionId"]).returncode == 0
    assert run("sessions", "list", "--json").stdout == b""
    gone = run("sessions", "show", document["sessionId"])
    assert (gone.returncode, b"There is no session" in gone.stderr) == (1, True)


def test_a_note_is_shown_and_stays_when_the_capture_is_read_again(capture_file: Path, output: Path) -> None:
    run("read", "--save", str(capture_file))
    (path,) = (output / "sessions").glob("*.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"note": "cable\x1b[31m\nunplugged", "pinned": True}))
    assert run("read", "--save", str(capture_file)).returncode == 0
    shown = run("sessions", "show", path.stem).stdout.decode()
    assert "  Note: cable\\x1b[31m\n  Note: unplugged\n" in shown
    (document,) = documents(run("sessions", "show", "--json", path.stem).stdout)
    assert (document["note"], document["pinned"]) == ("cable\x1b[31m\nunplugged", True)
    assert run("sessions", "list", "--where", "note ~ UNPLUGGED").stdout
    assert not run("sessions", "list", "--where", "note ~ other").stdout


def test_unreadable_session_is_named_and_the_others_are_listed(capture_file: Path, output: Path) -> None:
    run("read", "--save", str(capture_file))
    (output / "sessions" / "20261121T101530.123Z-00000000.json").write_text("{")
    done = run("sessions", "list")
    assert done.returncode == 1
    assert done.stdout.count(b"\n") == 1
    assert b"20261121T101530.123Z-00000000.json" in done.stderr


def test_output_folder_that_cannot_be_written(capture_file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("read", "--save", str(capture_file), "--output-folder", str(tmp_path / "file"))
    assert done.returncode == 1
    assert b"could not be saved" in done.stderr
    assert b"choose another output folder" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["settings", "set", "retentionDays", "0"], 2, b"from 1 to 365"),
        (["settings", "set", "retention", "1"], 2, b"no such setting"),
        (["sessions", "show", "../../etc/passwd"], 2, b"is not a session id"),
        (["sessions", "frobnicate"], 2, b"No such command"),
        (["capture"], 2, b"--interface"),
        (["read"], 2, b"FILE"),
        (["simulate", "--framing", "morse"], 2, b"mllp"),
    ],
)
def test_wrong_usage(arguments: list[str], code: int, said: bytes) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert b"Traceback" not in done.stderr


def test_settings_are_shown_and_found(tmp_path: Path) -> None:
    run("settings", "set", "lisPort", "2575")
    assert json.loads(run("settings", "show", "--json").stdout)["lisPort"] == 2575
    path = Path(run("settings", "path").stdout.decode().strip())
    assert json.loads(path.read_text())["lisPort"] == 2575
    path.write_text('{"retentionDays": 999}')
    assert b"Setting retentionDays: 999 is not possible" in run("settings").stderr


def test_interfaces_are_listed() -> None:
    listed = documents(run("interfaces", "--json").stdout)
    assert any("127.0.0.1" in interface["addresses"] and interface["isUp"] for interface in listed)


class Capture:
    """`hl7capture capture` on loopback, running."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "capture", "-i", "lo", "-f", "tcp", "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # so that nothing is left in a buffer when `communicate` takes over
        )
        assert self.process.stderr is not None
        assert b"Listening on lo" in self.process.stderr.readline()

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        document: dict[str, Any] = json.loads(self.process.stdout.readline())
        return document

    def end(self, how: int) -> tuple[int, list[dict[str, Any]], bytes]:
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=15)
        return self.process.returncode, documents(out), err


@needs_capture_rights
@pytest.mark.parametrize("framing", ["mllp", "stx", "astm"])
def test_simulated_conversation_is_captured_and_durable_when_it_is_printed(framing: str, output: Path) -> None:
    capture = Capture()
    done = run("simulate", "--framing", framing, "--messages", "2", "--rate", "0")
    assert done.returncode == 0
    document = capture.line()
    stored = json.loads((output / "sessions" / f"{document['sessionId']}.json").read_text())
    assert stored == document
    assert document["framing"] == framing
    assert document["isComplete"]
    code, _, err = capture.end(signal.SIGTERM)
    assert (code, summary_in(err)["dropped"]) == (0, 0)


@needs_capture_rights
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_open_session_is_on_disk_as_stopped_after_a_signal(how: int, output: Path) -> None:
    capture = Capture()
    simulation = subprocess.Popen(
        [*COMMAND, "simulate", "--framing", "mllp", "--messages", "100", "--rate", "20"], stderr=subprocess.PIPE
    )
    time.sleep(2)
    code, printed, _ = capture.end(how)
    simulation.send_signal(signal.SIGTERM)
    simulation.communicate(timeout=10)
    assert code == 0
    (document,) = printed
    assert (document["endReason"], document["framing"]) == ("stopped", "mllp")
    assert json.loads((output / "sessions" / f"{document['sessionId']}.json").read_text()) == document
    assert len(document["messages"]) >= 2


@needs_capture_rights
def test_nothing_is_written_without_persistence(output: Path) -> None:
    capture = Capture("--no-persist")
    run("simulate", "--messages", "1", "--rate", "0")
    assert capture.line()["_saved_at"] is None
    assert capture.end(signal.SIGTERM)[0] == 0
    run("settings", "set", "enablePersistence", "off")
    run("settings", "set", "keepRawPackets", "on")
    capture = Capture()
    run("simulate", "--messages", "1", "--rate", "0")
    assert capture.line()["_saved_at"] is None
    assert capture.end(signal.SIGTERM)[0] == 0
    assert not output.exists()


@needs_capture_rights
def test_raw_packets_read_again_are_the_same_sessions(tmp_path: Path) -> None:
    raw = tmp_path / "raw.pcap"
    capture = Capture("--write", str(raw))
    for framing in ("mllp", "stx", "astm"):
        run("simulate", "--framing", framing, "--messages", "2", "--rate", "0")
    live = [capture.line() for _ in range(5)]
    assert capture.end(signal.SIGTERM)[0] == 0
    again = documents(run("read", "--json", str(raw)).stdout)
    for document in (*live, *again):
        for key in ("_saved_at", "persistedUntil", "source"):
            del document[key]
    assert again == live


@needs_capture_rights
def test_wrong_filter_interface_and_duration() -> None:
    assert run("capture", "-i", "lo", "-f", "tcp portx 1").returncode == 2
    nowhere = run("capture", "-i", "nowhere0")
    assert (nowhere.returncode, b"no interface" in nowhere.stderr) == (2, True)
    begin = time.monotonic()
    assert run("capture", "-i", "lo", "--duration", "0.5").returncode == 0
    assert time.monotonic() - begin < 10


@needs_capture_rights
def test_second_capture_into_one_folder_is_told_who_writes_there() -> None:
    capture = Capture()
    second = run("capture", "-i", "lo", "--duration", "1")
    assert second.returncode == 1
    assert f"process {capture.process.pid} on".encode() in second.stderr
    assert capture.end(signal.SIGTERM)[0] == 0


def test_stx_conversation_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "stx.pcap"
    path.write_bytes(pcap(conversation(*stx_transfer(oru())).segments))
    assert documents(run("read", "--json", str(path)).stdout)[0]["endReason"] == "eot"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--write-size", "5"], b"name that FILE"),
        (["--write-files", "5"], b"name that FILE"),
        (["--write", "x.pcap", "--write-files", "5"], b"needs --write-size"),
        (["--write", "x.pcap", "--write-size", "0"], b"--write-size"),
    ],
)
def test_wrong_options_for_raw_packets(arguments: list[str], said: bytes) -> None:
    done = run("capture", "-i", "lo", *arguments)
    assert (done.returncode, said in done.stderr) == (2, True)


@needs_capture_rights
def test_raw_packets_in_a_ring(tmp_path: Path) -> None:
    capture = Capture("--write", str(tmp_path / "ring.pcap"), "--write-size", "1", "--write-files", "2")
    big = oru() + b"NTE|1||" + b"x" * 400_000 + b"\r"
    for _ in range(8):
        talk([(0, mllp(big)), (1, mllp(answer()))])
        capture.line()
    code, _, err = capture.end(signal.SIGTERM)
    assert (code, summary_in(err)["notInRawFile"]) == (0, 0)
    files = sorted(tmp_path.glob("ring_*.pcap"))
    assert [file.name[:10] for file in files] == ["ring_00003", "ring_00004"]
    assert all(file.stat().st_size <= 1_000_000 for file in files)
    assert run("read", str(files[-1])).returncode == 0


def test_filter_of_what_is_read_and_listed(tmp_path: Path, capture_file: Path, output: Path) -> None:
    other = tmp_path / "other.pcap"
    talk = Talk((200_000, 9000)).open()
    for turn in astm_transfer():
        talk.say(*turn)
    other.write_bytes(pcap(talk.close().segments))
    where = 'type = ORU^R01 and PID-3.1 ~ "4711" and ack = AA or R-4 > 200'
    folder = ("--output-folder", str(output))
    done = run("read", str(capture_file), str(other), "--json", "--where", where, "--save", *folder)
    (document,) = documents(done.stdout)
    assert (document["framing"], done.returncode) == ("mllp", 0)
    run("read", str(other), "--save", *folder)
    for where, framings in (
        ("framing = astm", ["astm"]),
        ("device = 10.0.0.0/24 and complete = yes", ["mllp", "astm"]),
        ("R-4 = 5.4", ["astm"]),
        ("ack = AA", ["mllp"]),
        ("text ~ testmann and not zebra", ["mllp", "astm"]),
        ("zebra", []),
    ):
        done = run("sessions", "list", "--where", where, "--json", *folder)
        assert sorted(d["framing"] for d in documents(done.stdout)) == sorted(framings), where
    done = run("sessions", "list", "--where", "messages > 0", "--limit", "1", *folder)
    assert done.stdout.count(b"\n") == 1


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("framing = ", b"at column 10: expected a value after `=`"),
        ("fraiming = stx", b"did you mean `framing`?"),
    ],
)
def test_mistakes_in_a_filter(where: str, said: bytes, capture_file: Path) -> None:
    for command in (("read", str(capture_file)), ("sessions", "list")):
        done = run(*command, "--where", where)
        assert done.returncode == 2
        assert said in done.stderr

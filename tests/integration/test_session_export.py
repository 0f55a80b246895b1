"""`sessions export`, run as a person runs it; the captures that it makes are read by us and by tshark."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.command import documents, run
from tests.support.speech import answer, oru, three_framings
from tests.support.traces import traces
from tests.support.tshark import blocks_by_tshark, blocks_in
from tests.support.wire import pcap

LARGE = oru("BIG").replace(b"5.4", b"5" * 4000)


@pytest.fixture
def kept(tmp_path: Path, output: Path) -> list[dict[str, object]]:
    """Three sessions on disk, oldest first."""
    path = tmp_path / "three.pcap"
    path.write_bytes(pcap(three_framings(LARGE, answer("BIG"))))
    done = run("read", str(path), "--save", "--json")
    assert done.returncode == 0
    return documents(done.stdout)


def conversation_of(document: dict[str, object]) -> list[object]:
    keys = ("startTime", "endTime", "deviceIP", "devicePort", "lisIP", "lisPort", "framing", "elements", "messages")
    return [document[key] for key in keys]


def test_a_capture_is_made_that_we_and_tshark_read(kept: list[dict[str, object]], tmp_path: Path) -> None:
    made = tmp_path / "made.pcap"
    done = run("sessions", "export", "--all", "--format", "pcap", "--output", str(made))
    assert (done.returncode, done.stderr) == (0, f"Sessions exported to {made}: 3.\n".encode())
    again = run("read", str(made), "--json")
    assert (again.returncode, again.stderr) == (0, b"")
    assert list(map(conversation_of, documents(again.stdout))) == list(map(conversation_of, kept))
    assert blocks_by_tshark(made) == blocks_in(kept[:1])
    complaints = "_ws.malformed || _ws.short || tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment"
    complaints += " || tcp.analysis.retransmission || tcp.analysis.out_of_order || _ws.expert.severity >= 6291456"
    checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
    bad = ["tshark", "-r", str(made), *checks, "-Y", f"{complaints} || tcp.checksum.status != 1"]
    said = subprocess.run(bad, capture_output=True, check=True, timeout=60)
    assert said.stdout == b""


def test_one_file_each_in_a_folder(kept: list[dict[str, object]], tmp_path: Path) -> None:
    folder = tmp_path / "proof"
    ids = [str(document["sessionId"]) for document in kept[:2]]
    done = run("sessions", "export", *ids, "--format", "json", "--output", f"{folder}/")
    assert done.returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{one}.json" for one in ids)
    assert json.loads((folder / f"{ids[0]}.json").read_bytes())["messages"] == kept[0]["messages"]
    if os.name != "nt":
        assert stat.S_IMODE((folder / f"{ids[0]}.json").stat().st_mode) == 0o600


def test_messages_of_all_sessions_in_one_file(kept: list[dict[str, object]], tmp_path: Path) -> None:
    made = tmp_path / "made.hl7"
    assert run("sessions", "export", "--all", "--format", "hl7", "--output", str(made)).returncode == 0
    assert made.read_bytes().startswith(LARGE + answer("BIG") + oru("MSG2") + b"H|")


def test_nothing_is_overwritten_unless_that_is_said(kept: list[dict[str, object]], tmp_path: Path) -> None:
    made = tmp_path / "made.csv"
    made.write_bytes(b"mine")
    command = ("sessions", "export", "--all", "--format", "csv", "--output", str(made))
    done = run(*command)
    assert (done.returncode, done.stderr) == (1, f"{made} exists. --force overwrites.\n".encode())
    assert made.read_bytes() == b"mine"
    assert run(*command, "--force").returncode == 0
    assert made.read_bytes().count(b"device-to-lis") > 5
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / f"{kept[2]['sessionId']}.csv").write_bytes(b"mine")
    done = run(*command[:-1], str(folder))
    assert done.returncode == 1
    assert len(list(folder.iterdir())) == 1


def test_what_cannot_be_read_is_left_out_and_said(kept: list[dict[str, object]], tmp_path: Path, output: Path) -> None:
    broken = output / "sessions" / f"{kept[1]['sessionId']}.json"
    broken.write_bytes(broken.read_bytes()[:100])
    made = tmp_path / "made.json"
    done = run("sessions", "export", "--all", "--format", "json", "--output", str(made))
    assert done.returncode == 1
    assert (
        f"Session {kept[1]['sessionId']} was left out: it is not a JSON object, or it is cut.".encode() in done.stderr
    )
    assert [one["sessionId"] for one in documents(made.read_bytes())] == [kept[0]["sessionId"], kept[2]["sessionId"]]


def test_what_cannot_be_is_said(kept: list[dict[str, object]], tmp_path: Path) -> None:
    made, one = str(tmp_path / "made"), str(kept[0]["sessionId"])
    for arguments, code, said in (
        (["--format", "hl7", "--output", made], 2, b"--all"),
        ([one, "--all", "--format", "hl7", "--output", made], 2, b"--all"),
        (["../x", "--format", "hl7", "--output", made], 2, b"is not a session id"),
        ([one, "--format", "xml", "--output", made], 2, b"xml"),
        ([one, "--format", "hl7"], 2, b"--output"),
        (["20261121T101530.123Z-5f1c9a2e", "--format", "hl7", "--output", made], 1, b"there is no such session"),
        ([one, "--format", "hl7", "--output", str(tmp_path / "no" / "where")], 1, b"No such file"),
        (["--all", "--format", "hl7", "--output", made, "--output-folder", str(tmp_path / "none")], 1, b"no sessions"),
    ):
        done = run("sessions", "export", *arguments)
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr
        assert not Path(made).exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file")
def test_what_is_not_a_file_is_not_replaced(kept: list[dict[str, object]], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = run("sessions", "export", "--all", "--format", "hl7", "--output", str(pipe), "--force")
    assert done.returncode == 1
    assert b"is not a file" in done.stderr
    assert pipe.is_fifo()


@pytest.mark.parametrize("to", ["hl7", "json", "csv", "pcap"])
def test_a_deidentified_export_has_no_patient_in_it(kept: list[dict[str, object]], tmp_path: Path, to: str) -> None:
    made = tmp_path / f"made.{to}"
    command = ("sessions", "export", "--all", "--format", to, "--output", str(made))
    assert run(*command).returncode == 0
    plain = made.read_bytes()
    done = run(*command, "--deidentify", "--force")
    assert done.returncode == 0
    data = made.read_bytes()
    addresses = [str(kept[0]["deviceIP"]), str(kept[0]["lisIP"])]
    for value in ("SIM-4711", "Testmann", "Tilda", "20261121101530", *addresses, *(str(d["sessionId"]) for d in kept)):
        assert traces(data, value) == []
    assert traces(plain, "Testmann") != []
    said = done.stderr.decode()
    assert "De-identified." in said
    assert "PID-5 names: 4" in said
    assert "P-6 names: 2" in said
    assert not any(value in said for value in ("Testmann", "Tilda", "4711"))
    if to == "json":
        assert [document["deidentified"] for document in documents(data)] == [True] * 3


def test_a_deidentified_capture_is_read_as_before(kept: list[dict[str, object]], tmp_path: Path) -> None:
    made = tmp_path / "made.pcap"
    command = ("sessions", "export", "--all", "--format", "pcap", "--output", str(made), "--deidentify")
    assert run(*command, "--keep-times", "--keep-addresses").returncode == 0
    again = documents(run("read", str(made), "--json").stdout)
    for document, before in zip(again, kept, strict=True):
        for key in ("startTime", "endTime", "deviceIP", "lisIP", "framing", "endReason"):
            assert document[key] == before[key]
        shapes = [
            [(e["type"], e["flags"], len(e["hexData"]), e["message"]) for e in one["elements"]]  # type: ignore[attr-defined]
            for one in (document, before)
        ]
        assert shapes[0] == shapes[1]


def test_files_of_a_folder_do_not_tell_the_time(kept: list[dict[str, object]], tmp_path: Path) -> None:
    folder = tmp_path / "proof"
    assert (
        run("sessions", "export", "--all", "--format", "json", "--output", f"{folder}/", "--deidentify").returncode == 0
    )
    names = sorted(path.stem for path in folder.iterdir())
    assert len(names) == 3
    assert names == sorted(json.loads(path.read_bytes())["sessionId"] for path in folder.iterdir())
    assert not {str(document["sessionId"])[:8] for document in kept} & {name[:8] for name in names}


def test_what_goes_with_deidentify_does_not_go_alone(kept: list[dict[str, object]], tmp_path: Path) -> None:
    target = str(tmp_path / "x.hl7")
    done = run("sessions", "export", "--all", "--format", "hl7", "--output", target, "--keep-times")
    assert done.returncode == 2
    assert b"--keep-times and --keep-addresses go with --deidentify" in done.stderr


def test_a_deidentified_document_can_be_imported(kept: list[dict[str, object]], tmp_path: Path) -> None:
    made = tmp_path / "made.json"
    assert run("sessions", "export", "--all", "--format", "json", "--output", str(made), "--deidentify").returncode == 0
    folder = tmp_path / "elsewhere"
    done = run("sessions", "import", str(made), "--output-folder", str(folder))
    assert done.returncode == 0
    imported = [json.loads(path.read_bytes()) for path in (folder / "sessions").rglob("*.json")]
    assert [document["deidentified"] for document in imported] == [True] * 3

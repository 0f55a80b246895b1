"""`hl7capture diff`, as a person runs it."""

import gzip
from pathlib import Path

import pytest

from tests.support.command import documents, run
from tests.support.speech import answer, mllp, oru, stx_transfer
from tests.support.wire import conversation, pcap

OTHER = oru("MSG00002").replace(b"|5.4|", b"|6.1|")


@pytest.fixture
def first(tmp_path: Path) -> str:
    path = tmp_path / "first.hl7"
    path.write_bytes(oru())
    return str(path)


@pytest.fixture
def capture(tmp_path: Path) -> str:
    path = tmp_path / "two.pcap"
    turns = [(0, mllp(oru())), (1, mllp(answer())), (0, mllp(OTHER)), (1, mllp(answer("MSG00002")))]
    path.write_bytes(pcap(conversation(*turns).segments))
    return str(path)


def test_a_file_and_a_message_of_a_capture(first: str, capture: str) -> None:
    assert run("diff", first, capture).returncode == 0
    done = run("diff", first, f"{capture}:3")
    assert done.returncode == 3
    assert done.stdout.decode().splitlines() == [
        "~  MSH-10  Message Control ID  “MSG00001” → “MSG00002”",
        "~  OBX-5   Observation Value   “5.4” → “6.1”",
    ]
    assert done.stderr.decode() == "2 places differ.\n"
    assert run("diff", first, f"{capture}:3", "--ignore", "MSH-10,OBX-5").returncode == 0


def test_json_has_one_object_a_difference(first: str) -> None:
    done = run("diff", "--json", first, "-", stdin=mllp(OTHER), timeout=30)
    assert [(one["kind"], one["path"]) for one in documents(done.stdout)] == [
        ("changed", "MSH-10"),
        ("changed", "OBX-5"),
    ]
    before = documents(done.stdout)[1]["before"]
    assert oru().decode()[before["start"] : before["end"]] == before["value"] == before["text"] == "5.4"


def test_a_session_on_disk(first: str, capture: str) -> None:
    (session,) = documents(run("read", "--save", "--json", capture).stdout)
    assert run("diff", first, session["sessionId"]).returncode == 0
    assert run("diff", first, f"{session['sessionId']}:3", "--ignore", "MSH").returncode == 3
    gone = run("diff", first, f"{session['sessionId']}:5")
    assert (gone.returncode, b"has 4 messages; there is no message 5" in gone.stderr) == (1, True)


def test_a_capture_through_a_pipe_and_packed_files(tmp_path: Path, first: str, capture: str) -> None:
    assert run("diff", first, "-", stdin=Path(capture).read_bytes()).returncode == 0
    packed = tmp_path / "packed.hl7.gz"
    packed.write_bytes(gzip.compress(oru()))
    assert run("diff", str(packed), first).returncode == 0


def test_a_name_that_ends_like_a_number_is_a_name(tmp_path: Path, first: str) -> None:
    odd = tmp_path / "a:3"
    try:
        odd.write_bytes(oru())
    except OSError:
        return  # no such names on Windows
    assert run("diff", str(odd), first).returncode == 0


def test_values_are_shown_so_that_they_do_nothing_to_a_terminal(tmp_path: Path, first: str) -> None:
    wrong = tmp_path / "wrong.hl7"
    wrong.write_bytes(oru().replace(b"Tilda", b"\x1b[2J\\.br\\"))
    out = run("diff", first, str(wrong)).stdout
    assert b"\x1b" not in out
    assert b"\\x1b[2J\\x0a" in out
    assert out.count(b"\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["FIRST"], 2, "Missing argument"),
        (["-", "-"], 2, "not both"),
        (["FIRST", "FIRST", "--ignore", "PID.3"], 2, "no path into a message"),
        (["FIRST", "nowhere.hl7"], 1, "No such file"),
        (["FIRST", "x" * 5000 + ":2"], 1, "cannot be read"),
        (["FIRST", "FIRST:0"], 1, "there is no message 0"),
        (["FIRST", "20261121T101530.123Z-5f1c9a2e"], 1, "There is no session"),
        (["FIRST", __file__], 1, "A message as text begins with MSH"),
    ],
)
def test_what_cannot_be_compared_is_said(arguments: list[str], code: int, said: str, first: str) -> None:
    done = run("diff", *(text.replace("FIRST", first) for text in arguments))
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_stx_capture_with_notes(tmp_path: Path, first: str) -> None:
    path = tmp_path / "stx.pcap"
    path.write_bytes(pcap(conversation(*stx_transfer(oru().replace(b"Glucose", b"Gluc\\X6F\\se"))).segments))
    done = run("diff", first, str(path), "--spelling")
    assert done.returncode == 0
    assert "They mean the same." in done.stderr.decode()
    assert done.stdout.count(b"X6F") == 2

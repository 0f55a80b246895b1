"""`sessions import`, run as a person runs it."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.app.importing import Import, Outcome
from hl7capture.model.settings import Settings
from hl7capture.store.session_folder import SessionFolder
from hl7capture.store.session_store import SessionStore
from tests.support.command import COMMAND, documents, run
from tests.support.electron import electron_session, write_electron
from tests.support.speech import answer, mllp, oru
from tests.support.wire import conversation, pcap

DAY_MS = 86_400_000


def kept() -> list[dict[str, object]]:
    return documents(run("sessions", "list", "--json").stdout)


def test_files_of_the_electron_app(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "sessions"
    folder.mkdir(parents=True)
    until = int(time.time() * 1000) + 900 * DAY_MS
    write_electron(folder / "session-1.json", deviceIP="10.0.0.7", persistedUntil=until)
    write_electron(folder / "session-2.json", persistedUntil=1)
    (folder / "session-3.json").write_text('{"id": "session-3"', encoding="utf-8")
    (folder / "session-4.json.tmp").write_text("{", encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    done = run("sessions", "import", str(folder))
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert [line.partition(": ")[2].split(" 2")[0] for line in lines[:3]] == [
        "imported as",
        "imported as",
        "not imported: it is not a JSON object, or it is cut.",
    ]
    assert lines[3] == "Sessions imported: 2; kept already: 0; not imported: 1."
    found = {document["deviceIP"]: document for document in kept()}
    assert found["10.0.0.7"]["persistedUntil"] == until
    soon = float(str(found["10.0.0.5"]["persistedUntil"])) - time.time() * 1000
    assert 29.9 * DAY_MS < soon < 30.1 * DAY_MS
    again = run("sessions", "import", str(folder / "session-1.json"))
    assert again.returncode == 0
    assert b"kept already: 1" in again.stderr
    assert len(kept()) == 2
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_colleague_sends_sessions(tmp_path: Path, output: Path) -> None:
    talks = pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments)
    assert run("read", "-", "--save", "--json", stdin=talks).returncode == 0
    (document,) = kept()
    one = tmp_path / "one.json"
    one.write_text("\ufeff" + json.dumps(document, indent=1), encoding="utf-8")
    lines = tmp_path / "lines.json"
    other = {**document, "sessionId": "20261121T100000.003Z-00000001", "endReason": None}
    lines.write_text(f"{json.dumps(document)}\n\n{json.dumps(other)}\n[]\n", encoding="utf-8")
    elsewhere = ["--output-folder", str(tmp_path / "elsewhere")]
    assert run("sessions", "import", str(one), *elsewhere).returncode == 0
    done = run("sessions", "import", str(lines), *elsewhere)
    assert (done.returncode, b"imported: 1; kept already: 1; not imported: 1." in done.stderr) == (1, True)
    found = documents(run("sessions", "list", "--json", *elsewhere).stdout)
    assert sorted((str(d["sessionId"]), d["endReason"]) for d in found) == [
        ("20261121T100000.003Z-00000001", "stopped"),
        (document["sessionId"], "closed"),
    ]
    assert all(d["messages"] == document["messages"] for d in found)


def test_what_is_kept_is_never_replaced(tmp_path: Path, output: Path) -> None:
    path = write_electron(tmp_path / "session-3.json")
    assert run("sessions", "import", str(path)).returncode == 0
    (document,) = kept()
    changed = {**document, "elements": []}
    path.write_text(json.dumps(changed), encoding="utf-8")
    done = run("sessions", "import", str(path))
    assert done.returncode == 1
    assert b"is kept already, and is left as it is" in done.stderr
    (again,) = kept()
    assert again == document


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", b"it is not a JSON object"),
        (b"\xd4\xc3\xb2\xa1", b"it is not a JSON object"),
        (b"[" * 100_000, b"it is not a JSON object"),
        (b"{}", b"it has no _version"),
        (b'{"_version": 9}', b"written by a newer program"),
    ],
)
def test_what_is_no_session_file(content: bytes, said: bytes, tmp_path: Path, output: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    done = run("sessions", "import", str(path), str(tmp_path / "nowhere.json"))
    assert done.returncode == 1
    assert said in done.stderr
    assert b"nowhere.json: not imported: No such file or directory." in done.stderr
    assert not list((output / "sessions").glob("*"))


def test_a_folder_without_sessions_and_one_in_use(tmp_path: Path, output: Path) -> None:
    done = run("sessions", "import", str(tmp_path))
    assert (done.returncode, b"holds no session file" in done.stderr) == (1, True)
    folder = SessionFolder(output)
    folder.prepare()
    done = run("sessions", "import", str(write_electron(tmp_path / "a.json")))
    assert (done.returncode, b"Nothing was imported" in done.stderr, b"is in use by" in done.stderr) == (1, True, True)
    folder.release()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file")
def test_ctrl_c_cancels(tmp_path: Path, output: Path) -> None:
    """A pipe gives its sessions one by one, so that there is a moment between two of them."""
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    first, second = (json.dumps(electron_session(deviceIP=f"10.0.0.{n}")).encode() + b"\n" for n in (1, 2))
    command = [*COMMAND, "sessions", "import", str(pipe)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as running, pipe.open("wb", buffering=0) as writer:
        assert running.stderr is not None
        writer.write(first)
        assert b"imported as" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        time.sleep(0.2)
        writer.write(second)
        writer.close()
        said = running.stderr.read()
    assert running.returncode == 1
    assert said == b"Cancelled.\nSessions imported: 1; kept already: 0; not imported: 0.\n"
    assert len(list((output / "sessions").iterdir())) == 1


def test_cancelled_it_keeps_what_was_imported(tmp_path: Path, output: Path, qtbot: QtBot) -> None:
    paths = [write_electron(tmp_path / f"session-{n}.json", deviceIP=f"10.0.0.{n}") for n in range(10)]
    store = SessionStore(Settings(), output)
    work = Import(store)
    outcomes: list[Outcome] = []
    done: list[int] = []

    def tell(outcome: Outcome) -> None:
        outcomes.append(outcome)
        if len(outcomes) == 3:
            work.cancel()

    work.run(paths, tell, done.append)
    store.close()
    assert [outcome.reason for outcome in outcomes] == [""] * 3
    assert len(list((output / "sessions").iterdir())) == 3

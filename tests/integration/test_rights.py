"""Who may capture, by what, and which rights are left while it captures."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from hl7capture.sources import helper
from hl7capture.sources.capture_helper import HELPER_NAME
from hl7capture.sources.live import LiveSource
from tests.support.listen_once import listen
from tests.support.rights import needs_capture_rights

NOBODY = 65534
pytestmark = [
    needs_capture_rights,  # only root can take rights away, and give them
    pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's"),
]
NO_CAPABILITY = dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapAmb"), "0000000000000000")


def without_rights(*arguments: str, path: str = "") -> dict[str, Any]:
    """tests.support.listen_once without any capability, and without getting one for being root (SECBIT_NOROOT)."""
    done = subprocess.run(
        [
            *("setpriv", "--securebits=+noroot", "--inh-caps=-all", "--ambient-caps=-all"),
            *(sys.executable, "-m", "tests.support.listen_once", *arguments),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PATH": os.pathsep.join(filter(None, (path, os.environ["PATH"])))},
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def with_capability(program: str, copy: Path, capabilities: str) -> Path:
    """A copy that may capture."""
    shutil.copyfile(program, copy)
    copy.chmod(0o750)
    done = subprocess.run(["setcap", capabilities, str(copy)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return copy


def script(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(("#!/bin/sh", *lines)) + "\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("variables", "user"),
    [({}, NOBODY), ({"SUDO_UID": "1"}, 1), ({"PKEXEC_UID": "2", "SUDO_UID": "1"}, 2), ({"SUDO_UID": "0"}, NOBODY)],
)
def test_root_becomes_who_asked_as_soon_as_it_listens(
    variables: dict[str, str], user: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Users 1 and 2 are daemon and bin, with groups of the same numbers."""
    for name in ("SUDO_UID", "PKEXEC_UID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    told = listen(LiveSource("lo", "tcp"))
    ids = " ".join([str(user)] * 4)
    assert told["status"] == {"Uid": ids, "Gid": ids, "Groups": "", **NO_CAPABILITY, "NoNewPrivs": "1"}
    assert told["hasAll"]
    assert told["received"] >= 5


def test_helper_with_a_file_capability_captures_and_gives_it_up(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib").mkdir()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (tmp_path / "lib" / version).mkdir()
    (tmp_path / "lib" / version / "site-packages").symlink_to(sysconfig.get_path("purelib"))
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", tmp_path)
    interpreter = str(Path(sys.executable).resolve())
    copy = with_capability(interpreter, tmp_path / "bin" / HELPER_NAME, "cap_net_raw+ep")
    told = without_rights(str(copy))
    assert told["command"] == str(copy)
    assert told["hasAll"]
    assert {name: told["status"][name] for name in NO_CAPABILITY} == NO_CAPABILITY
    assert told["status"]["NoNewPrivs"] == "1"


def test_dumpcap_captures_where_the_helper_may_not(tmp_path: Path) -> None:
    program = shutil.which("dumpcap")
    assert program is not None, "Debian's package wireshark-common has it"
    copy = with_capability(program, tmp_path / "dumpcap", "cap_net_raw,cap_net_admin+eip")
    told = without_rights(path=str(tmp_path))
    assert (told["command"], told["hasAll"]) == (str(copy), True)
    assert told["received"] >= 5


def test_what_is_wrong_with_filter_or_interface_is_said_by_way_of_dumpcap_too(tmp_path: Path) -> None:
    program = shutil.which("dumpcap")
    assert program is not None
    with_capability(program, tmp_path / "dumpcap", "cap_net_raw,cap_net_admin+eip")
    asked = (
        "from hl7capture.sources.live import LiveSource\n"
        "from tests.support.listen_once import listen\n"
        "import json, sys; print(json.dumps([listen(LiveSource(*a)) for a in (('lo', 'tcp portx 1'), ('nowhere0',))]))"
    )
    done = subprocess.run(
        ["setpriv", "--securebits=+noroot", "--inh-caps=-all", sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
    )
    wrong_filter, unknown = json.loads(done.stdout)
    assert "The capture filter “tcp portx 1” is wrong" in wrong_filter["failure"]
    assert "syntax error" in wrong_filter["failure"]
    assert "There is no interface “nowhere0”" in unknown["failure"]
    assert wrong_filter["isUsage"]
    assert unknown["isUsage"]


def test_nobody_may_and_the_remedy_is_named(tmp_path: Path) -> None:
    script(tmp_path / "dumpcap", "exit 1")
    told = without_rights(path=str(tmp_path))
    assert told["lacksRights"]
    assert "Listening on lo is not allowed for this user" in told["failure"]
    assert f"sudo setcap cap_net_raw+ep {Path(sys.executable).with_name(HELPER_NAME)}" in told["failure"]


def test_pkexec_runs_the_helper_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = tmp_path / "arguments"
    script(
        tmp_path / "pkexec",
        f'printf "%s\\n" "$@" > {arguments}',
        'exec env -i PATH=/usr/bin:/bin PKEXEC_UID=1 "$@"',  # as pkexec does: nothing of the user's environment
    )
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    told = listen(LiveSource("lo", "tcp and host 127.0.0.1", as_administrator=True))
    assert arguments.read_text().splitlines() == [
        sys.executable,
        "-P",
        helper.__file__,
        "capture",
        "--filter=tcp and host 127.0.0.1",
        "--",
        "lo",
    ]
    assert told["hasAll"]
    assert told["status"]["Uid"] == "1 1 1 1"


@pytest.mark.parametrize("code", [126, 127])
def test_pkexec_that_was_refused_is_said(code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "pkexec", f"exit {code}")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    told = listen(LiveSource("lo", as_administrator=True))
    assert "the administrator's password was not given" in told["failure"]


@pytest.mark.parametrize(("interface", "expression"), [("--help", ""), ("-x", "--filter"), ("lo", "-h")])
def test_names_and_filters_are_never_taken_for_options(interface: str, expression: str) -> None:
    assert listen(LiveSource(interface, expression))["isUsage"]


def test_helper_takes_no_module_from_the_folder_where_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scapy.py").write_text("raise SystemExit('taken')")
    (tmp_path / "json.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(tmp_path)
    assert listen(LiveSource("lo", "tcp"))["hasAll"]

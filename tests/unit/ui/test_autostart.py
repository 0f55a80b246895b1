"""What is written so that the program starts with the login."""

import plistlib
import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSettings

from hl7capture.ui.desktop.autostart import _quoted, _set_run_key, set_autostart, start_command

COMMAND = ["/opt/HL7 Capture/py$thon", "-P", "-m", "hl7capture", "--minimised"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")


def test_linux_has_a_desktop_entry(tmp_path: Path) -> None:
    path = tmp_path / "xdg" / "autostart" / "hl7capture.desktop"
    for _ in range(2):
        set_autostart(is_wanted=True, command=COMMAND, platform="linux")
    lines = path.read_text().splitlines()
    assert lines[0] == "[Desktop Entry]"
    assert 'Exec="/opt/HL7 Capture/py\\\\$thon" "-P" "-m" "hl7capture" "--minimised"' in lines
    assert [file.name for file in path.parent.iterdir()] == ["hl7capture.desktop"]
    for _ in range(2):
        set_autostart(is_wanted=False, command=COMMAND, platform="linux")
    assert not path.exists()


def test_entry_follows_a_program_that_was_moved(tmp_path: Path) -> None:
    set_autostart(is_wanted=True, command=COMMAND, platform="linux")
    set_autostart(is_wanted=True, command=["/elsewhere"], platform="linux")
    assert 'Exec="/elsewhere"' in (tmp_path / "xdg" / "autostart" / "hl7capture.desktop").read_text()


def test_macos_has_an_agent(tmp_path: Path) -> None:
    path = tmp_path / "home" / "Library" / "LaunchAgents" / "org.hl7capture.hl7capture.plist"
    set_autostart(is_wanted=True, command=COMMAND, platform="darwin")
    agent = plistlib.loads(path.read_bytes())
    assert agent["ProgramArguments"] == COMMAND
    assert agent["RunAtLoad"] is True
    set_autostart(is_wanted=False, command=COMMAND, platform="darwin")
    assert not path.exists()


def test_windows_has_a_value_in_the_run_key(tmp_path: Path) -> None:
    key = QSettings(str(tmp_path / "run.ini"), QSettings.Format.IniFormat)
    _set_run_key(key, is_wanted=True, command=["C:\\Program Files\\HL7 Capture\\hl7capture.exe", "--minimised"])
    assert key.value("HL7 Capture") == '"C:\\Program Files\\HL7 Capture\\hl7capture.exe" --minimised'
    _set_run_key(key, is_wanted=False, command=[])
    assert key.allKeys() == []


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=20))
def test_no_path_breaks_out_of_its_argument(argument: str) -> None:
    if not argument.isprintable():
        return
    quoted = _quoted(argument).replace("%%", "%")
    assert re.sub(r"\\([\"`$\\])", r"\1", quoted[1:-1]) == argument
    assert shlex.split(quoted.replace("\\$", "$").replace("\\`", "`")) == [argument]


def test_line_breaks_in_a_path_are_refused() -> None:
    with pytest.raises(OSError, match="cannot stand"):
        set_autostart(is_wanted=True, command=["/opt/a\nExec=evil"], platform="linux")


def test_command_takes_no_module_from_the_folder_where_it_starts() -> None:
    assert start_command()[1:] == ["-P", "-m", "hl7capture", "--minimised"]
    assert Path(start_command()[0]).is_absolute()

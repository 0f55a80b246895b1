"""SIGKILL in the middle of a capture: what was printed is on disk, and of what was open little is missing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.rights import needs_capture_rights


@needs_capture_rights
@pytest.mark.skipif(sys.platform != "linux", reason="makes a network namespace of its own")
def test_what_was_printed_survives_and_what_was_open_is_recovered(tmp_path: Path) -> None:
    command = ["unshare", "--net", sys.executable, "-m", "tests.support.killing", str(tmp_path), "4"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=120).stdout)
    assert found["kills"] == 4
    assert found["sent"] > 0
    wrong = ("printed_missing", "sent_missing", "unreadable", "leftovers")
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0), f"seed {found['seed']}"

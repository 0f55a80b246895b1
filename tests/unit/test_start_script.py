"""The start script knows which commands need no window."""

import re
from pathlib import Path

from hl7capture.__main__ import COMMANDS

START = Path(__file__).parents[2] / "packaging" / "start"


def test_start_knows_every_command() -> None:
    names = re.search(r"^(interfaces [^)]*)\)", START.read_text(), re.MULTILINE)
    assert names is not None
    assert set(COMMANDS) <= set(names[1].replace("|", " ").split())

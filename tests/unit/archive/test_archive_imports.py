"""Whoever has no archive does not wait for its parts, and need not have them."""

import subprocess
import sys


def test_the_window_and_the_capture_do_without_the_driver() -> None:
    code = (
        "import sys, hl7capture.ui.main_window, hl7capture.cli.capture, hl7capture.cli.archive\n"
        "print([name for name in ('psycopg', 'keyring') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

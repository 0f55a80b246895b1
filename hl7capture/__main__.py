"""`hl7capture`: a command where one is named, else the window."""

import os
import sys

from hl7capture.cli import COMMANDS

_FOR_COMMANDS = (*COMMANDS, "--help", "-h", "--version")


def main() -> int:
    """Exit 0: ok, 1: failed, 2: wrong usage."""
    # numpy's library for matrices, of which there are none here, makes threads as it is loaded: a sixth of the start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = sys.argv[1:]
    # The window does not wait for what only commands need, nor the other way round.
    if arguments and arguments[0] in _FOR_COMMANDS:
        from hl7capture.cli.commands import run

        return run(arguments)
    import argparse
    from pathlib import Path

    parser = argparse.ArgumentParser(prog="hl7capture", description="HL7 Capture: the window")
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="captures to open, or session files to import"
    )
    parser.add_argument("--output-folder", type=Path, metavar="DIR", help="folder for sessions")
    parser.add_argument("--minimised", action="store_true", help="start without the window in the way")
    parser.add_argument(
        "--restore-from-archive",
        dest="restored",
        action="append",
        default=[],
        metavar="SESSIONID",
        help="bring a session back from the archive, and show it",
    )
    chosen = parser.parse_args(arguments)
    from hl7capture.model.session import is_session_id

    for session_id in chosen.restored:
        if not is_session_id(session_id):
            parser.error(f"“{session_id}” is not a session id; they look like 20261121T101530.123Z-5f1c9a2e.")
    from hl7capture.ui.main import run as run_window

    return run_window(chosen.files, chosen.output_folder, is_minimised=chosen.minimised, restored=chosen.restored)


if __name__ == "__main__":
    sys.exit(main())

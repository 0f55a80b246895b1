"""`hl7capture`: a command where one is named, else the window."""

import sys

from hl7capture.cli import COMMANDS

_FOR_COMMANDS = (*COMMANDS, "--help", "-h", "--version")


def main() -> int:
    """Exit 0: ok, 1: failed, 2: wrong usage."""
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
    chosen = parser.parse_args(arguments)
    from hl7capture.ui.main import run as run_window

    return run_window(chosen.files, chosen.output_folder, is_minimised=chosen.minimised)


if __name__ == "__main__":
    sys.exit(main())

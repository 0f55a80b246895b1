"""All commands under one name. Exit 0: ok, 1: failed, 2: wrong usage."""

import logging
import sys

import typer

from hl7capture import __version__
from hl7capture.cli.capture import capture
from hl7capture.cli.interfaces import interfaces
from hl7capture.cli.read import read
from hl7capture.cli.sessions import sessions
from hl7capture.cli.settings import settings
from hl7capture.cli.simulate import simulate

app = typer.Typer(
    name="hl7capture",
    help="Listens to the conversation between medical devices and the LIS, shows every session, and keeps it. "
    "Without a command the window opens.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # a stack of frames with their variables would show what was on the wire
)
app.command()(interfaces)
app.command()(capture)
app.command()(read)
app.add_typer(sessions, name="sessions")
app.command()(simulate)
app.add_typer(settings, name="settings")


def run(arguments: list[str]) -> int:
    """Runs one command; its exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr)
    try:
        app(arguments)
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else 0
    return 0


@app.callback(invoke_without_command=True)
def _options(version: bool = typer.Option(False, "--version", help="Show the version and end.")) -> None:
    if version:
        typer.echo(f"hl7capture {__version__}")
        raise typer.Exit

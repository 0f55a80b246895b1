"""All commands under one name. Exit 0: ok, 1: failed, 2: wrong usage."""

from importlib import import_module

import click

from hl7capture import __version__
from hl7capture.app.log_format import log_to_stderr
from hl7capture.app.program_errors import Hooks, ProgramErrors
from hl7capture.cli import COMMANDS


class _Commands(click.Group):
    """Imports a command when it is asked for: none waits for what only others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"hl7capture.cli.{cmd_name}"), cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(__version__, prog_name="hl7capture", message="%(prog)s %(version)s")
def hl7capture() -> None:
    """Listens to the conversation between medical devices and the LIS, shows every session, and keeps it. Without a
    command the window opens.
    """


def run(arguments: list[str]) -> int:
    """Runs one command; its exit code. An error of the program is one line on standard error, and exit 1."""
    log_to_stderr()
    errors = ProgramErrors()
    hooks = Hooks(errors)
    code: object = 0
    try:
        hl7capture.main(arguments, prog_name="hl7capture")
    except SystemExit as leave:
        code = leave.code
    except Exception as error:  # noqa: BLE001 - a traceback may show what was on the wire
        errors.note(error)
    finally:
        hooks.remove()
    failed = 1 if errors.counts else 0  # also where it happened in a slot or a thread
    return code if isinstance(code, int) and code else failed

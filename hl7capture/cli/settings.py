"""`hl7capture settings`: show, change, find."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from hl7capture.cli.options import OutputFolder
from hl7capture.cli.output import add_row, complain, fail, table
from hl7capture.model.settings import SettingsError, allowed_values, field_of, parse_value
from hl7capture.store.settings_file import SettingsFile

settings = typer.Typer(help="The settings.", rich_markup_mode=None)


@settings.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        show()


@settings.command("show")
def show(
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    output_folder: OutputFolder = None,
) -> None:
    """Shows all settings."""
    values = _load().values()
    if as_json:
        typer.echo(json.dumps(values, ensure_ascii=False))
        return
    shown = table("Setting", "Value", "")
    for key, value in values.items():
        add_row(shown, key, json.dumps(value, ensure_ascii=False), _explanation(key))
    Console(highlight=False).print(shown)


@settings.command("set")
def change(
    key: Annotated[str, typer.Argument(metavar="KEY")],
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    output_folder: OutputFolder = None,
) -> None:
    """Changes one setting."""
    try:
        changed = _load().changed(**{key: parse_value(key, value)})
    except SettingsError as error:
        fail(str(error), usage=True)
    file = SettingsFile()
    try:
        file.save(changed)
    except OSError as error:
        fail(f"Settings {file.path} cannot be written: {error.strerror}.")


@settings.command("path")
def path(output_folder: OutputFolder = None) -> None:
    """Prints where the settings file is."""
    typer.echo(SettingsFile().path)


def _load() -> Any:
    loaded = SettingsFile().load()
    for problem in loaded.problems:
        complain(problem)
    return loaded.settings


def _explanation(key: str) -> str:
    try:
        return f"{field_of(key).description}; {allowed_values(key)}"
    except SettingsError:
        return "not known to this version"

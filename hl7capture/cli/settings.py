"""`hl7capture settings`: show, change, find."""

import json
from pathlib import Path
from typing import Any

import click

from hl7capture.cli import options
from hl7capture.cli.output import add_row, complain, fail, show_table, table
from hl7capture.model.settings import SettingsError, allowed_values, field_of, parse_value
from hl7capture.store.settings_file import SettingsFile


@click.group(invoke_without_command=True)
@click.pass_context
def settings(context: click.Context) -> None:
    """The settings."""
    if context.invoked_subcommand is None:
        context.invoke(show)


@settings.command("show")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@options.output_folder
def show(as_json: bool, output_folder: Path | None) -> None:
    """Shows all settings."""
    values = _load().values()
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    shown = table("Setting", "Value", "")
    for key, value in values.items():
        add_row(shown, key, json.dumps(value, ensure_ascii=False), _explanation(key))
    show_table(shown)


@settings.command("set")
@click.argument("key", metavar="KEY")
@click.argument("value", metavar="VALUE")
@options.output_folder
def change(key: str, value: str, output_folder: Path | None) -> None:
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
@options.output_folder
def path(output_folder: Path | None) -> None:
    """Prints where the settings file is."""
    click.echo(SettingsFile().path)


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

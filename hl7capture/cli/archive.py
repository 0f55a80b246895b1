"""`hl7capture archive`: the PostgreSQL archive that sessions of all probes go to."""

import sys
from pathlib import Path

import click

from hl7capture.archive.address import archive_url
from hl7capture.archive.connecting import connect
from hl7capture.archive.errors import ArchiveError
from hl7capture.archive.passwords import keep_password
from hl7capture.archive.setting_up import admissions, grants, set_up
from hl7capture.cli import options
from hl7capture.cli.output import complain, fail
from hl7capture.model.archive_url import ALLOWED, parsed, without_options
from hl7capture.store.settings_file import SettingsFile

_url = click.option("--url", metavar="URL", default="", help="The archive, instead of what the settings say.")


@click.group
def archive() -> None:
    """The archive, a PostgreSQL database that sessions of many probes go to; docs/archive.md explains it."""


@archive.command
@_url
@options.output_folder
def init(url: str, output_folder: Path | None) -> None:
    """Makes the archive's tables, or brings them up to date; for the database's owner."""
    url = chosen_url(url)
    try:
        connection = connect(url)
        try:
            done = set_up(connection)
        finally:
            connection.close()
    except ArchiveError as error:
        fail(str(error))
    for migration in done.applied:
        click.echo(f"Applied {migration}.")
    click.echo(f"The archive {without_options(url)} is ready, version {done.version}.")
    for lacking in done.missing:
        complain(lacking)
    click.echo("\nWho may do what:")
    for grant in grants():
        click.echo(f"  {grant}")
    for who, lines in admissions().items():
        click.echo(f"\nTo let {who} in, an administrator of the server runs (with names and passwords of yours):")
        for line in lines:
            click.echo(f"  {line}")


@archive.command
@_url
@options.output_folder
def login(url: str, output_folder: Path | None) -> None:
    """Keeps the archive's password in the system's keyring; an empty one is forgotten."""
    url = chosen_url(url)
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, default="", show_default=False, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    try:
        keep_password(url, password)
    except ArchiveError as error:
        fail(str(error))
    complain("The keyring has the password." if password else "The keyring has no password for it any more.")


def chosen_url(url: str) -> str:
    """The URL that was given, or that of the environment or the settings; ends the command where there is none."""
    if not url:
        loaded = SettingsFile().load()
        for problem in loaded.problems:
            complain(problem)
        url = archive_url(loaded.settings)
    if not url:
        fail(
            "There is no archive: name one with --url, or set archiveUrl (hl7capture settings set archiveUrl URL).",
            usage=True,
        )
    if parsed(url) is None:
        fail(f"The archive's URL is not possible; {ALLOWED}.", usage=True)
    return url

"""`hl7capture archive`: the PostgreSQL archive that sessions of all probes go to."""

import json
import sys
from contextlib import closing
from pathlib import Path

import click

from hl7capture.app.probe import probe_name
from hl7capture.archive.archiver import Archiver, Place
from hl7capture.archive.connecting import connect
from hl7capture.archive.marks import Marks
from hl7capture.archive.passwords import keep_password
from hl7capture.archive.setting_up import admissions, grants, set_up
from hl7capture.archive.state import Condition
from hl7capture.archive.status import status_of
from hl7capture.cli import options
from hl7capture.cli.archive_choice import chosen_url, complaints, loaded_settings, url_option
from hl7capture.cli.archive_reading import list_archived, purge, restore_archived
from hl7capture.cli.output import FAILED, complain, fail
from hl7capture.model.archive_url import without_options
from hl7capture.store.settings_file import output_folder as output_folder_of

_LOOK_SECONDS = 0.2
_END_SECONDS = 5.0


@click.group
def archive() -> None:
    """The archive, a PostgreSQL database that sessions of many probes go to; docs/archive.md explains it."""


for _command in (list_archived, restore_archived, purge):
    archive.add_command(_command)


@archive.command
@url_option
@options.output_folder
def init(url: str, output_folder: Path | None) -> None:
    """Makes the archive's tables, or brings them up to date; for the database's owner."""
    url = chosen_url(url)
    with complaints(), closing(connect(url)) as connection:
        done = set_up(connection)
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
@url_option
@click.option("--json", "as_json", is_flag=True, help="As one JSON object on standard output.")
@options.output_folder
def status(url: str, as_json: bool, output_folder: Path | None) -> None:
    """Says whether the archive can be used, and what of the sessions here is not in it."""
    url, settings = chosen_url(url), loaded_settings()
    found = status_of(url, output_folder_of(settings, output_folder))
    if as_json:
        click.echo(json.dumps(found.document, ensure_ascii=False))
    else:
        for sentence in found.sentences:
            click.echo(sentence)
    if found.problem:
        sys.exit(FAILED)


@archive.command
@url_option
@click.option("--all", "is_all", is_flag=True, help="Also what was archived before, as after a loss over there.")
@options.output_folder
def push(url: str, is_all: bool, output_folder: Path | None) -> None:
    """Sends now what is not in the archive yet; a program that captures does so by itself."""
    url, settings = chosen_url(url), loaded_settings()
    root = output_folder_of(settings, output_folder)
    if is_all:
        with closing(Marks.open(root)) as marks:
            marks.clear()
    archiver = Archiver(Place(url, root, probe_name(), settings), lambda _state: None, share=0)
    archiver.finish()
    archiver.start()
    try:
        while not archiver.wait(_LOOK_SECONDS):
            if sys.stderr.isatty():
                click.echo(f"\r{archiver.state.sentence}\x1b[K", nl=False, err=True)
    except KeyboardInterrupt:
        archiver.stop()
        archiver.wait(_END_SECONDS)
        fail("Stopped; what is not in the archive stays here, and is sent the next time.")
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    state = archiver.state
    if state.condition in (Condition.AWAY, Condition.READING):
        fail(f"{state.reason} Sessions that wait: {state.waiting:,}.")
    complain(state.sentence)
    if state.waiting or state.refused:
        with closing(Marks.open(root)) as marks:
            for session_id, reason in marks.refusals():
                complain(f"Session {session_id}: {reason}")
        sys.exit(FAILED)


@archive.command
@url_option
@options.output_folder
def login(url: str, output_folder: Path | None) -> None:
    """Keeps the archive's password in the system's keyring; an empty one is forgotten."""
    url = chosen_url(url)
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, default="", show_default=False, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    with complaints():
        keep_password(url, password)
    complain("The keyring has the password." if password else "The keyring has no password for it any more.")

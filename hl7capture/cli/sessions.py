"""`hl7capture sessions`: what is kept on disk."""

import sys
from pathlib import Path

import click

from hl7capture.cli import options
from hl7capture.cli.output import FAILED, complain, fail, print_document, print_line, printable
from hl7capture.cli.session_export import export
from hl7capture.cli.session_import import import_sessions
from hl7capture.cli.store import check_id, opened_store
from hl7capture.hl7.split import lines
from hl7capture.model.session import Session
from hl7capture.store.document import DocumentError
from hl7capture.store.session_store import SessionStore

_ids = click.argument("ids", nargs=-1, required=True, metavar="SESSIONID...")


@click.group
def sessions() -> None:
    """Sessions kept on disk."""


sessions.add_command(export)
sessions.add_command(import_sessions)


@sessions.command("list")
@options.as_json
@options.output_folder
def list_sessions(as_json: bool, output_folder: Path | None) -> None:
    """Lists the sessions, newest first."""
    with opened_store(output_folder) as store:
        report = store.load_now(print_document if as_json else print_line)
    if report.problem:
        complain(report.problem)
    if report.unreadable:
        complain(f"{len(report.unreadable)} files could not be read; they were left as they are.")
    if report.problem or report.unreadable:
        sys.exit(FAILED)


@sessions.command("show")
@_ids
@options.as_json
@options.output_folder
def show(ids: tuple[str, ...], as_json: bool, output_folder: Path | None) -> None:
    """Shows sessions with their elements and messages."""
    with opened_store(output_folder) as store:
        for session_id in ids:
            session = _find(store, session_id)
            if as_json:
                print_document(session)
            else:
                _print_whole(session)


@sessions.command("delete")
@_ids
@options.output_folder
def delete(ids: tuple[str, ...], output_folder: Path | None) -> None:
    """Deletes sessions for good."""
    with opened_store(output_folder) as store:
        for session_id in ids:
            check_id(session_id)
        try:
            store.prepare()
            for session_id in ids:
                if not store.folder.delete(session_id):
                    fail(f"There is no session {session_id}.")
        except OSError as error:
            fail(f"Sessions cannot be deleted: {error.strerror or error}.")


def _find(store: SessionStore, session_id: str) -> Session:
    check_id(session_id)
    try:
        return store.find(session_id)
    except FileNotFoundError:
        fail(f"There is no session {session_id} in {store.folder.root}.")
    except OSError as error:
        fail(f"Session {session_id} cannot be read: {error.strerror}.")
    except DocumentError as error:
        fail(f"Session {session_id} cannot be read: {error}.")


def _print_whole(session: Session) -> None:
    print_line(session)
    for element in session.elements:
        arrow = "→" if element.direction == "device-to-lis" else "←"
        offset = (element.timestamp - session.start_time) / 1000
        flags = f" [{', '.join(element.flags)}]" if element.flags else ""
        part = f" of message {element.message + 1}" if element.message is not None else ""
        click.echo(f"{offset:12.6f}  {arrow} {element.type}, {len(element.data)} bytes{part}{flags}")
    for number, message in enumerate(session.messages, 1):
        click.echo(f"\nMessage {number}")
        for _, line in lines(message):
            click.echo("  " + printable(line))

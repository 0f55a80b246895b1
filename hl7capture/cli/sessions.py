"""`hl7capture sessions`: what is kept on disk."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from PySide6.QtCore import QCoreApplication

from hl7capture.app.connection_words import connection_words
from hl7capture.app.controller import CaptureController
from hl7capture.cli import options
from hl7capture.cli.output import FAILED, complain, fail, print_document, print_line, printable
from hl7capture.hl7.split import lines
from hl7capture.model.session import Session, is_session_id
from hl7capture.store.document import DocumentError
from hl7capture.store.session_store import SessionStore

_ids = click.argument("ids", nargs=-1, required=True, metavar="SESSIONID...")


@click.group
def sessions() -> None:
    """Sessions kept on disk."""


@sessions.command("list")
@options.as_json
@options.output_folder
def list_sessions(as_json: bool, output_folder: Path | None) -> None:
    """Lists the sessions, newest first."""
    with _store(output_folder) as store:
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
    with _store(output_folder) as store:
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
    with _store(output_folder) as store:
        for session_id in ids:
            _check(session_id)
        try:
            store.prepare()
            for session_id in ids:
                if not store.folder.delete(session_id):
                    fail(f"There is no session {session_id}.")
        except OSError as error:
            fail(f"Sessions cannot be deleted: {error.strerror or error}.")


@contextmanager
def _store(output_folder: Path | None) -> Iterator[SessionStore]:
    application = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
    controller = CaptureController(output=output_folder)
    for problem in controller.settings_problems:
        complain(problem)
    try:
        yield controller.store
    finally:
        controller.store.close()
        del application


def _check(session_id: str) -> None:
    if not is_session_id(session_id):
        fail(f"“{session_id}” is not a session id; they look like 20261121T101530.123Z-5f1c9a2e.", usage=True)


def _find(store: SessionStore, session_id: str) -> Session:
    _check(session_id)
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
    for section in connection_words(session.connection) if session.connection else ():
        click.echo(f"  {section.title}: {'; '.join(section.facts)}")
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

"""`hl7capture sessions`: what is kept on disk."""

import sys
from itertools import islice
from pathlib import Path

import click

from hl7capture.app.connection_words import connection_words
from hl7capture.cli import options
from hl7capture.cli.messages import chosen, named
from hl7capture.cli.output import (
    FAILED,
    clean_up_sentence,
    complain,
    fail,
    print_document,
    print_line,
    printable,
)
from hl7capture.cli.session_export import export
from hl7capture.cli.session_import import import_sessions
from hl7capture.cli.store import check_id, find_session, opened_store, said
from hl7capture.cli.stored import let_through, tell_unreadable
from hl7capture.cli.tree import print_tree, write_tree
from hl7capture.cli.where import filter_of, where_option
from hl7capture.hl7.split import lines
from hl7capture.model.search import matches, terms_of
from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.store.session_store import SessionStore

_ids = click.argument("ids", nargs=-1, required=True, metavar="SESSIONID...")


@click.group
def sessions() -> None:
    """Sessions kept on disk."""


sessions.add_command(export)
sessions.add_command(import_sessions)


@sessions.command("list")
@click.option("--search", metavar="TEXT", default="", help='Only sessions with all these words; "in quotes": together.')
@where_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The newest N of them.")
@options.as_json
@options.output_folder
def list_sessions(search: str, where: str, limit: int | None, as_json: bool, output_folder: Path | None) -> None:
    """Lists the sessions, newest first."""
    wanted = filter_of(where)
    summaries: list[SessionSummary] = []

    def take(summary: SessionSummary) -> bool:
        summaries.append(summary)
        return bool(search) or wanted is not None or limit is None or len(summaries) < limit

    with opened_store(output_folder) as store:
        report = store.load_now(take)
        if search:  # after the list, which has brought the index up to date
            summaries = _with_words(store, summaries, search)
        if wanted is not None:
            summaries = [summary for summary, _ in islice(let_through(store, summaries, wanted), limit)]
        for summary in summaries[:limit]:
            if as_json:
                print_document(find_session(store, summary.session_id))
            else:
                print_line(summary)
    if tell_unreadable(report):
        sys.exit(FAILED)


@sessions.command("show")
@_ids
@click.option("--tree", is_flag=True, help="Take the messages apart; SESSIONID:3 is the third one alone.")
@click.option("--json", "as_json", is_flag=True, help="A session document a line; with --tree an object a message.")
@options.output_folder
def show(ids: tuple[str, ...], tree: bool, as_json: bool, output_folder: Path | None) -> None:
    """Shows sessions with their elements and messages."""
    if not tree:
        for name in ids:
            check_id(name)
    with opened_store(output_folder) as store:
        for name in ids:
            session_id, number = named(name)
            session = find_session(store, session_id)
            if tree:
                _print_trees(session, number, as_json=as_json)
            elif as_json:
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
            for session_id in ids:
                if not store.delete_now(session_id):
                    fail(f"There is no session {session_id}.")
        except OSError as error:
            fail(f"Sessions cannot be deleted: {error.strerror or error}.")


@sessions.command("keep")
@_ids
@click.option("--undo", is_flag=True, help="Not for good any more: they are deleted when their days are over.")
@options.output_folder
def keep(ids: tuple[str, ...], undo: bool, output_folder: Path | None) -> None:
    """Keeps sessions for good: no clean-up deletes them."""
    with opened_store(output_folder) as store:
        for session_id in ids:
            check_id(session_id)
        for session_id in ids:
            with said(store, session_id):
                store.keep_now(session_id, is_kept=not undo)


@sessions.command("purge")
@click.option("--dry-run", is_flag=True, help="Only tell what would be deleted.")
@click.option("--confirm-clock", is_flag=True, help="The computer's clock is right, whatever the last clean-up says.")
@options.output_folder
def purge(dry_run: bool, confirm_clock: bool, output_folder: Path | None) -> None:
    """Deletes the sessions whose days are over, as the program does every `cleanupIntervalHours`."""
    with opened_store(output_folder) as store:
        done = store.plan_clean_up_now() if dry_run else store.clean_up_now(is_clock_confirmed=confirm_clock)
    if done.clock and not (dry_run and confirm_clock):
        complain(f"{done.clock} If the clock is right, say so: --confirm-clock.")
    if not done.problem and (dry_run or not done.clock):
        click.echo(clean_up_sentence(done, is_plan=dry_run))
    if done.problem:
        complain(done.problem)
    if done.problem or (done.clock and not dry_run):
        sys.exit(FAILED)


def _with_words(store: SessionStore, summaries: list[SessionSummary], search: str) -> list[SessionSummary]:
    try:
        terms = terms_of(search)
        found = store.search_now(terms)
    except OSError as error:
        fail(f"Sessions cannot be searched: {error.strerror or error}.")
    return [summary for summary in summaries if matches(summary, (), terms, found)]


def _print_whole(session: Session) -> None:
    print_line(session)
    for line in session.note.splitlines():
        click.echo(f"  Note: {printable(line)}")
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


def _print_trees(session: Session, number: int | None, *, as_json: bool) -> None:
    """Of all messages, or of one; numbers count from 1."""
    numbers = range(1, len(session.messages) + 1) if number is None else [number]
    if not as_json:
        print_line(session)
    for each in numbers:
        text = chosen(session.messages, each, session.session_id)
        if as_json:
            write_tree(text, session.session_id, each)
        else:
            click.echo(f"\nMessage {each}")
            print_tree(text)

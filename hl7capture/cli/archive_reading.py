"""`hl7capture archive list`, `restore` and `purge`: what is in the archive, out of it, and gone from it."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import click

from hl7capture.app.restoring import RestoreError, choose, restore
from hl7capture.archive.connecting import connect
from hl7capture.archive.purging import Month, drop, months_before
from hl7capture.archive.reading import Reader
from hl7capture.archive.searching import Archived
from hl7capture.cli import options
from hl7capture.cli.archive_choice import chosen_url, complaints, url_option
from hl7capture.cli.cancelling import cancel_at_signals
from hl7capture.cli.output import FAILED, complain, fail, line_of, print_document, printable
from hl7capture.cli.store import check_id, opened_store
from hl7capture.cli.where import filter_of, where_option
from hl7capture.store.document import DocumentError

_AT_ONCE = 20  # documents
_LONGEST_AGE = 36_500  # days


@click.command("list")
@url_option
@where_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The newest N of them.")
@options.as_json
def list_archived(url: str, where: str, limit: int | None, as_json: bool) -> None:
    """Lists the sessions of all probes that this login may see, newest first."""
    wanted = filter_of(where)
    with _reading(chosen_url(url)) as reader:
        _say_what_is_seen(reader)
        found = islice(reader.search(wanted), limit)
        if as_json:
            _print_documents(reader, found)
        else:
            _print_lines(reader, found)


@click.command("restore")
@url_option
@click.argument("ids", nargs=-1, required=True, metavar="SESSIONID...")
@click.option("--probe", metavar="NAME", default="", help="Of this probe, where several have the same session.")
@options.output_folder
def restore_archived(url: str, ids: tuple[str, ...], probe: str, output_folder: Path | None) -> None:
    """Brings sessions back into the folder of sessions, as they were; what is there already is left as it is."""
    for session_id in ids:
        check_id(session_id)
    failed = False
    with opened_store(output_folder) as store, _reading(chosen_url(url)) as reader:
        for session_id in ids:
            try:
                _, is_new = restore(reader, store, choose(reader, session_id, probe))
            except RestoreError as error:
                complain(str(error))
                failed = True
            except OSError as error:
                fail(f"{store.folder.root} cannot be written to: {error.strerror or error}.")
            else:
                complain(f"Session {session_id} is restored." if is_new else f"Session {session_id} is kept already.")
    if failed:
        sys.exit(FAILED)


@click.command("purge")
@url_option
@click.option(
    "--older-than", "days", type=click.IntRange(1, _LONGEST_AGE), required=True, metavar="DAYS",
    help="Months that were over so many days ago.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only tell what would be deleted.")
@click.option("--yes", is_flag=True, help="Delete without asking.")
def purge(url: str, days: int, dry_run: bool, yes: bool) -> None:
    """Deletes whole months from the archive, of all probes; for its owner. Sessions that are kept for good stay."""
    moment = datetime.now(UTC) - timedelta(days=days)
    with complaints(), closing(connect(chosen_url(url))) as connection:
        months = months_before(connection, moment)
        for month in months:
            click.echo(_line_of(month))
        if not months:
            click.echo("No month of the archive is that old; nothing is deleted.")
        if dry_run or not months or not _is_meant(yes):
            return
        for month in months:
            drop(connection, month, moment)
            click.echo(f"{month.title}: deleted.")


@contextmanager
def _reading(url: str) -> Iterator[Reader]:
    """A connection that Ctrl+C cuts short; what is wrong with it ends the command, in words."""
    with complaints(), Reader(url) as reader:
        cancel_at_signals(reader.cancel)
        yield reader


def _say_what_is_seen(reader: Reader) -> None:
    if not reader.sees_all():
        complain("This login sees the sessions of its own probe alone; GRANT hl7capture_reader shows it all.")


def _print_lines(reader: Reader, found: Iterator[Archived]) -> None:
    probes = reader.probes()
    for archived in found:
        probe = probes[archived.probe_id].role if archived.probe_id in probes else "?"
        sys.stdout.write(printable(f"{line_of(archived.summary)} {probe}") + "\n")
        sys.stdout.flush()


def _print_documents(reader: Reader, found: Iterator[Archived]) -> None:
    while some := list(islice(found, _AT_ONCE)):
        documents = reader.documents(some)
        for archived in some:
            session_id = archived.summary.session_id
            session = documents.get((archived.probe_id, session_id))
            if isinstance(session, DocumentError):
                complain(f"Session {session_id} cannot be read: {session}.")
            elif session is not None:
                print_document(session)


def _line_of(month: Month) -> str:
    """`2025-01: 12,345 sessions, 1,234,567 bytes; 3 that are kept stay.`"""
    sessions = f"{month.sessions:,} {'session' if month.sessions == 1 else 'sessions'}"
    size = f", {month.size:,} bytes" if month.size else ""
    kept = f"; {month.kept:,} that {'is' if month.kept == 1 else 'are'} kept {'stays' if month.kept == 1 else 'stay'}"
    return f"{month.title}: {sessions}{size}{kept if month.kept else ''}."


def _is_meant(yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        fail("Nothing is deleted: say --yes if that is meant.", usage=True)
    return click.confirm("Delete all this from the archive for good?", err=True)

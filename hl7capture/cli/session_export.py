"""`hl7capture sessions export`: kept sessions to files for other programs."""

import os
from functools import partial
from pathlib import Path

import click

from hl7capture.app.export import CancelledError, Export, FilesExistError
from hl7capture.cli import options
from hl7capture.cli.cancelling import cancel_at_signals
from hl7capture.cli.output import complain, fail, shown_progress
from hl7capture.cli.store import check_id, opened_controller
from hl7capture.hl7.privacy.pseudonyms import Pseudonyms
from hl7capture.hl7.privacy.rules import rules_of
from hl7capture.hl7.privacy.sessions import Deidentification
from hl7capture.store.export.error import ExportError
from hl7capture.store.export.formats import Format
from hl7capture.store.session_folder import SessionFolder


@click.command("export")
@click.argument("ids", nargs=-1, metavar="[SESSIONID...]")
@click.option("--all", "is_all", is_flag=True, help="All sessions that are kept.")
@click.option(
    "--format",
    "to",
    required=True,
    type=click.Choice([str(one) for one in Format]),
    help="hl7: the messages; json: session documents; csv: a table; pcap: packets, made again.",
)
@click.option(
    "--output",
    "target",
    required=True,
    metavar="FILE|FOLDER",
    help="FILE gets all sessions; a FOLDER (one that exists, or a name that ends in /) gets a file for each.",
)
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.option("--deidentify", is_flag=True, help="Replace patients' data by pseudonyms, and say what was replaced.")
@click.option("--keep-times", is_flag=True, help="With --deidentify: leave all times but birth and death as they are.")
@click.option("--keep-addresses", is_flag=True, help="With --deidentify: leave IP addresses as they are.")
@options.output_folder
def export(
    ids: tuple[str, ...],
    is_all: bool,
    to: str,
    target: str,
    force: bool,
    deidentify: bool,
    keep_times: bool,
    keep_addresses: bool,
    output_folder: Path | None,
) -> None:
    """Writes sessions to files that other programs read. Ctrl+C cancels: the file at hand is not made then."""
    if is_all == bool(ids):
        fail("Name sessions by their SESSIONID, or take --all.", usage=True)
    if (keep_times or keep_addresses) and not deidentify:
        fail("--keep-times and --keep-addresses go with --deidentify; without it everything is kept.", usage=True)
    for session_id in ids:
        check_id(session_id)
    is_folder = target.endswith(("/", os.sep)) or Path(target).is_dir()
    work = Export(Format(to), Path(target), is_folder=is_folder, overwrites=force)
    cancel_at_signals(work.cancel)
    with opened_controller(output_folder) as controller:
        if deidentify:
            pseudonyms = Pseudonyms(keeps_times=keep_times, keeps_addresses=keep_addresses)
            work.deidentification = Deidentification(rules_of(controller.settings), pseudonyms)
        folder = controller.store.folder
        _run(work, folder, _wanted(folder, ids))
    for session_id, reason in work.unreadable.items():
        complain(f"Session {session_id} was left out: {reason}.")
    complain(f"Sessions exported to {target}: {work.exported}.")
    if work.deidentification is not None:
        complain("\n".join(("De-identified. Replaced, by place:", *work.deidentification.report.lines())))
    if work.unreadable:
        fail("Not all sessions could be exported.")


def _wanted(folder: SessionFolder, ids: tuple[str, ...]) -> list[Path]:
    try:
        paths = [folder.path_of(session_id) for session_id in ids] or list(folder.newest_first())
    except OSError as error:
        fail(f"{folder.root} cannot be read: {error.strerror}.")
    if not paths:
        fail(f"There are no sessions in {folder.root}.")
    return paths


def _run(work: Export, folder: SessionFolder, paths: list[Path]) -> None:
    try:
        with shown_progress(work.target.name, len(paths)) as progress:
            work.run({path.stem: partial(folder.read, path) for path in paths}, progress)
    except CancelledError:
        fail(f"Cancelled. Files written before that: {len(work.written)}.")
    except FilesExistError as error:
        fail(f"{error}. --force overwrites.")
    except ExportError as error:
        for session_id, reason in work.unreadable.items():
            complain(f"Session {session_id} cannot be read: {reason}.")
        fail(f"Nothing was written: {error}." if not work.written else f"Not all was written: {error}.")
    except OSError as error:
        fail(f"{error.filename or work.target} cannot be written: {error.strerror or error}.")

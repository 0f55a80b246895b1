"""`hl7capture sessions import`: session files from elsewhere into the folder of sessions."""

import sys
from pathlib import Path

import click

from hl7capture.app.importing import Import, Outcome
from hl7capture.cli import options
from hl7capture.cli.cancelling import cancel_at_signals
from hl7capture.cli.output import FAILED, complain, fail, shown_progress
from hl7capture.cli.store import opened_controller
from hl7capture.store.incoming import session_files


@click.command("import")
@click.argument("names", nargs=-1, required=True, metavar="FILE|FOLDER...", type=click.Path(path_type=Path))
@options.output_folder
def import_sessions(names: tuple[Path, ...], output_folder: Path | None) -> None:
    """Takes session files in: those of this program, and of the Electron app hl7-capture. Nothing happens to them.

    Of a FOLDER all *.json files are read. Ctrl+C cancels; what has been imported then stays.
    """
    told = _Told()
    paths = [path for name in names for path in told.files_of(name)]
    with opened_controller(output_folder) as controller:
        folder = controller.store.folder
        work = Import(controller.store)
        cancel_at_signals(work.cancel)
        try:
            with shown_progress("import", len(paths)) as progress:
                work.run(paths, told.tell, progress)
        except OSError as error:
            reason = f"{folder.root} cannot be written to: {error.strerror}" if error.strerror else str(error)
            fail(f"Nothing was imported: {reason}.")
    if work.is_cancelled:
        complain("Cancelled.")
    complain(f"Sessions imported: {told.imported}; kept already: {told.known}; not imported: {told.failed}.")
    if told.failed or work.is_cancelled:
        sys.exit(FAILED)


class _Told:
    """Says what became of each file, and counts."""

    def __init__(self) -> None:
        self.imported = self.known = self.failed = 0

    def files_of(self, name: Path) -> list[Path]:
        try:
            paths = session_files(name)
        except OSError as error:
            self.tell(Outcome(name, None, error.strerror or "it cannot be read"))
            return []
        if not paths:
            self.tell(Outcome(name, None, "the folder holds no session file (.json)"))
        return paths

    def tell(self, outcome: Outcome) -> None:
        if outcome.reason and not outcome.is_known:
            self.failed += 1
            complain(f"{outcome.path}: not imported: {outcome.reason}.")
            return
        assert outcome.session is not None
        if outcome.is_known:
            self.known += 1
            complain(f"{outcome.path}: {outcome.session.session_id} is kept already.")
        else:
            self.imported += 1
            complain(f"{outcome.path}: imported as {outcome.session.session_id}.")

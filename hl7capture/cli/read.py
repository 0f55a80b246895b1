"""`hl7capture read`: capture files, and captures on standard input, to sessions."""

import signal
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from PySide6.QtCore import QCoreApplication
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from hl7capture.app.controller import CaptureController
from hl7capture.app.merging import MergedFiles
from hl7capture.app.reading import read_events
from hl7capture.capture.engine import Engine
from hl7capture.cli.options import Json, OutputFolder
from hl7capture.cli.output import FAILED, USAGE, complain, fail, people, print_document, print_line
from hl7capture.model.events import Notice, SessionCompleted
from hl7capture.model.source import Source, SourceError
from hl7capture.sources.files import StdinSource, file_source
from hl7capture.sources.names import capture_paths

_SAVE_SECONDS = 60.0
_ONE_TO_FOLLOW = "--follow takes one FILE."


def read(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|-",
            help="Captures (pcap, pcapng; also gzip, zstd), named pipes, folders, patterns (*.pcap); - is stdin.",
        ),
    ],
    as_json: Json = False,
    save: Annotated[bool, typer.Option("--save", help="Also keep the sessions on disk.")] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="At the end of FILE, wait for what is written to it, until Ctrl+C.")
    ] = False,
    merge: Annotated[
        bool, typer.Option("--merge", help="Read all files as one capture, in the order of their packets' times.")
    ] = False,
    output_folder: OutputFolder = None,
) -> None:
    """Reads captures and prints their sessions."""
    if merge and (follow or "-" in files):
        fail("--merge takes files; it goes neither with --follow nor with standard input.", usage=True)
    if follow and len(files) > 1:
        fail(_ONE_TO_FOLLOW, usage=True)
    application = QCoreApplication(sys.argv[:1])
    controller = CaptureController(output=output_folder)
    for problem in controller.settings_problems:
        complain(problem)
    reading = _Reading(controller, as_json=as_json, save=save)
    reading.stop_at_signals()
    if merge:
        reading.read_merged(files)
    else:
        for name in files:
            reading.read_all(name, follow=follow)
    if save:
        unsaved = controller.store.flush(_SAVE_SECONDS)
        if unsaved:
            complain(f"{len(unsaved)} sessions could not be saved: {controller.store.problem}")
            reading.exit_code = FAILED
    controller.store.close()
    del application
    raise typer.Exit(reading.exit_code)


class _Reading:
    def __init__(self, controller: CaptureController, *, as_json: bool, save: bool) -> None:
        self.exit_code = 0
        self._controller = controller
        self._print = print_document if as_json else print_line
        self._save = save
        self._number = 1
        self._source: Source | MergedFiles | None = None
        self._is_stopped = False

    def stop_at_signals(self) -> None:
        """Ctrl+C and SIGTERM end the reading in order: open sessions are completed. The second one ends it at once."""

        def stop(number: int, _frame: object) -> None:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
            self._is_stopped = True
            if self._source is not None:
                self._source.stop()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)

    def read_all(self, name: str, *, follow: bool) -> None:
        """All that `name` stands for, one after the other."""
        try:
            sources = [StdinSource(live=follow)] if name == "-" else _sources(name, follow=follow)
        except SourceError as error:
            self._complain(error)
            return
        for source in sources:
            if not self._is_stopped:
                self._read(source)

    def read_merged(self, names: list[str]) -> None:
        """All that the names stand for, as one capture."""
        try:
            paths = [path for name in names for path in capture_paths(name)]
        except SourceError as error:
            self._complain(error)
            return
        self._read(MergedFiles(paths))

    def _read(self, source: Source | MergedFiles) -> None:
        """One capture; what is wrong with it is said, and the next one is read."""
        self._source = source
        try:
            source.open()
            self._sessions_of(source)
        except SourceError as error:
            self._complain(error)
        finally:
            self._source = None
            source.close()
        if self._is_stopped and not source.is_live:
            complain(f"{source.name}: stopped before its end.")
            self.exit_code = FAILED

    def _complain(self, error: SourceError) -> None:
        complain(str(error))
        self.exit_code = max(self.exit_code, USAGE if error.is_usage else FAILED)

    def _sessions_of(self, source: Source | MergedFiles) -> None:
        engine = Engine(
            self._controller.settings,
            probe=self._controller.probe,
            source=source.name,
            first_number=self._number,
        )
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=people, transient=True, disable=not people.is_terminal) as progress:
            task = progress.add_task(source.name, total=source.state.size)
            for events in read_events(source, engine):
                progress.update(task, completed=source.state.done)
                for event in events:
                    if isinstance(event, SessionCompleted):
                        if self._save:
                            self._controller.store.save(event.session)
                        self._print(event.session)
                    elif isinstance(event, Notice):
                        complain(f"{source.name}: {event.text}.")
                        self.exit_code = FAILED
        self._number = engine.next_number
        if engine.counters.dropped:
            complain(f"{source.name}: {engine.counters.dropped:,} packets were dropped where this was captured.")


def _sources(name: str, *, follow: bool) -> Sequence[Source]:
    paths = capture_paths(name)
    if follow and len(paths) > 1:
        raise SourceError(_ONE_TO_FOLLOW, is_usage=True)
    return [file_source(path, follow=follow) for path in paths]

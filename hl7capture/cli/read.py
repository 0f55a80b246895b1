"""`hl7capture read`: capture files, and captures on standard input, to sessions."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from PySide6.QtCore import QCoreApplication
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from hl7capture.app.controller import CaptureController
from hl7capture.app.reading import read_events
from hl7capture.capture.engine import Engine
from hl7capture.cli.options import Json, OutputFolder
from hl7capture.cli.output import FAILED, USAGE, complain, people, print_document, print_line
from hl7capture.model.events import Notice, SessionCompleted
from hl7capture.model.source import Source, SourceError
from hl7capture.sources.files import FileSource, StdinSource

_SAVE_SECONDS = 60.0


def read(
    files: Annotated[list[str], typer.Argument(metavar="FILE|-", help="Capture files (pcap, pcapng); - is stdin.")],
    as_json: Json = False,
    save: Annotated[bool, typer.Option("--save", help="Also keep the sessions on disk.")] = False,
    output_folder: OutputFolder = None,
) -> None:
    """Reads captures and prints their sessions."""
    application = QCoreApplication(sys.argv[:1])
    controller = CaptureController(output=output_folder)
    for problem in controller.settings_problems:
        complain(problem)
    reading = _Reading(controller, as_json=as_json, save=save)
    for name in files:
        reading.read(StdinSource() if name == "-" else FileSource(Path(name)))
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

    def read(self, source: Source) -> None:
        """One capture; what is wrong with it is said, and the next one is read."""
        try:
            source.open()
            self._sessions_of(source)
        except SourceError as error:
            complain(str(error))
            self.exit_code = max(self.exit_code, USAGE if error.is_usage else FAILED)
        finally:
            source.close()

    def _sessions_of(self, source: Source) -> None:
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
                        if event.is_problem:
                            self.exit_code = FAILED
        self._number = engine.next_number

"""`hl7capture read`: capture files, and captures on standard input, to sessions."""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hl7capture.app.merging import MergedFiles
from hl7capture.app.probe import probe_name
from hl7capture.app.reading import read_events
from hl7capture.capture.engine import Engine
from hl7capture.cli import options
from hl7capture.cli.cancelling import cancel_at_signals
from hl7capture.cli.output import FAILED, USAGE, complain, fail, print_document, print_line, shown_progress
from hl7capture.cli.where import filter_of, where_option
from hl7capture.model.events import Notice, SessionCompleted
from hl7capture.model.settings import Settings
from hl7capture.model.source import Source, SourceError
from hl7capture.sources.files import StdinSource, file_source
from hl7capture.sources.names import capture_paths
from hl7capture.store.settings_file import SettingsFile
from hl7capture.store.settings_file import output_folder as output_folder_of

if TYPE_CHECKING:
    from hl7capture.cli.judging import Judging
    from hl7capture.hl7.filter.evaluation import Filter

_SAVE_SECONDS = 60.0
_MANY_OBJECTS = 100_000  # elements come by the ten thousand, and none of them is garbage soon
_ONE_TO_FOLLOW = "--follow takes one FILE."


def _judging(settings: Settings) -> "Judging":
    """Rules are imported where they are asked: reading alone starts without them."""
    from hl7capture.cli.judging import Judging

    return Judging(settings)


@click.command
@click.argument("files", nargs=-1, required=True, metavar="FILE|-...")
@options.as_json
@click.option("--save", is_flag=True, help="Also keep the sessions on disk.")
@click.option("--follow", is_flag=True, help="At the end of FILE, wait for what is written to it, until Ctrl+C.")
@click.option("--merge", is_flag=True, help="Read all files as one capture, in the order of their packets' times.")
@where_option
@options.output_folder
def read(
    files: tuple[str, ...],
    as_json: bool,
    save: bool,
    follow: bool,
    merge: bool,
    where: str,
    output_folder: Path | None,
) -> None:
    """Reads captures and prints their sessions.

    FILE: a capture (pcap, pcapng; also gzip, zstd), a named pipe, a folder, or a pattern (*.pcap); - is standard input.
    """
    if merge and (follow or "-" in files):
        fail("--merge takes files; it goes neither with --follow nor with standard input.", usage=True)
    if follow and len(files) > 1:
        fail(_ONE_TO_FOLLOW, usage=True)
    wanted = filter_of(where)
    loaded = SettingsFile().load()
    for problem in loaded.problems:
        complain(problem)
    keeping = _Keeping(loaded.settings, output_folder) if save else None
    reading = _Reading(loaded.settings, keeping, wanted, as_json=as_json)
    gc.set_threshold(_MANY_OBJECTS)
    reading.stop_at_signals()
    if merge:
        reading.read_merged(files)
    else:
        for name in files:
            reading.read_all(name, follow=follow)
    if keeping is not None and not keeping.finish():
        reading.exit_code = FAILED
    sys.exit(reading.exit_code)


class _Keeping:
    """Keeps sessions on disk. Qt is imported here: a reading that keeps nothing does not need it."""

    def __init__(self, settings: Settings, output: Path | None) -> None:
        from PySide6.QtCore import QCoreApplication

        from hl7capture.store.session_store import SessionStore

        self._application = QCoreApplication(sys.argv[:1])
        self._store = SessionStore(settings, output_folder_of(settings, output))
        self.save = self._store.save

    def finish(self) -> bool:
        """Waits until all is written; False, and said, where something could not be."""
        unsaved = self._store.flush(_SAVE_SECONDS)
        if unsaved:
            complain(f"{len(unsaved)} sessions could not be saved: {self._store.problem}")
        self._store.close()
        return not unsaved


class _Reading:
    def __init__(self, settings: Settings, keeping: _Keeping | None, wanted: "Filter | None", *, as_json: bool) -> None:
        self.exit_code = 0
        self._wanted = wanted  # else all
        self._judging = _judging(settings) if keeping is not None or (wanted and wanted.asks_findings) else None
        self._settings = settings
        self._print = print_document if as_json else print_line
        self._keeping = keeping
        self._number = 1
        self._source: Source | MergedFiles | None = None
        self._is_stopped = False

    def stop_at_signals(self) -> None:
        """Ctrl+C and SIGTERM end the reading in order: open sessions are completed."""

        def stop() -> None:
            self._is_stopped = True
            if self._source is not None:
                self._source.stop()

        cancel_at_signals(stop)

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

    def read_merged(self, names: Sequence[str]) -> None:
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
            self._settings,
            probe=probe_name(),
            source=source.name,
            first_number=self._number,
        )
        with shown_progress(source.name, source.state.size) as progress:
            for events in read_events(source, engine):
                progress(source.state.done)
                for event in events:
                    if isinstance(event, SessionCompleted):
                        if self._judging is not None:
                            self._judging.judge(event.session)
                        if self._wanted is not None and not self._wanted.matches(event.session):
                            continue
                        if self._keeping is not None:
                            self._keeping.save(event.session)
                        self._print(event.session)
                    elif isinstance(event, Notice):
                        complain(f"{source.name}: {event.text}.")
                        self.exit_code = FAILED if event.is_problem else self.exit_code
        self._number = engine.next_number
        if engine.counters.dropped:
            complain(f"{source.name}: {engine.counters.dropped:,} packets were dropped where this was captured.")


def _sources(name: str, *, follow: bool) -> Sequence[Source]:
    paths = capture_paths(name)
    if follow and len(paths) > 1:
        raise SourceError(_ONE_TO_FOLLOW, is_usage=True)
    return [file_source(path, follow=follow) for path in paths]

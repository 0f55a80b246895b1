"""`hl7capture capture`: live capture without a window."""

import json
import sys
import time
from pathlib import Path

import click
from PySide6.QtCore import QCoreApplication, QObject, QTimer

from hl7capture.app.controller import CaptureController, State
from hl7capture.app.memory import tame_allocator
from hl7capture.app.raw_packets import MEGABYTE, RawPackets, Ring, file_name_of
from hl7capture.app.termination import Termination, leave
from hl7capture.archive.state import ArchiveState, Condition
from hl7capture.cli import options
from hl7capture.cli.output import FAILED, USAGE, complain, fail, print_document, print_line, tell_recovered
from hl7capture.cli.summary import summary_numbers, summary_sentence
from hl7capture.model.events import Counters, Event, Notice, SessionCompleted
from hl7capture.model.session import Session
from hl7capture.model.source import SourceState
from hl7capture.sources.open_interface import names_in, source_for
from hl7capture.turns import SWITCH_SECONDS


@click.command
@click.option(
    "--interface",
    "-i",
    multiple=True,
    metavar="IFACE",
    help="The interface to listen on; may be given repeatedly. ssh://user@host/eth0: of another machine.",
)
@click.option("--filter", "-f", "capture_filter", metavar="BPF", help="Capture filter, as in tcpdump.")
@click.option("--duration", type=click.FloatRange(min=0), metavar="S", help="Stop after so many seconds.")
@options.as_json
@click.option("--no-persist", is_flag=True, help="Keep nothing on disk.")
@click.option(
    "--write", metavar="FILE", type=click.Path(path_type=Path), help="Also keep the raw packets in FILE (pcap)."
)
@click.option(
    "--write-size",
    type=click.IntRange(min=1),
    metavar="MB",
    help="Begin another file, FILE_00001_TIME and so on, at so many megabytes.",
)
@click.option(
    "--write-files",
    type=click.IntRange(min=1),
    metavar="N",
    help="Keep the last N of these files; needs --write-size.",
)
@options.output_folder
def capture(
    interface: tuple[str, ...],
    capture_filter: str | None,
    duration: float | None,
    as_json: bool,
    no_persist: bool,
    write: Path | None,
    write_size: int | None,
    write_files: int | None,
    output_folder: Path | None,
) -> None:
    """Listens on interfaces until Ctrl+C, SIGTERM or the duration, and prints every session when it is complete.

    With persistence on, a session is printed when it is safe on disk. Without -i the setting `interface` counts.
    """
    tame_allocator()
    sys.setswitchinterval(SWITCH_SECONDS)  # who drains the pipe comes between two steps of whoever reads sessions in it
    application = QCoreApplication(sys.argv[:1])
    controller = CaptureController(output=output_folder)
    for problem in controller.settings_problems:
        complain(problem)
    names = list(dict.fromkeys(interface or names_in(controller.settings.interface)))
    if not names:
        fail("Name an interface: --interface IFACE. `hl7capture interfaces` lists those that are there.", usage=True)
    raw = _raw_packets(names, write, write_size, write_files)
    persist = controller.settings.enable_persistence and not no_persist
    if persist:
        try:
            recovery = controller.store.recover()
        except OSError as error:
            fail(f"Sessions cannot be kept: {_reason(error)} Choose another --output-folder, or --no-persist.")
        tell_recovered(recovery)
        controller.store.start_cleaning()
        controller.archiving.start()
    printer = _Printer(controller, as_json=as_json, persist=persist)
    Termination(controller.shutdown, application)
    if duration is not None:
        _after(duration, controller)
    expression = controller.settings.capture_filter if capture_filter is None else capture_filter
    may_ask = sys.stderr.isatty()
    controller.start(*(source_for(name, expression, may_ask=may_ask) for name in names), persist=persist, raw=raw)
    application.exec()
    sys.exit(leave(printer.exit_code or int(controller.is_stuck), is_stuck=controller.is_stuck))


def _raw_packets(
    names: list[str], write: Path | None, write_size: int | None, write_files: int | None
) -> list[RawPackets] | None:
    """Where the packets of each interface go; None: what the settings say."""
    if write is None:
        if write_size is not None or write_files is not None:
            fail("--write-size and --write-files say how --write FILE is divided; name that FILE.", usage=True)
        return None
    if write_files is not None and write_size is None:
        fail("--write-files needs --write-size MB: the size at which the next file begins.", usage=True)
    made = []
    for name in names:
        # Interfaces differ in link type, and a pcap file has one: each interface gets a file of its own.
        path = write if len(names) == 1 else write.with_name(f"{write.stem}_{file_name_of(name)}{write.suffix}")
        ring = Ring(write_size * MEGABYTE, most_files=write_files) if write_size is not None else None
        made.append(RawPackets(path, ring))
    return made


class _Printer(QObject):
    """Prints sessions as they come, and ends the program when all is done."""

    def __init__(self, controller: CaptureController, *, as_json: bool, persist: bool) -> None:
        super().__init__()
        self.exit_code = 0
        self._controller = controller
        self._print = print_document if as_json else print_line
        self._as_json = as_json
        self._persist = persist
        self._state = SourceState()
        self._counters = Counters()
        self._problem = ""
        self._is_archive_away = False
        self._refused = 0
        self._began: float | None = None
        controller.happened.connect(self._on_events)
        controller.progressed.connect(self._on_progress)
        controller.failed.connect(self._on_failed)
        controller.state_changed.connect(self._on_state)
        controller.capture_ended.connect(controller.shutdown)
        controller.shut_down.connect(self._on_shut_down)
        controller.store.saved.connect(self._on_saved)
        controller.store.waiting_changed.connect(self._on_waiting)
        controller.archiving.changed.connect(self._on_archive)

    def _on_events(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Notice):
                complain(event.text)
            elif isinstance(event, SessionCompleted) and not self._persist:
                self._out(event.session)

    def _on_saved(self, session: Session) -> None:
        self._out(session)

    def _out(self, session: Session) -> None:
        try:
            self._print(session)
        except BrokenPipeError:
            # Nobody reads any more; what is captured is still kept.
            self._print = _discard
            self._controller.shutdown()

    def _on_progress(self, state: SourceState, counters: Counters) -> None:
        if state.waiting_for != self._state.waiting_for:
            if state.waiting_for:
                complain(f"Waiting for {state.waiting_for}: down or gone. Capturing goes on when it is back.")
            else:
                complain(f"Listening on {self._controller.source_names} again.")
        self._state, self._counters = state, counters

    def _on_state(self, state: State) -> None:
        if state is State.CAPTURING:
            self._began = time.monotonic()
            complain(f"Listening on {self._controller.source_names}; Ctrl+C stops.")

    def _on_failed(self, text: str, is_usage: bool) -> None:
        complain(text)
        self.exit_code = USAGE if is_usage else FAILED

    def _on_waiting(self, _waiting: int, problem: str) -> None:
        if problem and problem != self._problem:
            complain(f"Sessions cannot be saved, they wait: {problem}")
        self._problem = problem

    def _on_archive(self, state: ArchiveState) -> None:
        is_away = state.condition is Condition.AWAY
        if is_away and not self._is_archive_away:
            complain(f"{state.sentence} {state.reason} Capturing goes on.")
        elif self._is_archive_away and state.condition in (Condition.SENDING, Condition.READY):
            complain(f"The archive is back. {state.sentence}")
        elif state.refused > self._refused:
            complain(state.sentence)
        self._is_archive_away = is_away or (self._is_archive_away and state.condition is Condition.CONNECTING)
        self._refused = state.refused

    def _on_shut_down(self, unsaved: list[str]) -> None:
        if self._as_json:
            self._summarise(unsaved)
        else:
            complain(summary_sentence(self._state, self._counters))
        if unsaved:
            aside = self._controller.store.aside
            place = f" They lie in {aside} and are brought back at the next start." if aside else ""
            complain(f"Not saved: {', '.join(unsaved)}. {self._problem}{place}")
            self.exit_code = FAILED
        QCoreApplication.exit(0)

    def _summarise(self, unsaved: list[str]) -> None:
        """One line of JSON for programs; docs/capture.md tells what its fields are."""
        seconds = time.monotonic() - self._began if self._began is not None else 0.0
        summary = {
            "interfaces": [source.name for source in self._controller.sources],
            "seconds": round(seconds, 3),
            **summary_numbers(self._state, self._counters),
            "unsaved": len(unsaved),
        }
        sys.stderr.write(json.dumps({"summary": summary}, ensure_ascii=False) + "\n")


def _discard(session: Session) -> None:
    """Nobody reads."""


def _after(seconds: float, controller: CaptureController) -> None:
    """The duration counts from the first moment of capturing."""

    def on_state(state: State) -> None:
        if state is State.CAPTURING:
            QTimer.singleShot(int(seconds * 1000), controller.stop)

    controller.state_changed.connect(on_state)


def _reason(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}." if error.strerror else f"{error}."

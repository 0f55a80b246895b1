"""`hl7capture capture`: live capture without a window."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from PySide6.QtCore import QCoreApplication, QObject, QTimer

from hl7capture.app.controller import CaptureController, State
from hl7capture.app.termination import Termination
from hl7capture.cli.options import Json, OutputFolder
from hl7capture.cli.output import FAILED, USAGE, complain, fail, print_document, print_line
from hl7capture.model.events import Counters, Event, Notice, SessionCompleted
from hl7capture.model.session import Session
from hl7capture.model.source import SourceState
from hl7capture.sources.live import LiveSource


def capture(
    interface: Annotated[str, typer.Option("--interface", "-i", metavar="IFACE", help="The interface to listen on.")],
    capture_filter: Annotated[
        str | None, typer.Option("--filter", "-f", metavar="BPF", help="Capture filter, as in tcpdump.")
    ] = None,
    duration: Annotated[float | None, typer.Option(metavar="S", min=0, help="Stop after so many seconds.")] = None,
    as_json: Json = False,
    no_persist: Annotated[bool, typer.Option("--no-persist", help="Keep nothing on disk.")] = False,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Also keep the raw packets in FILE (pcap).")
    ] = None,
    output_folder: OutputFolder = None,
) -> None:
    """Listens on an interface until Ctrl+C, SIGTERM or the duration, and prints every session when it is complete.

    With persistence on, a session is printed when it is safe on disk.
    """
    application = QCoreApplication(sys.argv[:1])
    controller = CaptureController(output=output_folder)
    for problem in controller.settings_problems:
        complain(problem)
    persist = controller.settings.enable_persistence and not no_persist
    if persist:
        try:
            controller.store.prepare()
        except OSError as error:
            fail(f"Sessions cannot be kept: {_reason(error)} Choose another --output-folder, or --no-persist.")
    printer = _Printer(controller, as_json=as_json, persist=persist)
    Termination(controller.shutdown, application)
    if duration is not None:
        _after(duration, controller)
    expression = controller.settings.capture_filter if capture_filter is None else capture_filter
    controller.start(LiveSource(interface, expression), persist=persist, raw=write)
    application.exec()
    raise typer.Exit(printer.exit_code)


class _Printer(QObject):
    """Prints sessions as they come, and ends the program when all is done."""

    def __init__(self, controller: CaptureController, *, as_json: bool, persist: bool) -> None:
        super().__init__()
        self.exit_code = 0
        self._controller = controller
        self._print = print_document if as_json else print_line
        self._persist = persist
        self._state = SourceState()
        self._counters = Counters()
        self._problem = ""
        controller.happened.connect(self._on_events)
        controller.progressed.connect(self._on_progress)
        controller.failed.connect(self._on_failed)
        controller.state_changed.connect(self._on_state)
        controller.capture_ended.connect(controller.shutdown)
        controller.shut_down.connect(self._on_shut_down)
        controller.store.saved.connect(self._on_saved)
        controller.store.waiting_changed.connect(self._on_waiting)

    def _on_events(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Notice):
                complain(f"{event.text}.")
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
        self._state, self._counters = state, counters

    def _on_state(self, state: State) -> None:
        if state is State.CAPTURING and self._controller.source is not None:
            complain(f"Listening on {self._controller.source.name}; Ctrl+C stops.")

    def _on_failed(self, text: str, is_usage: bool) -> None:
        complain(text)
        self.exit_code = USAGE if is_usage else FAILED

    def _on_waiting(self, _waiting: int, problem: str) -> None:
        if problem and problem != self._problem:
            complain(f"Sessions cannot be saved, they wait: {problem}")
        self._problem = problem

    def _on_shut_down(self, unsaved: list[str]) -> None:
        counters = self._counters
        dropped = f", {self._state.dropped} dropped by the system" if self._state.dropped else ""
        complain(f"{counters.packets} packets{dropped}, {counters.sessions} sessions, {counters.messages} messages.")
        if unsaved:
            complain(f"Not saved: {', '.join(unsaved)}. {self._problem}")
            self.exit_code = FAILED
        QCoreApplication.exit(0)


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

"""`hl7capture simulate`: a device and a LIS that talk over loopback, to try things and to test."""

import math
import signal
import threading
from datetime import datetime
from pathlib import Path

import click

from hl7capture.cli import options
from hl7capture.cli.output import complain, fail
from hl7capture.model.elements import Framing
from hl7capture.simulator.conversation import conversation
from hl7capture.simulator.faults import FAULTS, Connection, fault
from hl7capture.simulator.loopback import HOST, SimulationError
from hl7capture.simulator.loopback_wire import LoopbackWire
from hl7capture.simulator.playing import play
from hl7capture.simulator.seen import DEVICE, LIS
from hl7capture.simulator.seen_faults import SEEN_FAULTS, seen_fault
from hl7capture.wire.tcp_writer import LIS as USUAL_LIS

_LIST = "list"
_PLAYED = {name: one.text for name, one in FAULTS.items()}
_SEEN = {name: one.text for name, one in SEEN_FAULTS.items()}
_TEXTS = dict(sorted((_PLAYED | _SEEN).items()))


@click.command
@click.option(
    "--framing",
    type=click.Choice(Framing, case_sensitive=False),
    default=Framing.MLLP,
    show_default="mllp",
    help="How messages are framed.",
)
@click.option(
    "--messages",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    metavar="N",
    help="Messages that the device sends.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    metavar="R",
    help="Messages per second; 0: without pauses.",
)
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port of the LIS; 0: any free one.")
@click.option("--seed", type=int, default=0, help="The same seed makes the same patients and results.")
@click.option(
    "--fault",
    "name",
    type=click.Choice([_LIST, *_TEXTS]),
    metavar="NAME",
    help="One thing goes wrong instead, as docs/findings.md calls it; list: which ones there are. Those of the network "
    "and of the capture itself need Linux and the right to send packets (root).",
)
@options.output_folder
def simulate(
    framing: Framing,
    messages: int,
    rate: float,
    port: int,
    seed: int,
    name: str | None,
    output_folder: Path | None,
) -> None:
    """Lets an invented device talk to an invented LIS on 127.0.0.1. Listen on the loopback interface to see it."""
    if name == _LIST:
        width = max(map(len, _TEXTS))
        click.echo("\n".join(f"{fault_name:{width}}  {text}" for fault_name, text in _TEXTS.items()))
        return
    interrupt = _Interrupt()
    start = datetime.now().astimezone()
    if name in SEEN_FAULTS:
        _show(name, port or USUAL_LIS[1], start, seed, interrupt.next())
        return
    if name is None:
        turns = conversation(framing, messages, seed=seed, start=start, rate=rate or math.inf)
        played, _ = _play(Connection(turns), port, interrupt, f"talk {framing}")
    else:
        played = 0
        for connection in fault(name, start=start, seed=seed):
            turns_of, port = _play(connection, port, interrupt, f"show {name}")
            played += turns_of
    complain(f"{played} turns were played.")


class _Interrupt:
    """SIGINT and SIGTERM stop what is played now, and all that would be played after it."""

    def __init__(self) -> None:
        self._is_asked = False
        self._now = threading.Event()
        for asked in (signal.SIGINT, signal.SIGTERM):
            signal.signal(asked, self._ask)

    def next(self) -> threading.Event:
        """Stops the next simulation; each sets its own when it is over."""
        self._now = threading.Event()
        if self._is_asked:
            self._now.set()
        return self._now

    def _ask(self, *_: object) -> None:
        self._is_asked = True
        self._now.set()


def _play(connection: Connection, port: int, interrupt: _Interrupt, what: str) -> tuple[int, int]:
    """One connection; how many turns were played, and on which port, which the next connection takes again."""
    try:
        return play(
            connection, port, interrupt.next(), lambda port: complain(f"Device and LIS {what} on {HOST}:{port}.")
        )
    except SimulationError as error:
        fail(str(error))


def _show(name: str, port: int, start: datetime, seed: int, stop: threading.Event) -> None:
    """The packets of a fault that two programs cannot play."""
    packets = seen_fault(name, port=port, start=start, seed=seed)
    try:
        with LoopbackWire() as wire:
            complain(f"Packets of a device at {DEVICE} and a LIS at {LIS}:{port}, which do not exist, show {name}.")
            shown = wire.put(packets, stop)
    except SimulationError as error:
        fail(str(error))
    complain(f"{shown} packets were shown.")

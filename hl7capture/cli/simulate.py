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
from hl7capture.simulator.loopback import HOST, LoopbackSimulation, SimulationError


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
@options.output_folder
def simulate(framing: Framing, messages: int, rate: float, port: int, seed: int, output_folder: Path | None) -> None:
    """Lets an invented device talk to an invented LIS on 127.0.0.1. Listen on the loopback interface to see it."""
    stop = threading.Event()
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, lambda *_: stop.set())
    turns = conversation(framing, messages, seed=seed, start=datetime.now().astimezone(), rate=rate or math.inf)
    try:
        with LoopbackSimulation(turns, port=port, stop=stop) as simulation:
            complain(f"Device and LIS talk {framing} on {HOST}:{simulation.port}.")
            played = simulation.run()
    except SimulationError as error:
        fail(str(error))
    complain(f"{played} turns were played.")

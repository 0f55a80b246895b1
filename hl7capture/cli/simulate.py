"""`hl7capture simulate`: a device and a LIS that talk over loopback, to try things and to test."""

import math
import signal
import threading
from datetime import datetime
from typing import Annotated

import typer

from hl7capture.cli.options import OutputFolder
from hl7capture.cli.output import complain, fail
from hl7capture.model.elements import Framing
from hl7capture.simulator.conversation import conversation
from hl7capture.simulator.loopback import HOST, LoopbackSimulation, SimulationError


def simulate(
    framing: Annotated[Framing, typer.Option(help="How messages are framed.")] = Framing.MLLP,
    messages: Annotated[int, typer.Option(metavar="N", min=0, help="Messages that the device sends.")] = 5,
    rate: Annotated[float, typer.Option(metavar="R", min=0, help="Messages per second; 0: without pauses.")] = 1.0,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the LIS; 0: any free one.")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same patients and results.")] = 0,
    output_folder: OutputFolder = None,
) -> None:
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

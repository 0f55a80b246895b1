"""Connections of a fault over real sockets, one after the other."""

import socket
import threading
from collections.abc import Callable

from hl7capture.simulator.faults import Connection, Opening
from hl7capture.simulator.loopback import HOST, LoopbackSimulation
from hl7capture.simulator.party import SimulationError, reason

_KNOCKS, _BETWEEN_KNOCKS = 3, 0.1  # seconds
_KNOCK_SECONDS = 5.0


def play(
    connection: Connection, port: int, stop: threading.Event, on_port: Callable[[int], None] | None = None
) -> tuple[int, int]:
    """Plays one connection; how many turns were played, and on which port, which the next connection takes again.

    port: 0 for any free one. on_port: told the port before anything is said. Raises SimulationError.
    """
    if connection.opening is Opening.REFUSES:
        if on_port is not None:
            on_port(port)
        _knock(port, stop)
        return 0, port
    with LoopbackSimulation(
        connection.turns,
        port=port,
        stop=stop,
        ending=connection.ending,
        is_stuck=connection.opening is Opening.IS_STUCK,
        dozes=connection.opening is Opening.DOZES,
    ) as simulation:
        if on_port is not None:
            on_port(simulation.port)
        return simulation.run(), simulation.port


def _knock(port: int, stop: threading.Event) -> None:
    """The device tries to connect where nobody listens."""
    for _ in range(_KNOCKS):
        try:
            socket.create_connection((HOST, port), _KNOCK_SECONDS).close()
        except ConnectionRefusedError:
            pass
        except OSError as error:
            raise SimulationError(f"The device tried {HOST}:{port} in vain: {reason(error)}.") from error
        else:
            raise SimulationError(f"Port {port} is in use by another program; choose another one.")
        if stop.wait(_BETWEEN_KNOCKS):
            return

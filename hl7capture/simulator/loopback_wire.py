"""Puts packets onto the loopback interface, for all who listen there."""

import socket
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from hl7capture.simulator.party import SimulationError, reason

_INTERFACE = "lo"


class LoopbackWire:
    """The loopback interface, for packets with addresses that nobody has. Linux alone lets programs do that.

    Their Ethernet addresses are not the interface's, so the system itself looks at none of them: it neither answers
    nor forwards. Raises SimulationError where this is not possible here, or not allowed.
    """

    def __init__(self) -> None:
        family = getattr(socket, "AF_PACKET", None)
        if family is None:
            raise SimulationError(
                "This fault is made of packets that no program sends, and only Linux lets them onto the loopback "
                "interface. Play it there, or take another fault."
            )
        try:
            self._socket = socket.socket(family, socket.SOCK_RAW)
        except PermissionError as error:
            raise SimulationError(
                "This fault is made of packets that no program sends. Putting them onto the loopback interface is not "
                "allowed for this user: start the command with sudo, or take another fault."
            ) from error
        except OSError as error:
            raise _not_possible(error) from error
        try:
            self._socket.bind((_INTERFACE, 0))
        except OSError as error:
            self._socket.close()
            raise _not_possible(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._socket.close()

    def put(self, packets: Sequence[tuple[int, bytes]], stop: threading.Event) -> int:
        """Each packet at its time, nanoseconds from now, until `stop`; how many it were. Raises SimulationError."""
        begin = time.monotonic()
        for number, (due, packet) in enumerate(packets):
            if stop.wait(max(0.0, begin + due / 1e9 - time.monotonic())):
                return number
            try:
                self._socket.send(packet)
            except OSError as error:
                raise _not_possible(error) from error
        return len(packets)


def _not_possible(error: OSError) -> SimulationError:
    text = f"The loopback interface {_INTERFACE} takes no packets: {reason(error)}. See that it is up."
    return SimulationError(text)

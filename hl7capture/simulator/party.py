"""One end of a real connection: it says its own turns, and hears those of the other end."""

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from hl7capture.simulator.conversation import Turn
from hl7capture.wire.tcp_writer import Side

_PATIENCE = 0.05  # seconds until a waiting side looks whether it shall stop
# struct linger, on and 0 seconds: two ints, on Windows two shorts
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_NAMES: dict[Side, str] = {"device": "device", "lis": "LIS"}

_Given = TypeVar("_Given")
_Answer = TypeVar("_Answer")


class SimulationError(Exception):
    """The simulation cannot begin or go on. The text says what is wrong and what to do."""


class Stopped(Exception):  # noqa: N818 - being stopped is no error
    """`stop` was set while a side was waiting."""


class Party:
    """The end of `connection` that plays `side`.

    timeout: seconds without a byte after which what is due does not come any more. Everything that waits raises
    Stopped soon after `stop` is set, and SimulationError where the other end is silent, gone or says something else.
    """

    def __init__(self, side: Side, connection: socket.socket, stop: threading.Event, timeout: float) -> None:
        self._side = side
        self._connection = connection
        self._stop = stop
        self._timeout = timeout
        self._name = _NAMES[side]
        self._other = _NAMES["lis" if side == "device" else "device"]
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # one-byte answers go out at once
        connection.settimeout(_PATIENCE)

    def play(self, turn: Turn, due: float) -> None:
        """Says the turn at `due` (seconds of time.monotonic), or hears it to its last byte."""
        if turn.side != self._side:
            self._hear(turn.data, due)
            return
        if self._stop.wait(max(0.0, due - time.monotonic())):
            raise Stopped
        self._say(turn.data)

    def hang_up(self) -> None:
        """Says that nothing more will come, and waits until the other end has said it, too."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
        self.hear_hang_up()

    def hear_hang_up(self) -> None:
        """Waits until the other end says that nothing more will come."""
        if self._attempt(self._connection.recv, 1):
            raise SimulationError(f"The {self._other} said more than the conversation has.")

    def reset(self) -> None:
        """Ends the connection with RST: what lingers for no time is not closed in order."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._connection.close()

    def hear_reset(self) -> None:
        """Waits until the other end is gone, however it went."""
        with suppress(SimulationError):
            self._attempt(self._connection.recv, 1)

    def close(self) -> None:
        self._connection.close()

    def _say(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._attempt(self._connection.send, rest) :]

    def _hear(self, expected: bytes, due: float) -> None:
        heard = bytearray()
        while len(heard) < len(expected):
            piece = self._attempt(self._connection.recv, len(expected) - len(heard), due)
            if not piece:
                raise SimulationError(f"The {self._other} closed the connection in the middle of the conversation.")
            heard += piece
        if heard != expected:
            raise SimulationError(f"The {self._name} heard something else than the {self._other} should have said.")

    def _attempt(self, action: Callable[[_Given], _Answer], given: _Given, due: float = 0.0) -> _Answer:
        """Sends or receives as soon as the socket lets us. The timeout counts from `due`, but not from the past."""
        deadline = max(time.monotonic(), due) + self._timeout
        while not self._stop.is_set():
            try:
                return action(given)
            except TimeoutError:
                if time.monotonic() > deadline:
                    text = f"The {self._name} waited {self._timeout:g} s for the {self._other} in vain."
                    raise SimulationError(text) from None
            except OSError as error:
                text = f"The connection between {self._name} and {self._other} broke: {reason(error)}."
                raise SimulationError(text) from error
        raise Stopped


def reason(error: OSError) -> str:
    """What the system says, without numbers."""
    return error.strerror or str(error) or type(error).__name__

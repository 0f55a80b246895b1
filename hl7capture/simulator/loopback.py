"""A conversation over real TCP sockets on 127.0.0.1: a device and a LIS that listen to each other."""

import errno
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable
from enum import Enum
from types import TracebackType
from typing import Self

from hl7capture.simulator.conversation import Turn
from hl7capture.simulator.party import Party, SimulationError, Stopped, reason
from hl7capture.wire.tcp_writer import Side

__all__ = ["HOST", "Ending", "LoopbackSimulation", "SimulationError"]

HOST = "127.0.0.1"

_ACCEPT_SECONDS = 5.0  # for a connection that stands already
_STUCK_SECONDS = 3.5  # systems repeat a SYN after one second, and again after two more
_BACKLOG = 128
_DOZE_SECONDS = 1.0
_SMALL_ROOM = 4096  # bytes that a dozing LIS has room for, or what the system takes for that


class Ending(Enum):
    """Who ends a connection, and how: a close (FIN) is answered by the other end's, a reset (RST) by nothing."""

    DEVICE_CLOSES = ("device", False)
    LIS_CLOSES = ("lis", False)
    DEVICE_RESETS = ("device", True)
    LIS_RESETS = ("lis", True)

    def play(self, side: Side, party: Party) -> None:
        """What `party`, on `side`, does about it."""
        by, is_reset = self.value
        if side != by:
            (party.hear_reset if is_reset else party.hear_hang_up)()
        elif is_reset:
            party.reset()
        else:
            party.hang_up()


class LoopbackSimulation:
    """Plays `turns` once. Each side says its next turn only when it has heard, byte for byte, what comes before it.

    port: where the LIS listens; 0: any free one. stop: once set, by any thread, `run` returns within a tenth of a
    second. timeout: seconds that a side waits for what is due. is_stuck: the LIS takes the device's connection only
    after a while, in which nobody answers another attempt (Windows refuses it). dozes: the LIS has little room for what
    comes, and reads nothing of it for a while. Listens from its making until `close`.
    Raises SimulationError where the port cannot be had.
    """

    def __init__(
        self,
        turns: Iterable[Turn],
        *,
        port: int = 0,
        stop: threading.Event | None = None,
        timeout: float = 10.0,
        ending: Ending = Ending.DEVICE_CLOSES,
        is_stuck: bool = False,
        dozes: bool = False,
    ) -> None:
        self.stop = stop or threading.Event()
        self._turns = turns
        self._ending = ending
        self._timeout = timeout
        self._problem: SimulationError | None = None
        self._lock = threading.Lock()
        self._is_stuck = is_stuck
        self._dozes = dozes
        self._server = _listen(port, 0 if is_stuck else _BACKLOG)
        if dozes:  # its connections inherit it
            self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_ROOM)
        self.port: int = self._server.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Asks `run` to stop where another thread is in it, and gives the port free."""
        self.stop.set()
        self._server.close()

    def run(self, on_turn: Callable[[Turn], None] | None = None) -> int:
        """Plays until the end or `stop`; returns how many turns were played, which were told to `on_turn` each.

        The device speaks on the calling thread, and so does `on_turn`; the LIS has a thread of its own.
        Raises SimulationError; after that, and after any error of `on_turn`, `stop` is set.
        """
        if self.stop.is_set():
            return 0
        device, lis = self._connect()
        script: queue.SimpleQueue[tuple[Turn, float] | None] = queue.SimpleQueue()
        answering = threading.Thread(target=self._play_lis, args=(lis, script), name="simulated-lis", daemon=True)
        answering.start()
        played = 0
        try:
            due = time.monotonic()
            for turn in self._turns:
                due += turn.pause  # a sum, so that the rate is kept whatever the turns themselves take
                script.put((turn, due))
                device.play(turn, due)
                played += 1
                if on_turn is not None:
                    on_turn(turn)
            script.put(None)
            self._ending.play("device", device)
        except Stopped:
            pass
        except SimulationError as error:
            self._note(error)
        except BaseException:
            self.stop.set()
            raise
        finally:
            script.put(None)
            device.close()
            answering.join()
        if self._problem is not None:
            raise self._problem
        return played

    def _connect(self) -> tuple[Party, Party]:
        """Both ends of one connection. Somebody else may find the port too: who is not our device is sent away."""
        try:
            device = socket.create_connection((HOST, self.port), self._timeout)
        except OSError as error:
            raise SimulationError(f"The device cannot connect to {HOST}:{self.port}: {reason(error)}.") from error
        if self._is_stuck:
            self._try_in_vain()
        lis: socket.socket | None = None
        try:
            while lis is None:
                accepted, address = self._server.accept()
                if address == device.getsockname():
                    lis = accepted
                else:
                    accepted.close()
        except OSError as error:
            device.close()
            raise SimulationError(f"The LIS cannot accept the device's connection: {reason(error)}.") from error
        return Party("device", device, self.stop, self._timeout), Party("lis", lis, self.stop, self._timeout)

    def _try_in_vain(self) -> None:
        """Another attempt to connect, while one connection waits already and the LIS has room for no more."""
        with socket.socket() as attempt:
            attempt.setblocking(False)
            attempt.connect_ex((HOST, self.port))
            self.stop.wait(_STUCK_SECONDS)

    def _play_lis(self, lis: Party, script: "queue.SimpleQueue[tuple[Turn, float] | None]") -> None:
        if self._dozes:
            self.stop.wait(_DOZE_SECONDS)
        try:
            while (cue := script.get()) is not None:
                lis.play(*cue)
            self._ending.play("lis", lis)
        except Stopped:
            pass
        except SimulationError as error:
            self._note(error)
        finally:
            lis.close()

    def _note(self, error: SimulationError) -> None:
        """Only the first error is the cause: what the other side meets after it, or after a stop, follows from that."""
        with self._lock:
            if not self.stop.is_set():
                self._problem = error
                self.stop.set()


def _listen(port: int, backlog: int) -> socket.socket:
    """backlog: how many connections may wait to be accepted, beside one."""
    if not 0 <= port <= 65_535:
        raise SimulationError(f"Port {port} is not possible; it takes 0 (any free one) to 65535.")
    try:
        server = socket.create_server((HOST, port), backlog=backlog)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            text = f"Port {port} is in use by another program; choose another one, or 0 for any free one."
        elif error.errno == errno.EACCES:
            text = f"Port {port} is not allowed to this user; choose one from 1024 on, or 0 for any free one."
        else:
            text = f"Port {port} cannot be opened: {reason(error)}."
        raise SimulationError(text) from error
    server.settimeout(_ACCEPT_SECONDS)
    return server

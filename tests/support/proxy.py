"""A line to a server that can be cut in the middle of anything."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator


class Proxy:
    """Passes connections on to a port of 127.0.0.1. cut_after: bytes that each may send before it is cut, in turn.

    is_swallowing: nothing is passed on any more, and nothing is closed.
    """

    def __init__(self, port: int, cut_after: Iterator[int]) -> None:
        self.connections = 0
        self.cuts = 0
        self.is_swallowing = threading.Event()
        self._to = port
        self._cut_after = cut_after
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._is_closed = False
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._is_closed = True
        for thread in self._threads:
            thread.join(10)
        self._server.close()

    def _accept(self) -> None:
        self._server.settimeout(0.05)
        while not self._is_closed:
            with contextlib.suppress(TimeoutError):
                client, _ = self._server.accept()
                self.connections += 1
                thread = threading.Thread(target=self._pass_on, args=(client, next(self._cut_after)), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, client: socket.socket, left: int) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._to), 5) as server:
            while not self._is_closed:
                ready, _, _ = select.select([client, server], [], [], 0.05)
                if self.is_swallowing.is_set():
                    continue
                for end in ready:
                    data = end.recv(65_536)
                    if not data:
                        return
                    if end is client:
                        if len(data) >= left:
                            server.sendall(data[:left])
                            self.cuts += 1
                            return
                        left -= len(data)
                    (server if end is client else client).sendall(data)

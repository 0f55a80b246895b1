"""A real conversation over real sockets on loopback."""

import socket
from contextlib import closing


def talk(turns: list[tuple[int, bytes]], *, close: bool = True) -> tuple[int, list[socket.socket]]:
    """Says the turns over a real connection; the LIS's port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        device = socket.create_connection(("127.0.0.1", port), timeout=5)
        lis, _ = server.accept()
    ends = [device, lis]
    say(ends, turns)
    if close:
        for end in ends:
            end.close()
    return port, ends


def say(ends: list[socket.socket], turns: list[tuple[int, bytes]]) -> None:
    """Says more on a connection that stands. ends: the device's and the LIS's."""
    for side, data in turns:
        ends[side].sendall(data)
        received = b""
        while len(received) < len(data):
            received += ends[1 - side].recv(65_536)

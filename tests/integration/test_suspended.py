"""A computer that is suspended stops the program and its helper in the middle of a connection, and goes on later."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from tests.integration.test_cli import Capture
from tests.support.command import summary_in
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru


def exchange(device: socket.socket, lis: socket.socket, number: int) -> None:
    for sender, receiver, message in ((device, lis, oru(str(number))), (lis, device, answer(str(number)))):
        sender.sendall(mllp(message))
        assert receiver.recv(4096) == mllp(message)


def children_of(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


@needs_capture_rights
@pytest.mark.skipif(sys.platform != "linux", reason="looks for the helper in /proc")
def test_capturing_goes_on_with_the_same_session() -> None:
    capture = Capture("--no-persist")
    stopped = [capture.process.pid, *children_of(capture.process.pid)]
    assert len(stopped) > 1
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as device, server.accept()[0] as lis:
            exchange(device, lis, 1)
            for process in stopped:
                os.kill(process, signal.SIGSTOP)
            exchange(device, lis, 2)  # here somebody still talks: the kernel keeps it
            time.sleep(2)
            for process in reversed(stopped):
                os.kill(process, signal.SIGCONT)
            exchange(device, lis, 3)
            code, documents, err = capture.end(signal.SIGTERM)
    (document,) = [document for document in documents if document["lisPort"] == port]
    assert document["messages"] == [text(str(n)).decode() for n in (1, 2, 3) for text in (oru, answer)]
    assert (document["endReason"], [element["flags"] for element in document["elements"]]) == ("stopped", [[]] * 6)
    assert (code, summary_in(err)["dropped"]) == (0, 0)

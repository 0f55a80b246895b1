"""The helper hands on what it has in few large pieces: each one wakes whoever reads."""

import os
import socket
import subprocess
from collections.abc import Iterator

import pytest

from hl7capture.sources.capture_helper import helper_command
from tests.support.rights import needs_capture_rights

_PACKETS = 200


@pytest.fixture
def sending() -> Iterator[socket.socket]:
    """A socket that sends to itself over loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as both:
        both.bind(("127.0.0.1", 0))
        both.connect(both.getsockname())
        yield both


@needs_capture_rights
@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="pieces are told apart by a socket that keeps them apart")
@pytest.mark.parametrize("settings", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["ordinary", "unbuffered"])
def test_many_packets_are_one_piece(sending: socket.socket, settings: dict[str, str]) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    expression = f"udp port {sending.getsockname()[1]}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with ours, subprocess.Popen(
        helper_command("capture", f"--filter={expression}", "--", "lo"),
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=environment | settings,
    ) as helper:  # fmt: skip
        theirs.close()
        assert helper.stdin is not None
        assert helper.stderr is not None
        assert b"started" in helper.stderr.readline()
        for _ in range(_PACKETS):
            sending.send(b"packet")
        helper.stdin.close()
        pieces = list(iter(lambda: ours.recv(1 << 20), b""))
    assert b"".join(pieces).count(b"packet") == _PACKETS
    assert len(pieces) < _PACKETS // 10

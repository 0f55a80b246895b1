"""What the kernel still keeps back when a capture is told to stop is captured too."""

import shutil
import socket
from collections.abc import Callable

import pytest

from hl7capture.sources.capture_helper import Helper
from hl7capture.sources.capture_process import CaptureProcess, Program
from hl7capture.sources.dumpcap import Dumpcap
from tests.support.rights import needs_capture_rights


@needs_capture_rights
@pytest.mark.parametrize(
    "program",
    [Helper, lambda name, asked: Dumpcap(shutil.which("dumpcap") or "", name, asked)],
    ids=["helper", "dumpcap"],
)
def test_packets_right_before_the_end_are_captured(program: Callable[[str, str], Program]) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        for _ in range(3):
            process = CaptureProcess(program("lo", f"udp port {receiver.getsockname()[1]}"))
            assert process.wait_until_started()
            assert process.read() is not None
            for number in range(10):
                sender.sendto(b"packet %d." % number, receiver.getsockname())
            process.stop()
            captured = b""
            while (piece := process.read()) is not None:
                captured += piece
            process.close()
            assert [captured.count(b"packet %d." % number) for number in range(10)] == [1] * 10

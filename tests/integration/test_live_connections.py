"""What TCP tells of real connections, captured live on loopback: refused, unanswered, reset, a reader that is slow."""

import socket
import struct
from contextlib import closing, suppress

from pytestqt.qtbot import QtBot

from hl7capture.app.controller import CaptureController
from hl7capture.model.connection import End
from hl7capture.model.events import Notice
from hl7capture.model.session import EndReason
from tests.integration.test_live_capture import capturing
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.talk import talk

TURNS = [(0, mllp(oru())), (1, mllp(answer()))]


def noticed(controller: CaptureController) -> list[str]:
    """The texts of notices, as they come."""
    texts: list[str] = []
    controller.happened.connect(
        lambda events: texts.extend(event.text for event in events if isinstance(event, Notice))
    )
    return texts


@needs_capture_rights
def test_refused_connections_are_told_and_counted(qtbot: QtBot) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    with capturing(qtbot) as (controller, recorder):
        told = noticed(controller)
        controller.change_settings(lis_port=port)
        for _ in range(3):
            with suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
        refused = f"Connection refused by 127.0.0.1:{port}"
        qtbot.waitUntil(lambda: told == [refused], timeout=3000)
        with qtbot.waitSignal(controller.capture_ended, timeout=5000):
            controller.stop()
        assert told == [refused, f"{refused} (3 times)"]
        assert recorder.completed == []


@needs_capture_rights
def test_server_that_takes_no_more_connections_does_not_answer(qtbot: QtBot) -> None:
    """Linux leaves a SYN without an answer when the queue of connections is full; it comes again after 1 s and 3 s."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(0)
    port = server.getsockname()[1]
    waiting = [socket.create_connection(("127.0.0.1", port), timeout=5)]
    with capturing(qtbot) as (controller, _):
        told = noticed(controller)
        controller.change_settings(lis_port=port)
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        unanswered = f"Connection attempts to 127.0.0.1:{port} remain unanswered"
        qtbot.waitUntil(lambda: told == [unanswered], timeout=8000)
        for end in (client, server, *waiting):
            end.close()


@needs_capture_rights
def test_reset_in_the_middle_of_a_message(qtbot: QtBot) -> None:
    with capturing(qtbot) as (_, recorder):
        _, (device, lis) = talk(TURNS, close=False)
        device.sendall(mllp(oru())[:50])
        assert len(lis.recv(100)) == 50
        lis.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        lis.close()
        qtbot.waitUntil(lambda: bool(recorder.completed), timeout=3000)
        device.close()
    (session,) = recorder.completed
    facts = session.connection
    assert facts is not None
    assert (session.end_reason, facts.opened_by, facts.reset_by) == (EndReason.RESET, End.DEVICE, End.LIS)
    assert (facts.device.is_unfinished, facts.lis.is_unfinished) == (True, False)
    assert facts.handshake is not None
    assert 0 < facts.handshake < 1000


@needs_capture_rights
def test_reader_that_is_slow_has_no_room_for_more(qtbot: QtBot) -> None:
    message = mllp(oru() + b"OBX|1|TX|NOTE||" + b"x" * 3_000_000 + b"\r")
    with capturing(qtbot) as (_, recorder):
        _, (device, lis) = talk(TURNS, close=False)
        device.setblocking(False)
        sent = 0

        def fill() -> None:
            nonlocal sent
            with suppress(BlockingIOError):
                while sent < len(message):
                    sent += device.send(message[sent:])

        fill()
        qtbot.wait(700)  # longer than the first probe waits
        lis.setblocking(False)
        received = 0

        def reads() -> bool:
            nonlocal received
            fill()
            with suppress(BlockingIOError):
                while piece := lis.recv(1 << 16):
                    received += len(piece)
            return received == len(message)

        qtbot.waitUntil(reads, timeout=10_000)
        device.close()
        lis.close()
        qtbot.waitUntil(lambda: bool(recorder.completed), timeout=5000)
    (session,) = recorder.completed
    facts = session.connection
    assert facts is not None
    assert [element.data for element in session.elements][-1] == message
    assert facts.lis.zero_windows >= 1
    assert facts.lis.longest_zero_window is not None
    assert facts.lis.longest_zero_window > 300
    assert facts.device.zero_windows == 0
    assert (facts.closed_by, facts.device.bytes >= len(message), facts.device.lost) == (End.DEVICE, True, 0)

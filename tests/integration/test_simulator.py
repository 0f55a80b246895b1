"""The simulation over real sockets on 127.0.0.1, and through the engine."""

import errno
import math
import socket
import struct
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hl7capture.capture.engine import Engine
from hl7capture.model.elements import Flag, Framing
from hl7capture.model.events import SessionCompleted, SessionGrown, SessionOpened
from hl7capture.model.session import EndReason
from hl7capture.model.settings import Settings
from hl7capture.simulator.conversation import Turn, conversation
from hl7capture.simulator.loopback import HOST, LoopbackSimulation, SimulationError
from hl7capture.simulator.messages import ack
from hl7capture.simulator.packets import pcap_stream
from hl7capture.simulator.party import Party
from hl7capture.wire.tcp_writer import Side, TcpConnectionWriter
from tests.support.engine import sessions_of

START = datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC)
CAPTURES = Path(__file__).parents[2] / "resources" / "captures"


@pytest.mark.parametrize("framing", Framing)
def test_a_conversation_is_exchanged_in_full(framing: Framing) -> None:
    turns = list(conversation(framing, 3, start=START, rate=math.inf))
    played: list[Turn] = []
    with LoopbackSimulation(turns) as simulation:
        assert simulation.port > 0
        assert simulation.run(played.append) == len(turns)
    assert played == turns


@pytest.fixture
def ends() -> Iterator[tuple[Party, socket.socket]]:
    """A LIS that waits a tenth of a second at the most, and the bare socket of whoever talks to it."""
    with socket.create_server((HOST, 0)) as server, socket.create_connection(server.getsockname()[:2], 5) as far:
        near, _ = server.accept()
        lis = Party("lis", near, threading.Event(), timeout=0.1)
        yield lis, far
        lis.close()


def test_a_side_hears_before_it_speaks(ends: tuple[Party, socket.socket]) -> None:
    lis, far = ends
    far.sendall(b"\x05")
    lis.play(Turn("device", b"\x05"), 0)
    lis.play(Turn("lis", b"\x06"), 0)
    assert far.recv(10) == b"\x06"


def test_a_side_waits_from_the_time_that_a_turn_is_due(ends: tuple[Party, socket.socket]) -> None:
    lis, far = ends
    threading.Timer(0.2, far.sendall, [b"\x05"]).start()  # later than the timeout, but not than due
    lis.play(Turn("device", b"\x05"), time.monotonic() + 0.25)


def test_silence_is_said(ends: tuple[Party, socket.socket]) -> None:
    lis, far = ends
    far.sendall(b"\x021H")
    with pytest.raises(SimulationError, match=r"The LIS waited 0\.1 s for the device in vain"):
        lis.play(Turn("device", b"\x021H|"), 0)


def test_other_bytes_are_said(ends: tuple[Party, socket.socket]) -> None:
    lis, far = ends
    far.sendall(b"\x15")
    with pytest.raises(SimulationError, match="heard something else than the device should have said"):
        lis.play(Turn("device", b"\x05"), 0)


def test_a_close_in_the_middle_is_said(ends: tuple[Party, socket.socket]) -> None:
    lis, far = ends
    far.shutdown(socket.SHUT_WR)
    with pytest.raises(SimulationError, match="The device closed the connection"):
        lis.play(Turn("device", b"\x05"), 0)


def test_a_reset_is_said(ends: tuple[Party, socket.socket]) -> None:
    lis, far = ends
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    far.close()
    with pytest.raises(SimulationError, match="between LIS and device broke"):
        lis.play(Turn("device", b"\x05"), 0)


def test_more_than_the_script_has_is_said(ends: tuple[Party, socket.socket]) -> None:
    lis, far = ends
    far.sendall(b"\x05")
    with pytest.raises(SimulationError, match="said more"):
        lis.hear_hang_up()


def test_the_rate_is_kept() -> None:
    turns = list(conversation(Framing.MLLP, 11, start=START, rate=50))
    begin = time.monotonic()
    with LoopbackSimulation(turns) as simulation:
        simulation.run()
    assert 0.2 <= time.monotonic() - begin < 1.0


def test_more_than_the_kernel_buffers() -> None:
    big = bytes(range(256)) * 40_000  # 10 MB
    with LoopbackSimulation([Turn("device", big), Turn("lis", big), Turn("device", b"\x04")]) as simulation:
        assert simulation.run() == 3


@pytest.mark.parametrize(("other", "waiting"), [("device", "lis"), ("lis", "device")])
def test_stops_promptly_in_a_pause(other: Side, waiting: Side) -> None:
    stop = threading.Event()
    turns = [Turn(other, b"\x05"), Turn(waiting, b"\x06", pause=60)]
    with LoopbackSimulation(turns, stop=stop) as simulation:
        threading.Timer(0.1, stop.set).start()
        begin = time.monotonic()
        assert simulation.run() == 1
        assert time.monotonic() - begin < 0.5


def test_stopped_before_it_began() -> None:
    with LoopbackSimulation([Turn("device", b"\x05")]) as simulation:
        simulation.stop.set()
        assert simulation.run() == 0


def test_an_error_of_the_listener_ends_everything() -> None:
    def refuse(turn: Turn) -> None:
        raise RuntimeError("no more")

    turns = [Turn("device", b"\x05"), Turn("lis", b"\x06", pause=60)]
    with LoopbackSimulation(turns) as simulation:
        begin = time.monotonic()
        with pytest.raises(RuntimeError, match="no more"):
            simulation.run(refuse)
        assert time.monotonic() - begin < 0.5
    assert "simulated-lis" not in [thread.name for thread in threading.enumerate()]


def test_an_error_of_the_script_ends_everything() -> None:
    def script() -> Iterator[Turn]:
        yield Turn("device", b"\x05")
        raise ValueError("the script has a hole")

    with LoopbackSimulation(script()) as simulation, pytest.raises(ValueError, match="hole"):
        simulation.run()


def test_a_port_in_use_is_said() -> None:
    with LoopbackSimulation([]) as first, pytest.raises(SimulationError, match=rf"Port {first.port} is in use"):
        LoopbackSimulation([], port=first.port)


@pytest.mark.parametrize(
    ("number", "text"), [(errno.EACCES, "Port 100 is not allowed"), (errno.ENOBUFS, "Port 100 cannot be opened: ")]
)
def test_a_port_that_cannot_be_had_is_said(number: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_address: tuple[str, int], backlog: int) -> socket.socket:
        raise OSError(number, "for a reason")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(SimulationError, match=text):
        LoopbackSimulation([], port=100)


@pytest.mark.parametrize("failing", ["MainThread", "simulated-lis"])
def test_the_cause_is_told_and_not_what_follows_from_it(failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    play = Party.play

    def fail(self: Party, turn: Turn, due: float) -> None:
        if turn.side == "lis" and threading.current_thread().name == failing:
            raise SimulationError("the cause")
        play(self, turn, due)

    monkeypatch.setattr(Party, "play", fail)
    turns = list(conversation(Framing.ASTM, 1, start=START, rate=1))
    with LoopbackSimulation(turns) as simulation, pytest.raises(SimulationError, match="the cause"):
        simulation.run()


def test_a_port_that_cannot_be() -> None:
    with pytest.raises(SimulationError, match=r"0 .* to 65535"):
        LoopbackSimulation([], port=70_000)


def test_the_port_is_free_again_at_once() -> None:
    turns = list(conversation(Framing.STX, 1, start=START, rate=math.inf))
    port = 0
    for _ in range(3):
        with LoopbackSimulation(turns, port=port) as simulation:
            port = simulation.port
            assert simulation.run() == len(turns)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((HOST, port), 1)


def test_a_stranger_on_the_port_does_not_disturb() -> None:
    turns = list(conversation(Framing.MLLP, 2, start=START, rate=math.inf))
    with LoopbackSimulation(turns) as simulation, socket.create_connection((HOST, simulation.port), 1) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert simulation.run() == len(turns)


# -- through the engine ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("framing", Framing)
def test_the_sample_captures_show_five_messages(framing: Framing) -> None:
    sessions = sessions_of((CAPTURES / f"{framing.value}.pcap").read_bytes())
    assert all(session.is_complete and session.framing is framing for session in sessions)
    expected = {(Flag.NO_FRAMING,)} if framing is Framing.NONE else {()}
    assert {element.flags for session in sessions for element in session.elements} == expected
    texts = [text for session in sessions for text in session.messages]
    if framing in (Framing.MLLP, Framing.NONE):
        (session,) = sessions
        assert session.end_reason is EndReason.CLOSED
        assert [text.rpartition("MSA")[2] for text in texts[1::2]] == [
            ack(text.encode(), START).decode().rpartition("MSA")[2] for text in texts[::2]
        ]
        texts = texts[::2]
    else:
        assert {session.end_reason for session in sessions} == {EndReason.EOT}
    assert len(texts) == 5
    beginning = "H|" if framing is Framing.ASTM else "MSH|"
    assert all(text.startswith(beginning) for text in texts)


@pytest.mark.parametrize("vlan", [None, 12])
@pytest.mark.parametrize(
    ("device", "lis"), [("10.0.0.5", "10.1.0.1"), ("2001:db8::5", "2001:db8::1")], ids=["IPv4", "IPv6"]
)
def test_the_engine_reads_every_kind_of_connection(device: str, lis: str, vlan: int | None) -> None:
    writer = TcpConnectionWriter((device, 40007), (lis, 2575), vlan=vlan)
    turns = list(conversation(Framing.STX, 1, start=START, rate=1))
    (session,) = sessions_of(b"".join(data for _, data in pcap_stream(turns, START, writer)))
    assert (session.device_ip, session.device_port, session.lis_ip, session.lis_port) == (device, 40007, lis, 2575)
    assert [element.data for element in session.elements] == [turn.data for turn in turns]
    assert session.start_time == START.timestamp() * 1000 + 1


def test_the_engine_sees_turn_after_turn() -> None:
    """Fed piece by piece, as a live window does it, every turn is seen when it is said."""
    turns = list(conversation(Framing.MLLP, 4, start=START, rate=3))
    pieces = [data for _, data in pcap_stream(turns, START)]
    engine = Engine(Settings(), probe="lab-pc-3", source="simulation")
    assert engine.feed(pieces[0]) == []
    for number, piece in enumerate(pieces[1:-1], 1):
        events = engine.feed(piece)
        assert isinstance(events[-1], SessionOpened | SessionGrown)
        assert len(events[-1].session.elements) == number
    assert isinstance(engine.feed(pieces[-1])[-1], SessionCompleted)

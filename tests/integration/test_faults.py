"""Every simulated fault, captured live on loopback, gives its finding and no other error; clean talk gives none."""

import errno
import json
import math
import signal
import socket
import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hl7capture.model.elements import Framing
from hl7capture.simulator.conversation import conversation
from hl7capture.simulator.faults import FAULTS, Connection, Opening, fault
from hl7capture.simulator.loopback import SimulationError
from hl7capture.simulator.loopback_wire import LoopbackWire
from hl7capture.simulator.playing import play as play_connection
from hl7capture.simulator.seen_faults import SEEN_FAULTS, seen_fault
from tests.integration.test_cli import Capture
from tests.support.command import run, summary_in
from tests.support.rights import needs_capture_rights

ALL_FAULTS = [*FAULTS, *SEEN_FAULTS]
CLEAN = {"mllp": [], "stx": [], "astm": [], "none": ["framing-fault", "framing-fault"]}


def play(name: str, port: int, start: datetime) -> None:
    """The connections or packets of a fault, or the connection of a clean conversation of the framing `name`."""
    if name in SEEN_FAULTS:
        packets = seen_fault(name, port=port, start=start)
        with LoopbackWire() as wire:
            assert wire.put(packets, threading.Event()) == len(packets)
        return
    if name in FAULTS:
        connections = fault(name, start=start)
    else:
        connections = [Connection(list(conversation(Framing(name), 2, start=start, rate=math.inf)))]
    for connection in connections:
        assert play_connection(connection, port, threading.Event()) == (len(list(connection.turns)), port)


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        servers = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [server.getsockname()[1] for server in servers]


def test_every_fault_is_listed_with_a_line() -> None:
    listed = run("simulate", "--fault", "list")
    assert [tuple(line.split(maxsplit=1)) for line in listed.stdout.decode().splitlines()] == sorted(
        (name, one.text) for faults in (FAULTS, SEEN_FAULTS) for name, one in faults.items()
    )
    assert run("simulate", "--fault", "gremlins").returncode == 2


def test_a_fault_is_played_by_its_name() -> None:
    done = run("simulate", "--fault", "retry-storm")
    assert done.returncode == 0
    assert b"5 turns were played" in done.stderr


@pytest.mark.parametrize(("name", "turns"), [("connection-refused", 2), ("connection-unanswered", 2)])
def test_a_server_that_takes_nobody_is_played(name: str, turns: int) -> None:
    done = run("simulate", "--fault", name)
    assert done.returncode == 0, done.stderr
    assert b"%d turns were played" % turns in done.stderr


def test_a_refusal_needs_a_port_where_nobody_listens() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(SimulationError, match="in use by another program"),
    ):
        play_connection(Connection([], opening=Opening.REFUSES), server.getsockname()[1], threading.Event())


@needs_capture_rights
def test_what_nobody_sends_is_seen_once_and_answered_by_nobody() -> None:
    capture = Capture("--no-persist")
    begin = time.monotonic()
    done = run("simulate", "--fault", "one-direction", "--port", "4000")
    assert (done.returncode, b"10 packets were shown" in done.stderr) == (0, True), done.stderr
    assert time.monotonic() - begin < 5
    code, (document,), err = capture.end(signal.SIGTERM)
    assert (code, summary_in(err)["dropped"]) == (0, 0)
    assert (document["deviceIP"], document["lisIP"], document["lisPort"]) == ("192.0.2.5", "198.51.100.1", 4000)
    ends = document["connection"]
    assert (ends["device"]["packets"], ends["device"].get("copies", 0)) == (10, 0)
    assert ends["lis"].get("packets", 0) == 0


@needs_capture_rights
def test_a_show_ends_when_it_is_asked_to() -> None:
    packets = seen_fault("slow-opening", port=2575, start=datetime.now().astimezone())
    stop = threading.Event()
    stop.set()
    with LoopbackWire() as wire:
        assert wire.put(packets, stop) == 0


def test_what_nobody_sends_needs_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_PACKET", raising=False)
    with pytest.raises(SimulationError, match="only Linux"):
        LoopbackWire()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(errno.EPERM, "Operation not permitted"), "start the command with sudo"),
        (OSError(errno.EAFNOSUPPORT, "Address family not supported"), "takes no packets: Address family not supported"),
    ],
)
def test_what_nobody_sends_needs_a_right(error: OSError, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(socket, "AF_PACKET", 17, raising=False)
    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(SimulationError, match=said):
        LoopbackWire()


@needs_capture_rights
def test_faults_captured_live_give_their_findings(tmp_path: Path) -> None:
    raw = tmp_path / "raw.pcap"
    capture = Capture("--no-persist", "--write", str(raw))
    names = [*ALL_FAULTS, *CLEAN]
    ports = dict(zip(free_ports(len(names)), names, strict=True))
    begin = datetime.now().astimezone()
    for number, (port, name) in enumerate(ports.items()):
        play(name, port, begin - timedelta(seconds=number))  # by which no two have the same control ids
    last = list(ports)[-1]
    while capture.line()["lisPort"] != last:
        pass
    assert capture.end(signal.SIGTERM)[0] == 0
    explained = run("explain", "--validate", "--json", str(raw))
    assert explained.returncode == 3, explained.stderr
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in explained.stdout.splitlines():
        document = json.loads(line)
        if document["lisPort"] in ports:
            found[ports[document["lisPort"]]] += document["findings"]
    codes = {name: [finding["code"] for finding in found[name]] for name in ports.values()}
    assert {name: codes[name] for name in CLEAN} == CLEAN
    assert {name: set(codes[name]) for name in ALL_FAULTS} == {name: {name} for name in ALL_FAULTS}

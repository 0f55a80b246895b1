"""Every simulated fault, captured live on loopback, gives its finding and no other error; clean talk gives none."""

import json
import math
import signal
import socket
import threading
from collections import defaultdict
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hl7capture.hl7.findings.links import LINK_RULES
from hl7capture.hl7.findings.registry import RULES
from hl7capture.model.elements import Framing
from hl7capture.simulator.conversation import conversation
from hl7capture.simulator.faults import FAULTS, Connection, Opening, fault
from hl7capture.simulator.loopback import SimulationError
from hl7capture.simulator.playing import play as play_connection
from tests.integration.test_cli import Capture
from tests.support.command import run
from tests.support.rights import needs_capture_rights

CLEAN = {"mllp": [], "stx": [], "astm": [], "none": ["framing-fault", "framing-fault"]}


def play(name: str, port: int, start: datetime) -> None:
    """The connections of a fault, or of a clean conversation of the framing `name`."""
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


def test_every_fault_is_called_like_a_finding() -> None:
    assert set(FAULTS) <= {rule.code for rule in (*RULES, *LINK_RULES)}
    listed = run("simulate", "--fault", "list")
    assert [line.split(maxsplit=1) for line in listed.stdout.decode().splitlines()] == [
        [name, one.text] for name, one in FAULTS.items()
    ]
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
def test_faults_captured_live_give_their_findings(tmp_path: Path) -> None:
    raw = tmp_path / "raw.pcap"
    capture = Capture("--no-persist", "--write", str(raw))
    names = [*FAULTS, *CLEAN]
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
    assert {name: set(codes[name]) for name in FAULTS} == {name: {name} for name in FAULTS}

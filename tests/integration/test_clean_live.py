"""Clean mixed traffic of several devices at once, over real sockets: nothing is wrong, so nothing is said to be."""

import json
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from hl7capture.simulator.conversation import Turn
from hl7capture.simulator.loopback import Ending, LoopbackSimulation
from tests.integration.test_cli import Capture
from tests.integration.test_faults import free_ports
from tests.support.clean_talk import SCRIPTS, Clock, Script
from tests.support.command import run
from tests.support.rights import needs_capture_rights

_SECONDS, _PAUSE = 14.0, 0.4
_CONNECTIONS = 3


def turns_of(script: Script, clock: Clock, until: float) -> Iterator[Turn]:
    while clock.passed < until:
        yield from script(clock, _PAUSE)


def talk(number: int, script: Script, port: int) -> int:
    """A device that connects several times; how many turns were played."""
    clock, played = Clock(datetime.now().astimezone(), number), 0
    for connection in range(1, _CONNECTIONS + 1):
        turns = turns_of(script, clock, _SECONDS * connection / _CONNECTIONS)
        ending = Ending.LIS_CLOSES if connection % 2 else Ending.DEVICE_CLOSES
        with LoopbackSimulation(turns, port=port, stop=threading.Event(), ending=ending) as simulation:
            played += simulation.run()
    return played


@needs_capture_rights
def test_clean_mixed_traffic_captured_live_has_no_finding(tmp_path: Path) -> None:
    raw = tmp_path / "raw.pcap"
    capture = Capture("--no-persist", "--write", str(raw))
    ports = free_ports(len(SCRIPTS))
    with ThreadPoolExecutor(len(SCRIPTS)) as devices:
        played = list(devices.map(talk, range(1, len(SCRIPTS) + 1), SCRIPTS.values(), ports))
    # A last word on a port of its own: when it is captured, so is all that came before.
    (port,) = free_ports(1)
    with LoopbackSimulation(
        turns_of(SCRIPTS["original"], Clock(datetime.now().astimezone(), 99), 0.1), port=port
    ) as one:
        one.run()
    while capture.line()["lisPort"] != port:
        pass
    assert capture.end(signal.SIGTERM)[0] == 0
    explained = run("explain", "--json", str(raw))
    documents = [json.loads(line) for line in explained.stdout.splitlines()]
    mine = [document for document in documents if document["lisPort"] in ports]
    assert [finding for document in mine for finding in document["findings"]] == []
    assert {document["lisPort"] for document in mine} == set(ports)
    assert sum(played) > 100

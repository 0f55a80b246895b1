"""Every finding has a fault of its name; those made of packets give it, and are packets that lead nowhere."""

import ipaddress
import struct
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from hl7capture.hl7.findings.links import LINK_RULES
from hl7capture.hl7.findings.registry import RULES
from hl7capture.hl7.findings.report import reports_of
from hl7capture.model.settings import Settings
from hl7capture.simulator.faults import FAULTS
from hl7capture.simulator.seen_faults import SEEN_FAULTS, seen_fault
from hl7capture.wire.tcp_writer import checksum, pcap_header
from tests.support.engine import sessions_of

START = datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC)
DOCUMENTATION = [ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]


def test_every_finding_has_a_fault_of_its_name() -> None:
    assert sorted([*FAULTS, *SEEN_FAULTS]) == sorted(rule.code for rule in (*RULES, *LINK_RULES))


def test_every_fault_says_in_a_line_what_goes_wrong() -> None:
    texts = [one.text for faults in (FAULTS, SEEN_FAULTS) for one in faults.values()]
    assert len(set(texts)) == len(texts)
    assert all(text.endswith(".") and "\n" not in text and len(text) < 80 for text in texts)


@pytest.mark.parametrize("name", SEEN_FAULTS)
def test_what_is_seen_gives_the_finding_alone(name: str) -> None:
    begin = int(START.timestamp()) * 1_000_000_000
    packets = seen_fault(name, port=2575, start=START)
    records = [
        struct.pack("<IIII", *divmod(begin + time, 1_000_000_000), len(data), len(data)) + data
        for time, data in packets
    ]
    sessions = sessions_of(pcap_header() + b"".join(records))
    settings = Settings().changed(validate_messages=True)
    assert [finding.code for report in reports_of(sessions, settings) for finding in report.findings] == [name]


@pytest.mark.parametrize("name", SEEN_FAULTS)
def test_packets_are_few_whole_and_lead_nowhere(name: str) -> None:
    packets = seen_fault(name, port=4000, start=START)
    assert len(packets) < 50
    times = [time for time, _ in packets]
    assert times[0] == 0
    assert times[-1] < 5_000_000_000
    assert all(earlier < later for earlier, later in pairwise(times))
    for _, data in packets:
        assert data[0] & 3 == 2  # to a locally administered Ethernet address, of one machine
        assert checksum(data[14:34]) == 0
        addresses = [ipaddress.ip_address(data[at : at + 4]) for at in (26, 30)]
        assert all(any(address in net for net in DOCUMENTATION) for address in addresses)
        assert 4000 in struct.unpack_from(">HH", data, 34)


def test_the_same_start_and_seed_make_the_same_packets_and_others_another_connection() -> None:
    def packets(start: datetime, seed: int) -> list[tuple[int, bytes]]:
        return seen_fault("slow-opening", port=2575, start=start, seed=seed)

    assert packets(START, 0) == packets(START, 0)
    others = [packets(START, 0), packets(START, 1), packets(START.replace(second=31), 0)]
    assert len({struct.unpack_from(">I", made[0][1], 38) for made in others}) == 3

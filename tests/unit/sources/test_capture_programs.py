"""How the programs that capture are called, and how their lines are understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.sources.capture_helper import Helper
from hl7capture.sources.capture_process import Counts, Failure, Measure, Started
from hl7capture.sources.dumpcap import Dumpcap
from hl7capture.sources.open_interface import names_in
from hl7capture.sources.remedies import commands_in, link_in, missing_library, missing_permission, source_error


def test_dumpcap_is_asked_for_pcap_on_standard_output() -> None:
    assert Dumpcap("/usr/bin/dumpcap", "eth0", "tcp port 2575").command == [
        *("/usr/bin/dumpcap", "-q", "-P", "-w", "-", "-s", "262144", "-B", "64"),
        *("-i", "eth0", "-f", "tcp port 2575"),
    ]
    assert "-f" not in Dumpcap("/usr/bin/dumpcap", "eth0", "").command


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"Capturing on 'eth0'\n", None),
        (b"File: -\n", Started()),
        (b"Packets captured: 12\n", None),
        (
            b"Packets received/dropped on interface 'Loopback: lo': 90/5 "
            b"(pcap:3/dumpcap:0/flushed:0/ps_ifdrop:2) (94.7%)\n",
            Counts(90, 3, 2),
        ),
        (b'dumpcap: There is no device named "x".\n', Failure("interface", 'There is no device named "x"')),
        (b'dumpcap: Device "x" is not up.\n', Failure("down", 'Device "x" is not up')),
        (b"dumpcap: Invalid capture filter \"tcp portx\" for interface 'lo'.\n", None),
        (
            b"That string isn't a valid capture filter (can't parse filter expression: syntax error).\n",
            Failure("filter", "can't parse filter expression: syntax error"),
        ),
        (
            b'dumpcap: You do not have permission to capture on device "lo".\n',
            Failure("permission", 'You do not have permission to capture on device "lo"'),
        ),
        (
            b'dumpcap: The network adapter "hc0" is no longer attached; the capture has stopped.\n',
            Failure("gone", 'The network adapter "hc0" is no longer attached; the capture has stopped'),
        ),
        (b"dumpcap: something new.\n", Failure("capture", "something new")),
    ],
)
def test_what_dumpcap_says(line: bytes, told: object) -> None:
    """Its words, of version 4.0."""
    assert Dumpcap("dumpcap", "eth0", "").understand(line) == told


@given(st.binary(max_size=100))
def test_any_line_is_understood_or_passed_over(line: bytes) -> None:
    Dumpcap("dumpcap", "eth0", "").understand(line)
    Helper("eth0", "").understand(line)


@pytest.mark.parametrize("line", [b'{"event": "counts", "rec', b"[]", b"1", b"", b'{"event": "unheard of"}'])
def test_half_a_line_of_the_helper_is_passed_over(line: bytes) -> None:
    assert Helper("eth0", "").understand(line) is None


def test_names_in_the_setting() -> None:
    assert names_in("") == []
    assert names_in("eth0") == ["eth0"]
    assert names_in(" eth0,eth1 , eth0,, ") == ["eth0", "eth1"]


@pytest.mark.parametrize(
    ("system", "library", "permission"),
    [
        ("Windows", "https://npcap.com", "as administrator"),
        ("Darwin", "libpcap", "access_bpf"),
        ("Linux", "libpcap", "setcap cap_net_raw+ep"),
    ],
)
def test_remedies_are_those_of_the_system(system: str, library: str, permission: str) -> None:
    assert library in missing_library(system)
    assert permission in missing_permission(system)


def test_only_a_missing_right_is_a_missing_right() -> None:
    kinds = ("library", "permission", "dismissed", "interface", "down", "filter", "gone", "capture")
    lacking = [kind for kind in kinds if source_error(Failure(kind, "x"), "eth0").lacks_rights]
    assert lacking == ["permission", "dismissed"]


def test_commands_and_links_are_found_again_in_what_is_said() -> None:
    assert commands_in(missing_permission("Linux"))[-1].startswith(("sudo setcap", "sudo usermod"))
    assert commands_in("Something else.") == []
    assert link_in(missing_library("Windows")) == "https://npcap.com"
    assert link_in(missing_permission("Darwin")) == "https://www.wireshark.org"
    assert link_in("https://elsewhere.example") == ""


def test_a_glimpse_takes_little() -> None:
    glimpse = Measure(snap_length=256, kernel_bytes=2 << 20, most_waiting=4 << 20)
    assert {"--snap-length=256", "--buffer=2097152"} < set(Helper("eth0", "", glimpse).command)
    command = Dumpcap("dumpcap", "eth0", "", glimpse).command
    assert command[command.index("-s") + 1] == "256"
    assert command[command.index("-B") + 1] == "2"

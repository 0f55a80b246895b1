"""Raw packets on disk: rings, bounds, and a disk that will not take them."""

import os
import re
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hl7capture.app import raw_packets
from hl7capture.app.raw_packets import RawPackets, Ring, file_name_of
from hl7capture.model.source import SourceError
from hl7capture.sources.pcap_records import RecordSplitter
from tests.support.wire import pcap_header, record

PACKETS = [record(bytes([n]) * 984, n) for n in range(100)]  # 1000 bytes each, with their headers
HEADER = pcap_header()


def packets_in(path: Path) -> list[bytes]:
    splitter = RecordSplitter()
    records = splitter.feed(path.read_bytes())
    assert splitter.header == HEADER
    assert splitter.left_over == 0
    return [records[at : at + 1000] for at in range(0, len(records), 1000)]


def wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_one_file_holds_the_stream_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "all.pcap"
    path.write_bytes(b"what was there before")
    path.chmod(0o644)
    raw = RawPackets(path)
    raw.open()
    data = HEADER + b"".join(PACKETS)
    for at in range(0, len(data), 777):
        raw.put(data[at : at + 777])
    raw.close()
    assert path.read_bytes() == data
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (raw.left_out, raw.problem) == (0, "")


def test_capture_without_a_packet_is_a_capture(tmp_path: Path) -> None:
    raw = RawPackets(tmp_path / "empty.pcap")
    raw.open()
    raw.put(HEADER)
    raw.close()
    assert (tmp_path / "empty.pcap").read_bytes() == HEADER


def test_ring_keeps_the_last_files_each_a_capture_of_its_own(tmp_path: Path) -> None:
    raw = RawPackets(tmp_path / "ring.pcap", Ring(10_100, most_files=3))
    raw.open()
    raw.put(HEADER + b"".join(PACKETS[:50]))
    for packet in PACKETS[50:]:
        raw.put(packet)
    raw.close()
    files = sorted(tmp_path.iterdir())
    assert [re.sub(r"\d{14}", "TIME", file.name) for file in files] == [
        f"ring_{number:05d}_TIME.pcap" for number in (8, 9, 10)
    ]
    assert all(file.stat().st_size == 10_024 for file in files)
    assert [packet for file in files for packet in packets_in(file)] == PACKETS[70:]


def test_packet_larger_than_a_file_has_a_file_of_its_own(tmp_path: Path) -> None:
    raw = RawPackets(tmp_path / "ring.pcap", Ring(500))
    raw.open()
    raw.put(HEADER + b"".join(PACKETS[:3]))
    raw.close()
    assert [packets_in(file) for file in sorted(tmp_path.iterdir())] == [[packet] for packet in PACKETS[:3]]


def test_folder_stays_below_its_bound_over_restarts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_packets, "MEGABYTE", 10_000)
    folder = tmp_path / "output" / "raw"
    foreign = folder / "mine.pcap"
    for start in range(0, 90, 30):
        ring = Ring.of_folder(folder, 50_000, writers=2)
        both = [RawPackets(folder / f"{name}.pcap", ring) for name in ("eth0", "eth1")]
        for raw in both:
            raw.open()
            raw.put(HEADER + b"".join(PACKETS[start : start + 30]))
            raw.close()
        foreign.write_bytes(b"somebody's own file")
    files = [file for file in folder.iterdir() if file != foreign]
    assert 40_000 < sum(file.stat().st_size for file in files) <= 50_000
    assert foreign.exists()
    assert PACKETS[89] in packets_in(max(files, key=lambda file: (file.stat().st_mtime, file.name)))
    assert os.name == "nt" or stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_full_disk_is_said_and_what_is_missing_is_counted() -> None:
    raw = RawPackets(Path("/dev/full"))
    raw.open()
    raw.put(HEADER + b"".join(PACKETS[:40]))
    wait(lambda: raw.problem != "")
    raw.put(b"".join(PACKETS[40:]))
    raw.close()
    assert "Raw packets cannot be written to /dev: No space left on device" in raw.problem
    assert raw.left_out == 100


def test_file_that_cannot_be_made_is_said_before_the_capture_begins(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere.all\.pcap cannot be written: No such file"):
        RawPackets(tmp_path / "nowhere" / "all.pcap").open()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be moved there")
def test_folder_that_goes_away_is_said_and_written_to_again_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_packets, "_RETRY_SECONDS", 0.1)
    folder = tmp_path / "disk"
    folder.mkdir()
    raw = RawPackets(folder / "all.pcap", Ring(1_000_000))
    raw.open()
    raw.put(HEADER + b"".join(PACKETS[:10]))
    wait(lambda: any(file.stat().st_size == 10_024 for file in folder.iterdir()))
    folder.rename(tmp_path / "away")
    raw.put(PACKETS[10])
    wait(lambda: raw.left_out == 1)
    assert f"cannot be written to {folder}: No such file or directory" in raw.problem
    folder.mkdir()
    time.sleep(0.2)
    raw.put(b"".join(PACKETS[11:20]))
    raw.close()
    assert (raw.problem, raw.left_out) == ("", 1)
    assert [packets_in(file) for file in folder.iterdir()] == [PACKETS[11:20]]


def test_what_the_disk_cannot_take_in_time_is_left_out_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_packets, "_MOST_WAITING", 10_000)
    os.mkfifo(tmp_path / "slow") if hasattr(os, "mkfifo") else pytest.skip("no FIFO here")
    reading = os.open(tmp_path / "slow", os.O_RDONLY | os.O_NONBLOCK)
    raw = RawPackets(tmp_path / "slow")
    raw.open()
    raw.put(HEADER)
    put = 0
    while not raw.left_out:
        raw.put(PACKETS[put % 100])
        put += 1
    assert "faster than" in raw.problem
    left_out = raw.left_out
    os.set_blocking(reading, True)
    received = b""
    while len(received) < 24 + (put - left_out) * 1000:
        received += os.read(reading, 1 << 20)
    assert len(received) == 24 + (put - left_out) * 1000
    raw.put(PACKETS[0])
    wait(lambda: raw.problem == "")
    raw.close()
    os.close(reading)


def test_stream_that_is_no_pcap_is_said(tmp_path: Path) -> None:
    raw = RawPackets(tmp_path / "all.pcap")
    raw.open()
    raw.put(b"\x0a\x0d\x0d\x0a" + bytes(100))
    assert "Raw packets cannot be kept" in raw.problem
    raw.close()


@pytest.mark.parametrize(
    ("interface", "name"),
    [("eth0", "eth0"), ("../../etc/x", "etc-x"), (r"\Device\NPF_{A-1}", "Device-NPF-A-1"), ("é", "interface")],
)
def test_names_of_interfaces_become_names_of_files(interface: str, name: str) -> None:
    assert file_name_of(interface) == name

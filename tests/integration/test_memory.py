"""A capture of any size is read in little memory."""

import gzip
import ipaddress
import os
import re
import select
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from hl7capture.sources.unpacking import zstd
from tests.support.command import COMMAND, documents
from tests.support.speech import answer, mllp, oru
from tests.support.wire import MILLISECOND, START, Segment, Talk, conversation, packet, pcap_header, record

SIZE = 1_500_000_000
MOST_MEGABYTES = 300
MOST_WITHOUT_READER = 64_000_000  # bytes: the piece at hand, those that wait, and pipes
MOST_MEGABYTES_HOSTILE = 500  # 192 MiB of what is kept, what Python needs for that, and the piece at hand
DEVICE = "10.77.88.99"
ADDRESS = ipaddress.ip_address(DEVICE).packed

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells a process's peak in /proc")


@cache
def block() -> bytes:
    """A conversation with the LIS, and much else."""
    talk = conversation(*[(0, mllp(oru())), (1, mllp(answer()))] * 50)
    bulk = conversation((0, b"GET / HTTP/1.1\r\n\r\n"), (1, b"HTTP/1.1 200 OK\r\n\r\n" + bytes(range(256)) * 30_000))
    packets = [packet(segment, ((DEVICE, 40001), ("10.1.0.1", 2575))) for segment in talk.segments]
    packets += [packet(segment, ((DEVICE, 40002), ("10.1.0.1", 80))) for segment in bulk.segments]
    return b"".join(record(one, START + row * MILLISECOND) for row, one in enumerate(packets))


def one_of_many(number: int) -> bytes:
    """The same, of another device each."""
    return block().replace(ADDRESS, ipaddress.ip_address(f"10.77.{number // 250}.{number % 250}").packed)


def peak_megabytes(process: "subprocess.Popen[bytes]") -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


@pytest.mark.parametrize(
    ("way", "pack"), [("stdin", bytes), ("pipe", lambda data: gzip.compress(data, 1)), ("stdin", zstd.compress)]
)
def test_very_large_capture_is_read_in_little_memory(way: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [*COMMAND, "read", "--json", "-" if way == "stdin" else str(pipe)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    printed: list[bytes] = []
    reader = threading.Thread(target=lambda: printed.extend(process.stdout))  # type: ignore[arg-type]
    reader.start()
    count = SIZE // len(block())
    with process.stdin if way == "stdin" else pipe.open("wb", buffering=0) as writer:
        writer.write(pack(pcap_header()))
        for number in range(count):
            view = memoryview(pack(one_of_many(number)))
            while view:
                view = view[writer.write(view) :]
        peak = peak_megabytes(process)
    reader.join(60)
    said = process.stderr.read()
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
    assert (process.wait(60), said) == (0, b"")
    assert len(documents(b"".join(printed))) == count
    assert peak < MOST_MEGABYTES


def test_what_nobody_takes_waits_with_its_sender() -> None:
    """Standard input, not followed, while the documents that come out are not read."""
    process = subprocess.Popen(
        [*COMMAND, "read", "--json", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin is not None
    assert process.stdout is not None
    descriptor = process.stdin.fileno()
    os.set_blocking(descriptor, False)
    sent = memoryview(pcap_header() + b"".join(map(one_of_many, range(MOST_WITHOUT_READER // len(block()) + 1))))
    taken = 0
    while select.select([], [descriptor], [], 3)[1] and taken < MOST_WITHOUT_READER:
        taken += os.write(descriptor, sent[taken:])
    process.kill()
    out, _ = process.communicate()
    assert out.startswith(b"{")
    assert taken < MOST_WITHOUT_READER


HOSTILE_CONNECTIONS = 500
HOSTILE_SIZE = 1_000_000


def hostile() -> Iterator[bytes]:
    """Connection after connection that keeps a megabyte: behind a hole, in a block without an end, in a session."""
    big = b"OBX|1|TX|NOTE||" + b"x" * HOSTILE_SIZE + b"\r"
    begun = Talk().open().say(0, mllp(oru())).say(1, mllp(answer())).segments
    talk = Talk().open().say(0, mllp(oru())).say(1, mllp(answer())).say(0, mllp(oru() + big))
    kinds: list[list[Segment]] = [
        [*begun, *talk.segments[6:]],
        talk.segments[:-1],
        talk.segments,
    ]
    packets = [
        [packet(segment, ((DEVICE, 40001), ("10.1.0.1", 2575)), number=row + 1) for row, segment in enumerate(segments)]
        for segments in kinds
    ]
    for number in range(HOSTILE_CONNECTIONS):
        address = ipaddress.ip_address(f"10.77.{number // 250}.{number % 250}").packed
        time = START + number * 10 * MILLISECOND
        yield b"".join(record(one.replace(ADDRESS, address), time) for one in packets[number % len(packets)])


def test_capture_that_would_have_much_kept_is_read_in_bounded_memory(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen([*COMMAND, "read", "--json", str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    printed: list[bytes] = []
    reader = threading.Thread(target=lambda: printed.extend(process.stdout))  # type: ignore[arg-type]
    reader.start()
    with pipe.open("wb") as writer:
        writer.write(pcap_header())
        for piece in hostile():
            writer.write(piece)
        writer.flush()
        peak = peak_megabytes(process)
    reader.join(120)
    said = process.stderr.read().decode()
    process.stdout.close()
    process.stderr.close()
    assert process.wait(60) == 1
    assert "waited at once to be completed" in said
    ports = {(document["deviceIP"], document["devicePort"]) for document in documents(b"".join(printed))}
    assert len(ports) == HOSTILE_CONNECTIONS
    assert peak < MOST_MEGABYTES_HOSTILE
